/* watch/keeper.h - what a watch keeps of what it has told: for root's why and run, and whoever asks its socket */
#ifndef IU_WATCH_KEEPER_H
#define IU_WATCH_KEEPER_H

#include "os/server.h"
#include "os/record.h"
#include "session/lately.h"
#include "session/totals.h"
#include "watch/watch.h"

/* Starts with {0}. */
struct iu_keeper {
	struct iu_os_record *record; /* NULL: nothing is kept */
	struct iu_os_server *server;     /* NULL: nobody can ask */
	struct iu_lately lately;
	struct iu_totals *totals; /* shared by the processes of a watch; NULL: nothing is counted */
};

/** iu_keeper_open() - keeps from now on; nothing at all where another watch does so already, or it may not. */
void iu_keeper_open(struct iu_keeper *keeper);

/** iu_keeper_begin() - hooks are in place. Returns: 0, IU_E_NOMEM. */
int iu_keeper_begin(struct iu_keeper *keeper, const struct iu_failure_source *source);

/** iu_keeper_go_on() - in a new process, in place of one that was given up. */
void iu_keeper_go_on(struct iu_keeper *keeper);

void iu_keeper_add(struct iu_keeper *keeper, const struct iu_watch_entry *entry);

/** iu_keeper_miss() - so many failures are known by their number only. */
void iu_keeper_miss(struct iu_keeper *keeper, uint64_t lost);

/** iu_keeper_serve() - answers the first who waits: who came after him may have failed after him, too. */
void iu_keeper_serve(struct iu_keeper *keeper);

void iu_keeper_close(struct iu_keeper *keeper);

#endif

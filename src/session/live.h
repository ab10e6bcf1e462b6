/* session/live.h - looks again and again: sockets often, who has them only where that may be new */
#ifndef IU_SESSION_LIVE_H
#define IU_SESSION_LIVE_H

#include "model/tally.h"
#include "model/trouble.h"
#include "session/record.h"
#include "session/session.h"

struct iu_live;

/* What a look is to see. */
struct iu_live_wish {
	bool connections;  /* each, not only their number */
	bool unix_sockets;
	bool complete;     /* the holders of every socket; else only of those that are new */
	const struct iu_filter *places; /* endpoints and protocols that matter where there are too many; NULL: any */
};

/* More connections than that are only counted. */
#define IU_LIVE_CONNECTIONS_MAX 40000

/* Of more sockets only so many are kept, those with the lowest ports: what is on the screen answers at once. */
#define IU_LIVE_SOCKETS_MAX 50000

#define IU_LIVE_ALL_PORTS (UINT16_MAX + 1)

/* One look. Freed by the next one into the same place, or iu_live_look_free(). */
struct iu_live_look {
	struct iu_session session; /* with the snapshot */
	struct iu_arena arena;
	struct iu_listing listing;
	struct iu_tally *tally;
	struct iu_troubles troubles; /* of a complete one */
	struct iu_record_tally refused; /* failed binds of the last minute … */
	bool watched;                   /* … and whether a watch writes all of them down */
	bool complete, connections, too_many; /* too_many: connections were wished, and are only counted */
	bool many;       /* more than IU_LIVE_SOCKETS_MAX: what is kept passes the filter … */
	size_t left_out; /* … and so many of those that do were not kept, */
	uint32_t below;  /* all of them with a port from here on; IU_LIVE_ALL_PORTS: none */
	int64_t taken_ms, took_ms;            /* on the clock of iu_os_now_ms() */
	int64_t worked_ms;                    /* of a processor: less than it took where others work, too */
};

/** iu_live_new() - nothing was looked at yet. Returns: 0, IU_E_NOMEM. */
int iu_live_new(struct iu_live **ret_live);

/**
 * iu_live_take() - one look at this machine
 * @look: zeroed, or the one before
 * Returns: 0, IU_E_NOMEM, IU_E_SYSTEM: no kind of socket could be looked at.
 */
int iu_live_take(struct iu_live *live, const struct iu_live_wish *wish, struct iu_live_look *look);

/** iu_live_recorded() - the look of a capture, which stays the session's. Returns: 0, IU_E_NOMEM. */
int iu_live_recorded(const struct iu_session *session, struct iu_live_look *look);

/** iu_live_look_free() - frees what is in it. */
void iu_live_look_free(struct iu_live_look *look);

/** iu_live_free() - NULL is fine. */
void iu_live_free(struct iu_live *live);

#endif

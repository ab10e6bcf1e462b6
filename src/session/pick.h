/* session/pick.h - a port that can be bound now and is nobody's by custom */
#ifndef IU_SESSION_PICK_H
#define IU_SESSION_PICK_H

#include "model/snapshot.h"

struct iu_pick {
	bool udp;
	uint16_t near;        /* 0: not given */
	uint16_t first, last; /* --range; 0: not given */
	const char *for_directory; /* the same port for the same name; NULL: any */
};

/* Which ports are tried, in which order; made by iu_pick_run_start(). */
struct iu_pick_run {
	struct iu_pick pick;
	struct iu_snapshot snapshot;
	uint32_t first, last, seed;
	uint32_t at;    /* tries so far */
	bool forgiving; /* the second round: customs and the ephemeral range no longer count */
};

/** iu_pick_run_start() - reads the port ranges of this machine. Returns: 0, IU_E_NOMEM. */
int iu_pick_run_start(const struct iu_pick *pick, struct iu_pick_run *ret_picking);

/**
 * iu_pick_run_next() - the next port that can be bound for every address of all families
 * @hold: keep it: receives the socket, not inherited yet; NULL: only look
 * @used: whoever gets it serves this very socket (iu_os_reserve())
 * Returns: the port, or IU_E_NOENT: there is none (left).
 */
int iu_pick_run_next(struct iu_pick_run *picking, bool used, int *hold);

/**
 * iu_pick_run_several() - @count different ports
 * @used: as above
 * @ret_holds: NULL: only look
 * Returns: 0, or IU_E_NOENT: there are not so many; nothing is held then. IU_E_NOMEM.
 */
int iu_pick_run_several(struct iu_pick_run *picking, size_t count, bool used, uint16_t *ret_ports,
	int *ret_holds);

/** iu_pick_run_end() - frees it. */
void iu_pick_run_end(struct iu_pick_run *picking);

#endif

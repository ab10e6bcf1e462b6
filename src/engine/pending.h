/* engine/pending.h - conflicts that nobody has met yet: the next start would fail */
#ifndef IU_ENGINE_PENDING_H
#define IU_ENGINE_PENDING_H

#include "model/listing.h"
#include "model/metrics.h"

/* So many are named; all are counted. */
#define IU_PENDING_NAMES 20

/* A unit that is to start with the machine, and a port that it will ask for. */
struct iu_wanted {
	const char *unit;
	struct iu_question question;
	bool service; /* the port is known by custom only */
};

struct iu_wanted_list {
	bool known; /* units were looked for */
	IU_LIST(struct iu_wanted) list;
};

/**
 * iu_pending_count() - ports that somebody else holds: of units, and well-known ones
 * @listing: what is bound
 * Returns: 0, IU_E_NOMEM.
 */
int iu_pending_count(struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_wanted_list *wanted, struct iu_metrics *metrics);

#endif

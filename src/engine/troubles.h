/* engine/troubles.h - looks a whole machine through for what is in somebody's way, or will be */
#ifndef IU_ENGINE_TROUBLES_H
#define IU_ENGINE_TROUBLES_H

#include "model/listing.h"
#include "model/trouble.h"

/**
 * iu_troubles_find() - adds what is wrong on the machine of @snapshot
 * @listing: all of its sockets, connections too, as iu_listing_make() orders them
 * @troubles: receives them behind those that are there; strings live in @arena or in @snapshot
 *
 * Nothing here knows a rule: what looks odd is asked about as `inuse why` would ask, and kept where the
 * verdict says that it is. What a restart would meet is asked of the machine without that program.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_troubles_find(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, struct iu_troubles *troubles);

#endif

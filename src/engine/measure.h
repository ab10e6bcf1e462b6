/* engine/measure.h - a snapshot in numbers */
#ifndef IU_ENGINE_MEASURE_H
#define IU_ENGINE_MEASURE_H

#include "model/listing.h"
#include "model/metrics.h"

/* More units than that are counted together, as "other". */
#define IU_MEASURE_UNITS 50
/* Of the destinations with the most connections, so many are told. */
#define IU_MEASURE_DESTINATIONS 3

/**
 * iu_measure_sockets() - sockets by state, use of the ephemeral range, TIME-WAIT
 * Of what was not looked at completely nothing is counted.
 */
void iu_measure_sockets(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics);

/**
 * iu_measure_listeners() - what listens, or waits for datagrams, by unit
 * @listing: what is bound (no connections)
 *
 * Names are without what changes from start to start ("session-*.scope"), and there are never more than
 * IU_MEASURE_UNITS of them and "other", "none", "unknown".
 */
void iu_measure_listeners(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, struct iu_metrics *metrics);

/** iu_measure_gaps() - how much could not be seen. */
void iu_measure_gaps(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics);

#endif

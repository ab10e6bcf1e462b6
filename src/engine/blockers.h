/* engine/blockers.h - the sockets in the way, with their holders and causes */
#ifndef IU_ENGINE_BLOCKERS_H
#define IU_ENGINE_BLOCKERS_H

#include "engine/evaluation.h"
#include "model/verdict.h"

/* So many blockers are shown; what is alike is one row, and the rest is counted. */
#define IU_BLOCKERS_MAX 64

/**
 * iu_blockers_inet() - adds the sockets that block, or may block, the asks of @evaluation
 *
 * Most important first; what no row represents is counted in verdict->unlisted.
 */
void iu_blockers_inet(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict);

/** iu_blockers_unix() - the same for a path or an abstract name; a file without socket too. */
void iu_blockers_unix(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict);

/** iu_blockers_range() - who holds the ephemeral range: groups by holder and state, largest first. */
void iu_blockers_range(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict);

#endif

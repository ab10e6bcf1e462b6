/* engine/range-use.h - how full the range is that the system chooses ports from */
#ifndef IU_ENGINE_RANGE_USE_H
#define IU_ENGINE_RANGE_USE_H

#include "model/trouble.h"
#include "model/question.h"

/** iu_range_use_limits() - the range of a protocol and what is reserved in it, as the rules read it. */
struct iu_sysctls iu_range_use_limits(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, enum iu_protocol protocol);

/** iu_range_use_count() - how many ports of it have a socket in whatever state. */
struct iu_range_use iu_range_use_count(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, enum iu_protocol protocol);

/**
 * iu_range_use_explain() - who holds the range, where it is full or nearly so
 * @question: for port 0
 * Returns: 1: it is, and was explained; 0: there is room, or the range is not known; IU_E_NOMEM.
 */
int iu_range_use_explain(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_range_use *use,
	struct iu_explanation *ret_explanation);

#endif

/* engine/linux/gaps.h - what was not seen, where the answer depends on it */
#ifndef IU_ENGINE_LINUX_GAPS_H
#define IU_ENGINE_LINUX_GAPS_H

#include "model/question.h"
#include "model/verdict.h"

struct iu_evaluation;

/** iu_linux_gap_matters() - a gap of the snapshot says something about this answer. */
bool iu_linux_gap_matters(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_verdict *verdict, const struct iu_gap *gap);

/** iu_linux_gaps() - facts that are missing without a gap that says so (a snapshot from elsewhere). */
void iu_linux_gaps(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

#endif

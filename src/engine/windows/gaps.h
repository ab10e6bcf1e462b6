/* engine/windows/gaps.h - what was not seen, where the answer depends on it, and what would tell it */
#ifndef IU_ENGINE_WINDOWS_GAPS_H
#define IU_ENGINE_WINDOWS_GAPS_H

#include "model/question.h"
#include "model/verdict.h"

struct iu_evaluation;

/** iu_windows_gap_matters() - a gap of the snapshot says something about this answer. */
bool iu_windows_gap_matters(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	const struct iu_gap *gap);

/** iu_windows_gaps() - for every fact that is missing the command that tells it. */
void iu_windows_gaps(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

#endif

/* engine/judge.h - what rules, system and message together say about one bind() */
#ifndef IU_ENGINE_JUDGE_H
#define IU_ENGINE_JUDGE_H

#include "engine/evaluation.h"
#include "model/verdict.h"

struct iu_judgement {
	enum iu_status status;
	int error;
	enum iu_cause cause; /* without a socket in the way */
	enum iu_confidence confidence;
	bool disagree; /* rules and kernel say different things */
	bool cache;    /* free only because the kernel's SO_REUSEPORT fast path said so */
	int other;     /* Windows: the error it may be as well, 0: none */
};

/** iu_judge_windows() - the judgement on one ask by the rules of Windows */
struct iu_judgement iu_judge_windows(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt);

/** iu_windows_doubts() - what could be otherwise on Windows, and what its event log says. */
int iu_windows_doubts(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt, struct iu_verdict *verdict);

/**
 * iu_windows_warnings() - "shadowed": who else has the port, where the bind() works or several do
 * Sharing is nothing that Windows reports: no call fails, and one of them gets each connection.
 */
int iu_windows_warnings(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

/** iu_windows_gap_matters() - a gap of the snapshot says something about this answer. */
bool iu_windows_gap_matters(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	const struct iu_gap *gap);

/** iu_windows_gaps() - for every fact that is missing the command that tells it. */
int iu_windows_gaps(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

#endif

/* engine/windows/judge.h - what rules, system and message together say about a bind() on Windows */
#ifndef IU_ENGINE_WINDOWS_JUDGE_H
#define IU_ENGINE_WINDOWS_JUDGE_H

#include "engine/judge.h"

struct iu_attempt;
struct iu_evaluation;

/** iu_windows_judge() - the judgement on one attempt */
struct iu_judgement iu_windows_judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt);

/** iu_windows_explains() - the socket is the cause, not something that is in the way besides */
bool iu_windows_explains(const struct iu_judgement *worst, const struct iu_blocker *blocker);

#endif

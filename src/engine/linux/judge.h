/* engine/linux/judge.h - what rules and kernel together say about one bind() on Linux */
#ifndef IU_ENGINE_LINUX_JUDGE_H
#define IU_ENGINE_LINUX_JUDGE_H

#include "engine/judge.h"

struct iu_attempt;
struct iu_evaluation;

/** iu_linux_judge() - the judgement on one attempt */
struct iu_judgement iu_linux_judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt);

#endif

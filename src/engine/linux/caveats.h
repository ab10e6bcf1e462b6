/* engine/linux/caveats.h - what could be otherwise on Linux, and who else answers on the port */
#ifndef IU_ENGINE_LINUX_CAVEATS_H
#define IU_ENGINE_LINUX_CAVEATS_H

#include "engine/judge.h"

struct iu_attempt;
struct iu_evaluation;

/** iu_linux_caveats() - what could be otherwise, and why. */
void iu_linux_caveats(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt,
	struct iu_verdict *verdict);

/** iu_linux_warnings() - "shadowed": the bind works, yet somebody else answers too. */
void iu_linux_warnings(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

#endif

/* engine/windows/caveats.h - what could be otherwise on Windows, and who else answers on the port */
#ifndef IU_ENGINE_WINDOWS_CAVEATS_H
#define IU_ENGINE_WINDOWS_CAVEATS_H

#include "engine/judge.h"

struct iu_attempt;
struct iu_evaluation;

/** iu_windows_caveats() - what could be otherwise, and what the event log says. */
void iu_windows_caveats(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt,
	struct iu_verdict *verdict);

/**
 * iu_windows_warnings() - "shadowed": who else has the port, where the bind() works or several do
 * Sharing is nothing that Windows reports: no call fails, and one of them gets each connection.
 */
void iu_windows_warnings(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

#endif

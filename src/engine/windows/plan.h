/* engine/windows/plan.h - the steps that would free a port on Windows */
#ifndef IU_ENGINE_WINDOWS_PLAN_H
#define IU_ENGINE_WINDOWS_PLAN_H

#include "model/plan.h"
#include "model/question.h"

/**
 * iu_plan_windows() - adds steps or refusals to @plan for a verdict that says the bind fails
 * As iu_plan(). Returns: 0, IU_E_NOMEM.
 */
int iu_plan_windows(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_snapshot *everything,
	const struct iu_verdict *verdict, const struct iu_plan_rules *rules, struct iu_plan *plan);

#endif

/* engine/windows/plan.h - the steps that would free a port on Windows */
#ifndef IU_ENGINE_WINDOWS_PLAN_H
#define IU_ENGINE_WINDOWS_PLAN_H

#include "engine/planning.h"

/** iu_windows_plan() - see iu_rules.plan. */
void iu_windows_plan(struct iu_planning *p);

#endif

/* engine/linux/plan.h - the steps that would free a port or a path on Linux */
#ifndef IU_ENGINE_LINUX_PLAN_H
#define IU_ENGINE_LINUX_PLAN_H

#include "engine/planning.h"

/** iu_linux_plan() - see iu_rules.plan. */
void iu_linux_plan(struct iu_planning *p);

#endif

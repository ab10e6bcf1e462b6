/* model/plan.c - names of steps, plans and outcomes */
#include "model/plan.h"

#include "base/compat.h"

#define X(name, text) text,
static const char *const steps[] = {IU_STEPS(X)};
static const char *const kinds[] = {IU_PLAN_KINDS(X)};
static const char *const outcomes[] = {IU_RESULTS(X)};
#undef X

const char *iu_step_name(enum iu_step_kind kind)
{
	return (size_t)kind < IU_COUNT(steps) ? steps[kind] : "unknown";
}

const char *iu_plan_kind_name(enum iu_plan_kind kind)
{
	return (size_t)kind < IU_COUNT(kinds) ? kinds[kind] : "unknown";
}

const char *iu_result_name(enum iu_result_kind kind)
{
	return (size_t)kind < IU_COUNT(outcomes) ? outcomes[kind] : "unknown";
}

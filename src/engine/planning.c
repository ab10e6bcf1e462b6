/* engine/planning.c - a plan in the making, and what the planners of all systems share */
#include "engine/planning.h"

#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/phrase.h"
#include "knowledge/supervisors.h"

struct iu_step *iu_planning_step(struct iu_planning *p, const struct iu_lever *lever)
{
	struct iu_step *step = iu_list_add(p->arena, &p->plan.steps);

	*step = (struct iu_step){.lever = *lever, .wait_ms = -1, .risk = IU_RISK_LOW};
	return step;
}

struct iu_lever_context iu_planning_levers(const struct iu_planning *p)
{
	return (struct iu_lever_context){p->arena, p->question, p->snapshot};
}

void iu_planning_refuse(struct iu_planning *p, int32_t pid, const char *what, const char *why,
	const char *next)
{
	struct iu_refusal *refusal;

	for (size_t i = 0; i < p->plan.refusals.n; i++)
		if (pid && p->plan.refusals.v[i].pid == pid &&
			!strcmp(p->plan.refusals.v[i].what, what))
			return;
	refusal = iu_list_add(p->arena, &p->plan.refusals);
	*refusal = (struct iu_refusal){.pid = pid, .what = what, .why = why, .next = next};
}

struct iu_refusal iu_planning_refusal(const struct iu_snapshot *snapshot, enum iu_cause cause)
{
	const struct iu_cause_rule *rule = iu_cause_rule(snapshot, cause);

	if (rule->refusal.what)
		return (struct iu_refusal){.what = rule->refusal.what, .why = rule->refusal.why};
	return (struct iu_refusal){
		.what = "nothing is stopped",
		.why = "there is no way to free it that would surely harm nobody else",
	};
}

void iu_planning_refuse_cause(struct iu_planning *p, enum iu_cause cause)
{
	struct iu_refusal refusal = iu_planning_refusal(p->snapshot, cause);

	iu_planning_refuse(p, 0, refusal.what, refusal.why, NULL);
}

bool iu_planning_ends(const struct iu_planning *p, int32_t pid)
{
	for (size_t i = 0; i < p->plan.steps.n; i++)
		if (p->plan.steps.v[i].lever.kind == IU_STEP_TERMINATE &&
			p->plan.steps.v[i].lever.process.pid == pid)
			return true;
	return false;
}

bool iu_planning_is_ancestor(const struct iu_planning *p, int32_t pid)
{
	for (size_t i = 0; i < p->rules->ancestor_count; i++)
		if (p->rules->ancestors[i] == pid)
			return true;
	return false;
}

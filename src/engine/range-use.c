/* engine/range-use.c - how full the range is that the system chooses ports from */
#include "engine/range-use.h"

#include <string.h>

#include "base/err.h"
#include "engine/blockers.h"
#include "engine/causes/cause.h"
#include "engine/engine.h"
#include "engine/evaluation.h"
#include "engine/phrase.h"
#include "engine/remedies.h"
#include "engine/rules.h"

#define PORTS	    65536
#define NEARLY_FULL 80 /* percent */

struct iu_sysctls iu_range_use_limits(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, enum iu_protocol protocol)
{
	const struct iu_question question = {.target.protocol = protocol};
	struct iu_evaluation evaluation = {
		.question = &question, .snapshot = snapshot, .rules = iu_rules_of(snapshot)};

	evaluation.rules->limits(arena, &evaluation);
	return evaluation.limits;
}

struct iu_range_use iu_range_use_count(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, enum iu_protocol protocol)
{
	struct iu_sysctls limits = iu_range_use_limits(arena, snapshot, protocol);
	struct iu_range_use use = {limits.port_first, limits.port_last, 0, 0};
	bool held[PORTS] = {false};

	for (size_t i = 0; i < snapshot->sockets.n; i++)
		held[snapshot->sockets.v[i].port] |= snapshot->sockets.v[i].protocol == protocol;
	for (int32_t port = use.first; port >= 0 && port <= use.last && port < PORTS; port++) {
		if (iu_in_range(&limits, (uint16_t)port) != IU_YES)
			continue;
		use.ports++;
		use.used += held[port];
	}
	return use;
}

/* As the cause itself tells it, of a range that is not full yet. */
static void decide_nearly(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	struct iu_evaluation evaluation;

	iu_evaluation_make(arena, question, snapshot, &evaluation);
	verdict->cause = IU_CAUSE_EPHEMERAL_EXHAUSTED;
	verdict->confidence = IU_CONFIDENCE_PROVEN;
	iu_blockers_range(arena, &evaluation, verdict);
	iu_cause_rule(snapshot, verdict->cause)->evidence(arena, &evaluation, &evaluation.attempts[0], verdict);
	iu_remedies(arena, question, snapshot, &evaluation, verdict);
}

/* The sentence of a full range, made true. */
static void say_nearly(struct iu_explanation *story)
{
	for (size_t i = 0; i < story->parts.n; i++)
		if (!strcmp(story->parts.v[i].label, "why") && story->parts.v[i].lines.n)
			story->parts.v[i].lines.v[0] =
				"connect(), and bind() to port 0, fail when the last port of the range is taken";
}

int iu_range_use_explain(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_range_use *use,
	struct iu_explanation *ret_explanation)
{
	struct iu_verdict verdict;
	bool nearly = false;
	int ret;

	if (!use->ports || use->used * 100 < use->ports * NEARLY_FULL)
		return 0;
	ret = iu_decide(arena, question, snapshot, &verdict);
	if (ret == 0 && verdict.status != IU_STATUS_IN_USE) {
		nearly = true;
		verdict = (struct iu_verdict){.status = IU_STATUS_IN_USE};
		decide_nearly(arena, question, snapshot, &verdict);
	}
	if (ret == 0)
		ret = iu_describe(arena, question, snapshot, &verdict, ret_explanation);
	if (nearly && ret == 0)
		say_nearly(ret_explanation);
	ret_explanation->headline = iu_phrase(arena,
		"%zu of %zu %s ports that the system may choose are taken (%zu %%).", use->used, use->ports,
		question->target.protocol == IU_PROTOCOL_TCP ? "TCP" : "UDP", use->used * 100 / use->ports);
	return ret < 0 ? ret : 1;
}

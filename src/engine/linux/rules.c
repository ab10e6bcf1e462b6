/* engine/linux/rules.c - the rules of Linux */
#include "engine/rules.h"

#include "engine/evaluation.h"
#include "engine/linux/caveats.h"
#include "engine/linux/again.h"
#include "engine/linux/causes.h"
#include "engine/linux/conflict.h"
#include "engine/linux/describe.h"
#include "engine/linux/free-port.h"
#include "engine/linux/gaps.h"
#include "engine/linux/infer.h"
#include "engine/linux/judge.h"
#include "engine/linux/local.h"
#include "engine/linux/needs.h"
#include "engine/phrase.h"
#include "engine/linux/plan.h"
#include "engine/linux/remedies.h"

static struct iu_outcome any_port(
	const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	return (struct iu_outcome){
		.fails = iu_linux_range_full(request, &evaluation->sockets, &evaluation->limits,
			&evaluation->kernel),
		.blocker = SIZE_MAX,
	};
}

/* The kernel compares sockets and nothing else. */
static bool refuses(const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	(void)evaluation;
	(void)request;
	return false;
}

static uint32_t facts(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	(void)snapshot;
	return question->target.protocol == IU_PROTOCOL_TCP ? IU_FACT_TCP | IU_FACT_BOUND
							    : IU_FACT_UDP;
}

static void limits(struct iu_arena *arena, struct iu_evaluation *evaluation)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;

	(void)arena;
	evaluation->kernel = (struct iu_kernel){
		.version = snapshot->host.kernel,
		.autobind_reuse = snapshot->sysctls.autobind_reuse == 1,
	};
	evaluation->limits = snapshot->sysctls;
	for (size_t i = 0; i < snapshot->caches.n; i++)
		if (snapshot->caches.v[i].protocol == evaluation->question->target.protocol &&
			snapshot->caches.v[i].port == evaluation->question->target.port)
			evaluation->kernel.cache = &snapshot->caches.v[i];
}

static void infer(struct iu_evaluation *evaluation)
{
	iu_linux_infer(&evaluation->sockets, &evaluation->kernel);
}

static bool sockets_seen(const struct iu_evaluation *evaluation)
{
	return evaluation->complete;
}

static uint16_t beyond(const struct iu_evaluation *evaluation)
{
	(void)evaluation;
	return 0;
}

/* No port is refused that no socket has. */
static size_t block(
	const struct iu_evaluation *evaluation, struct iu_request requests[IU_BLOCK_REQUESTS])
{
	(void)evaluation;
	(void)requests;
	return 0;
}

static bool explains(const struct iu_judgement *worst, const struct iu_blocker *blocker)
{
	(void)worst;
	(void)blocker;
	return true;
}

const struct iu_rules iu_rules_linux = {
	.conflict = iu_linux_conflict,
	.outcome = iu_linux_outcome,
	.any_port = any_port,
	.local_check = iu_linux_local_check,
	.refuses = refuses,
	.has_reuseport = true,
	.facts = facts,
	.limits = limits,
	.infer = infer,
	.sockets_seen = sockets_seen,
	.beyond = beyond,
	.holders_asked = iu_linux_holders_asked,
	.want_holders = iu_linux_want_holders,
	.has_waiters = true,
	.reuseaddr_passes_closing = true,
	.block = block,
	.judge = iu_linux_judge,
	.explains = explains,
	.warnings = iu_linux_warnings,
	.caveats = iu_linux_caveats,
	.gap_matters = iu_linux_gap_matters,
	.gaps = iu_linux_gaps,
	.causes = iu_linux_causes,
	.cause = iu_linux_cause,
	.needs_root = "needs root",
	.elevate = "sudo",
	.asked = "the kernel, asked with a trial bind(),",
	.quote = iu_phrase_shell,
	.describe_process = iu_linux_describe_process,
	.describe_sharing = iu_linux_describe_sharing,
	.describe_free = iu_linux_describe_free,
	.remedy = iu_linux_remedy,
	.again = iu_again_remedies,
	.plan = iu_linux_plan,
};

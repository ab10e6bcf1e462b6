/* engine/windows/rules.c - the rules of Windows */
#include "engine/rules.h"

#include "engine/windows/block.h"
#include "engine/windows/caveats.h"
#include "engine/windows/describe.h"
#include "engine/windows/gaps.h"
#include "engine/windows/judge.h"
#include "engine/windows/needs.h"
#include "engine/windows/quote.h"
#include "engine/windows/state.h"
#include "engine/windows/plan.h"
#include "engine/windows/remedies.h"

static struct iu_local_check local_check(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	(void)question; /* there are no privileged ports */
	return iu_windows_local_check(snapshot, request);
}

static bool refuses(const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	return iu_windows_reason(evaluation, request).cause != IU_CAUSE_NONE;
}

static void infer(struct iu_evaluation *evaluation)
{
	iu_windows_prepare(evaluation);
	iu_windows_assume(evaluation);
}

/* The list of excluded ranges and of services may be missing. */
static bool sockets_seen(const struct iu_evaluation *evaluation)
{
	return evaluation->complete || iu_windows_rows_seen(evaluation);
}

/* A capture has the rows of every port. */
static uint16_t beyond(const struct iu_evaluation *evaluation)
{
	return evaluation->snapshot->host.pid <= 0 ? iu_windows_beyond(evaluation) : 0;
}

const struct iu_rules iu_rules_windows = {
	.conflict = iu_windows_conflict,
	.outcome = iu_windows_outcome,
	.any_port = iu_windows_any_port,
	.local_check = local_check,
	.refuses = refuses,
	.has_exclusive = true,
	.facts = iu_windows_wanted,
	.limits = iu_windows_limits,
	.infer = infer,
	.sockets_seen = sockets_seen,
	.beyond = beyond,
	.holders_asked = iu_windows_holders_asked,
	.want_holders = iu_windows_want_holders,
	.block = iu_windows_block,
	.judge = iu_windows_judge,
	.sockets_deny = true,
	.explains = iu_windows_explains,
	.warnings = iu_windows_warnings,
	.caveats = iu_windows_caveats,
	.gap_matters = iu_windows_gap_matters,
	.gaps = iu_windows_gaps,
	.needs_root = "as administrator",
	.asked = "Windows was asked with a bind() of our own, and",
	.quote = iu_windows_quote,
	.describe_process = iu_windows_describe_process,
	.describe_sharing = iu_windows_describe_sharing,
	.describe_free = iu_windows_describe_free,
	.remedy = iu_windows_remedy,
	.plan = iu_windows_plan,
};

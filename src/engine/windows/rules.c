/* engine/windows/rules.c - the rules of Windows */
#include "engine/rules.h"

#include "engine/windows/block.h"
#include "engine/windows/caveats.h"
#include "engine/windows/causes.h"
#include "engine/windows/conflict.h"
#include "engine/windows/describe.h"
#include "engine/windows/gaps.h"
#include "engine/windows/infer.h"
#include "engine/windows/judge.h"
#include "engine/windows/local.h"
#include "engine/windows/needs.h"
#include "engine/windows/quote.h"
#include "engine/windows/reason.h"
#include "engine/windows/state.h"
#include "engine/windows/plan.h"
#include "engine/windows/remedies.h"

/* Every port of the range has a row: then bind() says WSAENOBUFS (Microsoft on port exhaustion). */
static struct iu_outcome any_port(
	const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	struct iu_outcome outcome = {.fails = IU_UNKNOWN, .blocker = SIZE_MAX};
	bool held[65536] = {false};
	int32_t port;

	if (evaluation->limits.port_first < 1 || evaluation->limits.port_last > UINT16_MAX)
		return outcome;
	for (size_t i = 0; i < evaluation->sockets.n; i++)
		held[evaluation->sockets.v[i].port] |= evaluation->sockets.v[i].protocol == request->protocol;
	outcome.fails = IU_YES;
	outcome.results = IU_BIND_INUSE;
	for (port = evaluation->limits.port_first; port <= evaluation->limits.port_last; port++)
		if (!held[port] && iu_in_range(&evaluation->limits, (uint16_t)port) == IU_YES) {
			outcome.fails = IU_NO;
			outcome.results = IU_BIND_OK;
		}
	return outcome;
}

static void limits(struct iu_arena *arena, struct iu_evaluation *evaluation)
{
	const struct iu_question *question = evaluation->question;
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	struct iu_port_range range;

	evaluation->kernel = (struct iu_kernel){
		.version = snapshot->host.kernel,
		.old_windows = iu_windows_before(snapshot, 5, 2),
	};
	evaluation->limits = (struct iu_sysctls){.port_first = snapshot->sysctls.port_first,
		.port_last = snapshot->sysctls.port_last,
		.bindv6only = 1};
	if (evaluation->limits.port_first <= 0 || evaluation->limits.port_last <= 0)
		evaluation->limits.port_first = evaluation->limits.port_last = -1;
	if (iu_windows_range(snapshot, question->target.protocol, &range)) {
		evaluation->limits.port_first = range.first;
		evaluation->limits.port_last = range.last;
	}
	for (size_t i = 0; i < snapshot->windows.exclusions.n; i++) {
		const struct iu_exclusion *e = &snapshot->windows.exclusions.v[i];
		struct iu_reserved *slot;

		if (e->protocol != question->target.protocol)
			continue;
		slot = iu_list_add(arena, &evaluation->limits.reserved);
		*slot = (struct iu_reserved){e->first, e->last};
	}
}

static bool refuses(const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	return iu_windows_reason(evaluation, request).cause != IU_CAUSE_NONE;
}

/* The list of excluded ranges and of services may be missing. */
static bool sockets_seen(const struct iu_evaluation *evaluation)
{
	return evaluation->complete || iu_windows_rows_seen(evaluation->question, evaluation->snapshot);
}

/* A capture has the rows of every port. */
static uint16_t beyond(const struct iu_evaluation *evaluation)
{
	return evaluation->snapshot->host.pid <= 0 ? iu_windows_beyond(evaluation) : 0;
}

const struct iu_rules iu_rules_windows = {
	.conflict = iu_windows_conflict,
	.outcome = iu_windows_outcome,
	.any_port = any_port,
	.local_check = iu_windows_local_check,
	.refuses = refuses,
	.has_exclusive = true,
	.facts = iu_windows_wanted,
	.limits = limits,
	.infer = iu_windows_infer,
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
	.causes = iu_windows_causes,
	.cause = iu_windows_cause,
	.needs_root = "as administrator",
	.asked = "Windows, asked with a trial bind(),",
	.quote = iu_windows_quote,
	.describe_process = iu_windows_describe_process,
	.describe_sharing = iu_windows_describe_sharing,
	.describe_free = iu_windows_describe_free,
	.remedy = iu_windows_remedy,
	.plan = iu_windows_plan,
};

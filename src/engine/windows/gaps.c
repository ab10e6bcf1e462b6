/* engine/windows/gaps.c - what was not seen, where the answer depends on it, and what would tell it */
#include "engine/windows/gaps.h"

#include <string.h>

#include "engine/phrase.h"
#include "engine/evaluation.h"
#include "engine/windows/state.h"

static bool has_gap(const struct iu_verdict *verdict, uint32_t fact)
{
	for (size_t i = 0; i < verdict->gaps.n; i++)
		if (verdict->gaps.v[i].fact & fact)
			return true;
	return false;
}

static bool no_name(const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	int32_t pid = iu_windows_owner(snapshot, &b->socket);

	return pid < 0 || pid >= IU_PID_MADE_UP ||
	       (pid > IU_WINDOWS_SYSTEM_PID && !iu_snapshot_process(snapshot, pid));
}

/* Who the blockers are, as far as it is not known. */
static uint32_t facts_of_blockers(
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	uint32_t facts = 0;

	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (iu_is_closing(&b->socket))
			continue;
		facts |= IU_FACT_SERVICES;
		if (b->certain == IU_UNKNOWN)
			facts |= IU_FACT_OPTIONS;
		if (no_name(snapshot, b))
			facts |= IU_FACT_HOLDERS;
		if (b->cause == IU_CAUSE_SERVICE || no_name(snapshot, b))
			facts |= IU_FACT_PROXIES;
	}
	return facts;
}

/* IU_FACT_* that would say more about this answer. */
static uint32_t facts_for(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	uint32_t facts = facts_of_blockers(snapshot, verdict);
	bool reason = verdict->cause == IU_CAUSE_ALG_RESERVED ||
		      verdict->cause == IU_CAUSE_HTTP_SYS || verdict->cause == IU_CAUSE_PORT_PROXY;
	bool settled =
		reason || (verdict->blockers.n && verdict->blockers.v[0].certain == IU_YES);

	if (verdict->status == IU_STATUS_FREE)
		return 0;
	if (question->target.protocol == IU_PROTOCOL_UNIX)
		return IU_FACT_UNIX;
	if (verdict->cause == IU_CAUSE_HTTP_SYS)
		facts |= IU_FACT_HTTP | IU_FACT_SERVICES;
	if (verdict->cause == IU_CAUSE_ALG_RESERVED)
		facts |= IU_FACT_SERVICES;
	if (verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED)
		return facts | IU_FACT_TCP;
	if (verdict->status == IU_STATUS_UNKNOWN || !(settled || iu_windows_exclusion(snapshot,
				question->target.protocol, question->target.port)))
		facts |= iu_windows_wanted(question, snapshot) | IU_FACT_ADDRESSES;
	if (question->symptom.from_capture == IU_WSAEACCES)
		facts |= IU_FACT_EXCLUSIONS;
	return facts;
}

bool iu_windows_gap_matters(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	const struct iu_gap *gap)
{
	bool udp = question->target.protocol == IU_PROTOCOL_UDP;

	if (gap->kind == (udp ? IU_GAP_TCP_RANGES : IU_GAP_UDP_RANGES))
		return false;
	if (gap->fact == IU_FACT_ADDRESSES &&
		(question->target.family == IU_FAMILY_ANY ||
			iu_address_is_wildcard(&question->target.address)))
		return false;
	return gap->fact & facts_for(question, snapshot, verdict);
}

void iu_windows_gaps(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	bool udp = evaluation->question->target.protocol == IU_PROTOCOL_UDP;
	uint32_t wanted = facts_for(evaluation->question, evaluation->snapshot, verdict);
	/* a capture is completed, a machine is asked */
	bool capture = evaluation->snapshot->host.pid <= 0;
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const struct {
		enum iu_fact fact;
		const char *what, *fix;
		bool some; /* a part of it was seen, and whether that is all nobody can tell */
	} rows[] = {
		{IU_FACT_TCP, "the list of TCP sockets", "netstat -anoq", false},
		{IU_FACT_BOUND, "TCP sockets that are bound without listening", "netstat -anoq",
			false},
		{IU_FACT_UDP, "the list of UDP sockets", "netstat -ano", false},
		{IU_FACT_EXCLUSIONS, "excluded port ranges",
			udp ? "netsh int ipv4 show excludedportrange protocol=udp"
			    : "netsh int ipv4 show excludedportrange protocol=tcp",
			false},
		{IU_FACT_HOLDERS, "names of processes", "tasklist /svc /fo csv",
			snapshot->processes.n > 0},
		{IU_FACT_SERVICES, "which services live in which process",
			"tasklist /svc /fo csv", snapshot->windows.services.n > 0},
		{IU_FACT_HTTP, "who has which URLs in HTTP.sys",
			"netsh http show servicestate view=requestq",
			snapshot->windows.http_queues.n > 0},
		{IU_FACT_PROXIES, "port proxy rules", "netsh interface portproxy show all",
			snapshot->windows.port_proxies.n > 0},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_gap *slot;

		if (!(wanted & rows[i].fact) || (snapshot->seen & rows[i].fact) ||
			rows[i].some || has_gap(verdict, rows[i].fact))
			continue;
		slot = iu_list_add(arena, &verdict->gaps);
		*slot = (struct iu_gap){.fact = rows[i].fact,
			.what = rows[i].what,
			.why = "not looked at, or not completely",
			.fix = iu_phrase(arena, capture ? "run `%s` and add its output" : "run `%s`",
				rows[i].fix)};
	}
}

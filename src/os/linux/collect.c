/* os/linux/collect.c - serves what is wanted: each collector in its turn */
#include <stddef.h>

#include "base/err.h"
#include "os/linux/lock.h"
#include "os/linux/scan.h"
#include "os/linux/stream.h"
#include "os/linux/watchdog.h"
#include "os/os.h"

/* In the order of need: sockets before their names, holders before what is read through them. */
static const struct {
	uint32_t facts; /* any of them wants it */
	iu_collector *collect;
	bool needs_proc;
	bool thorough; /* passed over with --first */
	const char *what; /* is not to be had without /proc */
} collectors[] = {
	{IU_FACT_HOST, iu_collect_host, false, false, NULL},
	{IU_FACT_SYSCTLS, iu_collect_sysctls, true, false, "port ranges and limits"},
	{IU_FACT_ADDRESSES, iu_collect_addresses, false, false, NULL},
	{IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP, iu_collect_inet, false, false, NULL},
	{IU_FACT_UNIX, iu_collect_unix, false, false, NULL},
	{IU_FACT_HOLDERS, iu_collect_bound, false, false, NULL},
	{IU_FACT_HOLDERS, iu_collect_inet_anew, false, false, NULL},
	{IU_FACT_POLICY, iu_collect_policy, true, true, NULL},
	{IU_FACT_AROUND, iu_collect_around, false, false, NULL},
	{IU_FACT_PATHS, iu_collect_paths, false, false, NULL},
	{IU_FACT_PATHS, iu_collect_other_netns, true, false, NULL},
	{IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_UNIX, iu_collect_cgroups, false, false, NULL},
	{IU_FACT_HOLDERS, iu_collect_holders, true, false, "which processes hold the sockets"},
	{IU_FACT_HOLDERS, iu_collect_hidden, true, true, NULL},
	{IU_FACT_HOLDERS | IU_FACT_EVIDENCE, iu_collect_evidence, false, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_found_by_bpf, false, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_guesses, true, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_programs, true, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_publishers, true, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_starters, true, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_ssh_control, true, true, NULL},
	{IU_FACT_HOLDERS, iu_collect_containers, true, true, NULL},
	{IU_FACT_OPTIONS, iu_collect_options, true, false, "socket options"},
	{IU_FACT_WAITERS, iu_collect_waiters, true, true, "whether somebody waits on the sockets"},
};

/* Sockets that have gone to a stream have taken the names of their holders with them. */
static bool is_over(const struct iu_scan *scan, size_t i)
{
	return iu_stream_begun(scan->stream) && collectors[i].collect != iu_collect_unix;
}

/* What is not there for want of /proc, or of time: of the facts of a row. */
static const char *what_of(uint32_t facts)
{
	static const struct {
		uint32_t fact;
		const char *what;
	} rows[] = {
		{IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP, "which sockets there are"},
		{IU_FACT_UNIX, "which UNIX sockets there are"},
		{IU_FACT_PATHS, "what lies at the path"},
		{IU_FACT_ADDRESSES, "the addresses of this machine"},
		{IU_FACT_SYSCTLS, "port ranges and limits"},
		{IU_FACT_OPTIONS, "socket options"},
		{IU_FACT_WAITERS, "whether somebody waits on the sockets"},
		{IU_FACT_HOST, "the rights and the system of who asks"},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].fact & facts)
			return rows[i].what;
	return "which processes hold the sockets";
}

static int run(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	const struct iu_needs *needs = scan->needs;
	int ret = 0;

	iu_lock_scan();
	for (size_t i = 0; i < IU_COUNT(collectors) && ret == 0 && !snapshot->arena.failed; i++) {
		if (!(needs->facts & collectors[i].facts) || is_over(scan, i) ||
			(needs->first && collectors[i].thorough))
			continue;
		if (iu_scan_over(scan)) {
			iu_scan_cut(scan, collectors[i].facts & needs->facts, what_of(collectors[i].facts));
			continue;
		}
		if (collectors[i].needs_proc && scan->proc < 0) {
			const char *fix, *why = iu_scan_no_proc(scan, &fix);

			if (!collectors[i].what)
				continue; /* the one before it said so */
			iu_scan_seen(scan, collectors[i].facts, false);
			iu_snapshot_gap(snapshot, (enum iu_fact)collectors[i].facts, 0,
				collectors[i].what, why, fix);
			continue;
		}
		iu_watchdog_go_on();
		ret = collectors[i].collect(scan);
	}
	if (ret == 0 && scan->stream)
		ret = iu_stream_end(scan);
	iu_lock_end();
	return ret < 0 ? ret : snapshot->arena.failed ? IU_E_NOMEM : 0;
}

int iu_os_collect(const struct iu_needs *needs, struct iu_snapshot *snapshot)
{
	struct iu_watched watched;
	struct iu_scan scan;
	int ret;

	iu_watchdog_begin(&watched);
	iu_scan_open(&scan, needs, snapshot);
	ret = run(&scan);
	iu_scan_close(&scan);
	iu_watchdog_end(&watched);
	return ret;
}

int iu_os_stream(const struct iu_needs *needs, struct iu_snapshot *snapshot,
	const struct iu_portions *portions)
{
	struct iu_stream *stream = iu_stream_open(needs, portions);
	struct iu_watched watched;
	struct iu_scan scan;
	int ret;

	if (!stream)
		return IU_E_NOMEM;
	iu_watchdog_begin(&watched);
	iu_scan_open(&scan, needs, snapshot);
	scan.stream = stream;
	ret = run(&scan);
	iu_scan_close(&scan);
	iu_watchdog_end(&watched);
	iu_stream_close(stream);
	return ret;
}

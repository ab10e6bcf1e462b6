/* os/windows/sockets/options.c - options of others' sockets, read from duplicates of their handles */
#include <string.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/holders/socket-handles.h"

/* A connection's options are of no interest: only who keeps the port decides about it. */
static bool is_asked(const struct iu_scan *scan, const struct iu_socket *s)
{
	return (s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND) && s->inode &&
	       s->protocol != IU_PROTOCOL_UNIX && iu_needs_inode(scan->needs, s->inode);
}

/* Two sockets of one process on one address cannot be told apart: what differs stays open. */
static enum iu_tri both(bool first, enum iu_tri before, enum iu_tri now)
{
	return first || before == now ? now : IU_UNKNOWN;
}

struct reading {
	struct iu_scan *scan;
	int32_t pid;
};

static void take(void *context, const struct iu_afd_socket *told)
{
	struct reading *reading = context;
	struct iu_sockets *sockets = &reading->scan->snapshot->sockets;

	for (size_t i = 0; i < sockets->n; i++) {
		struct iu_socket *s = &sockets->v[i];
		bool first = s->options_source != IU_SOURCE_READ;

		if (!is_asked(reading->scan, s) || !iu_afd_is(told, s) ||
			!iu_holds(reading->scan->snapshot, s->inode, reading->pid))
			continue;
		s->reuseaddr = both(first, s->reuseaddr, told->reuseaddr);
		s->exclusive = both(first, s->exclusive, told->exclusive);
		s->v6only = both(first, s->v6only, told->v6only);
		s->options_source = IU_SOURCE_READ;
	}
}

/* @error: how asking ended; 0: it has answered, and none of its handles was the one */
static int add_gap(struct iu_scan *scan, int32_t pid, int error)
{
	const char *what = iu_arena_printf(
		&scan->snapshot->arena, "the options of the sockets of pid %d", (int)pid);
	bool may_help = error == IU_E_ACCESS && scan->snapshot->windows.elevated != IU_YES;

	if (!what)
		return IU_E_NOMEM;
	iu_snapshot_gap(scan->snapshot, IU_FACT_OPTIONS, pid, what,
		error == IU_E_ACCESS   ? "its handles may not be looked at"
		: error == IU_E_NOTSUP ? "this system does not tell them"
				       : "none of its handles told them",
		may_help ? "run inuse as administrator" : NULL);
	return 0;
}

/* The socket's first living holder is asked: all that have it have the same socket. */
static int32_t whom_to_ask(const struct iu_scan *scan, uint64_t inode)
{
	const struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_listed row;

	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == inode &&
			iu_process_listed(scan->list, snapshot->holds.v[i].pid, &row))
			return snapshot->holds.v[i].pid;
	return 0;
}

int iu_collect_options(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct reading reading = {.scan = scan};
	bool all = true;
	int ret = 0;

	for (size_t i = 0; i < snapshot->sockets.n && ret == 0; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];
		struct iu_socket_handles *handles;
		int asked;

		if (!is_asked(scan, s) || s->options_source == IU_SOURCE_READ)
			continue;
		reading.pid = whom_to_ask(scan, s->inode);
		/* the kernel's own sockets are no handles, and its rules are known */
		if (reading.pid <= IU_WINDOWS_SYSTEM_PID) {
			all = false;
			continue;
		}
		handles = iu_scan_handles(scan);
		asked = handles ? iu_socket_handles_of(handles, reading.pid, take, &reading)
				: IU_E_NOTSUP;
		if (s->options_source == IU_SOURCE_READ)
			continue;
		all = false;
		ret = add_gap(scan, reading.pid, asked);
	}
	iu_scan_seen(scan, IU_FACT_OPTIONS, all && ret == 0);
	return ret;
}

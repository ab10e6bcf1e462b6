/* os/windows/holders/trace.c - who has a handle to a socket whose owner is not told, or is gone */
#include "base/err.h"
#include "model/needs.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/holders/socket-handles.h"

struct trace {
	struct iu_scan *scan;
	int32_t pid; /* who is asked */
	int error;
};

/* A connection goes its own way: what counts is who keeps the port. */
static bool is_traced(const struct iu_scan *scan, const struct iu_socket *s)
{
	struct iu_listed row;
	int32_t owner = iu_owner_of(s->inode);

	return (s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND) && s->inode &&
	       iu_needs_inode(scan->needs, s->inode) &&
	       (!owner || !iu_holds(scan->snapshot, s->inode, owner) ||
		       (scan->list && !iu_process_listed(scan->list, owner, &row)));
}

static void take(void *context, const struct iu_afd_socket *told)
{
	struct trace *trace = context;
	struct iu_snapshot *snapshot = trace->scan->snapshot;

	for (size_t i = 0; i < snapshot->sockets.n && trace->error == 0; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];
		struct iu_hold *hold;

		if (!iu_afd_is(told, s) || !is_traced(trace->scan, s) ||
			iu_holds(snapshot, s->inode, trace->pid))
			continue;
		hold = iu_list_add(&snapshot->arena, &snapshot->holds);
		*hold = (struct iu_hold){.inode = s->inode, .pid = trace->pid, .fd = -1};
		trace->error = iu_process_add(trace->scan, trace->pid);
	}
}

/* What a process that is gone has started, however many stand between. */
static bool is_heir(const struct iu_scan *scan, int32_t pid)
{
	const struct iu_sockets *sockets = &scan->snapshot->sockets;
	struct iu_listed row, parent;

	if (!iu_process_listed(scan->list, pid, &row))
		return false;
	while (iu_process_parent(scan->list, &row, &parent))
		row = parent;
	for (size_t i = 0; i < sockets->n; i++)
		if (is_traced(scan, &sockets->v[i]) && iu_owner_of(sockets->v[i].inode) == row.ppid)
			return true;
	return false;
}

/* Those most likely first: the time for all of them is limited. */
static int ask_all(struct trace *trace, struct iu_socket_handles *handles, bool heirs,
	unsigned int *missed)
{
	for (int32_t pid = 0; (pid = iu_socket_handles_next(handles, pid)) && trace->error == 0;) {
		int ret;

		if (is_heir(trace->scan, pid) != heirs || pid == (int32_t)GetCurrentProcessId())
			continue;
		trace->pid = pid;
		ret = iu_socket_handles_of(handles, pid, take, trace);
		/* what guards Windows inherits nothing of others, and no right would tell more */
		if (ret == 0 || ret == IU_E_GONE || ret == IU_E_NOTSUP)
			continue;
		(*missed)++;
		if (heirs && trace->error == 0) /* named, as who may have it */
			trace->error = iu_process_add(trace->scan, pid);
	}
	return trace->error;
}

int iu_trace_holders(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct trace trace = {.scan = scan};
	struct iu_socket_handles *handles = NULL;
	unsigned int missed = 0;
	bool wanted = false;
	int ret;

	for (size_t i = 0; i < snapshot->sockets.n && !wanted; i++)
		wanted = is_traced(scan, &snapshot->sockets.v[i]);
	handles = wanted ? iu_scan_handles(scan) : NULL;
	if (!handles)
		return 0; /* what has no holder then is a gap of its own */
	ret = ask_all(&trace, handles, true, &missed);
	if (ret == 0)
		ret = ask_all(&trace, handles, false, &missed);
	if (ret == 0 && missed)
		iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0,
			"who has handles to a socket whose owner is gone",
			"not every process may be asked", "run inuse as administrator");
	return ret;
}

/* ---- one process ---- */

struct search {
	const struct iu_socket *socket;
	bool found;
};

static void compare(void *context, const struct iu_afd_socket *told)
{
	struct search *search = context;

	search->found |= iu_afd_is(told, search->socket);
}

bool iu_is_successor(struct iu_scan *scan, const struct iu_socket *socket)
{
	struct search search = {.socket = socket};
	struct iu_socket_handles *handles;
	struct iu_listed row;
	int32_t owner = iu_owner_of(socket->inode);

	if (socket->since <= 0 || owner <= IU_WINDOWS_SYSTEM_PID ||
		!iu_process_listed(scan->list, owner, &row) ||
		iu_seconds_of(row.created) <= socket->since)
		return false;
	handles = iu_scan_handles(scan);
	return handles && iu_socket_handles_of(handles, owner, compare, &search) == 0 &&
	       !search.found;
}

bool iu_process_has(int32_t pid, const struct iu_socket *socket)
{
	struct search search = {.socket = socket};
	struct iu_socket_handles *handles;
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	handles = iu_socket_handles_open();
	if (handles)
		iu_socket_handles_of(handles, pid, compare, &search);
	iu_socket_handles_close(handles);
	WSACleanup();
	return search.found;
}

/* os/windows/process/process-list.c - the system's own list of its processes */
#include <stdlib.h>
#include <string.h>

#include "os/windows/process/process.h"

#define TRIES		   6
#define SLACK		   65536
#define PROCESSES	   5 /* SystemProcessInformation */
#define LENGTH_MISMATCH	   ((LONG)0xC0000004)
#define THREAD_WAITS	   5
#define REASON_SUSPENDED   5

/*
 * SYSTEM_PROCESS_INFORMATION and SYSTEM_THREAD_INFORMATION of 64-bit Windows, which the headers
 * describe in part only (winternl.h); unchanged since Vista.
 */
struct row {
	ULONG next, threads;
	LONGLONG unused[3], created, user_time, kernel_time;
	USHORT name_bytes, name_room;
	wchar_t *name;
	LONG priority;
	HANDLE pid, ppid;
	ULONG handles, session;
	char rest[256 - 104];
};

struct thread {
	LONGLONG times[3];
	ULONG wait_time;
	void *start;
	HANDLE pid, tid;
	LONG priority, base_priority;
	ULONG switches, state, reason;
};

_Static_assert(offsetof(struct row, session) == 100 && sizeof(struct row) == 256, "as on 64 bits");
_Static_assert(sizeof(struct thread) == 80 && offsetof(struct thread, reason) == 72, "the same");

struct iu_process_list {
	size_t size;
	char bytes[];
};

struct iu_process_list *iu_process_list_read(void)
{
	LONG(NTAPI * query)(int, void *, ULONG, ULONG *);
	struct iu_process_list *list = NULL;
	ULONG size = 0, need = 0;
	LONG status = LENGTH_MISMATCH;

	iu_api_into(L"ntdll.dll", query, "NtQuerySystemInformation");
	for (int i = 0; query && i < TRIES && status == LENGTH_MISMATCH; i++) {
		free(list);
		size = (need > size ? need : size) + SLACK;
		list = calloc(1, sizeof(*list) + size);
		if (!list)
			return NULL;
		list->size = size;
		status = query(PROCESSES, list->bytes, size, &need);
	}
	if (status < 0) {
		free(list);
		return NULL;
	}
	return list;
}

void iu_process_list_free(struct iu_process_list *list)
{
	free(list);
}

/* A program of which every thread is suspended holds its sockets and answers nobody. */
static bool is_suspended(const struct iu_process_list *list, size_t at, const struct row *row)
{
	struct thread thread;
	size_t first = at + sizeof(*row);

	if (!row->threads || first > list->size ||
		row->threads > (list->size - first) / sizeof(thread))
		return false;
	for (ULONG i = 0; i < row->threads; i++) {
		memcpy(&thread, list->bytes + first + i * sizeof(thread), sizeof(thread));
		if (thread.state != THREAD_WAITS || thread.reason != REASON_SUSPENDED)
			return false;
	}
	return true;
}

static bool name_fits(const struct iu_process_list *list, const struct row *row)
{
	size_t at = (size_t)((const char *)row->name - list->bytes);

	return row->name && at <= list->size && row->name_bytes <= list->size - at;
}

static void take(const struct iu_process_list *list, size_t at, const struct row *row,
	struct iu_listed *ret)
{
	*ret = (struct iu_listed){.pid = (int32_t)(intptr_t)row->pid,
		.ppid = (int32_t)(intptr_t)row->ppid,
		.session = row->session,
		.created = (uint64_t)row->created,
		.suspended = is_suspended(list, at, row)};
	if (name_fits(list, row)) {
		ret->name = row->name;
		ret->name_units = row->name_bytes / sizeof(*row->name);
	}
}

bool iu_process_listed(const struct iu_process_list *list, int32_t pid, struct iu_listed *ret)
{
	struct row row;

	for (size_t at = 0; list && list->size - at >= sizeof(row);) {
		memcpy(&row, list->bytes + at, sizeof(row));
		if ((int32_t)(intptr_t)row.pid == pid) {
			take(list, at, &row, ret);
			return true;
		}
		if (!row.next || row.next > list->size - at)
			return false;
		at += row.next;
	}
	return false;
}

/* A pid is given again: only who was there before the child can be its parent. */
bool iu_process_parent(const struct iu_process_list *list, const struct iu_listed *child,
	struct iu_listed *ret)
{
	struct iu_listed parent;

	if (!child->ppid || child->ppid == child->pid ||
		!iu_process_listed(list, child->ppid, &parent) || parent.created > child->created)
		return false;
	*ret = parent;
	return true;
}

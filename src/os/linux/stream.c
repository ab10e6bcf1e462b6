/* os/linux/stream.c - the sockets of a long listing in portions, each with its holders */
#include "os/linux/stream.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/holders/fd-index.h"
#include "os/linux/process/process.h"
#include "os/linux/watchdog.h"

/* What is known of processes is thrown away past the first, and kept short past the second. */
#define PROCESSES_ENOUGH (8u << 20)
#define PROCESSES_MANY	 (16u << 20)

struct iu_stream {
	const struct iu_portions *portions;
	uint32_t number; /* of the portion, from 1 on */
	bool begun;
	int error; /* of the one who takes them */
	uint64_t ticks; /* when the descriptors were looked at, since boot */
	struct iu_fd_index index;
	struct iu_snapshot gone; /* gaps of the portions that have gone */
	/* What is known of processes lives longer than a portion. */
	const struct iu_needs *asked;
	struct iu_needs needs; /* the same, but brief where there are too many */
	struct iu_scan people;
	struct iu_snapshot processes;
};

struct iu_stream *iu_stream_open(
	const struct iu_needs *needs, const struct iu_portions *portions)
{
	struct iu_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->portions = portions;
	stream->asked = needs;
	stream->needs = *needs;
	iu_snapshot_init(&stream->gone);
	iu_snapshot_init(&stream->processes);
	return stream;
}

void iu_stream_close(struct iu_stream *stream)
{
	if (!stream)
		return;
	if (stream->begun)
		iu_scan_close(&stream->people);
	iu_snapshot_free(&stream->processes);
	iu_snapshot_free(&stream->gone);
	iu_fd_index_free(&stream->index);
	free(stream);
}

bool iu_stream_begun(const struct iu_stream *stream)
{
	return stream && stream->begun;
}

static int begin(struct iu_scan *scan)
{
	struct iu_stream *stream = scan->stream;
	struct timespec now = {0};
	long per_second = sysconf(_SC_CLK_TCK);
	const char *why, *fix;
	int ret = 0;

	stream->begun = true;
	iu_scan_open(&stream->people, &stream->needs, &stream->processes);
	if (scan->proc < 0) {
		why = iu_scan_no_proc(scan, &fix);
		iu_snapshot_gap(scan->snapshot, IU_FACT_HOLDERS, 0,
			"which processes hold the sockets", why, fix);
	} else if (scan->needs->facts & IU_FACT_HOLDERS)
		ret = iu_fd_index_make(scan, &stream->index);
	clock_gettime(CLOCK_BOOTTIME, &now);
	stream->ticks = (uint64_t)(now.tv_sec + 1) * (uint64_t)(per_second > 0 ? per_second : 100);
	return ret;
}

static void forget_processes(struct iu_stream *stream)
{
	for (size_t i = 0; i < stream->index.tables; i++)
		stream->index.table[i].process = NULL;
	iu_scan_close(&stream->people);
	iu_snapshot_free(&stream->processes);
	iu_snapshot_init(&stream->processes);
	stream->needs.brief = stream->asked->brief;
	stream->needs.names = stream->asked->names;
	iu_scan_open(&stream->people, &stream->needs, &stream->processes);
}

/* The first table of the process: it keeps what is known of it. NULL: the process has gone. */
static struct iu_fd_index_table *process_of(struct iu_stream *stream, size_t at)
{
	struct iu_fd_index_table *table = &stream->index.table[at];
	struct iu_snapshot *processes = &stream->processes;

	while (table > stream->index.table && table[-1].pid == table->pid)
		table--;
	if (table->process)
		return table;
	if (processes->arena.used > PROCESSES_MANY)
		stream->needs.brief = stream->needs.names = true;
	processes->processes = (struct iu_processes){0};
	if (iu_process_read(&stream->people, table->pid) == 0 &&
		processes->processes.v[0].start_ticks <= stream->ticks)
		table->process = &processes->processes.v[0];
	return table->process ? table : NULL;
}

static int add_holds(struct iu_scan *scan, uint64_t inode)
{
	struct iu_stream *stream = scan->stream;
	struct iu_snapshot *snapshot = scan->snapshot;
	const struct iu_fd_index *index = &stream->index;
	size_t low = 0, high = index->n, first = snapshot->holds.n, i;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->v[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < index->n && index->v[low].inode == inode; low++) {
		struct iu_fd_index_table *table = process_of(stream, index->v[low].table);
		struct iu_hold *hold;

		if (stream->processes.arena.failed)
			return IU_E_NOMEM;
		if (!table || (index->unchecked && !iu_proc_walk_leads(scan, table->pid,
				index->table[index->v[low].table].tid, index->v[low].fd, inode)))
			continue;
		/* where tables may not be compared, each thread's is there with the same content */
		for (i = first; i < snapshot->holds.n; i++)
			if (snapshot->holds.v[i].pid == table->pid &&
				snapshot->holds.v[i].fd == index->v[low].fd)
				break;
		if (i < snapshot->holds.n)
			continue;
		hold = iu_list_add(&snapshot->arena, &snapshot->holds);
		*hold = (struct iu_hold){.inode = inode,
			.pid = table->pid,
			.tid = index->table[index->v[low].table].tid,
			.fd = index->v[low].fd};
		table->portion = stream->number;
	}
	return 0;
}

/* The processes of this portion's holders, in the order of their pids. */
static void add_processes(struct iu_scan *scan)
{
	const struct iu_stream *stream = scan->stream;
	struct iu_snapshot *snapshot = scan->snapshot;

	for (size_t i = 0; i < stream->index.tables; i++) {
		const struct iu_fd_index_table *table = &stream->index.table[i];
		struct iu_process *slot;

		if (table->portion != stream->number || !table->process)
			continue;
		slot = iu_list_add(&snapshot->arena, &snapshot->processes);
		*slot = *table->process;
	}
}

static void keep_gaps(struct iu_snapshot *to, const struct iu_snapshot *from)
{
	for (size_t i = 0; i < from->gaps.n; i++)
		iu_snapshot_add_gap(to, &from->gaps.v[i]);
}

/* A new snapshot of the same machine; nothing of the old one's memory is needed any more. */
static int start_anew(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot, fresh;
	struct iu_stream *stream = scan->stream;

	keep_gaps(&stream->gone, snapshot);
	iu_snapshot_init(&fresh);
	fresh.seen = snapshot->seen;
	fresh.host = snapshot->host;
	fresh.host.os = iu_arena_strdup(&fresh.arena, snapshot->host.os);
	fresh.host.release = iu_arena_strdup(&fresh.arena, snapshot->host.release);
	fresh.host.hostname = iu_arena_strdup(&fresh.arena, snapshot->host.hostname);
	fresh.host.user = iu_arena_strdup(&fresh.arena, snapshot->host.user);
	iu_scan_close(scan);
	iu_snapshot_free(snapshot);
	*snapshot = fresh;
	iu_scan_open(scan, scan->needs, snapshot);
	scan->stream = stream;
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}

static int name_all(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_stream *stream = scan->stream;
	int ret = iu_collect_cgroups(scan);

	stream->number++;
	if (stream->processes.arena.used > PROCESSES_ENOUGH)
		forget_processes(stream);
	for (size_t i = 0; i < snapshot->sockets.n && ret == 0; i++)
		if (snapshot->sockets.v[i].inode)
			ret = add_holds(scan, snapshot->sockets.v[i].inode);
	if (ret == 0)
		add_processes(scan);
	return ret;
}

/* A portion that is whole; whoever reads it may be a pager. */
static int hand_out(struct iu_scan *scan, bool last)
{
	struct iu_stream *stream = scan->stream;
	int ret;

	if (scan->snapshot->arena.failed || stream->gone.arena.failed)
		return IU_E_NOMEM;
	iu_watchdog_pause();
	ret = stream->portions->take(stream->portions->context, scan->snapshot, last);
	iu_watchdog_go_on();
	return ret;
}

int iu_stream_room(struct iu_scan *scan)
{
	struct iu_stream *stream = scan->stream;
	int ret = 0;

	if (!stream || scan->snapshot->sockets.n < stream->portions->most)
		return 0;
	if (stream->error < 0)
		return stream->error;
	if (!stream->begun)
		ret = begin(scan);
	if (ret == 0)
		ret = name_all(scan);
	if (ret == 0)
		ret = hand_out(scan, false);
	if (ret == 0)
		ret = start_anew(scan);
	stream->error = ret < 0 ? ret : 0;
	return ret < 0 ? ret : 1;
}

int iu_stream_end(struct iu_scan *scan)
{
	struct iu_stream *stream = scan->stream;
	int ret = stream->error;

	if (ret == 0 && stream->begun)
		ret = name_all(scan);
	if (ret == 0)
		keep_gaps(scan->snapshot, &stream->gone);
	return ret < 0 ? ret : hand_out(scan, true);
}

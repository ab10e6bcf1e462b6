/* os/linux/holders/list-walk.c - the holders of a list, as the kernel tells them */
#include "os/linux/holders/list-walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/process/process.h"
#include "os/linux/sockets/bound.h"

static int compare(const void *left, const void *right)
{
	const struct iu_bpf_descriptor *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->tid != b->tid) /* the process before its threads */
		return a->tid == a->pid || (b->tid != b->pid && a->tid < b->tid) ? -1 : 1;
	if (a->fd != b->fd)
		return a->fd < b->fd ? -1 : 1;
	return (a->inode > b->inode) - (a->inode < b->inode); /* told twice, reused between */
}

/* The process that was looked up last, and how that went. */
struct last {
	int32_t pid;
	int result;
};

/* What the kernel said of a process at the same moment counts for it. */
static int note(struct iu_proc_walk *walk, const struct iu_bpf_descriptor *row,
	const struct iu_bpf_process *process, struct last *last)
{
	const struct iu_hold hold = {.inode = row->inode,
		.pid = row->pid,
		.tid = row->tid == row->pid ? 0 : row->tid,
		.fd = (int32_t)row->fd};

	if (hold.pid == walk->scan->self && !walk->scan->needs->own_process)
		return 0;
	if (!iu_proc_walk_find(walk, hold.inode))
		return 0;
	if (last->pid != hold.pid)
		*last = (struct last){hold.pid, iu_process_listed(walk->scan, process)};
	if (last->result < 0)
		return last->result == IU_E_NOMEM ? IU_E_NOMEM : 0;
	return iu_proc_walk_hold(walk, &hold);
}

/* In the order of pids, threads and numbers. */
static int note_all(struct iu_proc_walk *walk, const struct iu_bpf_holders *found)
{
	struct iu_bpf_descriptor *rows = malloc((found->n + 1) * sizeof(*rows));
	struct last last = {0, 0};
	int ret = rows ? 0 : IU_E_NOMEM;

	if (rows && found->n) {
		memcpy(rows, found->rows, found->n * sizeof(*rows));
		qsort(rows, found->n, sizeof(*rows), compare);
	}
	for (size_t i = 0; i < found->n && ret == 0; i++)
		ret = note(walk, &rows[i], &found->processes[rows[i].process], &last);
	free(rows);
	return ret == 0 ? 1 : ret;
}

int iu_list_walk(struct iu_proc_walk *walk)
{
	const struct iu_bpf_file_set *files = iu_bound_files(walk->scan);
	struct iu_bpf_holders found;
	struct iu_bpf *bpf = NULL;
	int canary, ret;

	if (!files || iu_bpf_holders_open(iu_scan_bpf(walk->scan), &bpf) < 0)
		return 0;
	canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = canary < 0 ? IU_E_SYSTEM : iu_bpf_holders_in(bpf, files, canary, &found);
	ret = ret < 0 ? 0 : note_all(walk, &found);
	walk->told = ret > 0;
	if (canary >= 0)
		close(canary);
	iu_bpf_close(bpf);
	return ret;
}

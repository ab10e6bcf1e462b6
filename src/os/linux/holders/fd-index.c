/* os/linux/holders/fd-index.c - every descriptor of every process that leads to a socket */
#include "os/linux/holders/fd-index.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/bpf/bpf.h"

/* Fewer open files than that are read faster in /proc: where the programs are kept, and where not. */
#define FILES_FEW  300
#define FILES_MANY 4000

/* What is asked of the kernel. */
struct asked {
	struct iu_fd_index *index;
	const struct iu_proc_walk *walk; /* its inodes, or all where there are none */
	int canary; /* a descriptor of our own that has to be among them */
	bool canary_seen;
};

void iu_fd_index_free(struct iu_fd_index *index)
{
	free(index->v);
	free(index->table);
}

/* Room for one more. Returns: 0, IU_E_NOMEM. */
static int grow(void **v, size_t n, size_t *cap, size_t size)
{
	size_t room = *cap ? *cap * 2 : 4096;
	void *bigger;

	if (n < *cap)
		return 0;
	bigger = realloc(*v, room * size);
	if (!bigger)
		return IU_E_NOMEM;
	*v = bigger;
	*cap = room;
	return 0;
}

static int note(void *context, const struct iu_hold *hold)
{
	struct iu_fd_index *index = context;
	struct iu_fd_index_table *last = index->tables ? &index->table[index->tables - 1] : NULL;

	if (index->n >= IU_FD_INDEX_MOST || hold->inode > UINT32_MAX) {
		index->full = true;
		return 0;
	}
	if (!last || last->pid != hold->pid || last->tid != hold->tid) {
		if (grow((void **)&index->table, index->tables, &index->tables_cap, sizeof(*last)) < 0)
			return IU_E_NOMEM;
		index->table[index->tables++] =
			(struct iu_fd_index_table){.pid = hold->pid, .tid = hold->tid};
	}
	if (grow((void **)&index->v, index->n, &index->cap, sizeof(*index->v)) < 0)
		return IU_E_NOMEM;
	index->v[index->n++] = (struct iu_fd_index_row){
		(uint32_t)hold->inode, (uint32_t)index->tables - 1, hold->fd};
	return 0;
}

/* ---- asked of the kernel ---- */

static int on_descriptor(void *context, const struct iu_row_head *head)
{
	const struct iu_row_hold *found = (const struct iu_row_hold *)head;
	struct asked *asked = context;
	const struct iu_scan *scan = asked->walk->scan;
	const struct iu_hold hold = {.inode = found->inode,
		.pid = found->pid,
		.tid = found->tid == found->pid ? 0 : found->tid,
		.fd = found->fd};

	if (head->kind != IU_ROW_HOLD || found->pid <= 0)
		return 0;
	asked->canary_seen = asked->canary_seen ||
		(found->pid == scan->self && found->fd == asked->canary);
	if (found->pid == scan->self && !scan->needs->own_process)
		return 0;
	return !asked->walk->inodes || iu_proc_walk_find(asked->walk, found->inode)
		? note(asked->index, &hold) : 0;
}

static bool worth_while(const struct iu_scan *scan)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	if (wanted && (!strcmp(wanted, "off") || !strcmp(wanted, "exhaustive")))
		return false;
	return iu_scan_initial_pids(scan) &&
	       iu_scan_open_files(scan, iu_bpf_keeps(iu_scan_bpf(scan)) ? FILES_FEW : FILES_MANY);
}

static int walk_descriptors(struct asked *asked)
{
	const struct iu_bpf_ask ask = {.reader = asked->walk->scan->self, .brief = true};
	struct iu_bpf *bpf = NULL;
	const char *why;
	int ret = iu_bpf_hidden_open(iu_scan_bpf(asked->walk->scan), &ask, &bpf, &why);

	if (ret == 0)
		ret = iu_bpf_hidden_run(bpf, IU_BPF_FILES, on_descriptor, asked);
	iu_bpf_close(bpf);
	return ret == 0 && !asked->canary_seen ? IU_E_PROTO : ret;
}

/* Returns: 1: the index is there, 0: it has to be made of /proc, IU_E_NOMEM. */
static int ask_kernel(const struct iu_proc_walk *walk, struct iu_fd_index *index)
{
	struct asked asked = {index, walk, -1, false};
	int ret;

	if (!worth_while(walk->scan))
		return 0;
	asked.canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ret = asked.canary < 0 ? IU_E_SYSTEM : walk_descriptors(&asked);
	if (asked.canary >= 0)
		close(asked.canary);
	index->unchecked = ret == 0;
	if (ret < 0) {
		index->n = index->tables = 0;
		index->full = false;
	}
	return ret == 0 ? 1 : ret == IU_E_NOMEM ? ret : 0;
}

int iu_fd_index_walk(struct iu_proc_walk *walk)
{
	struct iu_fd_index index = {0};
	int ret = ask_kernel(walk, &index);
	uint64_t inode;

	if (index.full && ret == 1)
		ret = 0;
	for (size_t i = 0; i < index.n && ret == 1; i++) {
		const struct iu_fd_index_table *table = &index.table[index.v[i].table];

		if (iu_proc_walk_place(walk, table->pid, table->tid ? table->tid : table->pid,
			    index.v[i].fd, &inode) < 0)
			ret = IU_E_NOMEM;
	}
	iu_fd_index_free(&index);
	return ret;
}

/* ---- the whole of it ---- */

static bool comes_after(const struct iu_fd_index_row *a, const struct iu_fd_index_row *b)
{
	if (a->inode != b->inode)
		return a->inode > b->inode;
	return a->table != b->table ? a->table > b->table : a->fd > b->fd;
}

static void sink(struct iu_fd_index_row *v, size_t at, size_t n)
{
	struct iu_fd_index_row row = v[at];
	size_t child;

	for (; (child = 2 * at + 1) < n; at = child) {
		child += child + 1 < n && comes_after(&v[child + 1], &v[child]);
		if (!comes_after(&v[child], &row))
			break;
		v[at] = v[child];
	}
	v[at] = row;
}

/* In place: qsort() takes as much memory again. */
static void sort(struct iu_fd_index_row *v, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sink(v, i, n);
	for (size_t i = n; i-- > 1;) {
		struct iu_fd_index_row first = v[0];

		v[0] = v[i];
		v[i] = first;
		sink(v, 0, i);
	}
}

int iu_fd_index_make(struct iu_scan *scan, struct iu_fd_index *ret_index)
{
	struct iu_proc_walk *walk = iu_proc_walk_new(scan);
	int ret;

	*ret_index = (struct iu_fd_index){0};
	if (!walk)
		return IU_E_NOMEM;
	walk->note = note;
	walk->context = ret_index;
	ret = ask_kernel(walk, ret_index);
	if (ret == 0)
		ret = iu_proc_walk_all(walk);
	ret = iu_proc_walk_tell(walk, ret < 0 ? ret : 0);
	iu_proc_walk_end(walk);
	if (ret == 0 && ret_index->full)
		iu_snapshot_gap(scan->snapshot, IU_FACT_HOLDERS, 0, "some of the holders",
			"more descriptors lead to sockets than can be kept",
			"inuse why names those of one port");
	sort(ret_index->v, ret_index->n);
	return ret;
}

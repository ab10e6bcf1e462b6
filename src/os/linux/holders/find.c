/* os/linux/holders/find.c - which descriptors keep a socket alive: a walk over /proc */
#include "os/linux/holders/find.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/table.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/error.h"
#include "os/linux/file.h"
#include "os/linux/holders/fd-candidates.h"
#include "os/linux/holders/kcmp.h"
#include "os/linux/holders/listed.h"
#include "os/linux/host/host.h"
#include "os/linux/lock.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/process.h"
#include "os/os.h"

#define MANY	       "descriptors of "
#define NOTHING_KNOWN  SIZE_MAX
#define TABLES_MAX     16 /* descriptor tables of one process that are told apart */
#define THREADS_MAX    65536
#define NO_KCMP_MAX    64	   /* threads compared descriptor by descriptor */
#define GAPS_NAMED     4	   /* processes that get a gap of their own */
#define PID_BYTES      ((4u << 20) / 8) /* a bit for each pid there can be (PID_MAX_LIMIT) */
#define KNOWN_MAX      2	   /* with more files to compare reading links is faster */
#define HINTS_MAX      8	   /* users and cgroups that are looked at first */
#define CGROUP_SMALL   256	   /* bytes: some 40 processes */
#define WANTED_MAX     1024	   /* with more sockets anybody may have one */
#define INITIAL_PID_NS 0xEFFFFFFCu /* PROC_PID_INIT_INO */

struct inode_row {
	uint64_t inode;
	bool held, listed;
	UT_hash_handle hh;
};

struct walk {
	struct iu_scan *scan;
	struct inode_row *inodes;
	struct iu_entries processes, threads, descriptors;
	size_t unreadable; /* processes */
	bool kcmp_refused;
	bool told;	/* the kernel told of all processes, whatever /proc shows */
	int32_t listed; /* the process that was looked up last */
	int listed_result;
	size_t n_held;	 /* of the inodes */
	uint8_t *looked; /* a bit for each process that was looked at already */
	uint32_t users[HINTS_MAX];
	size_t n_users;
	struct iu_known known[KNOWN_MAX];
	size_t known_hold[KNOWN_MAX], n_known; /* into snapshot->holds */
	struct iu_held *held; /* everything goes there, whatever is wanted */
	int canary; /* a descriptor of our own that BPF has to find */
	bool canary_seen;
};

static int want(struct walk *walk, uint64_t inode)
{
	struct inode_row *row;

	HASH_FIND(hh, walk->inodes, &inode, sizeof(inode), row);
	if (row || inode == 0)
		return 0;
	row = calloc(1, sizeof(*row));
	if (!row)
		return IU_E_NOMEM;
	row->inode = inode;
	HASH_ADD(hh, walk->inodes, inode, sizeof(row->inode), row);
	if (iu_added(row))
		return 0;
	free(row);
	return IU_E_NOMEM;
}

static int want_all(struct walk *walk)
{
	const struct iu_needs *needs = walk->scan->needs;
	const struct iu_sockets *sockets = &walk->scan->snapshot->sockets;
	size_t i;
	int result = 0;

	for (i = 0; i < needs->inodes.n && result == 0; i++)
		result = want(walk, needs->inodes.v[i]);
	for (i = 0; i < sockets->n && needs->all_inodes && result == 0; i++)
		result = want(walk, sockets->v[i].inode);
	return result;
}

static void mark_held(struct walk *walk, struct inode_row *row)
{
	walk->n_held += !row->held;
	row->held = true;
}

static enum iu_tri read_cloexec(struct walk *walk, const char *table, const char *fd)
{
	char path[128], text[1024];
	uint64_t flags = 0;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/fdinfo/%s", table, fd);
	len = iu_file_read(walk->scan->proc, path, text, sizeof(text));
	if (len <= 0 || iu_proc_fd_flags(text, (size_t)len, &flags) < 0)
		return IU_UNKNOWN;
	return iu_tri(flags & O_CLOEXEC);
}

static bool is_known(const struct iu_holds *holds, size_t from, const struct iu_hold *hold)
{
	size_t i;

	for (i = from; i < holds->n; i++) /* NOTHING_KNOWN: not at all */
		if (holds->v[i].inode == hold->inode && holds->v[i].fd == hold->fd)
			return true;
	return false;
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

static int note_held(struct iu_held *held, const struct iu_hold *hold)
{
	struct iu_held_table *last = held->tables ? &held->table[held->tables - 1] : NULL;

	if (held->n >= IU_HELD_MOST || hold->inode > UINT32_MAX) {
		held->full = true;
		return 0;
	}
	if (!last || last->pid != hold->pid || last->tid != hold->tid) {
		if (grow((void **)&held->table, held->tables, &held->tables_cap, sizeof(*last)) < 0)
			return IU_E_NOMEM;
		held->table[held->tables++] =
			(struct iu_held_table){.pid = hold->pid, .tid = hold->tid};
	}
	if (grow((void **)&held->v, held->n, &held->cap, sizeof(*held->v)) < 0)
		return IU_E_NOMEM;
	held->v[held->n++] = (struct iu_held_row){
		(uint32_t)hold->inode, (uint32_t)held->tables - 1, hold->fd};
	return 0;
}

/* One descriptor table. Returns: 0, IU_E_ACCESS with *ret_errno, IU_E_GONE, IU_E_NOMEM. */
static int scan_table(struct walk *walk, const char *table, int32_t pid, int32_t tid,
	size_t process_holds, int *ret_errno)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	char path[128], link[64];
	int result = 0, error = 0;
	const char *name;

	snprintf(path, sizeof(path), "%s/fd", table);
	walk->descriptors.fd = openat(walk->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->descriptors.fd < 0) {
		*ret_errno = errno;
		return errno == ENOENT || errno == ESRCH ? IU_E_GONE : IU_E_ACCESS;
	}
	walk->descriptors.at = walk->descriptors.len = 0;
	while (result >= 0 && (name = iu_entries_next(&walk->descriptors, &error))) {
		struct iu_hold hold = {.pid = pid, .tid = tid}, *slot;
		struct inode_row *row;
		uint64_t fd = 0;
		ssize_t len;

		if (iu_number(name, strlen(name), 10, &fd) == 0 || fd > INT32_MAX)
			continue;
		len = iu_file_link(walk->descriptors.fd, name, link, sizeof(link));
		if (len == -EACCES || len == -EPERM) {
			*ret_errno = (int)-len;
			result = IU_E_ACCESS;
		}
		if (len <= 0 || !iu_proc_fd_socket(link, (size_t)len, &hold.inode))
			continue;
		hold.fd = (int32_t)fd;
		if (walk->held) {
			if (note_held(walk->held, &hold) < 0)
				result = IU_E_NOMEM;
			continue;
		}
		HASH_FIND(hh, walk->inodes, &hold.inode, sizeof(hold.inode), row);
		if (!row || is_known(&snapshot->holds, process_holds, &hold))
			continue;
		mark_held(walk, row);
		if (!iu_needs_is_listing(walk->scan->needs))
			hold.cloexec = read_cloexec(walk, table, name);
		slot = iu_list_add(&snapshot->arena, &snapshot->holds);
		if (slot)
			*slot = hold;
		else
			result = IU_E_NOMEM;
	}
	if (error == -EACCES || error == -EPERM) {
		*ret_errno = -error;
		result = IU_E_ACCESS;
	}
	close(walk->descriptors.fd);
	return result;
}

/* 0: the same table, 1: another one, -1: may not be compared. */
static int compare_tables(struct walk *walk, int32_t a, int32_t b)
{
	long order = syscall(SYS_kcmp, a, b, KCMP_FILES, 0, 0);

	if (order >= 0)
		return order != 0;
	if (errno != ESRCH)
		walk->kcmp_refused = true;
	return -1;
}

/*
 * A thread may have unshared its descriptors, and a leader that ended leaves its table to nobody
 * while the threads live on. Where kcmp() is refused, a thread's table is read as well and what
 * the leader has under the same number is left out (is_known()).
 */
static int scan_threads(struct walk *walk, int32_t pid, int *ret_errno)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	size_t first = snapshot->holds.n, tables = 1, read = 0, i;
	int32_t owners[TABLES_MAX] = {pid};
	char path[128];
	int result = 0, error = 0, worst = 0, count = 0;
	const char *name;

	while (first > 0 && snapshot->holds.v[first - 1].pid == pid)
		first--;
	snprintf(path, sizeof(path), "%d/task", (int)pid);
	walk->threads.fd = openat(walk->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->threads.fd < 0)
		return 0;
	walk->threads.at = walk->threads.len = 0;
	while (result != IU_E_NOMEM && (name = iu_entries_next(&walk->threads, &error)) &&
		count++ < THREADS_MAX) {
		uint64_t tid = 0;
		int other = 1;

		if (iu_number(name, strlen(name), 10, &tid) == 0 || tid > INT32_MAX ||
			(int32_t)tid == pid)
			continue;
		for (i = 0; i < tables && other > 0; i++)
			other = compare_tables(walk, owners[i], (int32_t)tid);
		if (other == 0 || (other < 0 && read >= NO_KCMP_MAX))
			continue;
		if (other > 0 && tables < TABLES_MAX)
			owners[tables++] = (int32_t)tid;
		read++;
		snprintf(path, sizeof(path), "%d/task/%d", (int)pid, (int)tid);
		result = scan_table(walk, path, pid, (int32_t)tid,
			other < 0 ? first : NOTHING_KNOWN, ret_errno);
		if (result == IU_E_ACCESS)
			worst = result;
	}
	close(walk->threads.fd);
	return result == IU_E_NOMEM ? result : worst;
}

static bool is_listed(const struct iu_snapshot *snapshot, int32_t pid)
{
	size_t i;

	for (i = 0; i < snapshot->unreadable.n; i++)
		if (snapshot->unreadable.v[i].pid == pid)
			return true;
	return false;
}

static int add_unreadable(struct walk *walk, int32_t pid, int error)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	struct iu_process process = {.pid = pid};
	struct iu_unreadable *row;
	char path[64], text[4096];
	struct iu_proc_stat stat;
	ssize_t len;
	int result;

	if (iu_proc_stat_read(walk->scan->proc, pid, &stat) < 0 || stat.flags & IU_STAT_KERNEL_THREAD ||
		(stat.state == 'Z' && stat.threads <= 1))
		return 0; /* gone, or nothing that could have descriptors */
	walk->unreadable++;
	if (is_listed(snapshot, pid))
		return 0;
	result = iu_cgroup_of_process(walk->scan, &process);
	row = result < 0 ? NULL : iu_list_add(&snapshot->arena, &snapshot->unreadable);
	if (!row)
		return IU_E_NOMEM;
	row->pid = pid;
	row->name = iu_arena_strdup(&snapshot->arena, stat.name);
	row->cgroup = process.cgroup;
	row->why = iu_arena_strdup(&snapshot->arena, iu_os_error_name(error));
	snprintf(path, sizeof(path), "%d/status", (int)pid);
	len = iu_file_read(walk->scan->proc, path, text, sizeof(text));
	row->uid_known = len > 0 && iu_proc_status_uid(text, (size_t)len, &row->uid) == 0;
	return 0;
}

/* st_nlink of task/ is 2 and the number of threads (proc_task_getattr()). */
static bool has_threads(struct walk *walk, int32_t pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "%d/task", (int)pid);
	return fstatat(walk->scan->proc, path, &status, 0) == 0 && status.st_nlink > 3;
}

static int scan_process(struct walk *walk, int32_t pid)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	size_t before = snapshot->holds.n;
	int result, threads, error = 0;
	char table[64];

	snprintf(table, sizeof(table), "%d", (int)pid);
	result = scan_table(walk, table, pid, 0, NOTHING_KNOWN, &error);
	if (result != IU_E_NOMEM && has_threads(walk, pid)) {
		threads = scan_threads(walk, pid, &error);
		if (threads < 0)
			result = threads;
	}
	if (result == IU_E_NOMEM)
		return result;
	if (snapshot->holds.n > before) {
		int read = iu_process_read(walk->scan, pid);

		if (read == IU_E_NOMEM)
			return read;
		if (read < 0) /* it ended while we looked: it holds nothing any more */
			snapshot->holds.n = before;
	}
	if (result == IU_E_ACCESS)
		return add_unreadable(walk, pid, error);
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}

/* ---- the same, asked of the kernel ---- */

/* Whether the first round looked for every one of the wanted sockets. */
static bool places_known(struct walk *walk)
{
	const struct iu_fd_candidates *fd_candidates = &walk->scan->snapshot->fd_candidates;
	struct inode_row *row;
	size_t i, n = 0;

	for (i = 0; i < fd_candidates->inodes.n && fd_candidates->known; i++) {
		HASH_FIND(hh, walk->inodes, &fd_candidates->inodes.v[i], sizeof(uint64_t), row);
		if (row && !row->listed) {
			row->listed = true;
			n++;
		}
	}
	return n > 0 && n == HASH_COUNT(walk->inodes);
}

static bool is_place_of(const struct iu_fd_candidates *fd_candidates, uint64_t inode)
{
	size_t i;

	for (i = 0; i < fd_candidates->inodes.n; i++)
		if (fd_candidates->inodes.v[i] == inode)
			return true;
	return false;
}

/*
 * One place of a descriptor table, as the kernel told it: what is there now?
 * Returns: 1: one of the sockets it was told for, 0: not any more, IU_E_NOMEM.
 */
static int check_place(struct walk *walk, int32_t pid, int32_t tid, int32_t fd)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	struct iu_hold hold = {.pid = pid, .tid = tid == pid ? 0 : tid, .fd = fd}, *slot;
	char table[64], path[96], number[16], link[64];
	struct inode_row *row;
	ssize_t len;
	int result;

	if (hold.tid)
		snprintf(table, sizeof(table), "%d/task/%d", (int)pid, (int)tid);
	else
		snprintf(table, sizeof(table), "%d", (int)pid);
	snprintf(number, sizeof(number), "%d", (int)fd);
	snprintf(path, sizeof(path), "%s/fd/%s", table, number);
	len = iu_file_link(walk->scan->proc, path, link, sizeof(link));
	if (len == -EACCES || len == -EPERM)
		return add_unreadable(walk, pid, (int)-len);
	if (len <= 0 || !iu_proc_fd_socket(link, (size_t)len, &hold.inode))
		return 0;
	HASH_FIND(hh, walk->inodes, &hold.inode, sizeof(hold.inode), row);
	if (!row)
		return is_place_of(&snapshot->fd_candidates, hold.inode);
	result = iu_process_read(walk->scan, pid);
	if (result < 0) /* it ended while we looked: it holds nothing any more */
		return result == IU_E_NOMEM ? result : 0;
	mark_held(walk, row);
	if (!iu_needs_is_listing(walk->scan->needs))
		hold.cloexec = read_cloexec(walk, table, number);
	slot = iu_list_add(&snapshot->arena, &snapshot->holds);
	if (!slot)
		return IU_E_NOMEM;
	*slot = hold;
	return 1;
}

/* Returns: 1: they are all there, 0: something has changed meanwhile, IU_E_NOMEM. */
static int check_places(struct walk *walk)
{
	const struct iu_fd_candidates *fd_candidates = &walk->scan->snapshot->fd_candidates;
	uint64_t there = 0;
	size_t i;
	int result = 0;

	for (i = 0; i < fd_candidates->n && result >= 0; i++) {
		const struct iu_fd_candidate *candidate = &fd_candidates->v[i];

		if (candidate->pid == walk->scan->self && !walk->scan->needs->own_process)
			continue;
		result = check_place(walk, candidate->pid, candidate->tid, candidate->fd);
		there += result > 0;
	}
	return result < 0 ? result : there >= fd_candidates->expected;
}

/* What an earlier look found of the same sockets is looked up anew. */
static void drop_earlier(struct walk *walk)
{
	struct iu_holds *holds = &walk->scan->snapshot->holds;
	struct inode_row *row;
	size_t i, kept = 0;

	for (i = 0; i < holds->n; i++) {
		HASH_FIND(hh, walk->inodes, &holds->v[i].inode, sizeof(holds->v[i].inode), row);
		if (!row)
			holds->v[kept++] = holds->v[i];
	}
	holds->n = kept;
}

/* Mounted with hidepid, /proc does not even list the processes of others. */
static bool processes_hidden(const struct walk *walk)
{
	struct iu_text text = {0};
	char *line, *next;
	bool hidden = false;

	if (iu_file_load(walk->scan->proc, "self/mountinfo", 8 << 20, &text) == 0 && text.data) {
		for (line = text.data; line && !hidden; line = next) {
			next = strchr(line, '\n');
			if (next)
				*next++ = '\0';
			hidden = strstr(line, " /proc ") && strstr(line, "hidepid=") &&
				 !strstr(line, "hidepid=0") && !strstr(line, "hidepid=off");
		}
	}
	iu_text_free(&text);
	return hidden;
}

/* Somebody outside of our PID namespace may have what nobody in it has. */
static int tell_outside(struct walk *walk)
{
	struct stat status;
	struct inode_row *row;

	if (walk->told || fstatat(walk->scan->proc, "self/ns/pid", &status, 0) < 0 ||
		status.st_ino == INITIAL_PID_NS)
		return 0;
	for (row = walk->inodes; row; row = row->hh.next)
		if (!row->held)
			return iu_snapshot_gap(walk->scan->snapshot, IU_FACT_HOLDERS, 0,
				"processes outside of this PID namespace",
				"they are not visible from inside of it",
				"ask on the host, outside of the container");
	return 0;
}

/* An earlier look counted, too; its number is replaced, not put next to ours. */
static void forget_count(struct iu_snapshot *snapshot)
{
	size_t i, kept = 0;

	for (i = 0; i < snapshot->gaps.n; i++) {
		const struct iu_gap *gap = &snapshot->gaps.v[i];

		if (gap->fact != IU_FACT_HOLDERS || gap->pid != 0 ||
			strncmp(gap->what, MANY, sizeof(MANY) - 1) != 0)
			snapshot->gaps.v[kept++] = snapshot->gaps.v[i];
	}
	snapshot->gaps.n = kept;
}

static int tell_unreadable(struct walk *walk)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	const char *fix = walk->unreadable && !iu_privileged() ? "run as root" : NULL;
	char what[80];
	size_t i;
	int result = 0;

	if (walk->unreadable > GAPS_NAMED) {
		forget_count(snapshot);
		snprintf(what, sizeof(what), MANY "%zu processes", walk->unreadable);
		return iu_snapshot_gap(
			snapshot, IU_FACT_HOLDERS, 0, what, snapshot->unreadable.v[0].why, fix);
	}
	for (i = 0; i < snapshot->unreadable.n && walk->unreadable > 0 && result == 0; i++) {
		const struct iu_unreadable *row = &snapshot->unreadable.v[i];

		snprintf(what, sizeof(what), "descriptors of pid %d", (int)row->pid);
		result = iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, row->pid, what, row->why, fix);
	}
	return result;
}

/* Each wanted socket has a holder. */
static bool all_held(const struct walk *walk)
{
	return walk->n_held == HASH_COUNT(walk->inodes);
}

/* --first: that is all. */
static bool has_enough(const struct walk *walk)
{
	return walk->scan->needs->first && all_held(walk);
}

/* Whose sockets are wanted: most are held by a process of the same user. */
static void note_users(struct walk *walk)
{
	const struct iu_sockets *sockets = &walk->scan->snapshot->sockets;
	struct inode_row *row;
	size_t i, k;

	for (i = 0; i < sockets->n && walk->n_users < HINTS_MAX; i++) {
		HASH_FIND(hh, walk->inodes, &sockets->v[i].inode, sizeof(uint64_t), row);
		if (!row || !sockets->v[i].uid_known)
			continue;
		for (k = 0; k < walk->n_users && walk->users[k] != sockets->v[i].uid; k++)
			;
		if (k == walk->n_users)
			walk->users[walk->n_users++] = sockets->v[i].uid;
	}
}

static bool same_user(const struct walk *walk, const char *pid)
{
	struct stat status;
	size_t i;

	if (fstatat(walk->scan->proc, pid, &status, 0) < 0)
		return false;
	for (i = 0; i < walk->n_users; i++)
		if (walk->users[i] == status.st_uid)
			return true;
	return false;
}

/* Somebody else's sockets, and no right to look into anybody else's processes. */
static bool is_hopeless(const struct walk *walk)
{
	const struct iu_sockets *sockets = &walk->scan->snapshot->sockets;
	struct inode_row *row;
	size_t i;

	if (!walk->scan->needs->first || iu_privileged())
		return false;
	for (i = 0; i < sockets->n; i++) {
		HASH_FIND(hh, walk->inodes, &sockets->v[i].inode, sizeof(uint64_t), row);
		if (row && (!sockets->v[i].uid_known || sockets->v[i].uid == geteuid()))
			return false;
	}
	return true;
}

static int tell_first(struct walk *walk, bool hopeless)
{
	return iu_snapshot_gap(walk->scan->snapshot, IU_FACT_HOLDERS, 0,
		hopeless ? "the processes that hold the socket" : "further holders of the socket",
		hopeless ? "they are another user's, and --first was given"
			 : "--first: one was enough",
		hopeless ? "run as root" : "ask without --first");
}

/* Ourselves only where we may be a holder too. */
static int scan_one(struct walk *walk, int32_t pid)
{
	int result;

	if (pid != walk->scan->self)
		return scan_process(walk, pid);
	if (!walk->scan->needs->own_process)
		return 0;
	iu_lock_fds();
	result = scan_process(walk, pid);
	iu_lock_fds_end();
	return result;
}

/* Calls @visit for every process there is, until it returns != 0. */
static int each_process(
	struct walk *walk, int (*visit)(struct walk *walk, int32_t pid, const char *name))
{
	const char *name;
	int result = 0, error = 0;

	walk->processes.fd = openat(walk->scan->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->processes.fd < 0)
		return iu_error_from(errno);
	walk->processes.at = walk->processes.len = 0;
	while (result == 0 && (name = iu_entries_next(&walk->processes, &error))) {
		uint64_t pid = 0;

		if (iu_number(name, strlen(name), 10, &pid) == strlen(name) && pid <= INT32_MAX)
			result = visit(walk, (int32_t)pid, name);
	}
	close(walk->processes.fd);
	return result < 0 ? result : iu_error_from(-error);
}

static int visit_all(struct walk *walk, int32_t pid, const char *name)
{
	(void)name;
	return scan_one(walk, pid);
}

static int scan_all(struct walk *walk)
{
	return each_process(walk, visit_all);
}

/* ---- a few sockets: who is likely to have them comes first ---- */

static bool was_looked_at(const struct walk *walk, int32_t pid)
{
	return (uint32_t)pid / 8 < PID_BYTES && walk->looked[pid / 8] >> (pid % 8) & 1;
}

/* Returns: 1: every socket has a holder now, 0, IU_E_*. */
static int look_at(struct walk *walk, int32_t pid)
{
	int result;

	if (was_looked_at(walk, pid))
		return 0;
	if ((uint32_t)pid / 8 < PID_BYTES)
		walk->looked[pid / 8] |= (uint8_t)(1u << (pid % 8));
	result = scan_one(walk, pid);
	return result < 0 ? result : all_held(walk);
}

struct members {
	struct walk *walk;
	bool users; /* only processes of the sockets' users */
};

static int cgroup_line(void *context, const char *line, size_t len)
{
	const struct members *members = context;
	uint64_t pid = 0;
	char name[16];

	if (iu_number(line, len, 10, &pid) != len || pid == 0 || pid > INT32_MAX)
		return 0; /* 0: of an outer PID namespace */
	snprintf(name, sizeof(name), "%d", (int)pid);
	return members->users && !same_user(members->walk, name)
		       ? 0
		       : look_at(members->walk, (int32_t)pid);
}

static int scan_cgroup(struct walk *walk, const char *path)
{
	struct members members = {walk, true};
	struct iu_text text = {0};
	int result = 0;

	if (iu_cgroup_processes(walk->scan, path, &text) == 0 && text.data) {
		result = iu_file_lines(text.data, text.len, cgroup_line, &members);
		members.users = false;
		if (result == 0 && text.len < CGROUP_SMALL)
			result = iu_file_lines(text.data, text.len, cgroup_line, &members);
	}
	iu_text_free(&text);
	return result;
}

/* A socket keeps the cgroup where it was made: a service is a handful of processes. */
static int scan_cgroups(struct walk *walk)
{
	const struct iu_sockets *sockets = &walk->scan->snapshot->sockets;
	const char *paths[HINTS_MAX];
	size_t i, k, n = 0;
	int result = 0;

	for (i = 0; i < sockets->n && result == 0 && n < HINTS_MAX; i++) {
		struct inode_row *row;

		HASH_FIND(hh, walk->inodes, &sockets->v[i].inode, sizeof(uint64_t), row);
		if (!row || row->held || !sockets->v[i].cgroup)
			continue;
		for (k = 0; k < n && strcmp(paths[k], sockets->v[i].cgroup) != 0; k++)
			;
		if (k < n)
			continue;
		paths[n++] = sockets->v[i].cgroup;
		result = scan_cgroup(walk, paths[k]);
	}
	return result;
}

/* One who is not privileged sees the descriptors of no other user anyway. */
static int visit_user(struct walk *walk, int32_t pid, const char *name)
{
	return !was_looked_at(walk, pid) && same_user(walk, name) ? look_at(walk, pid) : 0;
}

static int visit_other(struct walk *walk, int32_t pid, const char *name)
{
	(void)name;
	return look_at(walk, pid);
}

/* Whoever is not known to have none of them. */
static int visit_rest(struct walk *walk, int32_t pid, const char *name)
{
	int result;

	(void)name;
	if (was_looked_at(walk, pid) || (pid != walk->scan->self && walk->n_known &&
			iu_kcmp_none(walk->scan->proc, pid, walk->known, walk->n_known)))
		return 0;
	result = look_at(walk, pid);
	return result < 0 ? result : 0;
}

static bool still_known(const struct walk *walk, const struct iu_hold *hold)
{
	const struct iu_held_table table = {.pid = hold->pid, .tid = hold->tid};

	return iu_holders_check(walk->scan, &table, hold->fd, hold->inode);
}

/* One holder of each socket, to compare with. */
static void know(struct walk *walk)
{
	const struct iu_holds *holds = &walk->scan->snapshot->holds;
	const char *wanted = secure_getenv("INUSE_QUICK");
	struct inode_row *row;
	size_t i, n = 0;

	if (HASH_COUNT(walk->inodes) > KNOWN_MAX || walk->scan->self != (int32_t)getpid() ||
		(wanted && !strcmp(wanted, "exhaustive")) || !iu_kcmp_possible(walk->scan->proc))
		return;
	for (row = walk->inodes; row; row = row->hh.next) {
		for (i = 0; i < holds->n; i++)
			if (holds->v[i].inode == row->inode && still_known(walk, &holds->v[i]))
				break;
		if (i == holds->n)
			return;
		walk->known_hold[n] = i;
		walk->known[n++] = (struct iu_known){
			holds->v[i].tid ? holds->v[i].tid : holds->v[i].pid, holds->v[i].fd};
	}
	walk->n_known = n;
}

static bool all_known(const struct walk *walk)
{
	const struct iu_holds *holds = &walk->scan->snapshot->holds;
	size_t i;

	for (i = 0; i < walk->n_known; i++)
		if (!still_known(walk, &holds->v[walk->known_hold[i]]))
			return false;
	return true;
}

/*
 * Until each socket has a holder: processes of its cgroup, of its user, all others. Then --first is
 * content, and otherwise the rest is asked whether it has the same files: that is quicker.
 */
static int scan_wanted(struct walk *walk)
{
	int result;

	if (HASH_COUNT(walk->inodes) > WANTED_MAX)
		return scan_all(walk);
	walk->looked = calloc(PID_BYTES, 1);
	if (!walk->looked)
		return IU_E_NOMEM;
	note_users(walk);
	result = walk->scan->self == (int32_t)getpid() ? scan_cgroups(walk) : 0;
	if (result == 0)
		result = each_process(walk, visit_user);
	if (result == 0 && !all_held(walk))
		result = each_process(walk, visit_other);
	if (result >= 0 && !walk->scan->needs->first) {
		know(walk);
		result = each_process(walk, visit_rest);
		if (result == 0 && !all_known(walk)) {
			walk->n_known = 0; /* what was compared with is not there any more */
			result = each_process(walk, visit_rest);
		}
	}
	free(walk->looked);
	walk->looked = NULL;
	return result < 0 ? result : 0;
}

/* Fewer open files than that are read faster in /proc: how many where the programs are kept, and not. */
#define FILES_FEW  300
#define FILES_MANY 4000

static int on_descriptor(void *context, const struct iu_row_head *head)
{
	const struct iu_row_hold *found = (const struct iu_row_hold *)head;
	struct walk *walk = context;
	struct iu_hold hold = {.inode = found->inode,
		.pid = found->pid,
		.tid = found->tid == found->pid ? 0 : found->tid,
		.fd = found->fd};
	struct inode_row *row = NULL;

	if (head->kind != IU_ROW_HOLD || found->pid <= 0)
		return 0;
	walk->canary_seen = walk->canary_seen ||
		(found->pid == walk->scan->self && found->fd == walk->canary);
	if (found->pid == walk->scan->self && !walk->scan->needs->own_process)
		return 0;
	if (walk->inodes)
		HASH_FIND(hh, walk->inodes, &found->inode, sizeof(found->inode), row);
	return row || !walk->inodes ? note_held(walk->held, &hold) : 0;
}

static bool worth_while(const struct walk *walk)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	if (wanted && (!strcmp(wanted, "off") || !strcmp(wanted, "exhaustive")))
		return false;
	return iu_scan_initial_pids(walk->scan) &&
	       iu_scan_open_files(walk->scan, iu_bpf_keeps() ? FILES_FEW : FILES_MANY);
}

/* Every descriptor of a socket, of whichever process; a socket of our own has to be among them. */
static int walk_descriptors(struct walk *walk)
{
	const struct iu_bpf_ask ask = {.reader = walk->scan->self, .brief = true};
	struct iu_bpf *bpf = NULL;
	const char *why;
	int result = iu_bpf_hidden_open(&ask, &bpf, &why);

	walk->canary_seen = false;
	if (result == 0)
		result = iu_bpf_hidden_run(bpf, IU_BPF_FILES, on_descriptor, walk);
	iu_bpf_close(bpf);
	return result == 0 && !walk->canary_seen ? IU_E_PROTO : result;
}

/* For lists. Returns: 1: the table is there, 0: it has to be read in /proc, IU_E_NOMEM. */
static int ask_kernel(struct walk *walk)
{
	int result;

	if (!worth_while(walk))
		return 0;
	walk->canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	result = walk->canary < 0 ? IU_E_SYSTEM : walk_descriptors(walk);
	if (walk->canary >= 0)
		close(walk->canary);
	walk->held->unchecked = result == 0;
	if (result < 0) {
		walk->held->n = walk->held->tables = 0;
		walk->held->full = false;
	}
	return result == 0 ? 1 : result == IU_E_NOMEM ? result : 0;
}

/* What the kernel said of a process at the same moment counts for it. */
static int on_listed(
	void *context, const struct iu_hold *hold, const struct iu_bpf_process *process)
{
	struct walk *walk = context;
	struct iu_hold *slot;
	struct inode_row *row;

	if (hold->pid == walk->scan->self && !walk->scan->needs->own_process)
		return 0;
	HASH_FIND(hh, walk->inodes, &hold->inode, sizeof(hold->inode), row);
	if (!row)
		return 0;
	if (walk->listed != hold->pid) {
		walk->listed = hold->pid;
		walk->listed_result = iu_process_listed(walk->scan, process);
	}
	if (walk->listed_result < 0)
		return walk->listed_result == IU_E_NOMEM ? IU_E_NOMEM : 0;
	mark_held(walk, row);
	slot = iu_list_add(&walk->scan->snapshot->arena, &walk->scan->snapshot->holds);
	if (!slot)
		return IU_E_NOMEM;
	*slot = *hold;
	return 0;
}

/* The wanted sockets of a list. */
static int scan_list(struct walk *walk)
{
	struct iu_held held = {0};
	size_t i;
	int result = iu_listed_holders(walk->scan, on_listed, walk);

	walk->told = result > 0;
	if (result != 0)
		return result < 0 ? result : 0;
	walk->held = &held;
	result = ask_kernel(walk);
	walk->held = NULL;
	if (held.full && result == 1)
		result = 0;
	for (i = 0; result == 1 && i < held.n; i++) {
		const struct iu_held_table *table = &held.table[held.v[i].table];

		if (check_place(walk, table->pid, table->tid ? table->tid : table->pid,
			    held.v[i].fd) < 0)
			result = IU_E_NOMEM;
	}
	free(held.v);
	free(held.table);
	return result == 0 ? scan_all(walk) : result < 0 ? result : 0;
}

static int finish(struct walk *walk, int result)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	bool hidden = !walk->told && !iu_privileged() && processes_hidden(walk);

	iu_scan_seen(walk->scan, IU_FACT_HOLDERS, result == 0 && !hidden && walk->unreadable == 0);
	if (result == IU_E_NOMEM)
		return result;
	if (result < 0)
		return iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0, "the list of processes",
			iu_error_text(result), NULL);
	result = tell_unreadable(walk);
	if (result == 0 && hidden)
		result = iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0, "processes of other users",
			"/proc is mounted with hidepid", "run as root");
	return result < 0 ? result : tell_outside(walk);
}

/* Looks anew at everything where it is not as it was told. */
static int scan_places(struct walk *walk)
{
	size_t before = walk->scan->snapshot->holds.n;
	int result = check_places(walk);

	if (result != 0)
		return result < 0 ? result : 0;
	walk->scan->snapshot->holds.n = before;
	return scan_all(walk);
}

int iu_collect_holders(struct iu_scan *scan)
{
	struct walk *walk = calloc(1, sizeof(*walk)); /* three portions of directory entries */
	struct inode_row *row, *next;
	int result;

	if (!walk)
		return IU_E_NOMEM;
	walk->scan = scan;
	result = want_all(walk);
	if (result == 0)
		drop_earlier(walk);
	if (result == 0 && walk->inodes)
		result = iu_fd_candidates_named(scan);
	if (result == 0 && walk->inodes) {
		bool known = places_known(walk), hopeless = !known && is_hopeless(walk);

		if (known)
			result = scan_places(walk);
		else if (!hopeless)
			result = iu_needs_is_listing(scan->needs) ? scan_list(walk) : scan_wanted(walk);
		result = finish(walk, result);
		if (result == 0 && (hopeless || (!known && has_enough(walk)))) {
			iu_scan_seen(scan, IU_FACT_HOLDERS, false);
			result = tell_first(walk, hopeless);
		}
	}
	else if (result == 0)
		iu_scan_seen(scan, IU_FACT_HOLDERS, true);
	HASH_ITER(hh, walk->inodes, row, next)
	{
		HASH_DEL(walk->inodes, row);
		free(row);
	}
	free(walk);
	return result;
}

static bool comes_after(const struct iu_held_row *a, const struct iu_held_row *b)
{
	if (a->inode != b->inode)
		return a->inode > b->inode;
	return a->table != b->table ? a->table > b->table : a->fd > b->fd;
}

static void sink(struct iu_held_row *v, size_t at, size_t n)
{
	struct iu_held_row row = v[at];
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
static void sort(struct iu_held_row *v, size_t n)
{
	size_t i;

	for (i = n / 2; i-- > 0;)
		sink(v, i, n);
	for (i = n; i-- > 1;) {
		struct iu_held_row first = v[0];

		v[0] = v[i];
		v[i] = first;
		sink(v, 0, i);
	}
}

bool iu_holders_check(
	const struct iu_scan *scan, const struct iu_held_table *table, int32_t fd, uint64_t inode)
{
	char path[96], link[64];
	uint64_t found = 0;
	ssize_t len;

	if (table->tid)
		snprintf(path, sizeof(path), "%d/task/%d/fd/%d", (int)table->pid, (int)table->tid,
			(int)fd);
	else
		snprintf(path, sizeof(path), "%d/fd/%d", (int)table->pid, (int)fd);
	len = iu_file_link(scan->proc, path, link, sizeof(link));
	return len > 0 && iu_proc_fd_socket(link, (size_t)len, &found) && found == inode;
}

int iu_holders_table(struct iu_scan *scan, struct iu_held *ret_held)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int result;

	*ret_held = (struct iu_held){0};
	if (!walk)
		return IU_E_NOMEM;
	walk->scan = scan;
	walk->held = ret_held;
	result = ask_kernel(walk);
	result = finish(walk, result == 0 ? scan_all(walk) : result < 0 ? result : 0);
	free(walk);
	if (result == 0 && ret_held->full)
		result = iu_snapshot_gap(scan->snapshot, IU_FACT_HOLDERS, 0, "some of the holders",
			"more descriptors lead to sockets than can be kept",
			"inuse why names those of one port");
	sort(ret_held->v, ret_held->n);
	return result;
}

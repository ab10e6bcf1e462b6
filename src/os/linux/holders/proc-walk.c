/* os/linux/holders/proc-walk.c - a walk over /proc for the descriptors that lead to wanted sockets */
#include "os/linux/holders/proc-walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/each-process.h"
#include "os/linux/error.h"
#include "os/linux/host/host.h"
#include "os/linux/lock.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/process.h"
#include "os/os.h"

#define NOTHING_KNOWN  SIZE_MAX
#define TABLES_MAX     16 /* descriptor tables of one process that are told apart */
#define THREADS_MAX    65536
#define NO_KCMP_MAX    64	   /* threads compared descriptor by descriptor */
#define OWN_MAX	       (1 << 20)
#define LINKS_A_LOOK   256 /* descriptors between two looks at the clock */
#define GAPS_NAMED     4	   /* processes that get a gap of their own */
#define PID_BYTES      ((4u << 20) / 8) /* a bit for each pid there can be (PID_MAX_LIMIT) */
#define INITIAL_PID_NS 0xEFFFFFFCu /* PROC_PID_INIT_INO */

/* ---- the wanted sockets ---- */

struct iu_proc_walk_inode *iu_proc_walk_find(const struct iu_proc_walk *walk, uint64_t inode)
{
	struct iu_proc_walk_inode *row;

	HASH_FIND(hh, walk->inodes, &inode, sizeof(inode), row);
	return row;
}

static int want(struct iu_proc_walk *walk, uint64_t inode)
{
	struct iu_proc_walk_inode *row;

	if (inode == 0 || iu_proc_walk_find(walk, inode))
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

struct iu_proc_walk *iu_proc_walk_new(struct iu_scan *scan)
{
	struct iu_proc_walk *walk = malloc(sizeof(*walk));

	if (walk) {
		memset(walk, 0, offsetof(struct iu_proc_walk, threads));
		walk->scan = scan;
	}
	return walk;
}

int iu_proc_walk_begin(struct iu_proc_walk *walk)
{
	const struct iu_needs *needs = walk->scan->needs;
	const struct iu_sockets *sockets = &walk->scan->snapshot->sockets;
	int ret = 0;

	for (size_t i = 0; i < needs->inodes.n && ret == 0; i++)
		ret = want(walk, needs->inodes.v[i]);
	for (size_t i = 0; i < sockets->n && needs->all_inodes && ret == 0; i++)
		ret = want(walk, sockets->v[i].inode);
	return ret;
}

void iu_proc_walk_end(struct iu_proc_walk *walk)
{
	struct iu_proc_walk_inode *row, *next;

	HASH_ITER(hh, walk->inodes, row, next)
	{
		HASH_DEL(walk->inodes, row);
		free(row);
	}
	free(walk->passed);
	free(walk);
}

bool iu_proc_walk_all_held(const struct iu_proc_walk *walk)
{
	return walk->n_held == HASH_COUNT(walk->inodes);
}

int iu_proc_walk_hold(struct iu_proc_walk *walk, const struct iu_hold *hold)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	struct iu_hold *slot = iu_list_add(&snapshot->arena, &snapshot->holds);
	struct iu_proc_walk_inode *row = iu_proc_walk_find(walk, hold->inode);

	*slot = *hold;
	walk->n_held += row && !row->held;
	if (row)
		row->held = true;
	return 0;
}

void iu_proc_walk_forget(struct iu_proc_walk *walk, size_t n)
{
	struct iu_proc_walk_inode *row;

	walk->scan->snapshot->holds.n = n;
	walk->n_held = 0;
	for (row = walk->inodes; row; row = row->hh.next)
		row->held = false;
}

/* ---- one process ---- */

static enum iu_tri read_cloexec(struct iu_proc_walk *walk, const char *table, const char *fd)
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
	for (size_t i = from; i < holds->n; i++) /* NOTHING_KNOWN: not at all */
		if (holds->v[i].inode == hold->inode && holds->v[i].fd == hold->fd)
			return true;
	return false;
}

/* Whether a descriptor of our own leads to a wanted socket, or to any where all are noted. */
static int look_at_own(struct iu_proc_walk *walk, int fd)
{
	struct iu_hold hold = {.pid = walk->scan->self, .fd = fd};
	struct stat status;
	int flags;

	if (fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode))
		return 0;
	hold.inode = status.st_ino;
	if (walk->note)
		return walk->note(walk->context, &hold);
	if (!iu_proc_walk_find(walk, hold.inode))
		return 0;
	flags = fcntl(fd, F_GETFD);
	hold.cloexec = flags < 0 ? IU_UNKNOWN : iu_tri(flags & FD_CLOEXEC);
	return iu_proc_walk_hold(walk, &hold);
}

/* Our own table, where there is no descriptor left to open it: whoever leaks them is to hear of it. */
static int scan_own(struct iu_proc_walk *walk)
{
	long most = sysconf(_SC_OPEN_MAX);
	int ret = 0;

	walk->few_files = true;
	for (int fd = 0; fd < most && fd < OWN_MAX && ret >= 0; fd++)
		ret = look_at_own(walk, fd);
	return ret;
}

/* One descriptor table. Returns: 0, IU_E_ACCESS with *ret_errno, IU_E_GONE, IU_E_NOMEM. */
static int scan_table(struct iu_proc_walk *walk, const char *table, int32_t pid, int32_t tid,
	size_t process_holds, int *ret_errno)
{
	char path[128], link[64];
	int ret = 0, error = 0;
	const char *name;

	snprintf(path, sizeof(path), "%s/fd", table);
	walk->descriptors.fd = openat(walk->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->descriptors.fd < 0 && pid == walk->scan->self && !tid &&
		(errno == EMFILE || errno == ENFILE))
		return scan_own(walk) < 0 ? IU_E_NOMEM : 0;
	if (walk->descriptors.fd < 0) {
		*ret_errno = errno;
		return errno == ENOENT || errno == ESRCH ? IU_E_GONE : IU_E_ACCESS;
	}
	walk->descriptors.at = walk->descriptors.len = 0;
	while (ret >= 0 && !walk->cut && (name = iu_entries_next(&walk->descriptors, &error))) {
		struct iu_hold hold = {.pid = pid, .tid = tid};
		uint64_t fd = 0;
		ssize_t len;

		if (++walk->links % LINKS_A_LOOK == 0)
			walk->cut = iu_scan_over(walk->scan);
		if (iu_number(name, strlen(name), 10, &fd) == 0 || fd > INT32_MAX)
			continue;
		len = iu_file_link(walk->descriptors.fd, name, link, sizeof(link));
		if (len == -EACCES || len == -EPERM) {
			*ret_errno = (int)-len;
			ret = IU_E_ACCESS;
		}
		if (len <= 0 || !iu_proc_fd_socket(link, (size_t)len, &hold.inode))
			continue;
		hold.fd = (int32_t)fd;
		if (walk->note) {
			if (walk->note(walk->context, &hold) < 0)
				ret = IU_E_NOMEM;
			continue;
		}
		if (!iu_proc_walk_find(walk, hold.inode) ||
			is_known(&walk->scan->snapshot->holds, process_holds, &hold))
			continue;
		if (!iu_needs_is_listing(walk->scan->needs))
			hold.cloexec = read_cloexec(walk, table, name);
		if (iu_proc_walk_hold(walk, &hold) < 0)
			ret = IU_E_NOMEM;
	}
	if (error == -EACCES || error == -EPERM) {
		*ret_errno = -error;
		ret = IU_E_ACCESS;
	}
	close(walk->descriptors.fd);
	return ret;
}

/* 0: the same table, 1: another one, -1: may not be compared. */
static int compare_tables(struct iu_proc_walk *walk, int32_t a, int32_t b)
{
	long order = -1;

	errno = EPERM;
	if (!walk->scan->plain)
		order = syscall(SYS_kcmp, a, b, KCMP_FILES, 0, 0);
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
static int scan_threads(struct iu_proc_walk *walk, int32_t pid, int *ret_errno)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	size_t first = snapshot->holds.n, tables = 1, read = 0;
	int32_t owners[TABLES_MAX] = {pid};
	char path[128];
	int ret = 0, error = 0, worst = 0, count = 0;
	const char *name;

	while (first > 0 && snapshot->holds.v[first - 1].pid == pid)
		first--;
	snprintf(path, sizeof(path), "%d/task", (int)pid);
	walk->threads.fd = openat(walk->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk->threads.fd < 0)
		return 0;
	walk->threads.at = walk->threads.len = 0;
	while (ret != IU_E_NOMEM && (name = iu_entries_next(&walk->threads, &error)) &&
		count++ < THREADS_MAX) {
		uint64_t tid = 0;
		int other = 1;

		if (iu_number(name, strlen(name), 10, &tid) == 0 || tid > INT32_MAX ||
			(int32_t)tid == pid)
			continue;
		for (size_t i = 0; i < tables && other > 0; i++)
			other = compare_tables(walk, owners[i], (int32_t)tid);
		if (other == 0 || (other < 0 && read >= NO_KCMP_MAX))
			continue;
		if (other > 0 && tables < TABLES_MAX)
			owners[tables++] = (int32_t)tid;
		read++;
		snprintf(path, sizeof(path), "%d/task/%d", (int)pid, (int)tid);
		ret = scan_table(walk, path, pid, (int32_t)tid,
			other < 0 ? first : NOTHING_KNOWN, ret_errno);
		if (ret == IU_E_ACCESS)
			worst = ret;
	}
	close(walk->threads.fd);
	return ret == IU_E_NOMEM ? ret : worst;
}

static bool is_listed(const struct iu_snapshot *snapshot, int32_t pid)
{
	for (size_t i = 0; i < snapshot->unreadable.n; i++)
		if (snapshot->unreadable.v[i].pid == pid)
			return true;
	return false;
}

static int add_unreadable(struct iu_proc_walk *walk, int32_t pid, int error)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	struct iu_process process = {.pid = pid};
	struct iu_unreadable *row;
	char path[64], text[4096];
	struct iu_proc_stat stat;
	ssize_t len;
	int ret;

	if (iu_proc_stat_read(walk->scan->proc, pid, &stat) < 0 || stat.flags & IU_STAT_KERNEL_THREAD ||
		(stat.state == 'Z' && stat.threads <= 1))
		return 0; /* gone, or nothing that could have descriptors */
	walk->unreadable++;
	if (is_listed(snapshot, pid))
		return 0;
	ret = iu_cgroup_of_process(walk->scan, &process);
	if (ret < 0)
		return ret;
	row = iu_list_add(&snapshot->arena, &snapshot->unreadable);
	row->pid = pid;
	row->name = iu_arena_strdup(&snapshot->arena, stat.name);
	row->cgroup = process.cgroup;
	row->why = iu_arena_strdup(&snapshot->arena, iu_os_error_name(error));
	row->start_ticks = stat.start_ticks;
	snprintf(path, sizeof(path), "%d/status", (int)pid);
	len = iu_file_read(walk->scan->proc, path, text, sizeof(text));
	row->uid_known = len > 0 && iu_proc_status_uid(text, (size_t)len, &row->uid) == 0;
	return 0;
}

/* st_nlink of task/ is 2 and the number of threads (proc_task_getattr()). */
static bool has_threads(struct iu_proc_walk *walk, int32_t pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "%d/task", (int)pid);
	return fstatat(walk->scan->proc, path, &status, 0) == 0 && status.st_nlink > 3;
}

static int scan_process(struct iu_proc_walk *walk, int32_t pid)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	size_t before = snapshot->holds.n;
	int ret, threads, error = 0;
	char table[64];

	snprintf(table, sizeof(table), "%d", (int)pid);
	ret = scan_table(walk, table, pid, 0, NOTHING_KNOWN, &error);
	if (ret != IU_E_NOMEM && has_threads(walk, pid)) {
		threads = scan_threads(walk, pid, &error);
		if (threads < 0)
			ret = threads;
	}
	if (ret == IU_E_NOMEM)
		return ret;
	if (snapshot->holds.n > before) {
		int read = iu_process_read(walk->scan, pid);

		if (read == IU_E_NOMEM)
			return read;
		walk->few_files |= read == IU_E_LIMIT;
		if (read < 0 && read != IU_E_LIMIT) /* it ended meanwhile: it holds nothing any more */
			snapshot->holds.n = before;
	}
	if (error == EMFILE || error == ENFILE) {
		walk->few_files = true;
		return 0;
	}
	if (ret == IU_E_ACCESS)
		return add_unreadable(walk, pid, error);
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}

int iu_proc_walk_remember(struct iu_proc_walk *walk)
{
	if (!walk->passed)
		walk->passed = calloc(PID_BYTES, 1);
	return walk->passed ? 0 : IU_E_NOMEM;
}

bool iu_proc_walk_passed(const struct iu_proc_walk *walk, int32_t pid)
{
	return walk->passed && (uint32_t)pid / 8 < PID_BYTES &&
	       walk->passed[pid / 8] >> (pid % 8) & 1;
}

/* Ourselves only where we may be a holder too. */
int iu_proc_walk_process(struct iu_proc_walk *walk, int32_t pid)
{
	int ret;

	if (walk->passed && (uint32_t)pid / 8 < PID_BYTES)
		walk->passed[pid / 8] |= (uint8_t)(1u << (pid % 8));
	if (pid != walk->scan->self)
		return scan_process(walk, pid);
	if (!walk->scan->needs->own_process)
		return 0;
	iu_lock_fds();
	ret = scan_process(walk, pid);
	iu_lock_fds_end();
	return ret;
}

int iu_proc_walk_place(struct iu_proc_walk *walk, int32_t pid, int32_t tid, int32_t fd,
	uint64_t *ret_inode)
{
	struct iu_hold hold = {.pid = pid, .tid = tid == pid ? 0 : tid, .fd = fd};
	char table[64], path[96], number[16], link[64];
	ssize_t len;
	int ret;

	*ret_inode = 0;
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
	if (iu_proc_walk_find(walk, hold.inode)) {
		ret = iu_process_read(walk->scan, pid);
		walk->few_files |= ret == IU_E_LIMIT;
		if (ret < 0 && ret != IU_E_LIMIT) /* it ended while we looked: it holds nothing any more */
			return ret == IU_E_NOMEM ? ret : 0;
		if (!iu_needs_is_listing(walk->scan->needs))
			hold.cloexec = read_cloexec(walk, table, number);
		if (iu_proc_walk_hold(walk, &hold) < 0)
			return IU_E_NOMEM;
	}
	*ret_inode = hold.inode;
	return 0;
}

bool iu_proc_walk_leads(
	const struct iu_scan *scan, int32_t pid, int32_t tid, int32_t fd, uint64_t inode)
{
	char path[96], link[64];
	uint64_t found = 0;
	ssize_t len;

	if (tid)
		snprintf(path, sizeof(path), "%d/task/%d/fd/%d", (int)pid, (int)tid, (int)fd);
	else
		snprintf(path, sizeof(path), "%d/fd/%d", (int)pid, (int)fd);
	len = iu_file_link(scan->proc, path, link, sizeof(link));
	return len > 0 && iu_proc_fd_socket(link, (size_t)len, &found) && found == inode;
}

/* ---- all of them ---- */

struct each {
	struct iu_proc_walk *walk;
	iu_proc_walk_visit *visit;
	void *context;
};

static int visit_in_time(void *context, int32_t pid, const char *name)
{
	struct each *each = context;

	each->walk->cut = each->walk->cut || iu_scan_over(each->walk->scan);
	return each->walk->cut ? 1 : each->visit(each->context, pid, name);
}

int iu_proc_walk_each(struct iu_proc_walk *walk, iu_proc_walk_visit *visit, void *context)
{
	struct each each = {walk, visit, context};
	int ret = iu_each_process(walk->scan->proc, visit_in_time, &each);

	return ret < 0 ? ret : 0;
}

static int visit_all(void *context, int32_t pid, const char *name)
{
	struct iu_proc_walk *walk = context;

	(void)name;
	return iu_proc_walk_passed(walk, pid) ? 0 : iu_proc_walk_process(walk, pid);
}

int iu_proc_walk_all(struct iu_proc_walk *walk)
{
	return iu_proc_walk_each(walk, visit_all, walk);
}

/* ---- gaps ---- */

/* Mounted with hidepid, /proc does not even list the processes of others. */
static bool processes_hidden(const struct iu_proc_walk *walk)
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
static void tell_outside(struct iu_proc_walk *walk)
{
	struct stat status;
	struct iu_proc_walk_inode *row;

	if (walk->told || fstatat(walk->scan->proc, "self/ns/pid", &status, 0) < 0 ||
		status.st_ino == INITIAL_PID_NS)
		return;
	for (row = walk->inodes; row; row = row->hh.next)
		if (!row->held) {
			iu_snapshot_gap(walk->scan->snapshot, IU_FACT_HOLDERS, 0,
				"processes outside of this PID namespace",
				"they are not visible from inside of it",
				"ask on the host, outside of the container");
			return;
		}
}

static void tell_unreadable(struct iu_proc_walk *walk)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	const char *fix = walk->unreadable && !iu_privileged() ? "run as root" : NULL;
	char what[80];

	if (walk->unreadable > GAPS_NAMED) {
		/* an earlier look counted, too; its number is replaced, not put next to ours */
		iu_snapshot_drop_gaps(snapshot, IU_GAP_PROCESSES);
		snprintf(what, sizeof(what), "the open files of %zu processes", walk->unreadable);
		iu_snapshot_add_gap(snapshot,
			&(struct iu_gap){.kind = IU_GAP_PROCESSES,
				.fact = IU_FACT_HOLDERS,
				.what = what,
				.why = snapshot->unreadable.n ? snapshot->unreadable.v[0].why
							      : NULL,
				.fix = fix});
		return;
	}
	for (size_t i = 0; i < snapshot->unreadable.n && walk->unreadable > 0; i++) {
		const struct iu_unreadable *row = &snapshot->unreadable.v[i];

		snprintf(what, sizeof(what), "the open files of pid %d", (int)row->pid);
		iu_snapshot_add_gap(snapshot,
			&(struct iu_gap){.kind = IU_GAP_DESCRIPTORS,
				.fact = IU_FACT_HOLDERS,
				.pid = row->pid,
				.what = what,
				.why = row->why,
				.fix = fix});
	}
}

int iu_proc_walk_tell(struct iu_proc_walk *walk, int result)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	bool hidden = !walk->told && !iu_privileged() && processes_hidden(walk);

	iu_scan_seen(walk->scan, IU_FACT_HOLDERS,
		result == 0 && !hidden && walk->unreadable == 0 && !walk->few_files);
	if (result == IU_E_NOMEM)
		return result;
	if (walk->cut)
		iu_scan_cut(walk->scan, IU_FACT_HOLDERS, "some of the processes");
	if (walk->few_files || result == IU_E_LIMIT) {
		/* of the holders that were found something is missing, too */
		iu_snapshot_gap(snapshot, IU_FACT_HOLDERS | IU_FACT_FILES, 0, "some of the processes",
			IU_SCAN_TOO_MANY, IU_SCAN_TOO_MANY_FIX);
		return 0;
	}
	if (result < 0) {
		iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0, "the list of processes",
			iu_error_text(result), NULL);
		return 0;
	}
	tell_unreadable(walk);
	if (hidden)
		iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0, "processes of other users",
			"/proc is mounted with hidepid", "run as root");
	tell_outside(walk);
	return 0;
}

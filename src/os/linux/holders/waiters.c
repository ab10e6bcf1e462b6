/* os/linux/holders/waiters.c - whether somebody waits on a socket */
#include "os/linux/holders/waiters.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/lower-bound.h"
#include "base/table.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/host/host.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/proc-syscall.h"
#include "os/linux/process/process.h"
#include "os/linux/scan.h"
#include "os/os.h"

#define SAMPLES	    2
#define PAUSE_NS    60000000L /* who polls does it more often than that */
#define THREADS_MAX 4096
#define POLL_MAX    1024
#define SELECT_MAX  65536
#define FDINFO_MAX  (4 << 20)
#define EPOLLS_MAX  64 /* of one process, looked into beyond those that are waited on */
#define LINK_TEXT   64

struct thread_row {
	struct thread_key {
		int32_t pid, tid;
	} key;
	int samples;
	int64_t switches;
	bool busy;
	UT_hash_handle hh;
};

struct holder {
	int32_t pid;
	bool unclear; /* cannot be judged: never a reason for IU_NO */
	bool gone;
};

struct watch {
	size_t socket; /* into snapshot->sockets */
	uint64_t inode;
	bool waited_on, registered;
};

/* Who holds a socket. */
struct held {
	uint64_t inode;
	int32_t pid;
	size_t hold; /* whose place among the holds breaks ties */
};

struct judge {
	struct iu_scan *scan;
	struct watch *watches; /* sorted by inode */
	struct held *held;     /* all holds, sorted by inode */
	size_t n_held;
	struct holder *holders;
	size_t n_watches, n_holders;
	struct thread_row *threads;
	size_t thread_count;
	int samples; /* taken so far */
	uint32_t sockfs; /* the kernel's number of the file system of all sockets; 0: not known */
	bool incomplete;
	struct iu_entries *entries;
};

static bool labelled(const char *line, size_t len, const char *label, int base, uint64_t *ret)
{
	size_t label_len = strlen(label), at;
	const char *found = memmem(line, len, label, label_len);

	if (!found)
		return false;
	at = (size_t)(found - line) + label_len;
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return iu_number(line + at, len - at, base, ret) > 0;
}

/* "tfd:        7 events:       19 data:                7  pos:0 ino:92c3 sdev:8" */
int iu_epoll_line(const char *line, size_t len, struct iu_epoll_target *ret_target)
{
	struct iu_epoll_target target = {0};
	uint64_t fd = 0, dev = 0;

	if (len < 5 || memcmp(line, "tfd:", 4) != 0 || !labelled(line, len, "tfd:", 10, &fd) ||
		fd > INT32_MAX)
		return 0;
	target.fd = (int32_t)fd;
	target.inode_known = labelled(line, len, " ino:", 16, &target.inode) &&
			     labelled(line, len, " sdev:", 16, &dev) && dev <= UINT32_MAX;
	target.dev = (uint32_t)dev;
	*ret_target = target;
	return 1;
}

int64_t iu_switches_parse(const char *bytes, size_t len)
{
	uint64_t own = 0, forced = 0;

	if (!labelled(bytes, len, "\nvoluntary_ctxt_switches:", 10, &own) ||
		!labelled(bytes, len, "\nnonvoluntary_ctxt_switches:", 10, &forced) ||
		own > INT64_MAX / 2 || forced > INT64_MAX / 2)
		return -1;
	return (int64_t)(own + forced);
}

/* The link of a descriptor as the thread sees it: it may have a table of its own. */
static ssize_t link_of(struct judge *judge, int32_t pid, int32_t tid, int32_t fd, char *link)
{
	char path[128];

	snprintf(path, sizeof(path), "%d/task/%d/fd/%d", (int)pid, (int)tid, (int)fd);
	return iu_file_link(judge->scan->proc, path, link, LINK_TEXT);
}

static struct watch *first_watch(const struct judge *judge, uint64_t inode)
{
	size_t low = iu_lower_bound(judge->watches, judge->n_watches, sizeof(*judge->watches),
		offsetof(struct watch, inode), inode);

	return low < judge->n_watches && judge->watches[low].inode == inode ? &judge->watches[low]
									    : NULL;
}

static size_t first_held(const struct judge *judge, uint64_t inode)
{
	return iu_lower_bound(judge->held, judge->n_held, sizeof(*judge->held),
		offsetof(struct held, inode), inode);
}

/* Marks the watched sockets behind a descriptor. */
static void mark_fd(struct judge *judge, int32_t pid, int32_t tid, int32_t fd)
{
	char link[LINK_TEXT];
	ssize_t len = link_of(judge, pid, tid, fd, link);
	uint64_t inode = 0;
	struct watch *watch;

	if (len <= 0 || !iu_proc_fd_socket(link, (size_t)len, &inode))
		return;
	watch = first_watch(judge, inode);
	for (; watch && watch < judge->watches + judge->n_watches && watch->inode == inode; watch++)
		watch->waited_on = true;
}

struct epoll_reader {
	struct judge *judge;
	int32_t pid, tid;
	int depth;
	bool waited_on; /* else: only registered there */
};

static void look_into_epoll(
	struct judge *judge, int32_t pid, int32_t tid, int32_t fd, int depth, bool waited_on);

static int on_epoll_line(void *context, const char *line, size_t len)
{
	struct epoll_reader *reader = context;
	struct judge *judge = reader->judge;
	struct iu_epoll_target target;
	char link[LINK_TEXT];
	ssize_t link_len;
	uint64_t inode = 0;

	if (!iu_epoll_line(line, len, &target))
		return 0;
	/* The number may be closed or mean another file by now; the inode is that of the file. */
	if (target.inode_known && (judge->sockfs == 0 || target.dev == judge->sockfs))
		inode = target.inode;
	link_len = target.inode_known && reader->depth > 0
			   ? 0
			   : link_of(judge, reader->pid, reader->tid, target.fd, link);
	if (link_len > 0 && !target.inode_known)
		iu_proc_fd_socket(link, (size_t)link_len, &inode);
	for (size_t i = 0; i < judge->n_watches; i++) {
		if (inode == 0 || judge->watches[i].inode != inode)
			continue;
		judge->watches[i].registered = true;
		judge->watches[i].waited_on |= reader->waited_on;
	}
	if (reader->depth == 0 && link_len > 0 && strcmp(link, "anon_inode:[eventpoll]") == 0)
		look_into_epoll(judge, reader->pid, reader->tid, target.fd, 1, reader->waited_on);
	return 0;
}

/* An epoll set within a set is looked into as well, one level deep (recursion: @depth). */
static void look_into_epoll(
	struct judge *judge, int32_t pid, int32_t tid, int32_t fd, int depth, bool waited_on)
{
	struct epoll_reader reader = {judge, pid, tid, depth, waited_on};
	struct iu_text text = {0};
	char path[128];

	snprintf(path, sizeof(path), "%d/task/%d/fdinfo/%d", (int)pid, (int)tid, (int)fd);
	if (iu_file_load(judge->scan->proc, path, FDINFO_MAX, &text) == 0 && text.data)
		iu_file_lines(text.data, text.len, on_epoll_line, &reader);
	iu_text_free(&text);
}

/* Returns false when the array could not be read: then nobody knows. */
static bool look_into_poll(
	struct judge *judge, int32_t pid, int32_t tid, uint64_t address, uint64_t count)
{
	struct pollfd *polled;

	if (count == 0)
		return true;
	if (count > POLL_MAX || !(polled = calloc(count, sizeof(*polled))))
		return false;
	if (!iu_proc_syscall_memory(judge->scan, pid, address, polled, count * sizeof(*polled))) {
		free(polled);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (polled[i].fd >= 0)
			mark_fd(judge, pid, tid, polled[i].fd);
	free(polled);
	return true;
}

static bool look_into_select(
	struct judge *judge, int32_t pid, int32_t tid, uint64_t count, uint64_t address)
{
	const size_t bits = 8 * sizeof(unsigned long);
	unsigned long *set;
	size_t words;

	if (count == 0 || address == 0)
		return true;
	words = (count + bits - 1) / bits;
	if (count > SELECT_MAX || !(set = calloc(words, sizeof(*set))))
		return false;
	if (!iu_proc_syscall_memory(judge->scan, pid, address, set, words * sizeof(*set))) {
		free(set);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (set[i / bits] >> (i % bits) & 1)
			mark_fd(judge, pid, tid, (int32_t)i);
	free(set);
	return true;
}

/* Marks what a sleeping thread waits on. Returns false when that cannot be told. */
static bool look_into_call(
	struct judge *judge, int32_t pid, int32_t tid, const struct iu_proc_syscall *call)
{
	int32_t first = (int32_t)call->argument[0];

	switch (iu_proc_syscall_wait(call->number)) {
	case IU_WAIT_OTHER: return true;
	case IU_WAIT_FD: mark_fd(judge, pid, tid, first); return true;
	case IU_WAIT_EPOLL: look_into_epoll(judge, pid, tid, first, 0, true); return true;
	case IU_WAIT_POLL:
		return look_into_poll(
			judge, pid, tid, call->argument[0], (uint32_t)call->argument[1]);
	case IU_WAIT_SELECT:
		return look_into_select(
			judge, pid, tid, (uint32_t)call->argument[0], call->argument[1]);
	case IU_WAIT_UNCLEAR: return false;
	}
	return false;
}

static struct thread_row *thread_row(struct judge *judge, int32_t pid, int32_t tid)
{
	struct thread_key key = {pid, tid};
	struct thread_row *row;

	HASH_FIND(hh, judge->threads, &key, sizeof(key), row);
	if (row || judge->thread_count >= THREADS_MAX)
		return row;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->key = key;
	HASH_ADD(hh, judge->threads, key, sizeof(row->key), row);
	if (!iu_added(row)) {
		free(row);
		return NULL;
	}
	judge->thread_count++;
	return row;
}

static int64_t read_switches(struct judge *judge, int32_t pid, int32_t tid)
{
	char path[128], text[8192];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/task/%d/status", (int)pid, (int)tid);
	len = iu_file_read(judge->scan->proc, path, text, sizeof(text));
	return len <= 0 ? -1 : iu_switches_parse(text, (size_t)len);
}

static int refused(struct judge *judge, struct holder *holder, int error)
{
	char what[64];

	holder->unclear = true;
	if (error == ENOENT || error == ESRCH)
		return 0; /* the thread ended */
	judge->incomplete = true;
	snprintf(what, sizeof(what), "what pid %d waits for", (int)holder->pid);
	iu_snapshot_gap(judge->scan->snapshot, IU_FACT_WAITERS, holder->pid, what,
		iu_os_error_name(error), iu_privileged() ? NULL : "run as root");
	return 0;
}

static int sample_thread(struct judge *judge, struct holder *holder, int32_t tid)
{
	struct thread_row *row = thread_row(judge, holder->pid, tid);
	struct iu_proc_syscall call;
	char path[128], text[512];
	int64_t switches;
	ssize_t len;

	if (!row) {
		holder->unclear = true;
		return 0;
	}
	snprintf(path, sizeof(path), "%d/task/%d/syscall", (int)holder->pid, (int)tid);
	switches = read_switches(judge, holder->pid, tid);
	len = iu_file_read(judge->scan->proc, path, text, sizeof(text));
	if (len < 0)
		return refused(judge, holder, (int)-len);
	if (switches < 0 || iu_proc_syscall_parse(text, (size_t)len, &call) < 0 || !call.asleep ||
		(row->samples > 0 && row->switches != switches))
		row->busy = true;
	else if (!look_into_call(judge, holder->pid, tid, &call))
		row->busy = true;
	row->switches = switches;
	row->samples++;
	return 0;
}

static int sample_process(struct judge *judge, struct holder *holder)
{
	struct iu_proc_stat stat;
	const char *name;
	char path[64];
	int ret = 0, error = 0;

	if (iu_proc_stat_read(judge->scan->proc, holder->pid, &stat) < 0) {
		holder->gone = true;
		return 0;
	}
	/* Whoever is stopped sleeps where it was stopped; that says nothing of what it does. */
	if (stat.state == 'T' || stat.state == 't')
		holder->unclear = true;
	snprintf(path, sizeof(path), "%d/task", (int)holder->pid);
	judge->entries->fd = openat(judge->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (judge->entries->fd < 0)
		return refused(judge, holder, errno);
	judge->entries->at = judge->entries->len = 0;
	while (ret == 0 && (name = iu_entries_next(judge->entries, &error))) {
		uint64_t tid = 0;

		if (iu_number(name, strlen(name), 10, &tid) > 0 && tid <= INT32_MAX)
			ret = sample_thread(judge, holder, (int32_t)tid);
	}
	close(judge->entries->fd);
	return ret;
}

/*
 * Signs that a process may serve a socket without a thread that waits at this moment: the socket
 * is in one of its epoll sets, or it has an io_uring, whose pending work is not told by socket.
 */
static void look_around(struct judge *judge, struct holder *holder)
{
	const char *name;
	char path[64], link[LINK_TEXT];
	int error = 0, epolls = 0;

	snprintf(path, sizeof(path), "%d/fd", (int)holder->pid);
	judge->entries->fd = openat(judge->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (judge->entries->fd < 0) {
		holder->unclear = true;
		return;
	}
	judge->entries->at = judge->entries->len = 0;
	while ((name = iu_entries_next(judge->entries, &error))) {
		uint64_t fd = 0;

		if (iu_number(name, strlen(name), 10, &fd) == 0 || fd > INT32_MAX ||
			iu_file_link(judge->entries->fd, name, link, sizeof(link)) <= 0)
			continue;
		if (strcmp(link, "anon_inode:[io_uring]") == 0)
			holder->unclear = true;
		if (strcmp(link, "anon_inode:[eventpoll]") == 0 && epolls++ < EPOLLS_MAX)
			look_into_epoll(judge, holder->pid, holder->pid, (int32_t)fd, 0, false);
	}
	if (epolls > EPOLLS_MAX)
		holder->unclear = true;
	close(judge->entries->fd);
}

static bool all_served(const struct judge *judge)
{
	for (size_t i = 0; i < judge->n_watches; i++)
		if (!judge->watches[i].waited_on)
			return false;
	return true;
}

/* Every thread was asleep each time, and did nothing in between. */
static bool is_idle(const struct judge *judge, const struct holder *holder)
{
	const struct thread_row *row;
	bool any = false;

	if (holder->unclear || holder->gone)
		return false;
	for (row = judge->threads; row; row = row->hh.next) {
		if (row->key.pid != holder->pid)
			continue;
		if (row->busy || row->samples < judge->samples)
			return false;
		any = true;
	}
	return any;
}

static enum iu_tri conclude(const struct judge *judge, const struct watch *watch)
{
	const struct iu_snapshot *snapshot = judge->scan->snapshot;
	bool any = false;
	size_t h;

	if (watch->waited_on)
		return IU_YES;
	/*
	 * Without rights, whom we could not look at may well be the one that serves it. Root sees
	 * all but a few special processes; those stay a gap of the holders.
	 */
	if (watch->registered || (!(snapshot->seen & IU_FACT_HOLDERS) && !iu_privileged()))
		return IU_UNKNOWN;
	for (size_t i = first_held(judge, watch->inode);
		i < judge->n_held && judge->held[i].inode == watch->inode; i++) {
		for (h = 0; h < judge->n_holders; h++)
			if (judge->holders[h].pid == judge->held[i].pid &&
				!is_idle(judge, &judge->holders[h]))
				return IU_UNKNOWN;
		any = true;
	}
	return any ? IU_NO : IU_UNKNOWN;
}

static int sample_all(struct judge *judge)
{
	int ret = 0;

	for (size_t i = 0; i < judge->n_holders && ret == 0; i++)
		if (!judge->holders[i].gone)
			ret = sample_process(judge, &judge->holders[i]);
	judge->samples++;
	return ret;
}

/* Whether there is a socket of which the samples so far say that nobody waits on it. */
static bool any_idle(const struct judge *judge)
{
	for (size_t i = 0; i < judge->n_watches; i++)
		if (conclude(judge, &judge->watches[i]) == IU_NO)
			return true;
	return false;
}

/* "Yes" and "not to be told" are known after one look; "nobody" takes more of them. */
static int sample(struct judge *judge)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	int ret = judge->n_holders ? sample_all(judge) : 0;

	for (size_t i = 0; i < judge->n_holders && ret == 0 && !all_served(judge); i++) {
		look_around(judge, &judge->holders[i]);
		if (iu_proc_syscall_is_foreign(judge->scan->proc, judge->holders[i].pid))
			judge->holders[i].unclear = true;
	}
	while (judge->samples < SAMPLES && ret == 0 && any_idle(judge)) {
		nanosleep(&pause, NULL);
		ret = sample_all(judge);
	}
	return ret;
}

/* A TCP socket that never listened, or is connected, is no socket that one waits on for clients. */
static bool is_watched(const struct iu_scan *scan, const struct iu_socket *sock)
{
	return (sock->state == IU_STATE_LISTEN ||
		       (sock->state == IU_STATE_BOUND && sock->protocol != IU_PROTOCOL_TCP)) &&
	       iu_needs_inode(scan->needs, sock->inode);
}

static int by_inode(const void *left, const void *right)
{
	const struct watch *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a->socket > b->socket) - (a->socket < b->socket);
}

static int by_held_inode(const void *left, const void *right)
{
	const struct held *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a->hold > b->hold) - (a->hold < b->hold);
}

static void add_holder(struct judge *judge, int32_t pid)
{
	for (size_t i = 0; i < judge->n_holders; i++)
		if (judge->holders[i].pid == pid)
			return;
	judge->holders[judge->n_holders++].pid = pid;
}

static int prepare(struct judge *judge)
{
	const struct iu_snapshot *snapshot = judge->scan->snapshot;
	struct stat status;
	int fd;

	judge->held = calloc(snapshot->holds.n + 1, sizeof(*judge->held));
	judge->watches = calloc(snapshot->sockets.n + 1, sizeof(*judge->watches));
	judge->holders = calloc(snapshot->holds.n + 1, sizeof(*judge->holders));
	judge->entries = calloc(1, sizeof(*judge->entries));
	if (!judge->watches || !judge->held || !judge->holders || !judge->entries)
		return IU_E_NOMEM;
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (is_watched(judge->scan, &snapshot->sockets.v[i]))
			judge->watches[judge->n_watches++] =
				(struct watch){i, snapshot->sockets.v[i].inode, false, false};
	qsort(judge->watches, judge->n_watches, sizeof(*judge->watches), by_inode);
	for (size_t i = 0; i < snapshot->holds.n; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];

		judge->held[judge->n_held++] = (struct held){hold->inode, hold->pid, i};
		if (first_watch(judge, hold->inode))
			add_holder(judge, hold->pid);
	}
	qsort(judge->held, judge->n_held, sizeof(*judge->held), by_held_inode);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && fstat(fd, &status) == 0)
		judge->sockfs = major(status.st_dev) << 20 | minor(status.st_dev);
	if (fd >= 0)
		close(fd);
	return 0;
}

int iu_collect_waiters(struct iu_scan *scan)
{
	struct judge judge = {.scan = scan};
	struct thread_row *row, *next;
	int ret = prepare(&judge);

	if (ret == 0)
		ret = sample(&judge);
	for (size_t i = 0; i < judge.n_watches && ret == 0; i++)
		scan->snapshot->sockets.v[judge.watches[i].socket].waited_on =
			conclude(&judge, &judge.watches[i]);
	HASH_ITER(hh, judge.threads, row, next)
	{
		HASH_DEL(judge.threads, row);
		free(row);
	}
	free(judge.watches);
	free(judge.held);
	free(judge.holders);
	free(judge.entries);
	iu_scan_seen(scan, IU_FACT_WAITERS, ret == 0 && !judge.incomplete);
	return ret;
}

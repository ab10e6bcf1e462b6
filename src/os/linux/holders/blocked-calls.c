/* os/linux/holders/blocked-calls.c - threads whose system call still runs on a descriptor that was closed */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/each-process.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/holders/waiters.h"
#include "os/linux/process/proc-syscall.h"
#include "os/linux/system-calls.h"

#define CALLS_MAX   64
#define THREADS_MAX 65536
#define POLL_MAX    256
#define SELECT_MAX  1024

enum purpose { PURPOSE_ACCEPT, PURPOSE_READ, PURPOSE_POLL, PURPOSE_CLOSE };

/* A call on a descriptor that is not in the thread's table any more. */
struct call {
	int32_t pid, tid, fd;
	enum purpose purpose;
};

struct search {
	struct iu_hidden *hidden;
	struct call calls[CALLS_MAX];
	size_t n;
	int threads;
	struct iu_entries entries; /* threads of a process */
};

static bool is_accept(int64_t number)
{
	return number == IU_SYS_accept || number == IU_SYS_accept4;
}

/* The number is closed, or means something by now on which nobody can accept. */
static bool is_closed(struct search *search, const struct call *call)
{
	char path[96], link[64];
	ssize_t len;

	if (call->fd < 0)
		return false;
	snprintf(path, sizeof(path), "%d/task/%d/fd/%d", (int)call->pid, (int)call->tid,
		(int)call->fd);
	len = iu_file_link(search->hidden->scan->proc, path, link, sizeof(link));
	if (len < 0)
		return len == -ENOENT;
	return call->purpose == PURPOSE_ACCEPT && strncmp(link, "socket:", 7) != 0;
}

static void add(struct search *search, const struct call *call)
{
	if (search->n < CALLS_MAX && is_closed(search, call))
		search->calls[search->n++] = *call;
}

static void add_polled(struct search *search, struct call call, uint64_t address, uint64_t count)
{
	struct pollfd polled[POLL_MAX];
	uint64_t i;

	if (count == 0 || count > POLL_MAX ||
		!iu_proc_syscall_memory(search->hidden->scan, call.pid, address, polled, count * sizeof(*polled)))
		return;
	for (i = 0; i < count; i++) {
		call.fd = polled[i].fd;
		add(search, &call);
	}
}

static void add_selected(struct search *search, struct call call, uint64_t count, uint64_t address)
{
	unsigned long set[SELECT_MAX / (8 * sizeof(unsigned long))] = {0};
	const size_t bits = 8 * sizeof(*set);
	uint64_t i;

	if (count == 0 || count > SELECT_MAX || address == 0 ||
		!iu_proc_syscall_memory(search->hidden->scan, call.pid, address, set, (count + bits - 1) / bits * sizeof(*set)))
		return;
	for (i = 0; i < count; i++) {
		if (!(set[i / bits] >> (i % bits) & 1))
			continue;
		call.fd = (int32_t)i;
		add(search, &call);
	}
}

static bool in_our_network(struct search *search, int32_t pid, int32_t tid)
{
	uint64_t ours = search->hidden->scan->snapshot->host.netns;
	struct stat status;
	char path[96];

	snprintf(path, sizeof(path), "%d/task/%d/ns/net", (int)pid, (int)tid);
	return ours == 0 || fstatat(search->hidden->scan->proc, path, &status, 0) < 0 ||
	       status.st_ino == ours;
}

static void look_at_thread(struct search *search, int32_t pid, int32_t tid)
{
	struct call call = {.pid = pid, .tid = tid};
	struct iu_proc_syscall now;
	char path[96], text[512];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/task/%d/syscall", (int)pid, (int)tid);
	len = iu_file_read(search->hidden->scan->proc, path, text, sizeof(text));
	if (len <= 0 || iu_proc_syscall_parse(text, (size_t)len, &now) < 0 || !now.asleep ||
		!in_our_network(search, pid, tid))
		return;
	call.fd = (int32_t)now.argument[0];
	call.purpose = PURPOSE_POLL;
	switch (iu_proc_syscall_wait(now.number)) {
	case IU_WAIT_FD:
		call.purpose = is_accept(now.number) ? PURPOSE_ACCEPT : PURPOSE_READ;
		add(search, &call);
		break;
	case IU_WAIT_POLL:
		add_polled(search, call, now.argument[0], (uint32_t)now.argument[1]);
		break;
	case IU_WAIT_SELECT:
		add_selected(search, call, (uint32_t)now.argument[0], now.argument[1]);
		break;
	case IU_WAIT_OTHER:
	case IU_WAIT_EPOLL: /* holds no socket: a closed one leaves the set */
	case IU_WAIT_UNCLEAR:
		call.purpose = PURPOSE_CLOSE;
		if (now.number == SYS_close)
			add(search, &call);
		break;
	}
}

static void look_at_process(struct search *search, int32_t pid)
{
	struct iu_entries *threads = &search->entries;
	size_t before = search->n;
	const char *name;
	char path[64];
	int error = 0;

	snprintf(path, sizeof(path), "%d/task", (int)pid);
	threads->fd = openat(search->hidden->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (threads->fd < 0)
		return;
	threads->at = threads->len = 0;
	while (search->threads < THREADS_MAX && (name = iu_entries_next(threads, &error))) {
		uint64_t tid = 0;

		if (iu_number(name, strlen(name), 10, &tid) == 0 || tid > INT32_MAX)
			continue;
		search->threads++;
		look_at_thread(search, pid, (int32_t)tid);
	}
	close(threads->fd);
	if (search->n > before && iu_proc_syscall_is_foreign(search->hidden->scan->proc, pid))
		search->n = before;
}

static bool fits(const struct iu_socket *sock, enum purpose purpose)
{
	switch (sock->state) {
	case IU_STATE_LISTEN: return purpose == PURPOSE_ACCEPT || purpose == PURPOSE_POLL;
	case IU_STATE_BOUND:
	case IU_STATE_ESTABLISHED:
	case IU_STATE_SYN_SENT:
	case IU_STATE_CLOSE_WAIT:
		return purpose == PURPOSE_READ || purpose == PURPOSE_POLL;
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK: /* SO_LINGER: close() returns when the data has been sent */
		return purpose == PURPOSE_CLOSE || purpose == PURPOSE_POLL;
	case IU_STATE_UNKNOWN:
	case IU_STATE_SYN_RECV:
	case IU_STATE_TIME_WAIT:
	case IU_STATE_FILE: break;
	}
	return false;
}

/* How many of the sockets that are still searched the call could be about. */
static size_t sockets_of(const struct search *search, const struct call *call)
{
	const struct iu_hidden *hidden = search->hidden;
	size_t n = 0;

	for (size_t i = 0; i < hidden->n; i++)
		n += !hidden->v[i].found &&
		     fits(&hidden->scan->snapshot->sockets.v[hidden->v[i].socket], call->purpose);
	return n;
}

static bool one_process(const struct search *search, const struct iu_socket *sock)
{
	int32_t pid = 0;

	for (size_t i = 0; i < search->n; i++) {
		if (!fits(sock, search->calls[i].purpose))
			continue;
		if (pid != 0 && pid != search->calls[i].pid)
			return false;
		pid = search->calls[i].pid;
	}
	return pid != 0;
}

/* Who waits is certain, on what is a conclusion: it needs one process and one socket. */
static int match(struct search *search, struct iu_unheld *unheld)
{
	const struct iu_socket *sock =
		&search->hidden->scan->snapshot->sockets.v[unheld->socket];
	bool alone = one_process(search, sock);
	int ret = 0;

	for (size_t i = 0; i < search->n && ret == 0; i++) {
		const struct call *call = &search->calls[i];
		struct iu_hold hold = {unheld->inode, call->pid, call->tid, call->fd, IU_UNKNOWN,
			IU_VIA_CALL};
		struct iu_suspect suspect = {unheld->inode, call->pid, call->tid, IU_VIA_CALL};

		if (!fits(sock, call->purpose))
			continue;
		if (alone && sockets_of(search, call) == 1)
			return iu_hidden_hold(search->hidden, &hold);
		ret = iu_hidden_suspect(search->hidden, &suspect);
	}
	return ret;
}

static int visit(void *context, int32_t pid, const char *name)
{
	struct search *search = context;

	(void)name;
	if (pid != search->hidden->scan->self)
		look_at_process(search, pid);
	return 0;
}

int iu_calls_search(struct iu_hidden *hidden)
{
	struct search *search = calloc(1, sizeof(*search));
	int ret;

	if (!search)
		return IU_E_NOMEM;
	search->hidden = hidden;
	ret = iu_each_process(hidden->scan->proc, visit, search) == IU_E_NOMEM ? IU_E_NOMEM : 0;
	for (size_t i = 0; i < hidden->n && ret == 0; i++)
		if (!hidden->v[i].found)
			ret = match(search, &hidden->v[i]);
	free(search);
	return ret;
}

/* run/linux/supervise.c - answers for the calls of a command until nobody of it is left */
#include "run/linux/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/os.h"
#include "run/linux/attempt.h"
#include "run/linux/case.h"
#include "run/linux/exit-note.h"
#include "run/linux/pass-fd.h"
#include "run/linux/preload-server.h"
#include "run/linux/question.h"
#include "run/linux/worker.h"

#define WORKERS_MAX  IU_RUN_HELD_MAX
#define LIVES	     5
#define NO_NOTICE    1 /* a worker works for a preloaded library, which sees its end by itself */
#define FINISH_MS    5000
#define LINGER_MS    10000 /* after the command: so long libraries in what it left behind may ask … */
#define LEFT_MS	     100   /* … as long as there is such: looked at so often */
#define HANDLES_MAX  16
#define FILES_MAX    16
#define FIXED_POLLS  2 /* listener, command */

struct worker {
	pid_t pid;
	size_t held; /* where its call is noted */
};

struct loop {
	struct iu_run_supervisor s;
	struct pollfd polls[FIXED_POLLS + WORKERS_MAX];
	struct worker workers[WORKERS_MAX];
	size_t worker_count;
	struct {
		int32_t tgid;
		int handle;
	} handles[HANDLES_MAX];
	size_t next_handle;
	struct iu_run_proc_files files[FILES_MAX];
	size_t next_files;
};

static void let(const struct loop *l, struct iu_run_case *c)
{
	(void)iu_run_case_answer(&l->s, c, false);
}

/* ---- what is read of a call ---- */

/* A handle means one process for ever: with a reused number the look-up of descriptors fails. */
static int handle_of(struct loop *l, int32_t tgid)
{
	size_t at;

	for (size_t i = 0; i < HANDLES_MAX; i++)
		if (l->handles[i].tgid == tgid && l->handles[i].handle >= 0)
			return l->handles[i].handle;
	at = l->next_handle++ % HANDLES_MAX;
	if (l->handles[at].handle >= 0)
		close(l->handles[at].handle);
	l->handles[at].handle = iu_run_task_handle(tgid);
	l->handles[at].tgid = tgid;
	return l->handles[at].handle;
}

static int duplicate(struct loop *l, struct iu_run_case *c)
{
	int fd;

	c->handle = handle_of(l, c->credentials.rights.tgid);
	fd = iu_run_task_descriptor(c->handle, c->call.fd);
	if (fd >= 0 || errno != ESRCH)
		return fd;
	for (size_t i = 0; i < HANDLES_MAX; i++)
		if (l->handles[i].tgid == c->credentials.rights.tgid)
			l->handles[i].tgid = 0;
	c->handle = handle_of(l, c->credentials.rights.tgid);
	return iu_run_task_descriptor(c->handle, c->call.fd);
}

static int read_credentials(struct loop *l, int32_t tid, struct iu_run_credentials *ret_credentials)
{
	struct iu_run_proc_files *one;

	for (size_t i = 0; i < FILES_MAX; i++) {
		if (l->files[i].folder < 0 || l->files[i].tid != tid)
			continue;
		if (iu_run_credentials_read(&l->files[i], ret_credentials) == 0)
			return 0;
		iu_run_proc_files_close(&l->files[i]); /* another thread has that number now */
	}
	one = &l->files[l->next_files++ % FILES_MAX];
	iu_run_proc_files_close(one);
	if (tid <= 0 || iu_run_proc_files_open(tid, one) < 0)
		return IU_E_GONE; /* or of a PID namespace that we do not see */
	return iu_run_credentials_read(one, ret_credentials);
}

static bool read_arguments(struct iu_run_case *c)
{
	uint32_t words[IU_RUN_PACKED_WORDS];

	if (c->call.packed) {
		if (iu_run_task_memory(c->notice.tid, c->call.packed, words, sizeof(words)) < 0) {
			c->blind = errno == EPERM;
			return false;
		}
		iu_run_call_unpack(words, &c->call);
	}
	if (c->call.kind != IU_RUN_BIND)
		return true;
	if (c->call.len < sizeof(sa_family_t) || c->call.len > sizeof(c->bytes))
		return false;
	if (iu_run_task_memory(c->notice.tid, c->call.address, c->bytes, c->call.len) < 0) {
		c->blind = errno == EPERM;
		return false;
	}
	iu_run_name_read(c->bytes, c->call.len, &c->name);
	return true;
}

static uint64_t port_key(const struct iu_run_case *c)
{
	return iu_run_told_moved_key(c->sock.carries, c->name.port);
}

static bool read_socket(struct loop *l, struct iu_run_case *c)
{
	if (c->socket < 0)
		c->socket = duplicate(l, c);
	if (c->socket < 0) {
		c->error = errno == EBADF ? EBADF : c->error;
		return false;
	}
	if (iu_run_socket_read(c->socket, &c->sock) < 0) {
		c->error = ENOTSOCK;
		return false;
	}
	c->facts.inet = c->sock.inet;
	c->facts.plain = c->sock.plain;
	c->facts.unix_socket = c->sock.domain == AF_UNIX;
	c->facts.tcp = c->sock.inet && c->sock.carries == IU_PROTOCOL_TCP;
	return true;
}

/* Everything that decides; false: nothing can be known, the kernel does it. */
static bool read_case(struct loop *l, struct iu_run_case *c)
{
	struct iu_run_supervisor *s = &l->s;

	c->facts = (struct iu_run_facts){.kind = c->call.kind,
		.policy = s->run->policy,
		.domain = s->domain};
	if (read_credentials(l, c->notice.tid, &c->credentials) < 0)
		return false;
	if (!read_socket(l, c))
		return false;
	/* a path for a socket of another family is none */
	if ((c->name.kind == IU_RUN_NAME_PATH || c->name.kind == IU_RUN_NAME_ABSTRACT) && !c->facts.unix_socket)
		c->name.kind = IU_RUN_NAME_FOREIGN;
	c->facts.name = c->name.kind;
	/* too short for its family: the kernel says so to us as well */
	if (c->call.kind == IU_RUN_BIND && c->name.kind == IU_RUN_NAME_FOREIGN &&
		(c->sock.domain == AF_INET || c->sock.domain == AF_INET6))
		c->facts.plain = true;
	c->facts.equal = iu_run_credentials_equal(&s->ours, &c->credentials);
	c->facts.privileged = c->name.kind == IU_RUN_NAME_INET && c->name.port &&
			      c->name.port < s->unprivileged;
	if (c->facts.inet && c->call.kind == IU_RUN_BIND &&
		(c->facts.privileged || !c->facts.equal || s->run->policy != IU_RUN_EXPLAIN)) {
		iu_run_socket_options(c->socket, &c->sock);
		c->facts.shared = c->sock.reuseaddr || c->sock.reuseport;
		c->facts.moved = s->run->policy == IU_RUN_NEXT &&
				 iu_run_told_get(s->told, port_key(c)) != 0;
	}
	return iu_run_case_waits(s, c);
}

/* ---- workers ---- */

/*
 * With us it goes, too: its call is then answered by the guard. In a session of its own it may read
 * from the terminal of the command, as no job control is between them.
 */
_Noreturn static void become_worker(struct loop *l, struct iu_run_case *c, pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setsid();
	if (getppid() == parent)
		iu_run_worker(&l->s, c);
	_exit(0);
}

/* inuse itself asks the kernel with binds that may fail: that is no failure of the command. */
static bool is_ours(const struct iu_run_case *c)
{
	struct stat theirs, own;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)c->credentials.rights.tgid);
	return stat(path, &theirs) == 0 && stat("/proc/self/exe", &own) == 0 &&
	       theirs.st_ino == own.st_ino && theirs.st_dev == own.st_dev;
}

static void start_worker(struct loop *l, struct iu_run_case *c)
{
	bool muted = l->s.run->policy == IU_RUN_EXPLAIN && c->error > 0 &&
		     iu_run_worker_is_muted(&l->s, c);
	bool silent = muted || is_ours(c);
	struct worker *worker = &l->workers[l->worker_count];
	pid_t self = getpid(), pid = -1;
	size_t held = 0;

	while (held < WORKERS_MAX && l->s.told->held[held])
		held++;
	if (!silent && held < WORKERS_MAX) {
		l->s.told->held[held] = c->notice.id ? c->notice.id : NO_NOTICE;
		pid = fork();
	}
	if (pid == 0)
		become_worker(l, c, self);
	if (pid < 0) {
		if (!silent && held < WORKERS_MAX)
			l->s.told->held[held] = 0;
		let(l, c);
		return;
	}
	*worker = (struct worker){.pid = pid, .held = held};
	l->polls[FIXED_POLLS + l->worker_count++] =
		(struct pollfd){.fd = iu_run_task_handle(pid), .events = POLLIN};
}

/* One that broke has not answered: its call must not wait for ever. */
static void end_workers(struct loop *l)
{
	for (size_t i = l->worker_count; i-- > 0;) {
		struct pollfd *poll = &l->polls[FIXED_POLLS + i];
		uint64_t *held = &l->s.told->held[l->workers[i].held];
		int status;

		if (waitpid(l->workers[i].pid, &status, WNOHANG) != l->workers[i].pid)
			continue;
		if (status != 0 && *held != NO_NOTICE)
			(void)iu_run_notices_continue(l->s.notices, *held);
		*held = 0;
		if (poll->fd >= 0)
			close(poll->fd);
		l->worker_count--;
		l->workers[i] = l->workers[l->worker_count];
		*poll = l->polls[FIXED_POLLS + l->worker_count];
	}
}

/* ---- one call ---- */

/* Done before: the program was told of a signal instead, and asks again (SA_RESTART). */
static bool was_lost(const struct loop *l, uint64_t key)
{
	if (!key || !iu_run_told_get(l->s.told, key))
		return false;
	iu_run_told_put(l->s.told, key, 0);
	return true;
}

static void perform(struct loop *l, struct iu_run_case *c)
{
	uint64_t key = iu_run_case_lost_key(c);

	c->error = iu_run_attempt_perform(c);
	if (c->error == EINVAL && was_lost(l, key))
		c->error = 0;
	if (c->error == 0) {
		if (c->call.kind == IU_RUN_BIND)
			iu_run_attempt_tell_port(l->s.run, c->socket, c->name.port);
		if (iu_run_case_answer(&l->s, c, true) == IU_E_GONE && key)
			iu_run_told_put(l->s.told, key, 1);
	} else if (iu_run_policy_explains(c->error)) {
		start_worker(l, c);
	} else {
		let(l, c);
	}
}

/* The worker lets the kernel do it, and sees what comes of it. */
static void look_after(struct loop *l, struct iu_run_case *c)
{
	ssize_t n = iu_run_proc_files_text(c->notice.tid, "comm", c->comm, sizeof(c->comm));

	c->comm[n > 1 ? n - 1 : 0] = '\0'; /* without its newline */
	c->after = true;
	start_worker(l, c);
}

static void foresee(struct loop *l, struct iu_run_case *c, int error)
{
	bool after = c->reply < 0 && iu_run_policy_looks_after(&c->facts);

	/* a policy of its own may refuse before anybody looks who has the address */
	if (error > 0 && !(after && c->facts.domain && c->facts.inet && c->facts.policy == IU_RUN_EXPLAIN) && iu_run_policy_explains(error)) {
		c->error = error;
		start_worker(l, c);
		return;
	}
	if (error == 0 && c->facts.inet)
		iu_run_attempt_tell_port(l->s.run, -1, c->name.port);
	if (after)
		look_after(l, c);
	else
		let(l, c);
}

static void take(struct loop *l, struct iu_run_case *c)
{
	switch (iu_run_policy_choose(&c->facts)) {
	case IU_RUN_LET: let(l, c); break;
	case IU_RUN_PERFORM: perform(l, c); break;
	case IU_RUN_TRY: foresee(l, c, iu_run_attempt_try(c)); break;
	case IU_RUN_LOOK: foresee(l, c, iu_run_attempt_look(c)); break;
	case IU_RUN_WORKER: start_worker(l, c); break;
	}
}

/* Once: whose memory may not be read. */
static void say_blind(const struct loop *l, const struct iu_run_case *c)
{
	char text[200];

	if (!iu_run_told_claim(l->s.told, iu_run_told_key(0, "blind", 5)))
		return;
	snprintf(text, sizeof(text),
		"process %d of it may not be looked into%s: its failed bind() calls are not explained",
		(int)c->notice.tid,
		access("/proc/sys/kernel/yama/ptrace_scope", F_OK) == 0
			? " (kernel.yama.ptrace_scope, or it is setuid)"
			: " (it is setuid, or has made itself private)");
	l->s.run->line(l->s.run->context, text);
}

/* A number that is no socket: it is the program's own mistake, and nothing of the port. */
static void say_no_socket(const struct loop *l, const struct iu_run_case *c)
{
	char text[200];

	if (!iu_run_told_claim(l->s.told, iu_run_told_key((uint64_t)c->call.fd, &c->error, sizeof(c->error))))
		return;
	snprintf(text, sizeof(text), "process %d of it calls %s() with descriptor %d, which is %s (%s)",
		(int)c->notice.tid, c->call.kind == IU_RUN_LISTEN ? "listen" : "bind", c->call.fd,
		c->error == EBADF ? "not open" : "no socket", iu_os_error_name(c->error));
	l->s.run->line(l->s.run->context, text);
}

static bool is_hello(const struct iu_run_call *call)
{
	return call->kind == IU_RUN_LISTEN && !call->packed && call->fd == -1 &&
	       (uint32_t)call->address == IU_RUN_HELLO;
}

static void handle_notice(struct loop *l)
{
	struct iu_run_case c = {.socket = -1, .handle = -1, .error = -1, .reply = -1};

	if (iu_run_notices_next(l->s.notices, &c.notice) < 0)
		return;
	iu_run_call_read(&l->s.table, &c.notice, &c.call);
	if (is_hello(&c.call)) {
		(void)iu_run_notices_done(l->s.notices, c.notice.id, IU_RUN_HELLO_ERRNO);
		return;
	}
	switch (c.call.kind) {
	case IU_RUN_BIND:
	case IU_RUN_LISTEN:
		if (read_arguments(&c) && read_case(l, &c))
			take(l, &c);
		else {
			if (c.error == EBADF || c.error == ENOTSOCK)
				say_no_socket(l, &c);
			let(l, &c);
		}
		if (c.blind)
			say_blind(l, &c);
		break;
	case IU_RUN_RING:
		l->s.ring = true;
		let(l, &c);
		break;
	case IU_RUN_DOMAIN:
		l->s.domain = true;
		let(l, &c);
		break;
	case IU_RUN_OTHER:
	case IU_RUN_KINDS: let(l, &c); break;
	}
	if (c.socket >= 0)
		close(c.socket);
}

/* The library has made the call, it failed: all that is left is to help and to tell. */
static void handle_client(struct loop *l)
{
	struct iu_run_case c = {.handle = -1};
	struct iu_run_preload_client client;

	if (iu_run_preload_server_next(l->polls[0].fd, &client) < 0)
		return;
	c.notice.tid = client.pid;
	c.reply = client.connection;
	c.socket = client.socket;
	c.error = client.request.error;
	c.call = (struct iu_run_call){.kind = client.request.listens ? IU_RUN_LISTEN : IU_RUN_BIND};
	if (client.request.listens) {
		c.call.address = client.request.len;
	} else if (client.request.len <= sizeof(c.bytes)) {
		c.call.len = client.request.len;
		memcpy(c.bytes, client.request.name, c.call.len);
		iu_run_name_read(c.bytes, c.call.len, &c.name);
	}
	if (read_case(l, &c) && iu_run_policy_explains(c.error) && iu_run_question_allowed(&l->s, &c))
		start_worker(l, &c);
	else
		let(l, &c);
	if (c.socket >= 0)
		close(c.socket);
	close(c.reply);
}

/* ---- the process ---- */

/*
 * Whoever reads from the other end of our standard error must see its end when the command ends,
 * not when the last daemon that it left behind does.
 */
static void command_ends(struct iu_run_supervisor *s)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, STDERR_FILENO);
		close(null);
	}
	s->command_ended = true;
	if (s->command_handle >= 0)
		close(s->command_handle);
	s->command_handle = -1;
}

static int32_t first_unprivileged(void)
{
	char text[32];
	ssize_t len = iu_run_proc_files_text(
		0, "sys/net/ipv4/ip_unprivileged_port_start", text, sizeof(text));

	return len > 0 ? (int32_t)strtol(text, NULL, 10) : 1024;
}

static bool prepare(struct loop *l, int listener, enum iu_run_source source)
{
	struct iu_run_proc_files one;

	for (size_t i = 0; i < HANDLES_MAX; i++)
		l->handles[i].handle = -1;
	for (size_t i = 0; i < FILES_MAX; i++)
		l->files[i].folder = -1;
	l->s.told = mmap(NULL, sizeof(*l->s.told), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	l->polls[0] = (struct pollfd){.fd = listener, .events = POLLIN};
	l->s.command_handle = iu_run_task_handle(l->s.command);
	l->s.unprivileged = first_unprivileged();
	if (iu_run_proc_files_open(0, &one) == 0) {
		(void)iu_run_credentials_read(&one, &l->s.ours);
		iu_run_proc_files_close(&one);
	}
	if (l->s.told == MAP_FAILED)
		return false;
	if (source == IU_RUN_PRELOADED)
		return true;
	if (l->s.ours.rights.filters >= 0)
		l->s.ours.rights.filters++; /* theirs have ours */
	return iu_run_notices_new(listener, &l->s.notices) >= 0;
}

/* Everybody who could ask has gone; what has failed is told before we go, too. */
static void finish_workers(struct loop *l)
{
	int64_t deadline = iu_os_now_ms() + FINISH_MS;

	while (l->worker_count && iu_os_now_ms() < deadline) {
		(void)poll(l->polls + FIXED_POLLS, l->worker_count, 100);
		end_workers(l);
	}
}

/* The command has ended; whether a library in what it left behind may still ask. */
static bool may_ask(const struct loop *l, int64_t *deadline)
{
	if (!*deadline)
		*deadline = iu_os_now_ms() + LINGER_MS;
	return iu_os_now_ms() < *deadline && iu_run_preload_server_is_wanted(l->polls[0].fd);
}

_Noreturn static void watch(struct loop *l)
{
	int64_t deadline = 0;

	for (;;) {
		bool lingers = !l->s.notices && l->s.command_ended;
		int n;

		l->polls[1] = (struct pollfd){.fd = l->s.command_handle, .events = POLLIN};
		n = poll(l->polls, FIXED_POLLS + l->worker_count, lingers ? LEFT_MS : -1);

		if (n < 0)
			continue;
		if (n == 0 && !l->worker_count && lingers && !may_ask(l, &deadline))
			break;
		if ((l->polls[0].revents & POLLIN) && l->s.notices)
			handle_notice(l);
		else if (l->polls[0].revents & POLLIN)
			handle_client(l);
		else if (l->polls[0].revents)
			break;
		if (l->polls[1].revents) {
			iu_run_exit_note(&l->s);
			command_ends(&l->s);
		}
		end_workers(l);
	}
	if (!l->s.command_ended)
		iu_run_exit_note(&l->s);
	finish_workers(l);
	_exit(0);
}

/* Sleeps until the one that watches ends. Returns: whether it ended as it should. */
static bool guard(struct loop *l, pid_t watcher)
{
	struct pollfd polls[2] = {{.fd = iu_run_task_handle(watcher), .events = POLLIN}};
	int status = 0;

	while (polls[0].fd >= 0) {
		polls[1] = (struct pollfd){.fd = l->s.command_handle, .events = POLLIN};
		if (poll(polls, 2, -1) < 0)
			continue;
		if (polls[1].revents)
			command_ends(&l->s);
		if (polls[0].revents)
			break;
	}
	while (waitpid(watcher, &status, 0) < 0 && errno == EINTR)
		;
	if (polls[0].fd >= 0)
		close(polls[0].fd);
	return WIFEXITED(status);
}

/* What the one before left unanswered must not wait for ever. */
static void rescue(struct loop *l)
{
	if (l->s.notices)
		iu_run_notices_rescue(l->s.notices);
	for (size_t i = 0; i < WORKERS_MAX; i++) {
		if (l->s.told->held[i] && l->s.notices)
			(void)iu_run_notices_continue(l->s.notices, l->s.told->held[i]);
		l->s.told->held[i] = 0;
	}
}

/*
 * Two processes: with nobody left to answer, every bind() of the command would fail with ENOSYS. So
 * one watches, and the other sleeps, and makes a new one when the first is killed.
 */
void iu_run_supervise(const struct iu_run *run, const struct iu_run_table *table, int control,
	int32_t command)
{
	struct loop l = {.s = {.run = run, .table = *table, .command = command}};
	enum iu_run_source source;
	int listener = iu_run_pass_fd_receive(control, &source);

	close(control);
	if (listener < 0 || !prepare(&l, listener, source))
		_exit(0); /* the last descriptor of the listener goes: no call waits for it */
	for (int life = 0; life < LIVES; life++) {
		pid_t watcher = fork();

		if (watcher <= 0)
			watch(&l);
		if (guard(&l, watcher))
			break;
		rescue(&l);
	}
	_exit(0);
}

/* tests/unit/os/test-live.c - what iu_os_collect() says about sockets that were really made */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/linux/holders/kcmp.h"
#include "os/linux/host/host.h"
#include "os/linux/sockets/aggregate.h"
#include "os/os.h"
#include "stage.h"

#define INET (IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP)
#define DEEP (IU_FACT_HOLDERS | IU_FACT_OPTIONS | IU_FACT_WAITERS)

static uint16_t port;	/* of the scene; explicit, and another one for each */
static int shared = -1; /* a socket the children inherit */
static const char *refusal;

static void set(int fd, int option)
{
	int on = 1;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, option, &on, sizeof(on)), 0);
}

/* The one socket of the scene stays with the children: the parent looks. */
static int make_shared(bool listening, bool reuseport)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(++port)};

	shared = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	set(shared, SO_REUSEADDR);
	if (reuseport)
		set(shared, SO_REUSEPORT);
	assert_int_equal(bind(shared, (struct sockaddr *)&name, sizeof(name)), 0);
	if (listening)
		assert_int_equal(listen(shared, 7), 0);
	return shared;
}

static void ready(int fd)
{
	if (write(fd, "x", 1) != 1)
		_exit(1);
}

static void idle(int fd)
{
	ready(fd);
}

static void test_listener(void **state)
{
	struct iu_snapshot s;
	const struct iu_socket *sock;
	const struct iu_hold *hold;
	const struct iu_process *process;
	struct stage_child child;
	uint64_t inode;
	int fds, n;

	(void)state;
	make_shared(true, false);
	inode = stage_inode(shared);
	child = stage_child(idle);
	n = shared;
	close(shared);
	usleep(20000);
	fds = stage_descriptors();
	stage_look(&s, INET | DEEP | IU_FACT_HOST, port);
	assert_int_equal(stage_descriptors(), fds);
	assert_int_equal(s.seen & (INET | IU_FACT_OPTIONS), INET | IU_FACT_OPTIONS);
	assert_int_equal(s.sockets.n, 1);
	sock = stage_socket(&s, inode);
	assert_non_null(sock);
	assert_int_equal(sock->state, IU_STATE_LISTEN);
	assert_int_equal(sock->port, port);
	assert_int_equal(sock->backlog, 7);
	assert_true(sock->uid_known);
	assert_int_equal(sock->uid, geteuid());
	assert_int_equal(sock->explicit_port, IU_YES);
	assert_int_equal(sock->reuseaddr, IU_YES);
	assert_int_equal(sock->reuseport, IU_NO);
	assert_int_equal(sock->options_source, IU_SOURCE_READ);
	/* It sleeps in pause() and never serves: as root we may say so. */
	assert_int_equal(
		sock->waited_on, iu_privileged() || s.seen & IU_FACT_HOLDERS ? IU_NO : IU_UNKNOWN);
	hold = stage_hold(&s, inode, child.pid);
	assert_non_null(hold);
	assert_int_equal(hold->fd, n);
	assert_int_equal(hold->tid, 0);
	assert_int_equal(hold->cloexec, IU_YES);
	process = iu_snapshot_process(&s, child.pid);
	assert_non_null(process);
	assert_int_equal(strncmp(process->name, program_invocation_short_name, 15), 0);
	assert_int_equal(process->state, IU_PROCESS_RUNNING);
	assert_int_equal(process->ppid, getpid());
	assert_true(process->command.n > 0);
	assert_true(process->files.n > 0);
	assert_non_null(process->exe);
	assert_true(process->started > 0 && process->started <= s.host.now);
	iu_snapshot_free(&s);
	stage_end(&child);
}

static void test_bound_only(void **state)
{
	struct iu_snapshot s;
	const struct iu_socket *sock;
	struct stage_child child;
	uint64_t inode;

	(void)state;
	make_shared(false, true);
	inode = stage_inode(shared);
	child = stage_child(idle);
	close(shared);
	stage_look(&s, INET | DEEP, port);
	sock = stage_socket(&s, inode);
	if (!(s.seen & IU_FACT_BOUND)) {
		print_message("# this kernel shows no bound-only sockets: must be a gap\n");
		assert_true(s.gaps.n > 0);
	} else {
		assert_non_null(sock);
		assert_int_equal(sock->state, IU_STATE_BOUND);
		assert_int_equal(sock->reuseport, IU_YES);
		assert_int_equal(sock->explicit_port, IU_YES);
		assert_non_null(stage_hold(&s, inode, child.pid));
	}
	iu_snapshot_free(&s);
	/* Nor does our own test socket show up when everything is listed. */
	stage_look(&s, INET, 0);
	for (size_t i = 0; i < s.sockets.n; i++)
		assert_true(s.sockets.v[i].inode == inode || s.sockets.v[i].port == port);
	iu_snapshot_free(&s);
	stage_end(&child);
}

static void test_connection_and_time_wait(void **state)
{
	struct iu_snapshot s;
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int listener = make_shared(true, false), client, server, waits = 0, lives = 0;
	uint64_t client_inode;
	socklen_t len = sizeof(name);
	uint16_t client_port;
	size_t i;

	(void)state;
	name.sin_port = htons(port);
	/* The server closes first: its end waits. */
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
	server = accept(listener, NULL, NULL);
	close(server);
	usleep(10000);
	close(client);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
	client_inode = stage_inode(client);
	getsockname(client, (struct sockaddr *)&name, &len);
	client_port = ntohs(name.sin_port);
	usleep(50000);
	stage_look(&s, INET, port);
	for (i = 0; i < s.sockets.n; i++) {
		const struct iu_socket *sock = &s.sockets.v[i];

		if (sock->state == IU_STATE_TIME_WAIT) {
			waits++;
			assert_true(sock->mini && !sock->uid_known && sock->inode == 0);
			assert_in_range(sock->timer_ms, 30000, 61000);
		}
		if (sock->state == IU_STATE_ESTABLISHED) {
			lives++;
			assert_int_equal(sock->peer_port, client_port);
			assert_int_equal(sock->inode, 0); /* not accepted yet */
		}
	}
	assert_int_equal(waits, 1);
	assert_int_equal(lives, 1);
	iu_snapshot_free(&s);
	stage_look(&s, INET, client_port);
	assert_int_equal(s.sockets.n, 1);
	assert_int_equal(s.sockets.v[0].inode, client_inode);
	assert_int_equal(s.sockets.v[0].explicit_port, IU_NO);
	iu_snapshot_free(&s);
	close(client);
	close(listener);
}

static void test_udp_and_v6only(void **state)
{
	struct iu_snapshot s;
	uint16_t udp_port = ++port;
	int udp = stage_udp(AF_INET, &udp_port), on = 1, dual, only;
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};

	(void)state;
	assert_true(udp >= 0);
	stage_look(&s, INET, udp_port);
	assert_int_equal(s.sockets.n, 1);
	assert_int_equal(s.sockets.v[0].protocol, IU_PROTOCOL_UDP);
	assert_int_equal(s.sockets.v[0].state, IU_STATE_BOUND);
	assert_int_equal(s.sockets.v[0].explicit_port, IU_YES);
	iu_snapshot_free(&s);
	close(udp);
	if (!iu_ipv6_possible()) {
		print_message("# no IPv6 here\n");
		return;
	}
	dual = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	only = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(only, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	any.sin6_port = htons(++port);
	assert_int_equal(bind(dual, (struct sockaddr *)&any, sizeof(any)), 0);
	any.sin6_port = htons(++port);
	assert_int_equal(bind(only, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(dual, 1) | listen(only, 1), 0);
	stage_look(&s, INET, 0);
	assert_int_equal(stage_socket(&s, stage_inode(dual))->v6only, IU_NO);
	assert_int_equal(stage_socket(&s, stage_inode(only))->v6only, IU_YES);
	iu_snapshot_free(&s);
	close(dual);
	close(only);
}

static int in_accept(int fd)
{
	return accept(fd, NULL, NULL);
}

static int in_poll(int fd)
{
	struct pollfd list[3] = {{.fd = -1}, {.fd = fd, .events = POLLIN}, {.fd = -1}};

	return poll(list, 3, -1);
}

static int in_select(int fd)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, NULL);
}

static int in_epoll(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(0);

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	return epoll_wait(epoll, &event, 1, -1);
}

static int in_nested_epoll(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int inner = epoll_create1(0), outer = epoll_create1(0);

	epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event);
	epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event);
	return epoll_wait(outer, &event, 1, -1);
}

static int in_other_epoll(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(0), ends[2];

	(void)fd;
	if (pipe(ends) == 0)
		epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
	return epoll_wait(epoll, &event, 1, -1);
}

static int in_sleep_registered(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(0);

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	return pause();
}

static int in_loop(int fd)
{
	volatile int spin = fd;

	for (;;)
		spin++;
	return spin;
}

static int stopped(int fd)
{
	(void)fd;
	return raise(SIGSTOP);
}

static const struct serve_row {
	const char *name;
	int (*wait)(int fd);
	enum iu_tri waited_on;
} serves[] = {
	{"accept", in_accept, IU_YES},
	{"poll", in_poll, IU_YES},
	{"select", in_select, IU_YES},
	{"epoll", in_epoll, IU_YES},
	{"epoll in epoll", in_nested_epoll, IU_YES},
	{"epoll on a pipe", in_other_epoll, IU_NO},
	{"asleep, but registered", in_sleep_registered, IU_UNKNOWN},
	{"busy", in_loop, IU_UNKNOWN},
	{"stopped", stopped, IU_UNKNOWN},
};
static const struct serve_row *row;

static void act_row(int fd)
{
	ready(fd);
	row->wait(shared);
}

static void test_served(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(serves) / sizeof(serves[0]); i++) {
		struct iu_snapshot s;
		struct stage_child child;
		const struct iu_process *process;
		enum iu_tri expected = serves[i].waited_on;
		uint64_t inode;

		row = &serves[i];
		make_shared(true, false);
		inode = stage_inode(shared);
		child = stage_child(act_row);
		close(shared);
		usleep(30000);
		stage_look(&s, INET | DEEP, port);
		if (expected == IU_NO && !iu_privileged() && !(s.seen & IU_FACT_HOLDERS))
			expected = IU_UNKNOWN;
		print_message("# %s: served %d, expected %d\n", row->name,
			stage_socket(&s, inode)->waited_on, expected);
		assert_int_equal(stage_socket(&s, inode)->waited_on, expected);
		process = iu_snapshot_process(&s, child.pid);
		assert_non_null(process);
		assert_int_equal(process->state,
			row->wait == stopped ? IU_PROCESS_STOPPED : IU_PROCESS_RUNNING);
		iu_snapshot_free(&s);
		stage_end(&child);
	}
}

/* The parent stays, as a parent does whose child inherited: one of both serves. */
static void act_accept(int fd)
{
	ready(fd);
	in_accept(shared);
}

static void test_two_holders(void **state)
{
	struct iu_snapshot s;
	struct stage_child asleep, serving;
	uint64_t inode;

	(void)state;
	make_shared(true, false);
	inode = stage_inode(shared);
	asleep = stage_child(idle);
	serving = stage_child(act_accept);
	close(shared);
	usleep(20000);
	stage_look(&s, INET | DEEP, port);
	assert_non_null(stage_hold(&s, inode, asleep.pid));
	assert_non_null(stage_hold(&s, inode, serving.pid));
	assert_int_equal(stage_socket(&s, inode)->waited_on, IU_YES);
	iu_snapshot_free(&s);
	stage_end(&asleep);
	stage_end(&serving);
}

static int thread_ready;
static uint16_t thread_port;

static void *own_table(void *unused)
{
	uint16_t number = thread_port;

	(void)unused;
	if (unshare(CLONE_FILES) < 0 || stage_tcp(AF_INET, true, &number) < 0)
		_exit(1);
	ready(thread_ready);
	for (;;)
		pause();
	return NULL;
}

static void act_thread(int fd)
{
	pthread_t thread;

	thread_ready = fd;
	if (pthread_create(&thread, NULL, own_table, NULL) != 0)
		_exit(1);
}

static void act_zombie_leader(int fd)
{
	act_thread(fd);
	usleep(50000);
	syscall(SYS_exit, 0); /* only this thread: the leader turns into a zombie */
}

static void check_thread(void (*act)(int ready), bool zombie)
{
	struct iu_snapshot s;
	struct stage_child child;

	thread_port = ++port;
	child = stage_child(act);
	usleep(100000);
	stage_look(&s, INET | DEEP, thread_port);
	assert_int_equal(s.sockets.n, 1);
	assert_int_equal(s.holds.n, 1);
	assert_int_equal(s.holds.v[0].pid, child.pid);
	assert_true(s.holds.v[0].tid != 0 && s.holds.v[0].tid != child.pid);
	assert_int_equal(s.processes.n, 1);
	if (zombie)
		assert_int_equal(s.processes.v[0].state, IU_PROCESS_ZOMBIE);
	if (iu_kernel_version() >= (6u << 16 | 9u << 8))
		assert_int_equal(s.sockets.v[0].options_source, IU_SOURCE_READ);
	iu_snapshot_free(&s);
	stage_end(&child);
}

static void test_thread_table(void **state)
{
	(void)state;
	check_thread(act_thread, false);
	check_thread(act_zombie_leader, true);
}

/* Root without rights over the other user would be another matter; here it may look. */
static void act_other_user(int fd)
{
	uint16_t number = port;

	if (setgid(65534) < 0 || setuid(65534) < 0 || stage_tcp(AF_INET, true, &number) < 0)
		_exit(1);
	ready(fd);
}

static void test_other_user(void **state)
{
	struct iu_snapshot s;
	struct stage_child child;

	(void)state;
	if (!iu_privileged()) {
		print_message("# not root: other users cannot be staged\n");
		skip();
	}
	port++;
	child = stage_child(act_other_user);
	stage_look(&s, INET | DEEP, port);
	assert_int_equal(s.sockets.n, 1);
	assert_int_equal(s.sockets.v[0].uid, 65534);
	assert_non_null(stage_hold(&s, s.sockets.v[0].inode, child.pid));
	assert_int_equal(iu_snapshot_process(&s, child.pid)->uid, 65534);
	iu_snapshot_free(&s);
	stage_end(&child);
}

static bool look_as_nobody(void)
{
	struct iu_snapshot s;
	bool good;

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return false;
	stage_look(&s, INET | DEEP | IU_FACT_HOST, port);
	good = s.sockets.n == 1 && s.holds.n == 0 && !(s.seen & IU_FACT_HOLDERS) &&
	       s.unreadable.n > 0 && s.gaps.n > 0 && !s.host.privileged &&
	       s.sockets.v[0].waited_on == IU_UNKNOWN && s.host.cap_net_admin == IU_NO;
	iu_snapshot_free(&s);
	return good;
}

static void test_unprivileged(void **state)
{
	struct stage_child child;
	int status = 1;
	pid_t looker;

	(void)state;
	if (!iu_privileged()) {
		print_message("# not root already: nothing to give up\n");
		skip();
	}
	make_shared(true, false);
	child = stage_child(idle);
	close(shared);
	fflush(stdout);
	looker = fork();
	if (looker == 0) {
		bool good = look_as_nobody();

		fflush(stdout);
		_exit(good ? 0 : 1);
	}
	waitpid(looker, &status, 0);
	assert_int_equal(status, 0);
	stage_end(&child);
}

/* In a child: a sandbox that refuses netlink sockets with EPERM. */
static bool refuse_netlink(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool look_without_netlink(void)
{
	struct iu_snapshot s;
	bool good;

	if (!refuse_netlink())
		return false;
	stage_look(&s, INET | IU_FACT_UNIX | IU_FACT_ADDRESSES, port);
	good = (s.seen & (INET | IU_FACT_UNIX | IU_FACT_ADDRESSES)) == 0 && s.gaps.n >= 3 &&
	       stage_socket(&s, stage_inode(shared)) &&
	       stage_socket(&s, stage_inode(shared))->state == IU_STATE_LISTEN;
	iu_snapshot_free(&s);
	return good;
}

static bool look_without_proc(void)
{
	struct iu_snapshot s;
	bool good;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		umount2("/proc", MNT_DETACH) < 0)
		return false;
	stage_look(&s, INET | DEEP | IU_FACT_HOST | IU_FACT_SYSCTLS, port);
	good = (s.seen & INET) == INET && !(s.seen & (DEEP | IU_FACT_SYSCTLS)) && s.gaps.n >= 4 &&
	       stage_socket(&s, stage_inode(shared)) && s.sysctls.port_first == -1;
	iu_snapshot_free(&s);
	return good;
}

/* Runs a look that cannot be undone in a child. */
static void check_in_child(bool (*look)(void))
{
	int status = 1;
	pid_t looker;

	make_shared(true, false);
	fflush(stdout);
	looker = fork();
	if (looker == 0) {
		bool good = look();

		fflush(stdout);
		_exit(good ? 0 : 1);
	}
	waitpid(looker, &status, 0);
	close(shared);
	assert_int_equal(status, 0);
}

static void test_refusals(void **state)
{
	(void)state;
	check_in_child(look_without_netlink);
	if (iu_privileged())
		check_in_child(look_without_proc);
	else
		print_message("# not root: /proc cannot be taken away\n");
}

static int bind_unix(int type, const char *path, size_t len)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	memcpy(name.sun_path, path, len);
	assert_int_equal(bind(fd, (struct sockaddr *)&name,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	return fd;
}

static const struct iu_path *look_path(struct iu_snapshot *s, const char *path)
{
	struct iu_path wanted = {.path = path, .path_len = strlen(path)};
	struct iu_needs needs = {.facts = IU_FACT_UNIX | IU_FACT_PATHS};
	const struct iu_path *seen;

	needs.paths.v = &wanted;
	needs.paths.n = 1;
	iu_snapshot_init(s);
	assert_int_equal(iu_os_collect(&needs, s), 0);
	assert_int_equal(s->seen & needs.facts, needs.facts);
	seen = iu_snapshot_path(s, path, strlen(path));
	assert_non_null(seen);
	return seen;
}

static void check_path(const char *path, enum iu_file_kind kind, enum iu_tri alive, int fd)
{
	struct iu_snapshot s;
	const struct iu_path *seen = look_path(&s, path);
	const struct iu_socket *sock;

	print_message("# %s: kind %d alive %d\n", path, seen->kind, seen->alive);
	assert_int_equal(seen->kind, kind);
	assert_int_equal(seen->alive, alive);
	if (fd >= 0) {
		sock = stage_socket(&s, stage_inode(fd));
		assert_non_null(sock);
		assert_int_equal(sock->file_dev, seen->dev);
		assert_int_equal(sock->file_ino, seen->ino);
		assert_memory_equal(sock->path, path, strlen(path));
	}
	iu_snapshot_free(&s);
}

static void test_unix(void **state)
{
	static const char odd[] = "\0odd\0\033[31m\n name";
	char directory[] = "/tmp/inuse-test-XXXXXX", path[6][64];
	struct iu_snapshot s;
	int fd[4], i, file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	for (i = 0; i < 6; i++)
		snprintf(path[i], sizeof(path[i]), "%s/%d.sock", directory, i);
	fd[0] = bind_unix(SOCK_STREAM, path[0], strlen(path[0]));
	listen(fd[0], 3);
	fd[1] = bind_unix(SOCK_STREAM, path[1], strlen(path[1]));
	fd[2] = bind_unix(SOCK_DGRAM, path[2], strlen(path[2]));
	fd[3] = bind_unix(SOCK_SEQPACKET, path[3], strlen(path[3]));
	close(bind_unix(SOCK_STREAM, path[4], strlen(path[4])));
	file = open(path[5], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(file);
	check_path(path[0], IU_FILE_SOCKET, IU_YES, fd[0]);
	check_path(path[1], IU_FILE_SOCKET, IU_YES, fd[1]);
	check_path(path[2], IU_FILE_SOCKET, IU_YES, fd[2]);
	check_path(path[3], IU_FILE_SOCKET, IU_YES, fd[3]);
	check_path(path[4], IU_FILE_SOCKET, IU_NO, -1);
	check_path(path[5], IU_FILE_REGULAR, IU_UNKNOWN, -1);
	assert_int_equal(look_path(&s, "/proc/none/x.sock")->parent_errno, ENOENT);
	iu_snapshot_free(&s);
	assert_int_equal(look_path(&s, path[5])->parent_errno, 0);
	iu_snapshot_free(&s);
	strcat(path[5], "/x");
	assert_int_equal(look_path(&s, path[5])->parent_errno, ENOTDIR);
	iu_snapshot_free(&s);
	for (i = 0; i < 4; i++)
		close(fd[i]);
	fd[0] = bind_unix(SOCK_STREAM, odd, sizeof(odd) - 1);
	look_path(&s, path[0]);
	assert_non_null(stage_socket(&s, stage_inode(fd[0])));
	assert_true(stage_socket(&s, stage_inode(fd[0]))->abstract);
	assert_int_equal(stage_socket(&s, stage_inode(fd[0]))->path_len, sizeof(odd) - 2);
	assert_memory_equal(stage_socket(&s, stage_inode(fd[0]))->path, odd + 1, sizeof(odd) - 2);
	iu_snapshot_free(&s);
	close(fd[0]);
	path[5][strlen(path[5]) - 2] = '\0';
	for (i = 0; i < 6; i++)
		unlink(path[i]);
	rmdir(directory);
}

static void test_addresses_and_limits(void **state)
{
	struct iu_snapshot s;
	struct iu_address loopback = iu_address_ipv4(INADDR_LOOPBACK);
	bool address = false, route = false, lo = false;
	size_t i;

	(void)state;
	stage_look(&s, IU_FACT_HOST | IU_FACT_ADDRESSES | IU_FACT_SYSCTLS, 0);
	assert_int_equal(s.seen, IU_FACT_HOST | IU_FACT_ADDRESSES | IU_FACT_SYSCTLS);
	for (i = 0; i < s.locals.n; i++) {
		const struct iu_local *local = &s.locals.v[i];

		address |= local->kind == IU_LOCAL_ADDRESS && local->bits == 32 &&
			   iu_address_equal(&local->address, &loopback);
		route |= local->kind == IU_LOCAL_ROUTE && local->bits == 8 &&
			 iu_address_v4(&local->address) == 0x7f000000;
	}
	for (i = 0; i < s.interfaces.n; i++)
		lo |= strcmp(s.interfaces.v[i].name, "lo") == 0 && s.interfaces.v[i].up;
	assert_true(address && route && lo);
	assert_true(s.sysctls.port_first > 0 && s.sysctls.port_last >= s.sysctls.port_first);
	assert_true(s.sysctls.unprivileged_port_start >= 0);
	assert_string_equal(s.host.os, "linux");
	assert_true(s.host.kernel >= 4u << 16);
	assert_int_equal(s.host.cap_net_bind, IU_YES); /* the namespace is ours */
	assert_int_equal(s.host.pid, getpid());
	assert_true(s.host.netns != 0);
	iu_snapshot_free(&s);
}

static void test_probe(void **state)
{
	struct iu_probe probe = {
		.protocol = IU_PROTOCOL_TCP, .address = iu_address_ipv4(INADDR_LOOPBACK)};
	int fds = stage_descriptors();

	(void)state;
	make_shared(true, false);
	probe.port = port;
	iu_os_probe(&probe);
	assert_true(probe.done);
	assert_int_equal(probe.result, EADDRINUSE);
	close(shared);
	iu_os_probe(&probe);
	assert_int_equal(probe.result, 0);
	probe.address = iu_address_ipv4(0x09090909);
	iu_os_probe(&probe);
	assert_int_equal(probe.result, EADDRNOTAVAIL);
	probe.address = iu_address_wildcard(IU_FAMILY_IPV6);
	probe.v6only = IU_YES;
	iu_os_probe(&probe);
	assert_true(!probe.done || probe.result == 0);
	probe.device = "none0";
	iu_os_probe(&probe);
	assert_false(probe.done);
	assert_int_equal(stage_descriptors(), fds);
}

/* A second look adds what is new and repeats nothing. */
static void test_second_look(void **state)
{
	struct iu_snapshot s;
	struct iu_port_range range;
	struct iu_needs needs = {.facts = INET | IU_FACT_UNIX | DEEP, .all_inodes = true};
	struct stage_child child;
	size_t sockets, holds, gaps, unreadable;

	(void)state;
	make_shared(true, false);
	child = stage_child(act_accept);
	close(shared);
	range.first = range.last = port;
	needs.ports.v = &range;
	needs.ports.n = 1;
	iu_snapshot_init(&s);
	assert_int_equal(iu_os_collect(&needs, &s), 0);
	sockets = s.sockets.n;
	holds = s.holds.n;
	gaps = s.gaps.n;
	unreadable = s.unreadable.n;
	assert_int_equal(iu_os_collect(&needs, &s), 0);
	assert_int_equal(s.sockets.n, sockets);
	assert_int_equal(s.holds.n, holds);
	assert_int_equal(s.gaps.n, gaps);
	if (iu_privileged()) /* else every new process of others is one more */
		assert_int_equal(s.unreadable.n, unreadable);
	assert_int_equal(s.processes.n, 1);
	iu_snapshot_free(&s);
	stage_end(&child);
}

static size_t count(const struct iu_snapshot *s, enum iu_state state, size_t *ret_rows)
{
	size_t i, n = 0, rows = 0;

	for (i = 0; i < s->sockets.n; i++)
		if (s->sockets.v[i].state == state) {
			n += 1 + s->sockets.v[i].more_like_it;
			rows++;
		}
	*ret_rows = rows;
	return n;
}

#define CROWD 300

/* Many connections of one port: all are counted, some are listed, and a second look counts anew. */
static void test_crowd(void **state)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct iu_port_range range;
	struct iu_needs needs = {.facts = INET};
	int listener = make_shared(true, false), near[CROWD], far[CROWD];
	struct iu_snapshot s;
	size_t i, rows, round;

	(void)state;
	assert_int_equal(listen(listener, 64), 0);
	name.sin_port = htons(port);
	for (i = 0; i < CROWD; i++) {
		near[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(near[i], (struct sockaddr *)&name, sizeof(name)), 0);
		far[i] = accept(listener, NULL, NULL);
		assert_true(far[i] >= 0);
	}
	range.first = range.last = port;
	needs.ports.v = &range;
	needs.ports.n = 1;
	iu_snapshot_init(&s);
	for (round = 0; round < 3; round++) {
		needs.every = round == 2;
		if (needs.every) {
			iu_snapshot_free(&s);
			iu_snapshot_init(&s);
		}
		assert_int_equal(iu_os_collect(&needs, &s), 0);
		assert_int_equal(count(&s, IU_STATE_ESTABLISHED, &rows), CROWD);
		print_message("# look %zu: %d connections in %zu rows\n", round, CROWD, rows);
		assert_true(needs.every ? rows == CROWD : round > 0 || rows < CROWD);
		assert_int_equal(count(&s, IU_STATE_LISTEN, &rows), 1);
		assert_int_equal(rows, 1);
		for (i = 0; i < s.sockets.n; i++) /* those that came in have no port of their own */
			assert_int_equal(s.sockets.v[i].explicit_port,
				s.sockets.v[i].state == IU_STATE_LISTEN ? IU_YES : IU_NO);
	}
	iu_snapshot_free(&s);
	for (i = 0; i < CROWD; i++) {
		close(near[i]);
		close(far[i]);
	}
	close(listener);
}

/* The one that ends last is listed, wherever it comes; it tells when the port is free. */
static void test_crowd_ends(void **state)
{
	struct iu_socket sock = {.protocol = IU_PROTOCOL_TCP, .family = IU_FAMILY_IPV4,
		.port = 80, .state = IU_STATE_TIME_WAIT, .mini = true};
	struct iu_aggregate *crowds = NULL, *crowd;
	struct iu_snapshot s;
	size_t i, place, rows, changed = 0;

	(void)state;
	iu_snapshot_init(&s);
	for (i = 0; i < 1000; i++) {
		sock.timer_ms = (int64_t)((i * 7919) % 1000);
		crowd = iu_aggregate_of(&crowds, &sock);
		assert_non_null(crowd);
		if (iu_aggregate_counts(crowd, &s, &sock, &place)) {
			if (place != SIZE_MAX) {
				sock.more_like_it = s.sockets.v[place].more_like_it;
				s.sockets.v[place] = sock;
				sock.more_like_it = 0;
				changed++;
			}
			continue;
		}
		*iu_list_add(&s.arena, &s.sockets) = sock;
		iu_aggregate_listed(crowd, &s, s.sockets.n - 1);
	}
	assert_int_equal(count(&s, IU_STATE_TIME_WAIT, &rows), 1000);
	print_message("# 1000 in %zu rows, %zu times a later one\n", rows, changed);
	assert_true(rows < 1000 && changed > 0);
	for (i = 0; i < s.sockets.n && s.sockets.v[i].timer_ms != 999; i++)
		;
	assert_true(i < s.sockets.n);
	sock.state = IU_STATE_LISTEN;
	assert_null(iu_aggregate_of(&crowds, &sock));
	sock.state = IU_STATE_BOUND;
	assert_null(iu_aggregate_of(&crowds, &sock));
	iu_aggregates_free(&crowds);
	iu_snapshot_free(&s);
}

static void keeps_nothing(int fd)
{
	int other;

	close(shared);
	for (other = 64; other < 256; other++) /* whoever started us may have left something there */
		close(other);
	ready(fd);
}

static void keeps_far_away(int fd)
{
	if (fcntl(shared, F_DUPFD_CLOEXEC, 700) < 0)
		_exit(1);
	close(shared);
	ready(fd);
}

static void *keeps_alone(void *unused)
{
	if (unshare(CLONE_FILES) < 0)
		_exit(1);
	thread_ready = 1;
	pause();
	return unused;
}

static void keeps_in_thread(int fd)
{
	pthread_t thread;

	thread_ready = 0;
	if (pthread_create(&thread, NULL, keeps_alone, NULL) != 0)
		_exit(1);
	while (!__atomic_load_n(&thread_ready, __ATOMIC_SEQ_CST))
		usleep(1000);
	close(shared);
	ready(fd);
}

/* "None" is only said where it is sure. */
static void test_compare(void **state)
{
	static const struct {
		const char *name;
		void (*act)(int fd);
		bool none;
	} rows[] = {
		{"has it", idle, false},
		{"has closed it", keeps_nothing, true},
		{"has it far away", keeps_far_away, false},
		{"a thread has it in a table of its own", keeps_in_thread, false},
	};
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ends[2];
	size_t i;

	(void)state;
	if (!iu_kcmp_possible(proc)) {
		print_message("# skipped: this kernel does not compare files, or may not be asked\n");
		close(proc);
		skip();
	}
	for (i = 0; i < IU_COUNT(rows); i++) {
		struct iu_known known[2];
		struct stage_child child;

		make_shared(true, false);
		assert_int_equal(pipe(ends), 0);
		known[0] = (struct iu_known){getpid(), ends[0]};
		known[1] = (struct iu_known){getpid(), shared};
		child = stage_child(rows[i].act);
		usleep(20000);
		print_message("# %s: %d\n", rows[i].name,
			iu_kcmp_none(proc, child.pid, known + 1, 1));
		assert_int_equal(iu_kcmp_none(proc, child.pid, known + 1, 1), rows[i].none);
		assert_false(iu_kcmp_none(proc, child.pid, known, 2)); /* it inherited the pipe */
		close(ends[0]);
		close(ends[1]);
		close(shared);
		/* what is not there any more to compare with proves nothing */
		assert_false(iu_kcmp_none(proc, child.pid, known + 1, 1));
		stage_end(&child);
		assert_false(iu_kcmp_none(proc, child.pid, known + 1, 1));
	}
	close(proc);
}

/* The kernel tells when a socket of the port is gone; those of other ports wake nobody. */
static void test_watch_port(void **state)
{
	const int families[] = {AF_INET, AF_INET6};
	struct iu_os_watch *watch;
	uint16_t my_port, other_port;
	int64_t start;
	size_t i;

	(void)state;
	for (i = 0; i < IU_COUNT(families); i++) {
		int mine = stage_tcp(families[i], true, &my_port);
		int other = stage_tcp(families[i], true, &other_port);

		assert_true(mine >= 0 && other >= 0);
		assert_int_equal(iu_os_watch_new(&watch), 0);
		assert_true(iu_os_watch_port(watch, IU_PROTOCOL_TCP, my_port));
		close(other);
		start = iu_os_now_ms();
		assert_int_equal(iu_os_watch_wait(watch, 300), 0);
		assert_true(iu_os_now_ms() - start >= 290);
		close(mine);
		start = iu_os_now_ms();
		assert_int_equal(iu_os_watch_wait(watch, 20000), 1);
		print_message("# told after %d ms\n", (int)(iu_os_now_ms() - start));
		iu_os_watch_free(watch);
	}
}

static int enter(void **state)
{
	(void)state;
	port = 21000;
	refusal = stage_enter();
	if (refusal)
		print_message("# %s: nothing here could be tested\n", refusal);
	return 0;
}

static int need_stage(void **state)
{
	(void)state;
	if (refusal)
		skip();
	return 0;
}

#define SCENE(function) cmocka_unit_test_setup(function, need_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_listener),
		SCENE(test_watch_port),
		SCENE(test_bound_only),
		SCENE(test_connection_and_time_wait),
		SCENE(test_udp_and_v6only),
		SCENE(test_served),
		SCENE(test_two_holders),
		SCENE(test_thread_table),
		SCENE(test_other_user),
		SCENE(test_unprivileged),
		SCENE(test_refusals),
		SCENE(test_unix),
		SCENE(test_addresses_and_limits),
		SCENE(test_probe),
		SCENE(test_second_look),
		SCENE(test_crowd),
		SCENE(test_compare),
		SCENE(test_crowd_ends),
	};

	return cmocka_run_group_tests_name("what the Linux collectors see", tests, enter, NULL);
}

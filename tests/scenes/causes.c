/* causes.c - stages what a held socket alone is not: left-overs, odd processes, real programs */
#include "causes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"
#include "../lib/network.h"

#define PORT 4000

/* Numbers of include/net/tcp_states.h, as /proc/net/tcp shows them. */
enum {
	ESTABLISHED_STATE = 1,
	FIN_WAIT1_STATE = 4,
	FIN_WAIT2_STATE = 5,
	TIME_WAIT_STATE = 6,
	LAST_ACK_STATE = 9,
	LISTEN_STATE = 10
};

/* A small file of /proc as text; "" when it cannot be read. */
static void read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/* Waits until the file contains a word. */
static bool wait_for_text(const char *path, const char *word)
{
	char text[512] = "";

	for (int tries = 0; tries < 1000; tries++) {
		read_text(path, text, sizeof(text));
		if (strstr(text, word))
			return true;
		stage_pause();
	}
	return false;
}

/* Processes that a staged process starts tell their pids here. */
static pid_t *shared_pids(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

/* --- what connections leave behind --- */

enum ending { STAYS, SHUTS_DOWN, CLOSES, CLOSES_FULL, CLOSES_FULL_AFTER_PEER };

struct service {
	struct sock listener;
	enum ending ending;
};

/* Data that the peer never reads: the FIN behind it cannot be sent. */
static void fill(int fd)
{
	static const char data[65536];

	while (send(fd, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
}

/* Accepts one connection, says so, and is a server without listener or gone. */
static void serve_one(struct stage *stage, const void *arg, int say)
{
	const struct service *service = arg;
	int listener = stage_socket(stage, &service->listener), fd;
	char byte;

	if (listener < 0)
		return;
	stage_say(say);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	close(listener);
	if (service->ending == CLOSES_FULL_AFTER_PEER)
		while (read(fd, &byte, 1) > 0)
			;
	if (service->ending == CLOSES_FULL || service->ending == CLOSES_FULL_AFTER_PEER)
		fill(fd);
	if (service->ending >= CLOSES)
		close(fd);
	if (service->ending == SHUTS_DOWN)
		shutdown(fd, SHUT_WR);
	stage_say(say);
	if (service->ending < CLOSES)
		pause();
}

static void connect_and_stay(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, arg);

	if (fd < 0)
		return;
	stage_say(say);
	pause();
}

static void connect_and_finish(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, arg);

	if (fd < 0 || shutdown(fd, SHUT_WR) < 0)
		return;
	stage_say(say);
	pause();
}

static int connection(struct stage *stage, const char *server, const char *client,
	enum ending ending, unsigned int state)
{
	const struct service service = {.listener = {TCP, server, PORT, LISTEN}, .ending = ending};
	const struct sock peer = {TCP, client, PORT, CONNECT};
	struct proc proc = stage_spawn(stage, serve_one, &service, 0);

	if (proc.pid <= 0)
		return -1;
	stage_spawn(stage, ending == CLOSES_FULL_AFTER_PEER ? connect_and_finish : connect_and_stay,
		&peer, 0);
	if (stage_wait(stage, &proc) < 0)
		return -1;
	if (ending < CLOSES)
		stage_holder(stage, proc.pid);
	else
		waitpid(proc.pid, NULL, 0);
	return stage_state(stage, PORT, state);
}

int stage_open_connection(struct stage *stage)
{
	return connection(stage, "127.0.0.1", "127.0.0.1", STAYS, ESTABLISHED_STATE);
}

int stage_open_connection6(struct stage *stage)
{
	return connection(stage, "::", "::1", STAYS, ESTABLISHED_STATE);
}

/* The owner has said goodbye and keeps the descriptor. */
int stage_half_closed(struct stage *stage)
{
	return connection(stage, "127.0.0.1", "127.0.0.1", SHUTS_DOWN, FIN_WAIT2_STATE);
}

int stage_fin_wait1(struct stage *stage)
{
	return connection(stage, "127.0.0.1", "127.0.0.1", CLOSES_FULL, FIN_WAIT1_STATE);
}

int stage_fin_wait2(struct stage *stage)
{
	return connection(stage, "127.0.0.1", "127.0.0.1", CLOSES, FIN_WAIT2_STATE);
}

int stage_last_ack(struct stage *stage)
{
	return connection(stage, "127.0.0.1", "127.0.0.1", CLOSES_FULL_AFTER_PEER, LAST_ACK_STATE);
}

/* The server closes first; client and server are gone afterwards. */
static int time_wait(struct stage *stage, unsigned int flags, int times)
{
	const struct sock server = {TCP, "127.0.0.1", PORT, LISTEN | flags};
	const struct sock client = {TCP, "127.0.0.1", PORT, CONNECT};
	int listener = stage_socket(stage, &server);
	char byte;

	for (int i = 0; i < times; i++) {
		int from = stage_socket(stage, &client);
		int to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (listener < 0 || from < 0 || to < 0)
			return stage_fail(stage, "connecting: %s", strerror(errno));
		close(to);
		while (read(from, &byte, 1) > 0)
			;
		close(from);
	}
	close(listener);
	return stage_state(stage, PORT, TIME_WAIT_STATE);
}

int stage_time_wait(struct stage *stage)
{
	return time_wait(stage, 0, 1);
}

int stage_time_wait_reuse(struct stage *stage)
{
	return time_wait(stage, REUSEADDR, 1);
}

int stage_time_wait_many(struct stage *stage)
{
	return time_wait(stage, REUSEADDR, 200);
}

/* A client that binds its own port before it connects; with @arg the server resets it. */
static void fixed_client(struct stage *stage, const void *arg, int say)
{
	const struct sock server = {TCP, "127.0.0.1", PORT + 1, LISTEN};
	const struct sock client = {TCP, "127.0.0.1", PORT};
	const struct linger reset = {.l_onoff = 1};
	int listener = stage_socket(stage, &server), from = stage_socket(stage, &client), to;
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(PORT + 1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char byte;

	if (listener < 0 || connect(from, (struct sockaddr *)&address, sizeof(address)) < 0)
		return;
	to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (arg) {
		setsockopt(to, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(to);
		if (read(from, &byte, 1) >= 0 || errno != ECONNRESET)
			return;
	}
	stage_say(say);
	pause();
}

static int one_process(struct stage *stage, stage_body body, const void *arg)
{
	struct proc proc = stage_spawn(stage, body, arg, 0);

	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	return 0;
}

int stage_fixed_client(struct stage *stage)
{
	return one_process(stage, fixed_client, NULL);
}

int stage_reset_client(struct stage *stage)
{
	return one_process(stage, fixed_client, "reset");
}

/* shutdown() ends listening, and the port stays with the descriptor. */
static void shut_listener(struct stage *stage, const void *arg, int say)
{
	const struct sock server = {TCP, "127.0.0.1", PORT, LISTEN};
	int fd = stage_socket(stage, &server);

	if (fd < 0 || shutdown(fd, SHUT_RDWR) < 0)
		return;
	stage_say(say);
	pause();
}

int stage_shut_listener(struct stage *stage)
{
	return one_process(stage, shut_listener, NULL);
}

static pid_t *outbound_pids;

/* A client whose port the system chose. */
static void outbound(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, arg);

	if (fd < 0)
		return;
	outbound_pids[0] = stage_port(fd);
	stage_say(say);
	pause();
}

static int outbound_to(struct stage *stage, enum proto proto)
{
	const struct sock server = {proto, "127.0.0.1", PORT, proto == TCP ? LISTEN : 0};
	const struct sock client = {proto, "127.0.0.1", PORT, CONNECT};
	struct proc proc;

	outbound_pids = shared_pids();
	if (!outbound_pids || stage_hold(stage, &server) < 0)
		return -1;
	proc = stage_spawn(stage, outbound, &client, 0);
	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	stage->port = outbound_pids[0];
	return 0;
}

int stage_outbound(struct stage *stage)
{
	return outbound_to(stage, TCP);
}

int stage_outbound_udp(struct stage *stage)
{
	return outbound_to(stage, UDP);
}

/* --- processes in odd states --- */

static const struct sock web = {TCP, "0.0.0.0", PORT, LISTEN};

int stage_suspended(struct stage *stage)
{
	pid_t pid = stage_hold(stage, &web);
	int status;

	if (pid < 0 || kill(pid, SIGSTOP) < 0 || waitpid(pid, &status, WUNTRACED) != pid)
		return stage_fail(stage, "stopping the holder: %s", strerror(errno));
	stage_holder(stage, pid);
	return 0;
}

static void hold_in_cgroup(struct stage *stage, const void *arg, int say)
{
	int r = stage_cgroup(stage, arg), fd;

	if (r < 0) {
		fprintf(stderr, "# cgroup %s: %s\n", (const char *)arg, strerror(-r));
		return;
	}
	fd = stage_socket(stage, &web);
	if (fd < 0)
		return;
	stage_say(say);
	stage_serve(fd, &web);
}

static int in_cgroup(struct stage *stage, const char *name)
{
	if (!stage->cgroup)
		return stage_skip(stage, "no cgroup2 tree can be written here");
	return one_process(stage, hold_in_cgroup, name);
}

int stage_unit(struct stage *stage)
{
	return in_cgroup(stage, "system.slice/inuse-scene.service");
}

int stage_container(struct stage *stage)
{
	return in_cgroup(stage, "system.slice/docker-" SCENE_CONTAINER ".scope");
}

int stage_user_unit(struct stage *stage)
{
	return in_cgroup(stage, "user.slice/user-1000.slice/user@1000.service/app.slice/"
				"inuse-app.service");
}

int stage_podman(struct stage *stage)
{
	return in_cgroup(stage, "machine.slice/libpod-" SCENE_CONTAINER ".scope/container");
}

int stage_kubernetes(struct stage *stage)
{
	return in_cgroup(stage, "kubepods.slice/kubepods-besteffort.slice/"
				"kubepods-besteffort-pod11111111_2222_3333_4444_555555555555.slice/"
				"cri-containerd-" SCENE_CONTAINER ".scope");
}

int stage_frozen(struct stage *stage)
{
	char path[4096];

	if (in_cgroup(stage, "system.slice/frozen-scene.service") < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/system.slice/frozen-scene.service/cgroup.freeze",
		stage->cgroup);
	if (stage_write(stage, path, "1") < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/system.slice/frozen-scene.service/cgroup.events",
		stage->cgroup);
	return wait_for_text(path, "frozen 1") ? 0 : stage_fail(stage, "the cgroup did not freeze");
}

static pid_t *child_pids;

/* Starts the real sleep with the listener still open, as a careless server does, and ends. */
static int start_child(struct stage *stage, int say)
{
	int fd = stage_socket(stage, &web);
	pid_t pid;

	if (fd < 0 || fcntl(fd, F_SETFD, 0) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		execl("/bin/sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	child_pids[0] = pid;
	stage_say(say);
	return fd;
}

static void leave_to_child(struct stage *stage, const void *arg, int say)
{
	start_child(stage, say);
}

static int wait_for_name(struct stage *stage, pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	return wait_for_text(path, name) ? 0 : stage_fail(stage, "no %s as %d", name, (int)pid);
}

/* Left behind as well, but it looks after its socket now and then. */
static void leave_server(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web);
	pid_t pid;

	if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, 0) < 0)
		return;
	pid = fork();
	while (pid == 0) {
		close(accept4(fd, NULL, NULL, SOCK_CLOEXEC));
		usleep(20000);
	}
	child_pids[0] = pid;
	stage_say(say);
}

static void leave_udp(struct stage *stage, const void *arg, int say)
{
	static const struct sock udp = {UDP, "0.0.0.0", PORT, 0};
	int fd = stage_socket(stage, &udp);
	pid_t pid;

	if (fd < 0 || fcntl(fd, F_SETFD, 0) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	child_pids[0] = pid;
	stage_say(say);
}

static int left(struct stage *stage, void (*leave)(struct stage *, const void *, int))
{
	struct proc proc;

	child_pids = shared_pids();
	if (!child_pids)
		return -1;
	proc = stage_spawn(stage, leave, NULL, 0);
	if (proc.pid <= 0)
		return -1;
	waitpid(proc.pid, NULL, 0);
	stage_holder(stage, child_pids[0]);
	return 0;
}

/* Started is not yet asleep. */
static int wait_for_sleep(struct stage *stage, pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return wait_for_text(path, ") S ") ? 0 : stage_fail(stage, "%d does not sleep", (int)pid);
}

int stage_left_polling(struct stage *stage)
{
	return left(stage, leave_server);
}

int stage_left_udp(struct stage *stage)
{
	return left(stage, leave_udp) < 0 ? -1 : wait_for_sleep(stage, child_pids[0]);
}

int stage_inherited(struct stage *stage)
{
	return left(stage, leave_to_child) < 0 || wait_for_name(stage, child_pids[0], "sleep") < 0
		       ? -1
		       : wait_for_sleep(stage, child_pids[0]);
}

/* The server lives and has closed its copy; whom it started still has the socket. */
struct legacy {
	struct sock sock;
	bool daemon; /* the child leads a session of its own */
	bool shell;  /* and starts another one, which has it, too */
	bool copy;   /* it calls no exec() */
};

static void hand_down(struct stage *stage, const void *arg, int say)
{
	const struct legacy *legacy = arg;
	int fd = stage_socket(stage, &legacy->sock);
	pid_t pid;

	if (fd < 0 || fcntl(fd, F_SETFD, 0) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		if (legacy->daemon)
			setsid();
		while (legacy->copy)
			pause();
		if (legacy->shell)
			execl("/bin/sh", "sh", "-c", "sleep 1000; true", (char *)NULL);
		else
			execl("/bin/sleep", "sleep", "1000", (char *)NULL);
		_exit(1);
	}
	close(fd);
	child_pids[0] = pid;
	stage_say(say);
	for (;;)
		pause();
}

static int first_child(pid_t pid)
{
	char path[64], text[64] = "";
	int child = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	for (int i = 0; i < 500 && !child; i++) {
		file = fopen(path, "r");
		if (file && fgets(text, sizeof(text), file))
			child = atoi(text);
		if (file)
			fclose(file);
		if (!child)
			stage_pause();
	}
	return child;
}

static int handed_down(struct stage *stage, const struct legacy *legacy)
{
	struct proc proc;
	int last;

	child_pids = shared_pids();
	if (!child_pids)
		return -1;
	proc = stage_spawn(stage, hand_down, legacy, 0);
	if (proc.pid <= 0)
		return -1;
	last = child_pids[0];
	stage_holder(stage, last);
	if (legacy->shell) {
		last = first_child(last);
		if (!last)
			return stage_fail(stage, "the shell starts nothing");
		stage_holder(stage, last);
	}
	return !legacy->copy && wait_for_name(stage, last, "sleep") < 0 ? -1 : wait_for_sleep(stage, last);
}

int stage_handed_tcp(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{TCP, "0.0.0.0", PORT, LISTEN}, false, false});
}

int stage_handed_copy(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{TCP, "0.0.0.0", PORT, LISTEN}, .copy = true});
}

int stage_handed_daemon(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{TCP, "0.0.0.0", PORT, LISTEN}, true, true});
}

int stage_handed_udp(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{UDP, "0.0.0.0", PORT, 0}, true, false});
}

int stage_handed_path(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{STREAM, "app.sock", 0, LISTEN}, false, false});
}

int stage_handed_datagram(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{DGRAM, "app.sock", 0, 0}, false, false});
}

int stage_handed_name(struct stage *stage)
{
	return handed_down(stage, &(struct legacy){{STREAM, "@inuse-scene", 0, LISTEN}, false, true});
}

/* A server with three workers that wait in accept(); the master waits for them. */
static void prefork(struct stage *stage, const void *arg, int say)
{
	int workers = *(const int *)arg, fd = stage_socket(stage, &web);

	for (int i = 0; fd >= 0 && i < workers; i++) {
		pid_t pid = fork();

		if (pid == 0)
			stage_serve(fd, &web);
		child_pids[i] = pid;
	}
	if (fd < 0)
		return;
	stage_say(say);
	while (wait(NULL) > 0)
		;
}

static int workers(struct stage *stage, int n)
{
	struct proc proc;

	child_pids = shared_pids();
	if (!child_pids)
		return -1;
	proc = stage_spawn(stage, prefork, &n, 0);
	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	for (int i = 0; i < n; i++)
		stage_holder(stage, child_pids[i]);
	return 0;
}

int stage_prefork(struct stage *stage)
{
	return workers(stage, 3);
}

int stage_many_workers(struct stage *stage)
{
	return workers(stage, STAGE_HOLDERS - 1);
}

int stage_shared(struct stage *stage)
{
	return workers(stage, 1);
}

/* An event loop: nobody is in accept(), and yet the socket is served. */
static void serve_by_epoll(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web), loop = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN};

	if (fd < 0 || loop < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event) < 0)
		return;
	stage_say(say);
	while (epoll_wait(loop, &event, 1, -1) >= 0)
		close(accept4(fd, NULL, NULL, SOCK_CLOEXEC));
}

/* A server that does something else for the moment. */
static void serve_later(struct stage *stage, const void *arg, int say)
{
	if (stage_socket(stage, &web) < 0)
		return;
	stage_say(say);
	pause();
}

int stage_epoll(struct stage *stage)
{
	return one_process(stage, serve_by_epoll, NULL);
}

int stage_busy(struct stage *stage)
{
	return one_process(stage, serve_later, NULL);
}

/* The child has the descriptor too, but the server lives and serves. */
static void serve_beside_child(struct stage *stage, const void *arg, int say)
{
	stage_serve(start_child(stage, say), &web);
}

int stage_child_and_server(struct stage *stage)
{
	child_pids = shared_pids();
	if (!child_pids || one_process(stage, serve_beside_child, NULL) < 0)
		return -1;
	stage_holder(stage, child_pids[0]);
	return wait_for_name(stage, child_pids[0], "sleep");
}

struct thread_task {
	int fd, said[2];
};

static void *serve_alone(void *arg)
{
	struct thread_task *task = arg;
	char byte = '!';

	if (unshare(CLONE_FILES) < 0)
		return NULL;
	child_pids[0] = (pid_t)syscall(SYS_gettid);
	if (write(task->said[1], &byte, 1) == 1)
		stage_serve(task->fd, &web);
	return NULL;
}

/* The descriptor lives in the table of one thread only; with @arg the leader ends as well. */
static void private_table(struct stage *stage, const void *arg, int say)
{
	static struct thread_task task;
	pthread_t thread;
	char byte;

	task.fd = stage_socket(stage, &web);
	if (task.fd < 0 || pipe2(task.said, O_CLOEXEC) < 0 ||
		pthread_create(&thread, NULL, serve_alone, &task) != 0)
		return;
	if (read(task.said[0], &byte, 1) != 1)
		return;
	if (!arg)
		close(task.fd);
	stage_say(say);
	if (arg)
		pthread_exit(NULL);
	pause();
}

static int threaded(struct stage *stage, bool leader_ends)
{
	struct proc proc;

	child_pids = shared_pids();
	if (!child_pids)
		return -1;
	proc = stage_spawn(stage, private_table, leader_ends ? stage : NULL, 0);
	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	stage->tid = child_pids[0];
	return 0;
}

int stage_private_table(struct stage *stage)
{
	return threaded(stage, false);
}

int stage_zombie_leader(struct stage *stage)
{
	char path[64];

	if (threaded(stage, true) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)stage->holders[0]);
	return wait_for_text(path, ") Z ") ? 0 : stage_fail(stage, "the leader is no zombie");
}

/* The descriptor is closed; only the table of an io_uring refers to the listener. */
static void register_and_close(struct stage *stage, const void *arg, int say)
{
	struct io_uring_params params = {0};
	int fd = stage_socket(stage, &web), ring;

	ring = (int)syscall(SYS_io_uring_setup, 4, &params);
	if (fd < 0 || ring < 0 ||
		syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1) < 0)
		return;
	close(fd);
	stage_say(say);
	pause();
}

int stage_registered(struct stage *stage)
{
	struct io_uring_params params = {0};
	int ring = (int)syscall(SYS_io_uring_setup, 4, &params);

	if (ring < 0)
		return stage_skip(stage, "io_uring: %s", strerror(errno));
	close(ring);
	return one_process(stage, register_and_close, NULL);
}

static void *accept_forever(void *arg)
{
	const int *fd = arg;

	child_pids[0] = (pid_t)syscall(SYS_gettid);
	return accept(*fd, NULL, NULL) < 0 ? NULL : arg;
}

/* close() while another thread waits in accept(): the socket lives on without a descriptor. */
static void close_in_accept(struct stage *stage, const void *arg, int say)
{
	static int fd;
	char path[64];
	pthread_t thread;

	fd = stage_socket(stage, &web);
	if (fd < 0 || pthread_create(&thread, NULL, accept_forever, &fd) != 0)
		return;
	while (!*(volatile pid_t *)child_pids)
		stage_pause();
	snprintf(path, sizeof(path), "/proc/self/task/%d/wchan", (int)child_pids[0]);
	if (!wait_for_text(path, "accept"))
		return;
	close(fd);
	stage_say(say);
	pause();
}

int stage_closed_in_accept(struct stage *stage)
{
	child_pids = shared_pids();
	return child_pids ? one_process(stage, close_in_accept, NULL) : -1;
}

/* --- real programs --- */

static int run_listener(struct stage *stage, const char *const argv[])
{
	pid_t pid = stage_exec(stage, argv);

	if (pid < 0 || stage_state(stage, PORT, LISTEN_STATE) < 0)
		return -1;
	stage_holder(stage, pid);
	return 0;
}

int stage_program_path(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "serve", "127.0.0.1", "4000", NULL};

	return stage_copy(stage, "webshop", path, sizeof(path)) < 0 ? -1
								    : run_listener(stage, argv);
}

/* A name that would clear the screen, start a new line and colour the rest. */
int stage_hostile_name(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "serve", "127.0.0.1", "4000", NULL};

	return stage_copy(stage, "\033[2Jweb\n\tshop\r\xff", path, sizeof(path)) < 0
		       ? -1
		       : run_listener(stage, argv);
}

static int write_file(
	struct stage *stage, const char *name, const char *text, char *path, size_t size)
{
	FILE *f;

	snprintf(path, size, "%s/%s", stage->dir, name);
	f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		return stage_fail(stage, "%s: %s", path, strerror(errno));
	return 0;
}

int stage_script(struct stage *stage)
{
	char path[4096], python[] = "/usr/bin/python3";
	const char *argv[] = {python, path, NULL};

	if (access(python, X_OK) < 0)
		return stage_skip(stage, "%s is not installed", python);
	if (write_file(stage, "server.py",
		    "import socket\n"
		    "s = socket.create_server(('127.0.0.1', 4000))\n"
		    "while True:\n"
		    "    s.accept()\n",
		    path, sizeof(path)) < 0)
		return -1;
	return run_listener(stage, argv);
}

int stage_socket_activate(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "-l", "4000", "/bin/cat", NULL};

	if (!stage_program("systemd-socket-activate", path, sizeof(path)))
		return stage_skip(stage, "systemd-socket-activate is not installed");
	return run_listener(stage, argv);
}

int stage_inetd(struct stage *stage)
{
	char path[4096], conf[4096];
	const char *argv[] = {path, "-i", conf, NULL};

	if (!stage_program("inetd", path, sizeof(path)))
		return stage_skip(stage, "inetd is not installed");
	if (write_file(stage, "inetd.conf", "4000 stream tcp nowait root /bin/cat cat\n", conf,
		    sizeof(conf)) < 0)
		return -1;
	return run_listener(stage, argv);
}

int stage_docker_proxy(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port", "4000",
		"-container-ip", "172.17.0.2", "-container-port", "80", NULL};

	return stage_copy(stage, "docker-proxy", path, sizeof(path)) < 0
		       ? -1
		       : run_listener(stage, argv);
}

static int run_as(struct stage *stage, const char *file, const char *const *argv)
{
	char path[4096];
	pid_t pid;

	if (stage_copy(stage, file, path, sizeof(path)) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		execv(path, (char *const *)argv);
		_exit(1);
	}
	if (pid < 0 || stage_state(stage, PORT, LISTEN_STATE) < 0)
		return -1;
	stage_holder(stage, pid);
	return 0;
}

/* passt under its other name, and the namespace that it was for is gone. */
int stage_pasta(struct stage *stage)
{
	const char *argv[] = {"pasta", "--config-net", "-t", "4000-4000:4000-4000", "-host-ip", "0.0.0.0",
		"-host-port", "4000", "--netns", "/run/inuse-scene/netns/gone", NULL};

	return run_as(stage, "passt.avx2", argv);
}

/* A pid that no kernel gives away (PID_MAX_LIMIT). */
int stage_slirp(struct stage *stage)
{
	const char *argv[] = {"slirp4netns", "-c", "-r", "3", "-host-ip", "0.0.0.0", "-host-port", "4000",
		"--mtu=65520", "4194305", "tap0", NULL};

	return run_as(stage, "slirp4netns", argv);
}

int stage_kubectl(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "port-forward", "svc/web", "4000:80", NULL};

	return stage_copy(stage, "kubectl", path, sizeof(path)) < 0 ? -1
								    : run_listener(stage, argv);
}

/* Names of tables, and nothing that such a program would be told to do. */
static int named(struct stage *stage, const char *name)
{
	char path[4096];
	const char *argv[] = {path, "serve", "0.0.0.0", "4000", NULL};

	return stage_copy(stage, name, path, sizeof(path)) < 0 ? -1 : run_listener(stage, argv);
}

int stage_named_socat(struct stage *stage)
{
	return named(stage, "socat");
}

int stage_named_docker_proxy(struct stage *stage)
{
	return named(stage, "docker-proxy");
}

int stage_socat_server(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "TCP-LISTEN:4000,fork,reuseaddr", "EXEC:/bin/cat", NULL};

	if (!stage_program("socat", path, sizeof(path)))
		return stage_skip(stage, "socat is not installed");
	return run_listener(stage, argv);
}

int stage_socat(struct stage *stage)
{
	char path[4096];
	const char *argv[] = {path, "TCP-LISTEN:4000,fork,reuseaddr", "TCP:127.0.0.1:9", NULL};

	if (!stage_program("socat", path, sizeof(path)))
		return stage_skip(stage, "socat is not installed");
	return run_listener(stage, argv);
}

static int make_key(struct stage *stage, const char *path)
{
	char keygen[4096];
	const char *argv[] = {keygen, "-q", "-t", "ed25519", "-N", "", "-f", path, NULL};
	int status;
	pid_t pid;

	if (!stage_program("ssh-keygen", keygen, sizeof(keygen)))
		return stage_skip(stage, "ssh-keygen is not installed");
	pid = stage_exec(stage, argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return stage_fail(stage, "ssh-keygen failed");
	return 0;
}

/* sshd wants a user and a directory of its own; both only in the mounts of this scene. */
static int prepare_sshd(struct stage *stage, const char *host, const char *key)
{
	char text[8192], path[4096];

	if (mount("none", "/run", "tmpfs", 0, NULL) < 0 || mkdir("/run/sshd", 0755) < 0)
		return stage_fail(stage, "/run/sshd: %s", strerror(errno));
	if (!getpwnam("sshd")) {
		if (write_file(stage, "passwd",
			    "root:x:0:0:root:/root:/bin/sh\nsshd:x:999:65534::/run/sshd:/bin/"
			    "false\n"
			    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
			    path, sizeof(path)) < 0)
			return -1;
		if (mount(path, "/etc/passwd", NULL, MS_BIND, NULL) < 0)
			return stage_fail(stage, "/etc/passwd: %s", strerror(errno));
	}
	snprintf(text, sizeof(text),
		"HostKey %.1000s\nAuthorizedKeysFile %.1000s.pub\nStrictModes no\nUsePAM no\n"
		"PermitRootLogin yes\nAllowTcpForwarding yes\nPidFile none\n",
		host, key);
	return write_file(stage, "sshd.conf", text, path, sizeof(path));
}

static int ssh(struct stage *stage, const char *way)
{
	char client[4096], sshd[4000], host[512], key[512], proxy[8192];
	const char *argv[] = {client, "-F", "none", "-N", way, "4000:127.0.0.1:9", "-i", key, "-o",
		"StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
		"LogLevel=ERROR", "-o", proxy, "root@scene", NULL};

	if (!stage_program("ssh", client, sizeof(client)) ||
		!stage_program("sshd", sshd, sizeof(sshd)))
		return stage_skip(stage, "ssh or sshd is not installed");
	snprintf(host, sizeof(host), "%s/host_key", stage->dir);
	snprintf(key, sizeof(key), "%s/user_key", stage->dir);
	snprintf(proxy, sizeof(proxy), "ProxyCommand=%s -i -f %s/sshd.conf", sshd, stage->dir);
	if (make_key(stage, host) < 0 || make_key(stage, key) < 0 ||
		prepare_sshd(stage, host, key) < 0)
		return -1;
	if (stage_exec(stage, argv) < 0 || stage_state(stage, PORT, LISTEN_STATE) < 0)
		return -1;
	return stage_holders_of(stage, PORT);
}

int stage_ssh(struct stage *stage)
{
	return ssh(stage, "-L");
}

int stage_ssh_remote(struct stage *stage)
{
	return ssh(stage, "-R");
}

/* --- namespaces, limits, devices --- */

static void hold_elsewhere(struct stage *stage, const void *arg, int say)
{
	const struct sock *sock = arg;
	int fd;

	if (unshare(CLONE_NEWNET) < 0 || network_up("lo") < 0)
		return;
	fd = stage_socket(stage, sock);
	if (fd < 0)
		return;
	stage_say(say);
	stage_serve(fd, sock);
}

int stage_other_netns(struct stage *stage)
{
	return stage_spawn(stage, hold_elsewhere, &web, 0).pid > 0 ? 0 : -1;
}

int stage_unix_other_netns(struct stage *stage)
{
	static const struct sock app = {STREAM, "app.sock", 0, LISTEN};

	return one_process(stage, hold_elsewhere, &app);
}

static void hold_range(struct stage *stage, const void *arg, int say)
{
	const struct sock *sock = arg;

	for (int port = 40000; port <= 40003; port++) {
		struct sock one = *sock;

		one.port = port;
		if (stage_socket(stage, &one) < 0)
			return;
	}
	stage_say(say);
	pause();
}

static int exhaust(struct stage *stage, const struct sock *sock)
{
	struct proc proc;

	if (stage_write(stage, "/proc/sys/net/ipv4/ip_local_port_range", "40000 40003") < 0)
		return -1;
	proc = stage_spawn(stage, hold_range, sock, 0);
	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	return 0;
}

int stage_exhausted(struct stage *stage)
{
	static const struct sock all = {TCP, "::", 0, LISTEN};

	return exhaust(stage, &all);
}

int stage_exhausted_udp(struct stage *stage)
{
	static const struct sock all = {UDP, "::", 0, 0};

	return exhaust(stage, &all);
}

/* No port is held, and yet there is none to choose. */
int stage_all_reserved(struct stage *stage)
{
	if (stage_write(stage, "/proc/sys/net/ipv4/ip_local_port_range", "40000 40003") < 0)
		return -1;
	return stage_write(stage, "/proc/sys/net/ipv4/ip_local_reserved_ports", "40000-40003");
}

int stage_nonlocal(struct stage *stage)
{
	return stage_write(stage, "/proc/sys/net/ipv4/ip_nonlocal_bind", "1");
}

int stage_low_start(struct stage *stage)
{
	return stage_write(stage, "/proc/sys/net/ipv4/ip_unprivileged_port_start", "80");
}

int stage_bindv6only(struct stage *stage)
{
	return stage_write(stage, "/proc/sys/net/ipv6/bindv6only", "1");
}

int stage_local_route(struct stage *stage)
{
	return stage_ip(stage, "route add local 10.9.0.0/16 dev lo");
}

/* A veth pair: the only kind of second interface that every kernel with namespaces has. */
int stage_second_device(struct stage *stage)
{
	if (stage_ip(stage, "link add scene0 type veth peer name scene1") < 0 ||
		stage_ip(stage, "link set scene1 up") < 0)
		return -1;
	return stage_ip(stage, "link set scene0 up");
}

int stage_tentative(struct stage *stage)
{
	if (stage_ip(stage, "link add scene0 type veth peer name scene1") < 0 ||
		stage_write(stage, "/proc/sys/net/ipv6/conf/scene0/dad_transmits", "100") < 0 ||
		stage_ip(stage, "link set scene1 up") < 0 ||
		stage_ip(stage, "link set scene0 up") < 0)
		return -1;
	return stage_ip(stage, "addr add 2001:db8::5/64 dev scene0");
}

/* --- paths --- */

int stage_stale(struct stage *stage)
{
	const struct sock app = {STREAM, "app.sock", 0, LISTEN};
	int fd = stage_socket(stage, &app);

	if (fd < 0)
		return stage_fail(stage, "app.sock: %s", strerror(-fd));
	close(fd);
	return 0;
}

int stage_regular(struct stage *stage)
{
	char path[4096];

	return write_file(stage, "app.sock", "not a socket\n", path, sizeof(path));
}

int stage_directory(struct stage *stage)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	return mkdir(path, 0755) < 0 ? stage_fail(stage, "%s: %s", path, strerror(errno)) : 0;
}

int stage_dangling(struct stage *stage)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	return symlink("nowhere", path) < 0 ? stage_fail(stage, "%s: %s", path, strerror(errno))
					    : 0;
}

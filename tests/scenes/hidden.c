/* hidden.c - sockets that tools do not find the holder of: each staged for real, and measured */
#include "scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/bpf_common.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "causes.h"
#include "measure.h"
#include "../lib/send-files.h"

#define PORT	      4000
#define FIN_WAIT1     4
#define LISTEN_STATE  10

/* Of the kernel's io_uring.h since 6.11; the numbers are fixed. */
#define OP_BIND		  56
#define OP_LISTEN	  57
#define REGISTER_RING_FDS 20

static const struct sock web = {TCP, "0.0.0.0", PORT, LISTEN};

/* --- messages --- */

static void in_queue(struct stage *stage, const void *arg, int say)
{
	int pair[2], fd = stage_socket(stage, &web);

	if (fd < 0 || socketpair(AF_UNIX, *(const int *)arg | SOCK_CLOEXEC, 0, pair) < 0 ||
		!send_files(pair[0], &fd, 1))
		return;
	close(fd);
	close(pair[0]);
	stage_say(say);
	pause();
}

/* The connection that carries it has not been accepted. */
static void in_backlog(struct stage *stage, const void *arg, int say)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0inuse-backlog"};
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + sizeof("\0inuse-backlog") - 1;
	int fd = stage_socket(stage, &web), listener = socket(AF_UNIX, SOCK_STREAM, 0),
	    client = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || bind(listener, (struct sockaddr *)&name, len) < 0 ||
		listen(listener, 4) < 0 ||
		connect(client, (struct sockaddr *)&name, len) < 0 || !send_files(client, &fd, 1))
		return;
	close(fd);
	close(client);
	stage_say(say);
	pause();
}

/* The queue that has it lies in another queue. */
static void in_queue_in_queue(struct stage *stage, const void *arg, int say)
{
	int inner[2], outer[2], fd = stage_socket(stage, &web);

	if (fd < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, inner) < 0 ||
		socketpair(AF_UNIX, SOCK_STREAM, 0, outer) < 0 ||
		!send_files(inner[0], &fd, 1) || !send_files(outer[0], &inner[1], 1))
		return;
	close(fd);
	close(inner[0]);
	close(inner[1]);
	stage_say(say);
	pause();
}

/* The queue lies in itself, and the process ends: nobody can ever read it. */
static void in_itself(struct stage *stage, const void *arg, int say)
{
	int files[3] = {stage_socket(stage, &web)};

	if (files[0] < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, files + 1) < 0 ||
		!send_files(files[1], files, 3))
		return;
	stage_say(say);
}

static int one(struct stage *stage, stage_body body, const void *arg)
{
	struct proc proc = stage_spawn(stage, body, arg, 0);

	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	return 0;
}

static int measured(struct stage *stage, int staged, const char *title)
{
	const struct measure what = {.title = title, .args = "4000"};

	return staged < 0 || stage->skip[0] ? staged : measure(stage, &what);
}

static int stream(struct stage *stage)
{
	static const int type = SOCK_STREAM;

	return measured(stage, one(stage, in_queue, &type),
		"descriptor in a UNIX stream socket's queue");
}

static int datagram(struct stage *stage)
{
	static const int type = SOCK_DGRAM;

	return measured(stage, one(stage, in_queue, &type),
		"descriptor in a UNIX datagram socket's queue");
}

static int nested(struct stage *stage)
{
	return measured(stage, one(stage, in_queue_in_queue, NULL),
		"descriptor in the queue of a socket that is in a queue");
}

static int backlog(struct stage *stage)
{
	return measured(stage, one(stage, in_backlog, NULL),
		"descriptor in a UNIX connection not accepted yet");
}

static bool port_is_free(const struct stage *stage)
{
	int fd = stage_socket(stage, &web);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Any UNIX socket that is closed anywhere on the machine makes the kernel collect the cycle, and
 * looking up a user's name closes one. So it is measured here, and what is left is the cure.
 */
static int make_cycle(struct stage *stage)
{
	struct proc proc;

	if (!port_is_free(stage))
		return 0;
	proc = stage_spawn(stage, in_itself, NULL, 0);
	if (proc.pid <= 0)
		return -1;
	close(proc.ready);
	return waitpid(proc.pid, NULL, 0) == proc.pid ? 0 : -1;
}

static int cycle(struct stage *stage)
{
	const struct measure what = {.title = "descriptor in a queue that lies in itself, process gone",
		.args = "4000", .again = make_cycle};
	int pair[2];

	if (make_cycle(stage) < 0)
		return -1;
	if (measure(stage, &what) < 0)
		return -1;
	for (int tries = 0; tries < 400 && !port_is_free(stage); tries++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
			close(pair[0]);
			close(pair[1]);
		}
		stage_pause();
	}
	if (!port_is_free(stage))
		return stage_fail(stage, "closing UNIX sockets does not free the port");
	return stage_skip(stage, "it goes as soon as a UNIX socket is closed: measured while staged");
}

/* --- io_uring --- */

static int ring_setup(struct io_uring_params *params)
{
	return (int)syscall(SYS_io_uring_setup, 4, params);
}

static int ring_register(int ring, unsigned int what, const void *arg, unsigned int n)
{
	return (int)syscall(SYS_io_uring_register, ring, what, arg, n);
}

struct queue {
	unsigned int *head, *tail, *mask, *array;
	struct io_uring_sqe *entries;
};

static bool map_queue(int ring, const struct io_uring_params *params, struct queue *queue)
{
	size_t size = params->sq_off.array + params->sq_entries * sizeof(unsigned int);
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);

	queue->entries = mmap(NULL, params->sq_entries * sizeof(*queue->entries),
		PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
	if (at == MAP_FAILED || queue->entries == MAP_FAILED)
		return false;
	queue->head = (unsigned int *)(at + params->sq_off.head);
	queue->tail = (unsigned int *)(at + params->sq_off.tail);
	queue->mask = (unsigned int *)(at + params->sq_off.ring_mask);
	queue->array = (unsigned int *)(at + params->sq_off.array);
	return true;
}

static bool submit(int ring, struct queue *queue, const struct io_uring_sqe *entry)
{
	unsigned int tail = *queue->tail, index = tail & *queue->mask;

	queue->entries[index] = *entry;
	queue->array[index] = index;
	__atomic_store_n(queue->tail, tail + 1, __ATOMIC_RELEASE);
	return syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1;
}

/* A direct descriptor: the socket never was in a descriptor table. */
static void direct(struct stage *stage, const void *arg, int say)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	struct io_uring_sqe make = {.opcode = IORING_OP_SOCKET, .fd = AF_INET, .off = SOCK_STREAM,
		.file_index = 1};
	struct io_uring_sqe bind_it = {.opcode = OP_BIND, .flags = IOSQE_FIXED_FILE,
		.addr = (uintptr_t)&name, .addr2 = sizeof(name)};
	struct io_uring_sqe listen_on = {.opcode = OP_LISTEN, .flags = IOSQE_FIXED_FILE, .len = 4};
	struct io_uring_params params = {0};
	int ring = ring_setup(&params), none = -1;
	struct queue queue;

	if (ring < 0 || ring_register(ring, IORING_REGISTER_FILES, &none, 1) < 0 ||
		!map_queue(ring, &params, &queue) || !submit(ring, &queue, &make) ||
		!submit(ring, &queue, &bind_it) || !submit(ring, &queue, &listen_on))
		return;
	stage_say(say);
	pause();
}

/* The ring is closed, but lives on: by its mapping, or by its own registration (@arg). */
static void closed_ring(struct stage *stage, const void *arg, int say)
{
	struct io_uring_params params = {0};
	struct io_uring_rsrc_update own = {.offset = -1U};
	int ring = ring_setup(&params), fd = stage_socket(stage, &web);
	struct queue queue;

	if (fd < 0 || ring < 0 || ring_register(ring, IORING_REGISTER_FILES, &fd, 1) < 0)
		return;
	own.data = (unsigned long long)ring;
	if (arg ? ring_register(ring, REGISTER_RING_FDS, &own, 1) != 1
		: !map_queue(ring, &params, &queue))
		return;
	close(fd);
	close(ring);
	stage_say(say);
	pause();
}

static bool no_rings(struct stage *stage)
{
	struct io_uring_params params = {0};
	int ring = ring_setup(&params);

	if (ring < 0)
		return stage_skip(stage, "no io_uring: %s", strerror(errno)) < 0;
	close(ring);
	return false;
}

static int fixed_file(struct stage *stage)
{
	return measured(stage, stage_registered(stage), "file registered with an io_uring, closed");
}

static int direct_file(struct stage *stage)
{
	if (no_rings(stage))
		return -1;
	if (one(stage, direct, NULL) < 0)
		return -1;
	if (port_is_free(stage))
		return stage_skip(stage, "no io_uring that can bind (Linux 6.11)");
	return measured(stage, 0, "direct descriptor of an io_uring, never in a table");
}

static int mapped_ring(struct stage *stage)
{
	return no_rings(stage) ? -1
			       : measured(stage, one(stage, closed_ring, NULL),
					 "the same, the io_uring closed but mapped");
}

static int registered_ring(struct stage *stage)
{
	return no_rings(stage) ? -1
			       : measured(stage, one(stage, closed_ring, stage),
					 "the same, the io_uring registered with itself and closed");
}

/* --- threads --- */

static int thread_fd;

static void *poll_forever(void *arg)
{
	struct pollfd polled = {.fd = thread_fd, .events = POLLIN};

	return poll(&polled, 1, -1) < 0 ? NULL : arg;
}

static void close_in_poll(struct stage *stage, const void *arg, int say)
{
	pthread_t thread;

	thread_fd = stage_socket(stage, &web);
	if (thread_fd < 0 || pthread_create(&thread, NULL, poll_forever, NULL) != 0)
		return;
	for (int i = 0; i < 20; i++)
		stage_pause();
	close(thread_fd);
	stage_say(say);
	pause();
}

static void *close_slowly(void *arg)
{
	close(thread_fd);
	return arg;
}

/* close() that waits for data which the other end never takes. */
static void linger(struct stage *stage, const void *arg, int say)
{
	const struct sock server = {TCP, "127.0.0.1", PORT + 1, LISTEN};
	const struct sock client = {TCP, "127.0.0.1", PORT, REUSEADDR};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT + 1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct linger slow = {1, 300};
	static char data[1 << 16];
	int listener = stage_socket(stage, &server);
	pthread_t thread;

	thread_fd = stage_socket(stage, &client);
	if (listener < 0 || thread_fd < 0 ||
		connect(thread_fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return;
	while (send(thread_fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	setsockopt(thread_fd, SOL_SOCKET, SO_LINGER, &slow, sizeof(slow));
	if (pthread_create(&thread, NULL, close_slowly, NULL) != 0)
		return;
	stage_say(say);
	pause();
}

static int accepting(struct stage *stage)
{
	return measured(stage, stage_closed_in_accept(stage),
		"closed while another thread is in accept()");
}

static int polling(struct stage *stage)
{
	return measured(
		stage, one(stage, close_in_poll, NULL), "closed while another thread is in poll()");
}

static int lingering(struct stage *stage)
{
	if (one(stage, linger, NULL) < 0 || stage_state(stage, PORT, FIN_WAIT1) < 0)
		return -1;
	for (int i = 0; i < 20; i++)
		stage_pause();
	return measured(stage, 0, "close() that waits (SO_LINGER)");
}

static int private_thread(struct stage *stage)
{
	return measured(stage, stage_private_table(stage), "thread with a descriptor table of its own");
}

static int zombie(struct stage *stage)
{
	return measured(stage, stage_zombie_leader(stage), "leader ended, threads live on");
}

/* --- memory, connections --- */

static void map_it(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web);

	if (fd < 0)
		return;
	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		return;
	close(fd);
	stage_say(say);
	pause();
}

static int mapped(struct stage *stage)
{
	return measured(stage, one(stage, map_it, NULL), "mapped (zero-copy receive), closed");
}

static int reset_client(struct stage *stage)
{
	return measured(stage, stage_reset_client(stage), "client with a port of its own, reset");
}

static int bound_only(struct stage *stage)
{
	return measured(stage, 0, "bound, never listened");
}

/* --- the kernel itself --- */

static int vxlan(struct stage *stage)
{
	const struct measure what = {
		.title = "the kernel: VXLAN interface", .args = "4000/udp", .udp = true};

	if (stage_ip(stage, "link add vxlan7 type vxlan id 7 dstport 4000 local 127.0.0.1") < 0 ||
		stage_ip(stage, "link set vxlan7 up") < 0) {
		stage->error[0] = '\0';
		return stage_skip(stage, "no VXLAN in this kernel");
	}
	return measure(stage, &what);
}

static int endpoint(struct stage *stage)
{
	if (stage_ip(stage, "mptcp endpoint add 127.0.0.1 port 4000 signal") < 0) {
		stage->error[0] = '\0';
		return stage_skip(stage, "no MPTCP in this kernel");
	}
	return measured(stage, 0, "the kernel: MPTCP endpoint");
}

static int wireguard(struct stage *stage)
{
	if (stage_ip(stage, "link add wg7 type wireguard") < 0) {
		stage->error[0] = '\0';
		return stage_skip(stage, "no WireGuard in this kernel; its answers are tested as bytes");
	}
	return stage_skip(stage, "WireGuard: wg(8) would be needed to set a port");
}

/* --- what may not be looked into --- */

static int measured_by_user(struct stage *stage, const char *title)
{
	const struct measure what = {.title = title, .args = "4000", .as_user = true};

	return measure(stage, &what);
}

static void undumpable(struct stage *stage, const void *arg, int say)
{
	if (stage_socket(stage, &web) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return;
	stage_say(say);
	pause();
}

static int unreadable(struct stage *stage)
{
	struct proc proc = stage_spawn(stage, undumpable, NULL, STAGE_NOBODY);

	if (proc.pid <= 0)
		return -1;
	stage_holder(stage, proc.pid);
	stage->uid = STAGE_NOBODY;
	return measured_by_user(stage, "of the user who asks, not dumpable (tools run as that user)");
}

/* A program with a capability on its file: not even its own user may look into it. */
static int with_capability(struct stage *stage)
{
	char setcap[4096], path[4096];
	const char *give[] = {setcap, "cap_net_bind_service=ep", path, NULL};
	const char *serve[] = {path, "serve", "127.0.0.1", "4000", NULL};
	int status;
	pid_t pid;

	if (!stage_program("setcap", setcap, sizeof(setcap)))
		return stage_skip(stage, "no setcap (libcap2-bin)");
	if (stage_copy(stage, "server-with-cap", path, sizeof(path)) < 0)
		return -1;
	pid = stage_exec(stage, give);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return stage_skip(stage, "no file capabilities in %s", stage->dir);
	pid = fork();
	if (pid == 0) {
		if (stage_user(STAGE_NOBODY) == 0)
			execv(path, (char *const *)serve);
		_exit(92);
	}
	if (pid < 0 || stage_state(stage, PORT, LISTEN_STATE) < 0)
		return -1;
	stage_holder(stage, pid);
	stage->uid = STAGE_NOBODY;
	return measured_by_user(
		stage, "of the user who asks, capability on its file (tools run as that user)");
}

static int outside(struct stage *stage)
{
	struct measure what = {.title = "holder outside of this PID namespace", .args = "4000",
		.nested = true};
	pid_t pid = stage_hold(stage, &web);

	return pid < 0 ? -1 : measure(stage, &what);
}

/* Paths are one for all network namespaces, lists of sockets are not. */
static int other_network(struct stage *stage)
{
	char path[4096];
	struct measure what = {.title = "UNIX path, socket in another network namespace",
		.args = path, .word = path};

	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	return stage_unix_other_netns(stage) < 0 ? -1 : measure(stage, &what);
}

/* --- policies --- */

/* A cgroup program that refuses every bind(), as SocketBindDeny=any of a unit makes one. */
static int refuse_binds(int cgroup, enum bpf_attach_type type)
{
	const struct bpf_insn refuse[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr load = {.prog_type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
		.insns = (uintptr_t)refuse,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
		.expected_attach_type = type};
	int program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	union bpf_attr attach = {.target_fd = (unsigned int)cgroup,
		.attach_bpf_fd = (unsigned int)program,
		.attach_type = type,
		.attach_flags = BPF_F_ALLOW_MULTI};

	return program < 0 ? -1 : (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach));
}

static int policy(struct stage *stage)
{
	char path[4096];
	int cgroup;

	if (!stage->cgroup)
		return stage_skip(stage, "no cgroup2 that can be written");
	if (stage_cgroup(stage, "refused") < 0)
		return stage_fail(stage, "no cgroup: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/refused", stage->cgroup);
	cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup < 0 || refuse_binds(cgroup, BPF_CGROUP_INET4_BIND) < 0 ||
		refuse_binds(cgroup, BPF_CGROUP_INET6_BIND) < 0)
		return stage_skip(stage, "no cgroup programs here: %s", strerror(errno));
	return 0;
}

#define IN_USE(why) .status = "in-use", .error = "EADDRINUSE", .cause = why

/* clang-format off: a row is a sentence, wrapped by hand */
const struct scene scene_table[] = {
	{ "message-stream", .stage = stream, .args = "4000", IN_USE("descriptor-in-flight"),
		.without_fd = true },
	{ "message-datagram", .stage = datagram, .args = "4000", IN_USE("descriptor-in-flight"),
		.without_fd = true },
	{ "message-pending", .stage = backlog, .args = "4000", IN_USE("descriptor-in-flight"),
		.nameless = true, .without_fd = true,
		.unprivileged_cause = "hidden-holder" },
	{ "message-nested", .stage = nested, .args = "4000", IN_USE("descriptor-in-flight"),
		.without_fd = true },
	{ "message-cycle", .stage = cycle, .args = "4000",
		IN_USE("descriptor-in-flight|hidden-holder") },
	{ "ring-fixed", .stage = fixed_file, .args = "4000", IN_USE("registered-file"),
		.without_fd = true },
	{ "ring-direct", .stage = direct_file, .args = "4000", IN_USE("registered-file"),
		.without_fd = true },
	{ "ring-mapped", .stage = mapped_ring, .args = "4000", IN_USE("registered-file"),
		.nameless = true, .without_fd = true,
		.unprivileged_cause = "hidden-holder" },
	{ "ring-registered", .stage = registered_ring, .args = "4000",
		IN_USE("registered-file|hidden-holder"), .nameless = true, .without_fd = true,
		.unprivileged_cause = "hidden-holder" },
	{ "thread-accept", .stage = accepting, .args = "4000", IN_USE("other-program"),
		.without_fd = true },
	{ "thread-poll", .stage = polling, .args = "4000", IN_USE("other-program"),
		.without_fd = true },
	{ "thread-linger", .stage = lingering, .args = "4000", IN_USE("open-connection"),
		.without_fd = true },
	{ "thread-table", .stage = private_thread, .args = "4000", IN_USE("other-program") },
	{ "thread-zombie", .stage = zombie, .args = "4000", IN_USE("other-program"),
		.state = "zombie|running" },
	{ "memory", .stage = mapped, .args = "4000", IN_USE("other-program"),
		.without_fd = true },
	{ "client-reset", .stage = reset_client, .args = "4000", IN_USE("bound-not-listening") },
	{ "bound", .socks = {{ TCP, "0.0.0.0", PORT, 0 }}, .stage = bound_only, .args = "4000",
		IN_USE("bound-not-listening") },
	{ "kernel-vxlan", .stage = vxlan, .args = "4000/udp", IN_USE("kernel-socket"),
		.nobody = true, .remedy = "kernel-hint", .unprivileged_cause = "kernel-socket" },
	{ "kernel-mptcp", .stage = endpoint, .args = "4000", IN_USE("kernel-socket"),
		.nobody = true, .remedy = "kernel-hint", .unprivileged_cause = "hidden-holder" },
	{ "kernel-wireguard", .stage = wireguard, .args = "4000/udp", IN_USE("kernel-socket"),
		.nobody = true },
	{ "unreadable", .stage = unreadable, .args = "4000", IN_USE("other-program") },
	{ "unreadable-capability", .stage = with_capability, .args = "4000",
		IN_USE("other-program") },
	{ "policy", .stage = policy, .args = "127.0.0.1:4000", .status = "denied",
		.error = "EPERM", .cause = "policy-denied", .nobody = true,
		.remedy = "policy-hint", .unprivileged_cause = "policy-denied" },
	{ "other-network", .stage = other_network, .args = "%d/app.sock", IN_USE("other-program"),
		.lingers = true },
	{ "outside", .stage = outside, .args = "4000", IN_USE("hidden-holder"), .nobody = true,
		.nested = true },
};
/* clang-format on */

const size_t scene_count = sizeof(scene_table) / sizeof(scene_table[0]);

/* tests/unit/os/test-bpf.c - evidence out of the kernel, of sockets that are really there */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "engine/linux/conflict.h"
#include "os/linux/bpf/bpf.h"
#include "os/os.h"
#include "stage.h"
#include "../../lib/namespaces.h"
#include "../../lib/send-files.h"

#define CAP_BPF_NUMBER     39
#define CAP_PERFMON_NUMBER 38
#define PORT_OF_CHILD      7000
#define NOBODY             65534

static const char *no_stage, *no_bpf;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The sockets of a port by netlink, then what @facts says of all of them. */
static void look(struct iu_snapshot *snapshot, uint16_t port, uint32_t facts)
{
	struct iu_port_range range = {port, port};
	struct iu_needs needs = {.facts = IU_FACT_HOST | IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP};
	uint64_t inodes[256];
	double before;
	size_t i;

	iu_snapshot_init(snapshot);
	needs.ports.v = &range;
	needs.ports.n = 1;
	assert_int_equal(iu_os_collect(&needs, snapshot), 0);
	needs.facts = facts;
	needs.inodes.v = inodes;
	for (i = 0; i < snapshot->sockets.n && needs.inodes.n < IU_COUNT(inodes); i++)
		if (snapshot->sockets.v[i].inode)
			inodes[needs.inodes.n++] = snapshot->sockets.v[i].inode;
	before = now_ms();
	assert_int_equal(iu_os_collect(&needs, snapshot), 0);
	printf("# evidence took %.1f ms\n", now_ms() - before);
	stage_print(snapshot);
	for (i = 0; i < snapshot->in_flight.n; i++)
		printf("# in flight %llu in queue %llu, pid %d, cycle %d\n",
			(unsigned long long)snapshot->in_flight.v[i].inode,
			(unsigned long long)snapshot->in_flight.v[i].queue_inode,
			(int)snapshot->in_flight.v[i].pid, snapshot->in_flight.v[i].cycle);
	for (i = 0; i < snapshot->registered.n; i++)
		printf("# registered %llu by pid %d\n",
			(unsigned long long)snapshot->registered.v[i].inode,
			(int)snapshot->registered.v[i].pid);
	for (i = 0; i < snapshot->caches.n; i++)
		printf("# cache of port %u: fastreuse %d fastreuseport %u uid %u family %d\n",
			(unsigned int)snapshot->caches.v[i].port, snapshot->caches.v[i].fastreuse,
			(unsigned int)snapshot->caches.v[i].fastreuseport,
			(unsigned int)snapshot->caches.v[i].uid,
			(int)snapshot->caches.v[i].address.family);
	for (i = 0; i < snapshot->gaps.n; i++)
		printf("# gap: %s: %s\n", snapshot->gaps.v[i].what, snapshot->gaps.v[i].why);
}

#define NEEDS_BPF()                                                                                \
	do {                                                                                       \
		if (no_stage || no_bpf) {                                                          \
			printf("# skipped: %s\n", no_stage ? no_stage : no_bpf);                   \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

static int listener(uint16_t port, bool reuseaddr, bool reuseport)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		abort();
	if (reuseaddr)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (reuseport)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || listen(fd, 5) < 0) {
		printf("# port %u: %s\n", (unsigned int)port, strerror(errno));
		abort();
	}
	return fd;
}

static int client(uint16_t port)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		abort();
	return fd;
}

static const struct iu_socket *in_state(const struct iu_snapshot *snapshot, enum iu_state state)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].state == state)
			return &snapshot->sockets.v[i];
	return NULL;
}

static bool is_free(uint16_t port)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool bound = bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0;

	close(fd);
	return bound;
}

/* What a child of the test before left is taken down by workers of the kernel. */
static void await_free(uint16_t port)
{
	int round;

	for (round = 0; round < 200 && !is_free(port); round++)
		usleep(20000);
	if (round == 200)
		printf("# port %u does not become free\n", (unsigned int)port);
}

static struct stage_child stage(void (*act)(int ready))
{
	await_free(PORT_OF_CHILD);
	return stage_child(act);
}

/* ---- sockets without an owner ---- */

static void check_time_wait(uint16_t port, bool reuseaddr, bool reuseport)
{
	int here = listener(port, reuseaddr, reuseport), there = client(port);
	int child = accept4(here, NULL, NULL, SOCK_CLOEXEC);
	const struct iu_socket *s;
	struct iu_snapshot snapshot;
	char byte;

	close(child);
	assert_int_equal(read(there, &byte, 1), 0);
	close(there);
	close(here);
	look(&snapshot, port, IU_FACT_EVIDENCE);
	s = in_state(&snapshot, IU_STATE_TIME_WAIT);
	assert_non_null(s);
	assert_int_equal(s->inode, 0);
	assert_int_equal(s->reuseaddr, iu_tri(reuseaddr));
	assert_int_equal(s->reuseport, iu_tri(reuseport));
	assert_int_equal(s->options_source, IU_SOURCE_BPF);
	assert_true(snapshot.seen & IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.gaps.n, 0);
	iu_snapshot_free(&snapshot);
}

static void test_time_wait(void **state)
{
	(void)state;
	NEEDS_BPF();
	check_time_wait(7101, false, false);
	check_time_wait(7102, true, false);
	check_time_wait(7103, false, true);
}

static void test_orphans(void **state)
{
	static char much[1 << 16];
	int here, there, child, full, small = 4096;
	const struct iu_socket *s;
	struct iu_snapshot snapshot;

	(void)state;
	NEEDS_BPF();
	here = listener(7111, true, false);
	there = client(7111); /* never closes: the other side stays in FIN-WAIT-2 */
	close(accept4(here, NULL, NULL, SOCK_CLOEXEC));
	full = client(7111); /* never reads: the other side stays in FIN-WAIT-1, a full socket */
	setsockopt(full, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	child = accept4(here, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	while (write(child, much, sizeof(much)) > 0)
		;
	close(child);
	close(here);
	usleep(300000); /* the delayed acknowledgement of the first one's FIN */
	look(&snapshot, 7111, IU_FACT_EVIDENCE);
	s = in_state(&snapshot, IU_STATE_FIN_WAIT2);
	assert_non_null(s);
	assert_int_equal(s->reuseaddr, IU_YES);
	assert_int_equal(s->reuseport, IU_NO);
	assert_int_equal(s->options_source, IU_SOURCE_BPF);
	s = in_state(&snapshot, IU_STATE_FIN_WAIT1);
	assert_non_null(s);
	assert_int_equal(s->inode, 0);
	assert_int_equal(s->reuseaddr, IU_YES);
	assert_int_equal(s->options_source, IU_SOURCE_BPF);
	iu_snapshot_free(&snapshot);
	close(there);
	close(full);
}

/* ---- the shortcut for SO_REUSEPORT ---- */

static void test_cache(void **state)
{
	struct iu_snapshot snapshot;
	int first, other;

	(void)state;
	NEEDS_BPF();
	first = listener(7121, false, true);
	look(&snapshot, 7121, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.caches.n, 1);
	assert_int_equal(snapshot.caches.v[0].port, 7121);
	assert_in_range(snapshot.caches.v[0].fastreuseport, 1, 2);
	assert_int_equal(snapshot.caches.v[0].uid, geteuid());
	assert_int_equal(snapshot.caches.v[0].address.family, IU_FAMILY_IPV4);
	assert_int_equal(iu_address_v4(&snapshot.caches.v[0].address), INADDR_LOOPBACK);
	iu_snapshot_free(&snapshot);

	/* a socket without the option on another address of the port closes it */
	other = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	{
		struct sockaddr_in6 name = {.sin6_family = AF_INET6,
			.sin6_addr = IN6ADDR_LOOPBACK_INIT, .sin6_port = htons(7121)};

		assert_int_equal(bind(other, (struct sockaddr *)&name, sizeof(name)), 0);
	}
	look(&snapshot, 7121, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.caches.n, 1);
	assert_int_equal(snapshot.caches.v[0].fastreuseport, 0);
	iu_snapshot_free(&snapshot);
	close(other);
	close(first);
}

static int bind_request(const struct iu_request *r)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(r->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(r->port)};
	bool v6 = r->address.family == IU_FAMILY_IPV6;
	int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int reuseport = r->reuseport, v6only = r->v6only;

	memcpy(&in.sin_addr, r->address.bytes, 4);
	memcpy(&in6.sin6_addr, r->address.bytes, 16);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &reuseport, sizeof(reuseport));
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (bind(fd, v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in,
		    v6 ? sizeof(in6) : sizeof(in)) == 0)
		return fd;
	close(fd);
	return -1;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static struct iu_request random_request(uint32_t *seed, uint16_t port)
{
	static const char *const addresses[] = {
		"0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1", "::ffff:127.0.0.1", "::"};
	const char *text = addresses[next_random(seed) % IU_COUNT(addresses)];
	struct iu_request r = {.protocol = IU_PROTOCOL_TCP, .port = port, .uid = geteuid()};

	assert_int_equal(iu_address_parse(text, strlen(text), &r.address), 0);
	r.reuseport = next_random(seed) % 4 != 0;
	r.v6only = strcmp(text, "::") == 0 && next_random(seed) % 2;
	return r;
}

#define SOCKETS_OF_SCENE 4

/* Binds a few sockets at random; those that could be bound stay, as the rules see them. */
static size_t random_scene(uint32_t *seed, uint16_t port, struct iu_socket sockets[],
	int fds[SOCKETS_OF_SCENE])
{
	size_t i, n = 0;

	for (i = 0; i < SOCKETS_OF_SCENE; i++) {
		struct iu_request r = random_request(seed, port);

		fds[n] = bind_request(&r);
		if (fds[n] < 0)
			continue;
		sockets[n] = (struct iu_socket){.protocol = r.protocol, .port = port,
			.family = r.address.family, .state = IU_STATE_BOUND, .local = r.address,
			.inode = stage_inode(fds[n]), .uid = r.uid, .uid_known = true,
			.reuseaddr = IU_NO, .reuseport = iu_tri(r.reuseport),
			.v6only = iu_tri(r.v6only)};
		n++;
	}
	return n;
}

/* Returns: 1: the kernel let it in, 0: it did not, both as said. */
static int ask_both(const struct iu_request *r, const struct iu_sockets *sockets)
{
	struct iu_kernel kernel = {0};
	struct iu_snapshot snapshot;
	struct iu_outcome outcome;
	char text[IU_ADDRESS_TEXT];
	int fd;

	look(&snapshot, r->port, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.caches.n, 1);
	kernel.cache = &snapshot.caches.v[0];
	outcome = iu_linux_outcome(r, sockets, SIZE_MAX, &kernel);
	fd = bind_request(r);
	if (outcome.fails != iu_tri(fd < 0))
		printf("# %s v6only %d: said %d, the kernel says %d\n",
			iu_address_format(&r->address, text), r->v6only, outcome.fails, fd);
	assert_int_equal(outcome.fails, iu_tri(fd < 0));
	assert_false(outcome.cache_dependent);
	iu_snapshot_free(&snapshot);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Where the rules alone cannot say it, the rules and the cache say what the kernel does. */
static void test_cache_decides(void **state)
{
	struct iu_socket room[SOCKETS_OF_SCENE];
	struct iu_sockets sockets = {.v = room};
	int asked = 0, let_in = 0, scene, fds[SOCKETS_OF_SCENE];
	const struct iu_kernel kernel = {0};
	uint32_t seed = 20;
	size_t i;

	(void)state;
	NEEDS_BPF();
	for (scene = 0; scene < 2000 && asked < 30; scene++) {
		uint16_t port = (uint16_t)(20000 + scene);
		struct iu_request r;

		sockets.n = random_scene(&seed, port, room, fds);
		r = random_request(&seed, port);
		r.reuseport = true;
		if (iu_linux_outcome(&r, &sockets, SIZE_MAX, &kernel).cache_dependent) {
			let_in += ask_both(&r, &sockets);
			asked++;
		}
		for (i = 0; i < sockets.n; i++)
			close(fds[i]);
	}
	printf("# %d answers that depend on the cache, %d let in, all as said\n", asked, let_in);
	assert_int_equal(asked, 30);
	assert_in_range(let_in, 1, 29);
}

/* ---- holders ---- */

static void say_ready(int ready)
{
	if (write(ready, "r", 1) != 1)
		abort();
}

static void *keep_private(void *argument)
{
	int *ends = argument;
	char byte = 'x';

	unshare(CLONE_FILES);
	if (write(ends[1], &byte, 1) != 1)
		abort();
	for (;;)
		pause();
	return NULL;
}

static void act_private_table(int ready)
{
	int fd = listener(PORT_OF_CHILD, false, false), ends[2];
	pthread_t thread;
	char byte;

	if (pipe2(ends, O_CLOEXEC) < 0 || pthread_create(&thread, NULL, keep_private, ends) != 0 ||
		read(ends[0], &byte, 1) != 1)
		abort();
	close(fd);
	say_ready(ready);
}

static void test_private_table(void **state)
{
	struct iu_snapshot snapshot;
	struct stage_child child;

	(void)state;
	NEEDS_BPF();
	child = stage(act_private_table);
	look(&snapshot, PORT_OF_CHILD, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.sockets.n, 1);
	assert_int_equal(snapshot.holds.n, 1);
	assert_int_equal(snapshot.holds.v[0].pid, child.pid);
	assert_int_not_equal(snapshot.holds.v[0].tid, 0);
	assert_int_not_equal(snapshot.holds.v[0].tid, child.pid);
	assert_int_equal(snapshot.sockets.v[0].options_source, IU_SOURCE_BPF);
	assert_int_equal(snapshot.sockets.v[0].explicit_port, IU_YES);
	iu_snapshot_free(&snapshot);
	stage_end(&child);
}

static void act_mapped(int ready)
{
	int fd = listener(PORT_OF_CHILD, false, false);

	if (mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		printf("# mmap: %s\n", strerror(errno));
	close(fd);
	say_ready(ready);
}

static void test_mapped(void **state)
{
	struct iu_snapshot snapshot;
	struct stage_child child;

	(void)state;
	NEEDS_BPF();
	child = stage(act_mapped);
	look(&snapshot, PORT_OF_CHILD, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.sockets.n, 1);
	assert_int_equal(snapshot.holds.n, 1);
	assert_int_equal(snapshot.holds.v[0].pid, child.pid);
	assert_int_equal(snapshot.holds.v[0].via, IU_VIA_MAPPING);
	assert_int_equal(snapshot.holds.v[0].fd, -1);
	iu_snapshot_free(&snapshot);
	stage_end(&child);
}

/* ---- in flight ---- */

static void send_descriptor(int over, int fd)
{
	if (!send_files(over, &fd, 1))
		abort();
}

static void pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		abort();
}

static void act_plain(int ready)
{
	int fd = listener(PORT_OF_CHILD, true, false), ends[2];

	pair(ends);
	send_descriptor(ends[0], fd);
	close(fd);
	close(ends[0]);
	say_ready(ready);
}

static void act_nested(int ready)
{
	int fd = listener(PORT_OF_CHILD, true, false), inner[2], outer[2];

	pair(inner);
	pair(outer);
	send_descriptor(inner[0], fd);
	send_descriptor(outer[0], inner[1]);
	close(fd);
	close(inner[0]);
	close(inner[1]);
	say_ready(ready);
}

static void act_pending(int ready)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0inuse-test-bpf"};
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 15;
	int fd = listener(PORT_OF_CHILD, true, false);
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int over = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(server, (struct sockaddr *)&name, len) < 0 || listen(server, 5) < 0 ||
		connect(over, (struct sockaddr *)&name, len) < 0)
		abort();
	send_descriptor(over, fd);
	close(fd);
	say_ready(ready);
}

static void check_in_flight(void (*act)(int ready))
{
	struct iu_snapshot snapshot;
	struct stage_child child;

	child = stage(act);
	look(&snapshot, PORT_OF_CHILD, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.sockets.n, 1);
	assert_int_equal(snapshot.holds.n, 0);
	assert_int_equal(snapshot.in_flight.n, 1);
	assert_int_equal(snapshot.in_flight.v[0].inode, snapshot.sockets.v[0].inode);
	assert_int_not_equal(snapshot.in_flight.v[0].queue_inode, 0);
	assert_int_equal(snapshot.in_flight.v[0].pid, child.pid);
	assert_false(snapshot.in_flight.v[0].cycle);
	assert_int_equal(snapshot.in_flight.v[0].source, IU_SOURCE_BPF);
	assert_int_equal(snapshot.sockets.v[0].reuseaddr, IU_YES);
	assert_int_equal(snapshot.sockets.v[0].options_source, IU_SOURCE_BPF);
	assert_non_null(iu_snapshot_process(&snapshot, child.pid));
	iu_snapshot_free(&snapshot);
	stage_end(&child);
}

static void test_in_flight(void **state)
{
	(void)state;
	NEEDS_BPF();
	check_in_flight(act_plain);
	check_in_flight(act_nested);
	check_in_flight(act_pending);
}

static void act_cycle(int ready)
{
	int fd = listener(PORT_OF_CHILD, false, false), ends[2];

	pair(ends);
	send_descriptor(ends[0], fd);
	send_descriptor(ends[0], ends[1]);
	send_descriptor(ends[1], ends[0]);
	say_ready(ready);
	_exit(0);
}

/* Any UNIX socket that anybody closes on the machine makes the kernel collect the garbage. */
static void test_cycle(void **state)
{
	struct iu_snapshot snapshot;
	bool seen = false;
	int round, ends[2];
	pid_t pid;

	(void)state;
	NEEDS_BPF();
	for (round = 0; round < 40 && !seen; round++) {
		struct stage_child child = stage(act_cycle);

		pid = child.pid;
		waitpid(pid, NULL, 0);
		close(child.fd);
		look(&snapshot, PORT_OF_CHILD, IU_FACT_EVIDENCE);
		seen = snapshot.sockets.n == 1 && snapshot.in_flight.n == 1;
		if (seen) {
			assert_int_equal(snapshot.holds.n, 0);
			assert_true(snapshot.in_flight.v[0].cycle);
			assert_int_equal(snapshot.in_flight.v[0].pid, pid);
		}
		iu_snapshot_free(&snapshot);
	}
	if (!seen) { /* as it happens where many programs run: nothing of ours went wrong */
		print_message("# somebody's closed UNIX sockets had the cycle collected, 40 times in a row\n");
		skip();
	}
	pair(ends); /* the harmless cure; a worker of the kernel does it a little later */
	close(ends[0]);
	close(ends[1]);
	await_free(PORT_OF_CHILD);
	assert_true(is_free(PORT_OF_CHILD));
}

/* ---- io_uring ---- */

static int ring_with(int fd)
{
	struct io_uring_params parameters = {0};
	int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);

	if (ring < 0 || syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1) < 0)
		return -1;
	return ring;
}

static void act_registered(int ready)
{
	int fd = listener(PORT_OF_CHILD, true, false);

	if (ring_with(fd) < 0)
		printf("# io_uring: %s\n", strerror(errno));
	close(fd);
	say_ready(ready);
}

static void act_registered_ring(int ready)
{
	int fd = listener(PORT_OF_CHILD, true, false), ring = ring_with(fd);
	struct io_uring_rsrc_update update = {.offset = ~0u, .data = (uint64_t)ring};

	if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_RING_FDS, &update, 1) < 0)
		printf("# io_uring: %s\n", strerror(errno));
	close(ring);
	close(fd);
	say_ready(ready);
}

/* The descriptor of the ring is closed, its memory stays mapped. */
static void act_mapped_ring(int ready)
{
	int fd = listener(PORT_OF_CHILD, true, false), ring = ring_with(fd);

	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING) ==
		MAP_FAILED)
		printf("# mmap: %s\n", strerror(errno));
	close(ring);
	close(fd);
	say_ready(ready);
}

static void check_registered(void (*act)(int ready))
{
	struct iu_snapshot snapshot;
	struct stage_child child;
	child = stage(act);
	look(&snapshot, PORT_OF_CHILD, IU_FACT_EVIDENCE);
	assert_int_equal(snapshot.sockets.n, 1);
	assert_int_equal(snapshot.holds.n, 0);
	assert_int_equal(snapshot.registered.n, 1);
	assert_int_equal(snapshot.registered.v[0].inode, snapshot.sockets.v[0].inode);
	assert_int_equal(snapshot.registered.v[0].pid, child.pid);
	assert_int_equal(snapshot.registered.v[0].source, IU_SOURCE_BPF);
	assert_int_equal(snapshot.sockets.v[0].reuseaddr, IU_YES);
	iu_snapshot_free(&snapshot);
	stage_end(&child);
}

static void test_registered(void **state)
{
	int ring;

	(void)state;
	NEEDS_BPF();
	ring = ring_with(0);
	if (ring < 0) {
		printf("# skipped: io_uring: %s\n", strerror(errno));
		skip();
	}
	close(ring);
	check_registered(act_registered);
	check_registered(act_registered_ring);
	check_registered(act_mapped_ring);
}

/* ---- with fewer rights ---- */

static void drop_capability(unsigned int number)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	syscall(SYS_capget, &head, data);
	data[number / 32].effective &= ~(1u << (number % 32));
	data[number / 32].permitted &= ~(1u << (number % 32));
	if (syscall(SYS_capset, &head, data) < 0)
		abort();
}

static void act_nobody_listens(int ready)
{
	int fd;

	if (setresuid(NOBODY, NOBODY, NOBODY) < 0)
		abort();
	fd = listener(PORT_OF_CHILD, true, false);
	(void)fd;
	say_ready(ready);
}

/* Runs @check in a child, since rights that are gone do not come back. */
static void in_child(void (*check)(pid_t holder))
{
	struct stage_child holder = stage(act_nobody_listens);
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		check(holder.pid);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	stage_end(&holder);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("# wrong at line %d: %s\n", __LINE__, #condition);                  \
			fflush(stdout);                                                            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)

static bool has_gap(const struct iu_snapshot *snapshot, const char *what)
{
	size_t i;

	for (i = 0; i < snapshot->gaps.n; i++)
		if (strstr(snapshot->gaps.v[i].what, what))
			return true;
	return false;
}

/* Without CAP_SYS_PTRACE /proc does not say what others have open; BPF does. */
static void check_unreadable(pid_t holder)
{
	struct iu_snapshot snapshot;

	drop_capability(CAP_SYS_PTRACE);
	look(&snapshot, PORT_OF_CHILD, IU_FACT_HOLDERS);
	MUST(snapshot.sockets.n == 1);
	MUST(snapshot.holds.n == 1);
	MUST(snapshot.holds.v[0].pid == holder);
	MUST(snapshot.unreadable.n == 0);
	/* where outer processes are hidden, they may have it as well */
	MUST(!(snapshot.seen & IU_FACT_HOLDERS) == hides_processes());
	MUST(has_gap(&snapshot, "processes outside of this PID namespace") == hides_processes());
	MUST(snapshot.sockets.v[0].options_source == IU_SOURCE_BPF);
	iu_snapshot_free(&snapshot);
}

static void test_unreadable(void **state)
{
	(void)state;
	NEEDS_BPF();
	in_child(check_unreadable);
}

static void check_refused(pid_t holder)
{
	struct iu_snapshot snapshot;

	(void)holder;
	drop_capability(CAP_SYS_ADMIN);
	drop_capability(CAP_BPF_NUMBER);
	look(&snapshot, PORT_OF_CHILD, IU_FACT_EVIDENCE);
	MUST(snapshot.sockets.n == 1);
	MUST(snapshot.holds.n == 0);
	MUST(!(snapshot.seen & IU_FACT_EVIDENCE));
	MUST(has_gap(&snapshot, "sockets in messages"));
	iu_snapshot_free(&snapshot);
}

static void check_nobody(pid_t holder)
{
	struct iu_snapshot snapshot;

	(void)holder;
	MUST(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	look(&snapshot, PORT_OF_CHILD,
		IU_FACT_HOLDERS | IU_FACT_OPTIONS | IU_FACT_WAITERS | IU_FACT_EVIDENCE);
	MUST(snapshot.sockets.n == 1);
	MUST(!(snapshot.seen & IU_FACT_EVIDENCE));
	iu_snapshot_free(&snapshot);
}

static void test_refused(void **state)
{
	(void)state;
	if (no_stage || geteuid() != 0) {
		printf("# skipped: %s\n", no_stage ? no_stage : "this test gives rights up: root");
		skip();
	}
	in_child(check_refused);
	in_child(check_nobody);
}

/* ---- the stream of rows ---- */

static int count_row(void *context, const struct iu_row_head *row)
{
	(void)row;
	++*(int *)context;
	return 0;
}

static void test_rows(void **state)
{
	struct iu_row_hold rows[2] = {
		{.head = {IU_ROW_HOLD, sizeof(rows[0])}},
		{.head = {IU_ROW_MAPPED, sizeof(rows[0])}},
	};
	size_t used = 99, len;
	int count = 0;

	(void)state;
	assert_int_equal(iu_rows_parse(rows, sizeof(rows), count_row, &count, &used), 0);
	assert_int_equal(count, 2);
	assert_int_equal(used, sizeof(rows));
	for (len = 0; len < sizeof(rows[0]); len++) { /* cut short: the rest comes later */
		count = 0;
		assert_int_equal(iu_rows_parse(rows, len, count_row, &count, &used), 0);
		assert_int_equal(count, 0);
		assert_int_equal(used, 0);
	}
	rows[1].head.size = 4;
	assert_int_equal(
		iu_rows_parse(rows, sizeof(rows), count_row, &count, &used), IU_E_PROTO);
	rows[1].head.size = UINT32_MAX;
	assert_int_equal(
		iu_rows_parse(rows, sizeof(rows), count_row, &count, &used), IU_E_PROTO);
	rows[0].head.kind = 77;
	assert_int_equal(
		iu_rows_parse(rows, sizeof(rows), count_row, &count, &used), IU_E_PROTO);
}

/* ---- nothing is left behind ---- */

static void test_descriptors(void **state)
{
	struct iu_snapshot snapshot;
	int before, fd;

	(void)state;
	NEEDS_BPF();
	fd = listener(7131, false, false);
	before = stage_descriptors();
	look(&snapshot, 7131, IU_FACT_EVIDENCE);
	iu_snapshot_free(&snapshot);
	assert_int_equal(stage_descriptors(), before);
	close(fd);
}

static void find_bpf(void)
{
	static const uint8_t ports[8192];
	struct iu_bpf_ask ask = {.ports = ports, .reader = (int32_t)getpid()};
	struct iu_bpf *bpf = NULL;
	double before = now_ms();

	if (iu_bpf_hidden_open(IU_BPF_KEEP, &ask, &bpf, &no_bpf) < 0)
		return;
	no_bpf = NULL;
	printf("# loading took %.1f ms\n", now_ms() - before);
	iu_bpf_close(bpf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_time_wait),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_cache_decides),
		cmocka_unit_test(test_private_table),
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_in_flight),
		cmocka_unit_test(test_cycle),
		cmocka_unit_test(test_registered),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_descriptors),
	};

	no_stage = stage_enter();
	find_bpf();
	return cmocka_run_group_tests_name("bpf", tests, NULL, NULL);
}

/* test-hidden.c - what hides sockets, as bytes: fdinfo, maps, answers of the kernel */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/holders/kernel-sockets.h"
#include "os/linux/holders/waiters.h"
#include "os/linux/process/proc-syscall.h"

#define BYTES(text) (text), sizeof(text) - 1

static void test_queue(void **state)
{
	static const char some[] = "pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t77\nscm_fds: 3\n";
	static const char none[] = "pos:\t0\nflags:\t02\nscm_fds: 0\n";
	uint64_t count = 99;

	assert_int_equal(iu_fdinfo_queue(BYTES(none), &count), 0);
	assert_int_equal(iu_fdinfo_queue(BYTES("pos:\t0\n"), &count), 0);
	assert_int_equal(iu_fdinfo_queue(BYTES("scm_fds:"), &count), 0);
	assert_int_equal(iu_fdinfo_queue(BYTES("scm_fds: x"), &count), 0);
	assert_int_equal(count, 99);
	assert_int_equal(iu_fdinfo_queue(BYTES(some), &count), 1);
	assert_int_equal(count, 3);
	(void)state;
}

struct ring {
	uint64_t inodes[8];
	size_t n, accepts;
};

static int on_file(void *context, uint64_t inode)
{
	struct ring *ring = context;

	if (ring->n < IU_COUNT(ring->inodes))
		ring->inodes[ring->n++] = inode;
	return 0;
}

static int on_accept(void *context)
{
	((struct ring *)context)->accepts++;
	return 0;
}

/* As Linux 6.18 writes it. */
static void test_ring(void **state)
{
	static const char text[] = "pos:\t0\nflags:\t02000002\nmnt_id:\t16\nino:\t1063\n"
				   "SqMask:\t0x3\nSqHead:\t3\nSqTail:\t3\nCachedSqHead:\t3\n"
				   "CqMask:\t0x7\nCqHead:\t0\nCqTail:\t3\nSQEs:\t0\nCQEs:\t3\n"
				   "SqThread:\t-1\nSqThreadCpu:\t-1\nUserFiles:\t3\n"
				   "    0: socket:[6385291]\n    1: /dev/null\n"
				   "    2: socket:[42]\nUserBufs:\t1\n    0: socket:[13]\n"
				   "PollList:\n  op=13, task_works=0\n  op=6, task_works=0\n"
				   "CqOverflowList:\n";
	struct ring ring = {0};
	const struct iu_ring_sink sink = {on_file, on_accept, &ring};

	assert_int_equal(iu_ring_parse(BYTES(text), &sink), 0);
	printf("# %zu sockets, %zu accepts\n", ring.n, ring.accepts);
	assert_int_equal(ring.n, 2); /* what lies under another heading is no file */
	assert_int_equal(ring.inodes[0], 6385291);
	assert_int_equal(ring.inodes[1], 42);
	assert_int_equal(ring.accepts, 1);
	memset(&ring, 0, sizeof(ring));
	assert_int_equal(iu_ring_parse(BYTES("UserFiles:\n 0: \n: socket:[1]\n 0:socket:[1]\n"
					     "    0: socket:[]\n 0: socket:[1"),
				 &sink),
		0);
	assert_int_equal(ring.n, 0);
	(void)state;
}

static void test_maps(void **state)
{
	static const struct {
		const char *line;
		enum iu_mapped what;
	} rows[] = {
		{"7f1e-7f1f r--s 00000000 00:08 6385291                    socket:[6385291]",
			IU_MAPPED_SOCKET},
		{"7f1e-7f1f rw-s 10000000 00:10 1063                       anon_inode:[io_uring]",
			IU_MAPPED_RING},
		{"7f1e-7f1f r--p 00000000 fe:00 12 /tmp/socket:[1] socket:[2]", IU_MAPPED_OTHER},
		{"7f1e-7f1f r--p 00000000 00:00 0", IU_MAPPED_OTHER},
		{"7f1e-7f1f r--p 00000000 00:00 0 ", IU_MAPPED_OTHER},
		{"", IU_MAPPED_OTHER},
		{"     ", IU_MAPPED_OTHER},
	};
	uint64_t inode = 0;
	size_t i;

	for (i = 0; i < IU_COUNT(rows); i++) {
		printf("# %s\n", rows[i].line);
		assert_int_equal(
			iu_maps_line(rows[i].line, strlen(rows[i].line), &inode), rows[i].what);
	}
	assert_int_equal(inode, 6385291);
	(void)state;
}

static void test_waits(void **state)
{
	assert_int_equal(iu_proc_syscall_wait(SYS_accept4), IU_WAIT_FD);
	assert_int_equal(iu_proc_syscall_wait(SYS_ppoll), IU_WAIT_POLL);
	assert_int_equal(iu_proc_syscall_wait(SYS_pselect6), IU_WAIT_SELECT);
	assert_int_equal(iu_proc_syscall_wait(SYS_close), IU_WAIT_OTHER);
	assert_int_equal(iu_proc_syscall_wait(-1), IU_WAIT_OTHER);
	(void)state;
}

/* Numbers of two bytes below are in the order of a little-endian machine. */
static bool little_endian(void)
{
	const uint16_t one = 1;

	return *(const unsigned char *)&one == 1;
}

#define GENL "\x03\x01\x00\x00" /* struct genlmsghdr: command, version */

/* Answers as the families send them; the modules are not in every kernel. */
static void test_answers(void **state)
{
	static const char wireguard[] = GENL "\x06\x00\x06\x00\x6c\xca\x00\x00"
					"\x08\x00\x01\x00\x07\x00\x00\x00"
					"\x08\x00\x02\x00wg0\x00";
	static const char fou[] = GENL "\x06\x00\x01\x00\x15\xb3\x00\x00"
				  "\x05\x00\x02\x00\x02\x00\x00\x00";
	static const char l2tp[] = GENL "\x08\x00\x09\x00\x2a\x00\x00\x00"
				   "\x06\x00\x1a\x00\xa5\x06\x00\x00";
	static const char mptcp[] = GENL "\x1c\x00\x01\x80\x06\x00\x01\x00\x02\x00\x00\x00"
				    "\x05\x00\x02\x00\x09\x00\x00\x00\x06\x00\x05\x00\xa0\x0f\x00\x00";
	struct iu_kernel_use use = {0};
	size_t len;

	if (!little_endian())
		skip();
	assert_int_equal(iu_kernel_answer(IU_KERNEL_WIREGUARD, BYTES(wireguard), &use), 1);
	assert_int_equal(use.port, 51820);
	assert_int_equal(use.protocol, IU_PROTOCOL_UDP);
	assert_int_equal(iu_kernel_answer(IU_KERNEL_FOU, BYTES(fou), &use), 1);
	assert_int_equal(use.port, 5555);
	assert_int_equal(iu_kernel_answer(IU_KERNEL_L2TP, BYTES(l2tp), &use), 1);
	assert_int_equal(use.port, 1701);
	assert_int_equal(use.id, 42);
	assert_int_equal(iu_kernel_answer(IU_KERNEL_MPTCP, BYTES(mptcp), &use), 1);
	assert_int_equal(use.port, 4000);
	assert_int_equal(use.id, 9);
	assert_int_equal(use.protocol, IU_PROTOCOL_TCP);
	/* cut anywhere: no port, never beyond the end */
	for (len = 0; len < 12; len++)
		assert_true(iu_kernel_answer(IU_KERNEL_L2TP, l2tp, len, &use) <= 0);
	assert_int_equal(iu_kernel_answer(IU_KERNEL_VXLAN, BYTES(fou), &use), 0);
	assert_int_equal(iu_kernel_answer(IU_KERNEL_FOU, "", 0, &use), IU_E_PROTO);
	(void)state;
}

static void test_families(void **state)
{
	static const char answer[] = GENL "\x0d\x00\x02\x00mptcp_pm\x00\x00\x00\x00"
				     "\x06\x00\x01\x00\x1e\x00\x00\x00";

	if (!little_endian())
		skip();
	assert_int_equal(iu_kernel_family(BYTES(answer), "mptcp_pm"), 30);
	assert_int_equal(iu_kernel_family(BYTES(answer), "mptcp"), 0);
	assert_int_equal(iu_kernel_family(BYTES(answer), "mptcp_pm2"), 0);
	(void)state;
}

/* struct ifinfomsg, IFLA_IFNAME, IFLA_LINKINFO with kind and data. */
static void test_links(void **state)
{
	static const char vxlan[] = "\x00\x00\x01\x00\x07\x00\x00\x00\x43\x00\x01\x00\x00\x00\x00\x00"
				    "\x0b\x00\x03\x00vxlan7\x00\x00"
				    "\x1c\x00\x12\x00\x0a\x00\x01\x00vxlan\x00\x00\x00"
				    "\x0c\x00\x02\x00\x06\x00\x0f\x00\x12\xb5\x00\x00";
	static const char geneve[] = "\x00\x00\x01\x00\x08\x00\x00\x00\x43\x00\x01\x00\x00\x00\x00\x00"
				     "\x0c\x00\x03\x00geneve1\x00"
				     "\x1c\x00\x12\x00\x0b\x00\x01\x00geneve\x00\x00"
				     "\x0c\x00\x02\x00\x06\x00\x05\x00\x17\xc1\x00\x00";
	static const char dummy[] = "\x00\x00\x01\x00\x07\x00\x00\x00\x43\x00\x01\x00\x00\x00\x00\x00"
				    "\x10\x00\x12\x00\x0a\x00\x01\x00"
				    "dummy\x00\x00\x00";
	struct iu_kernel_link link = {0};
	size_t len;

	if (!little_endian())
		skip();
	assert_int_equal(iu_kernel_link(BYTES(vxlan), &link), 1);
	assert_int_equal(link.use.user, IU_KERNEL_VXLAN);
	assert_int_equal(link.use.port, 4789);
	assert_int_equal(link.ifindex, 7);
	assert_int_equal(link.name_len, 6);
	assert_memory_equal(link.use.name, "vxlan7", 6);
	assert_int_equal(iu_kernel_link(BYTES(geneve), &link), 1);
	assert_int_equal(link.use.user, IU_KERNEL_GENEVE);
	assert_int_equal(link.use.port, 6081);
	assert_int_equal(iu_kernel_link(BYTES(dummy), &link), 0);
	assert_int_equal(iu_kernel_link(vxlan, 15, &link), IU_E_PROTO);
	for (len = 16; len < 36; len++)
		assert_int_equal(iu_kernel_link(vxlan, len, &link), 0);
	(void)state;
}

static void test_portlist(void **state)
{
	struct iu_kernel_use use = {0};

	assert_int_equal(iu_kernel_portlist(BYTES("tcp 2049"), &use), 1);
	assert_int_equal(use.port, 2049);
	assert_int_equal(use.protocol, IU_PROTOCOL_TCP);
	assert_int_equal(iu_kernel_portlist(BYTES("udp 2049"), &use), 1);
	assert_int_equal(use.protocol, IU_PROTOCOL_UDP);
	assert_int_equal(iu_kernel_portlist(BYTES("rdma 20049"), &use), 0);
	assert_int_equal(iu_kernel_portlist(BYTES("tcp 65536"), &use), 0);
	assert_int_equal(iu_kernel_portlist(BYTES("tcp"), &use), 0);
	(void)state;
}

static void write_file(const char *folder, const char *path, const char *text)
{
	char name[256];
	FILE *file;
	char *slash;

	snprintf(name, sizeof(name), "%s/%s", folder, path);
	for (slash = strchr(name + strlen(folder) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(name, 0700);
		*slash = '/';
	}
	file = fopen(name, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* A /proc of our own: SCTP's and lockd's ports are sysctls, nfsd's a list. */
static void test_files(void **state)
{
	static const struct {
		enum iu_protocol protocol;
		uint16_t port;
		uint32_t uid;
	} sockets[] = {
		{IU_PROTOCOL_UDP, 9899, 0},     /* SCTP over UDP */
		{IU_PROTOCOL_TCP, 32803, 0},    /* lockd */
		{IU_PROTOCOL_UDP, 32769, 0},    /* lockd */
		{IU_PROTOCOL_TCP, 2049, 0},     /* nfsd */
		{IU_PROTOCOL_UDP, 32803, 0},    /* lockd's number, the other protocol */
		{IU_PROTOCOL_TCP, 32803, 1000}, /* the same, of a user */
	};
	static const enum iu_kernel_user users[] = {
		IU_KERNEL_SCTP, IU_KERNEL_LOCKD, IU_KERNEL_LOCKD, IU_KERNEL_NFSD};
	char folder[] = "/tmp/inuse-test-XXXXXX", command[64];
	struct iu_unheld unheld[IU_COUNT(sockets)] = {0};
	struct iu_snapshot snapshot;
	struct iu_scan look = {.snapshot = &snapshot};
	struct iu_hidden hidden = {.scan = &look, .v = unheld, .n = IU_COUNT(unheld)};
	size_t i;

	assert_non_null(mkdtemp(folder));
	write_file(folder, "sys/net/sctp/udp_port", "9899\n");
	write_file(folder, "sys/fs/nfs/nlm_tcpport", "32803\n");
	write_file(folder, "sys/fs/nfs/nlm_udpport", "32769\n");
	write_file(folder, "fs/nfsd/portlist", "tcp 2049\n");
	iu_snapshot_init(&snapshot);
	for (i = 0; i < IU_COUNT(sockets); i++) {
		struct iu_socket *s = iu_list_add(&snapshot.arena, &snapshot.sockets);

		assert_non_null(s);
		*s = (struct iu_socket){.protocol = sockets[i].protocol, .port = sockets[i].port,
			.uid = sockets[i].uid, .uid_known = true};
		unheld[i].socket = i;
	}
	look.proc = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(iu_kernel_search(&hidden), 0);
	close(look.proc);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	assert_int_equal(system(command), 0);

	for (i = 0; i < snapshot.kernel_uses.n; i++)
		print_message("# kernel user %d: %s %u\n", (int)snapshot.kernel_uses.v[i].user,
			iu_protocol_name(snapshot.kernel_uses.v[i].protocol),
			(unsigned int)snapshot.kernel_uses.v[i].port);
	assert_int_equal(snapshot.kernel_uses.n, IU_COUNT(users));
	for (i = 0; i < IU_COUNT(users); i++) {
		assert_int_equal(snapshot.kernel_uses.v[i].user, users[i]);
		assert_int_equal(snapshot.kernel_uses.v[i].port, sockets[i].port);
		assert_true(unheld[i].found);
	}
	for (; i < IU_COUNT(unheld); i++)
		assert_false(unheld[i].found);
	iu_snapshot_free(&snapshot);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_portlist),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

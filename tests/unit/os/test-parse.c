/* tests/unit/os/test-parse.c - the parse halves of the Linux collectors, with odd bytes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/unix_diag.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "input/hosts.h"
#include "model/needs.h"
#include "os/linux/act/command.h"
#include "os/linux/around/virtual-servers.h"
#include "os/linux/error.h"
#include "os/linux/file.h"
#include "os/linux/holders/waiters.h"
#include "os/linux/host/addresses.h"
#include "os/linux/host/exports.h"
#include "os/linux/host/host.h"
#include "os/linux/host/mounts.h"
#include "os/linux/host/sysctl.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/process/container.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/proc-syscall.h"
#include "os/linux/process/process.h"
#include "os/linux/process/program.h"
#include "os/linux/sockets/inet-diag.h"
#include "os/linux/sockets/proc-net.h"
#include "os/linux/sockets/unix-diag.h"
#include "os/os.h"

/* An answer of inet_diag with one attribute; @len: how much of it there is. */
struct answer {
	struct inet_diag_msg m;
	struct nlattr head;
	uint32_t value[2]; /* no gap before it */
};

static struct answer make_answer(uint8_t family, uint8_t state, uint16_t port)
{
	struct answer a = {.m = {.idiag_family = family,
				   .idiag_state = state,
				   .idiag_inode = 77,
				   .idiag_uid = 1000,
				   .idiag_rqueue = 2,
				   .idiag_wqueue = 128}};

	a.m.id.idiag_sport = htons(port);
	a.m.id.idiag_cookie[0] = 5;
	a.m.id.idiag_cookie[1] = 1;
	a.head = (struct nlattr){sizeof(a.head) + 8, INET_DIAG_CGROUP_ID};
	a.value[0] = 4242;
	return a;
}

static void test_inet(void **state)
{
	struct answer a = make_answer(AF_INET, 10, 8080);
	struct iu_socket sock;
	char odd[sizeof(a) + 1];
	size_t len;

	(void)state;
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 1);
	assert_int_equal(sock.state, IU_STATE_LISTEN);
	assert_int_equal(sock.port, 8080);
	assert_int_equal(sock.cgroup_id, 4242);
	assert_int_equal(sock.cookie, (1ull << 32) + 5);
	assert_int_equal(sock.backlog, 128);
	assert_int_equal(sock.timer_ms, -1);
	/* Every length that is too short is refused, every other one is read within it. */
	for (len = 0; len <= sizeof(a); len++) {
		memcpy(odd + 1, &a, len);
		assert_int_equal(iu_inet_diag_parse(odd + 1, len, IU_PROTOCOL_TCP, &sock),
			len < sizeof(a.m) ? IU_E_PROTO : 1);
	}
	a.head.nla_len = 0xffff; /* a lie */
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 1);
	assert_int_equal(sock.cgroup_id, 0);
	a.head.nla_len = 3;
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 1);
	a.head.nla_len = 5; /* an id of one byte */
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 1);
	assert_int_equal(sock.cgroup_id, 0);
	a = make_answer(AF_INET, 255, 8080);
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 1);
	assert_int_equal(sock.state, IU_STATE_UNKNOWN);
	a = make_answer(99, 10, 8080);
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 0);
	a = make_answer(AF_INET, 7, 0);
	assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 0);
}

static void test_inet_states(void **state)
{
	static const struct {
		uint8_t family, number, timer;
		enum iu_protocol protocol;
		enum iu_state state;
		bool mini, uid_known;
	} rows[] = {
		{AF_INET, 1, 0, IU_PROTOCOL_TCP, IU_STATE_ESTABLISHED, false, true},
		{AF_INET, 3, 1, IU_PROTOCOL_TCP, IU_STATE_SYN_RECV, false, false},
		{AF_INET, 5, 2, IU_PROTOCOL_TCP, IU_STATE_FIN_WAIT2, false, true},
		{AF_INET, 5, 3, IU_PROTOCOL_TCP, IU_STATE_FIN_WAIT2, true, false},
		{AF_INET, 6, 3, IU_PROTOCOL_TCP, IU_STATE_TIME_WAIT, true, false},
		{AF_INET, 7, 0, IU_PROTOCOL_TCP, IU_STATE_BOUND, false, true},
		{AF_INET, 7, 0, IU_PROTOCOL_UDP, IU_STATE_BOUND, false, true},
		{AF_INET6, 1, 0, IU_PROTOCOL_UDP, IU_STATE_ESTABLISHED, false, true},
		{AF_INET6, 11, 0, IU_PROTOCOL_TCP, IU_STATE_CLOSING, false, true},
		{AF_INET6, 13, 0, IU_PROTOCOL_TCP, IU_STATE_BOUND, false, true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < IU_COUNT(rows); i++) {
		struct answer a = make_answer(rows[i].family, rows[i].number, 80);
		struct iu_socket sock;

		a.m.idiag_timer = rows[i].timer;
		a.m.idiag_expires = 59000;
		assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), rows[i].protocol, &sock), 1);
		print_message("# state %u timer %u: %s mini %d\n", rows[i].number, rows[i].timer,
			iu_state_name(sock.state), sock.mini);
		assert_int_equal(sock.state, rows[i].state);
		assert_int_equal(sock.mini, rows[i].mini);
		assert_int_equal(sock.uid_known, rows[i].uid_known);
		assert_int_equal(sock.timer_ms, rows[i].timer ? 59000 : -1);
	}
}

static void test_v6only(void **state)
{
	static const uint8_t numbers[] = {1, 7, 10};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers); i++) {
		struct answer a = make_answer(AF_INET6, numbers[i], 80);
		struct iu_socket sock;

		a.head = (struct nlattr){sizeof(a.head) + 1, INET_DIAG_SKV6ONLY};
		a.value[0] = 1;
		assert_int_equal(iu_inet_diag_parse(&a, sizeof(a), IU_PROTOCOL_TCP, &sock), 1);
		assert_int_equal(sock.v6only, numbers[i] == 1 ? IU_UNKNOWN : IU_YES);
	}
}

static void test_wants_port(void **state)
{
	struct iu_port_range ranges[] = {{80, 80}, {443, 443}, {3000, 3010}, {65535, 65535}};
	struct iu_needs needs = {.ports = {ranges, 4, 4}};
	static const struct {
		uint16_t port;
		bool wanted;
	} rows[] = {{0, false}, {79, false}, {80, true}, {81, false}, {443, true}, {2999, false},
		{3000, true}, {3005, true}, {3010, true}, {3011, false}, {65534, false},
		{65535, true}};
	size_t i;

	(void)state;
	for (i = 0; i < IU_COUNT(rows); i++)
		assert_int_equal(iu_needs_port(&needs, rows[i].port), rows[i].wanted);
	needs.all_ports = true;
	assert_true(iu_needs_port(&needs, 0));
	assert_int_equal(iu_inet_diag_filter(&needs, 0, false, ranges, sizeof(ranges)), 0);
}

/* One unix_diag answer with a name of any length. */
static size_t make_unix(char *buffer, const char *name, size_t len, uint8_t type, uint8_t kernel)
{
	struct unix_diag_msg m = {AF_UNIX, type, kernel, 0, 99, {1, 0}};
	struct nlattr head = {(uint16_t)(sizeof(head) + len), UNIX_DIAG_NAME};
	struct nlattr vfs_head = {sizeof(vfs_head) + sizeof(struct unix_diag_vfs), UNIX_DIAG_VFS};
	struct unix_diag_vfs vfs = {1234, 254u << 20 | 3};
	size_t at = sizeof(m);

	memcpy(buffer, &m, sizeof(m));
	memcpy(buffer + at, &vfs_head, sizeof(vfs_head));
	memcpy(buffer + at + sizeof(vfs_head), &vfs, sizeof(vfs));
	at += sizeof(vfs_head) + sizeof(vfs);
	memcpy(buffer + at, &head, sizeof(head));
	memcpy(buffer + at + sizeof(head), name, len);
	return at + sizeof(head) + len;
}

static void test_unix(void **state)
{
	static char buffer[8192], name[4000];
	struct iu_socket sock;
	size_t len, i;

	(void)state;
	len = make_unix(buffer, "/run/a.sock", 12, SOCK_STREAM, 10);
	assert_int_equal(iu_unix_diag_parse(buffer, len, &sock), 1);
	assert_int_equal(sock.path_len, 11);
	assert_int_equal(sock.state, IU_STATE_LISTEN);
	assert_int_equal(sock.file_dev, makedev(254, 3));
	assert_int_equal(sock.file_ino, 1234);
	assert_false(sock.abstract);
	len = make_unix(buffer, "\0a\0b", 4, SOCK_DGRAM, 7);
	assert_int_equal(iu_unix_diag_parse(buffer, len, &sock), 1);
	assert_true(sock.abstract);
	assert_int_equal(sock.path_len, 3);
	assert_memory_equal(sock.path, "a\0b", 3);
	len = make_unix(buffer, "\0", 1, SOCK_SEQPACKET, 1);
	assert_int_equal(iu_unix_diag_parse(buffer, len, &sock), 1);
	assert_int_equal(sock.path_len, 0);
	for (i = 0; i < sizeof(name); i++)
		name[i] = "\033[2J\n"[i % 5];
	len = make_unix(buffer, name, sizeof(name), SOCK_STREAM, 10);
	assert_int_equal(iu_unix_diag_parse(buffer, len, &sock), 1);
	assert_int_equal(sock.path_len, sizeof(name));
	for (i = 0; i < len; i += i < 64 ? 1 : 97) {
		char *exact = malloc(i + 1); /* reads behind the end are seen */

		memcpy(exact, buffer, i);
		assert_int_equal(iu_unix_diag_parse(exact, i, &sock),
			i < sizeof(struct unix_diag_msg) ? IU_E_PROTO : 0);
		free(exact);
	}
	assert_int_equal(iu_kernel_dev(8u << 20 | 1), makedev(8, 1));
}

static void test_stat(void **state)
{
	static const char good[] =
		"42 (a) b (c\n) T 7 8 -1 34816 8 4194304 1 2 3 4 5 6 7 8 20 0 3 0 "
		"289323 1 2";
	struct iu_proc_stat stat;
	size_t len;

	(void)state;
	assert_int_equal(iu_proc_stat_parse(good, strlen(good), &stat), 0);
	assert_string_equal(stat.name, "a) b (c\n");
	assert_int_equal(stat.state, 'T');
	assert_int_equal(stat.ppid, 7);
	assert_int_equal(stat.sid, -1);
	assert_int_equal(stat.tty, 34816);
	assert_int_equal(stat.threads, 3);
	assert_int_equal(stat.start_ticks, 289323);
	for (len = 0; len < 60; len++)
		assert_int_equal(iu_proc_stat_parse(good, len, &stat), IU_E_PROTO);
	assert_int_equal(iu_proc_stat_state('t'), IU_PROCESS_TRACED);
	assert_int_equal(iu_proc_stat_state('?'), IU_PROCESS_UNKNOWN);
}

static void test_command_line(void **state)
{
	struct iu_arena arena = {0};
	struct iu_process process = {0};
	char *big = malloc(300000);
	size_t i;

	(void)state;
	assert_int_equal(iu_cmdline_parse(&arena, "node\0\0x", 7, &process), 0);
	assert_int_equal(process.command.n, 3);
	assert_string_equal(process.command.v[1], "");
	assert_string_equal(process.command.v[2], "x");
	process = (struct iu_process){0};
	for (i = 0; i < 300000; i++)
		big[i] = i % 5000 == 4999 ? '\0' : 'x';
	assert_int_equal(iu_cmdline_parse(&arena, big, 300000, &process), 0);
	assert_int_equal(process.command.n, 60);
	assert_int_equal(strlen(process.command.v[0]), 4096);
	process = (struct iu_process){0};
	memset(big, 0, 300000);
	assert_int_equal(iu_cmdline_parse(&arena, big, 300000, &process), 0);
	assert_int_equal(process.command.n, 64);
	free(big);
	iu_arena_free(&arena);
}

static void test_small_files(void **state)
{
	static const char status[] = "Name:\tx\nUid:\t1000\t1001\t1000\t1000\n";
	static const char switches[] =
		"x\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
	uint32_t uid = 0;
	uint64_t number = 0;

	(void)state;
	assert_int_equal(iu_proc_status_uid(status, strlen(status), &uid), 0);
	assert_int_equal(uid, 1001);
	assert_int_equal(iu_proc_status_uid("Uid:\t1\n", 7, &uid), IU_E_PROTO);
	assert_int_equal(iu_proc_status_uid("Uid:\t1\t4294967296\n", 18, &uid), IU_E_PROTO);
	assert_int_equal(iu_proc_fd_flags("pos:\t0\nflags:\t02000002\n", 23, &number), 0);
	assert_int_equal(number, 02000002);
	assert_int_equal(iu_proc_fd_flags("flags:\t9\n", 9, &number), IU_E_PROTO);
	assert_int_equal(iu_proc_fd_socket("socket:[123]", 12, &number), 1);
	assert_int_equal(number, 123);
	assert_int_equal(iu_proc_fd_socket("socket:[123", 11, &number), 0);
	assert_int_equal(iu_proc_fd_socket("socket:[]", 9, &number), 0);
	assert_int_equal(iu_proc_fd_socket("socket:[18446744073709551616]", 29, &number), 0);
	assert_int_equal(iu_proc_fd_socket("/tmp/socket:[1]", 15, &number), 0);
	assert_int_equal(iu_switches_parse(switches, strlen(switches)), 15);
	assert_int_equal(iu_switches_parse(switches, 30), -1);
}

static void test_waiting(void **state)
{
	static const char call[] = "232 0x4 0x7ffd 0x400 0xffffffff 0x0 0x0 0x7ffe 0x7f12";
	static const char line[] = "tfd:        7 events:       19 data:                7  pos:0 "
				   "ino:92c3 sdev:8";
	struct iu_epoll_target target;
	struct iu_proc_syscall seen;

	(void)state;
	assert_int_equal(iu_proc_syscall_parse(call, strlen(call), &seen), 0);
	assert_true(seen.asleep);
	assert_int_equal(seen.number, 232);
	assert_int_equal(seen.argument[0], 4);
	assert_int_equal(seen.argument[3], 0xffffffff);
	assert_int_equal(iu_proc_syscall_parse("running\n", 8, &seen), 0);
	assert_false(seen.asleep);
	assert_int_equal(iu_proc_syscall_parse("-1 0x1 0x2\n", 11, &seen), 0);
	assert_false(seen.asleep);
	assert_int_equal(iu_proc_syscall_parse("232 0x4", 7, &seen), IU_E_PROTO);
	assert_int_equal(iu_proc_syscall_parse("", 0, &seen), IU_E_PROTO);
	assert_int_equal(iu_epoll_line(line, strlen(line), &target), 1);
	assert_int_equal(target.fd, 7);
	assert_true(target.inode_known);
	assert_int_equal(target.inode, 0x92c3);
	assert_int_equal(target.dev, 8);
	assert_int_equal(iu_epoll_line(line, 30, &target), 1);
	assert_false(target.inode_known);
	assert_int_equal(iu_epoll_line("pos:\t0", 6, &target), 0);
}

static void test_proc_net(void **state)
{
	static const char tcp[] =
		"   1: 0100007F:1F90 0100007F:BDB0 06 00000000:00000000 03:0000176E "
		"00000000     0        0 0 3 000000007f83905c";
	static const char tcp6[] =
		"   0: 00000000000000000000000001000000:1F92 00000000000000000000000000000000:0000 "
		"0A "
		"00000000:00000000 00:00000000 00000000  1000        0 71988 1 0 100 0 0 10 0";
	static const char named[] =
		"0000000005ecf4fb: 00000002 00000000 00010000 0001 01 71993 /run/my sock";
	struct iu_socket sock;
	char text[IU_ADDRESS_TEXT];

	(void)state;
	assert_int_equal(iu_proc_net_line(tcp, strlen(tcp), IU_PROTOCOL_TCP, false, &sock), 1);
	assert_string_equal(iu_endpoint_format(&sock.local, sock.port, text), "127.0.0.1:8080");
	assert_int_equal(sock.state, IU_STATE_TIME_WAIT);
	assert_true(sock.mini && !sock.uid_known);
	assert_int_equal(sock.timer_ms, 59980);
	assert_int_equal(iu_proc_net_line(tcp6, strlen(tcp6), IU_PROTOCOL_TCP, true, &sock), 1);
	assert_string_equal(iu_endpoint_format(&sock.local, sock.port, text), "[::1]:8082");
	assert_int_equal(sock.uid, 1000);
	assert_int_equal(sock.peer.family, IU_FAMILY_ANY);
	assert_int_equal(
		iu_proc_net_line(tcp6, strlen(tcp6), IU_PROTOCOL_TCP, false, &sock), IU_E_PROTO);
	assert_int_equal(
		iu_proc_net_line("  sl  local_address", 19, IU_PROTOCOL_TCP, false, &sock), 0);
	assert_int_equal(iu_proc_net_unix_line(named, strlen(named), &sock), 1);
	assert_int_equal(sock.path_len, strlen("/run/my sock"));
	assert_int_equal(sock.state, IU_STATE_LISTEN);
	assert_int_equal(iu_proc_net_unix_line(named, strlen(named) - 13, &sock), 0);
}

static void test_sysctls(void **state)
{
	struct iu_arena arena = {0};
	struct iu_sysctls s = {0};
	int32_t first = 0, last = 0;

	(void)state;
	assert_int_equal(iu_sysctl_range("32768\t60999\n", 12, &first, &last), 0);
	assert_int_equal(first, 32768);
	assert_int_equal(last, 60999);
	assert_int_equal(iu_sysctl_range("2 1", 3, &first, &last), IU_E_PROTO);
	assert_int_equal(iu_sysctl_range("1 65536", 7, &first, &last), IU_E_PROTO);
	assert_int_equal(iu_sysctl_reserved(&arena, "\n", 1, &s), 0);
	assert_int_equal(s.reserved.n, 0);
	assert_int_equal(iu_sysctl_reserved(&arena, "22,8000-8010\n", 13, &s), 0);
	assert_int_equal(s.reserved.n, 2);
	assert_int_equal(s.reserved.v[1].last, 8010);
	assert_int_equal(iu_sysctl_reserved(&arena, "5-", 2, &s), IU_E_PROTO);
	assert_int_equal(iu_sysctl_reserved(&arena, "70000", 5, &s), IU_E_PROTO);
	assert_int_equal(iu_sysctl_number("1024\n", 5, 65535), 1024);
	assert_int_equal(iu_sysctl_number("99999999999\n", 12, 65535), -1);
	assert_int_equal(iu_sysctl_number("", 0, 65535), -1);
	iu_arena_free(&arena);
}

static void test_cgroup_files(void **state)
{
	static const char mountinfo[] =
		"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		"37 31 0:34 / /sys/fs/cgroup/free\\040zer rw shared:5 master:1 - cgroup x "
		"rw,freezer\n"
		"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
		"broken line\n-\n";
	static const char lines_text[] =
		"9:name=systemd:/a.service\n6:cpu,freezer:/docker/1\n0::/\n";
	struct iu_arena arena = {0};
	struct iu_cgroup_mounts mounts = {0};
	struct iu_cgroup_lines lines;

	(void)state;
	assert_int_equal(iu_mountinfo_parse(&arena, mountinfo, strlen(mountinfo), &mounts), 0);
	assert_string_equal(mounts.unified, "/sys/fs/cgroup/unified");
	assert_string_equal(mounts.freezer, "/sys/fs/cgroup/free zer");
	iu_cgroup_lines_parse(lines_text, strlen(lines_text), &lines);
	assert_int_equal(lines.unified_len, 1);
	assert_memory_equal(lines.systemd, "/a.service", lines.systemd_len);
	assert_memory_equal(lines.freezer, "/docker/1", lines.freezer_len);
	iu_arena_free(&arena);
}

static void test_names(void **state)
{
	static const char hosts[] = "# x\n127.0.0.1\tlocalhost Box # box2\n::1 localhost\n"
				    "999.1.1.1 bad\n127.0.0.1 box\n10.0.0.9\n";
	const struct iu_names *names = iu_os_names();
	struct iu_address found[4];
	struct iu_file_id self = {0}, other = {0};
	uint16_t port = 0;
	uint32_t number = 99;

	(void)state;
	assert_int_equal(iu_hosts_find(hosts, strlen(hosts), "localhost", found, 4), 2);
	assert_int_equal(found[1].family, IU_FAMILY_IPV6);
	assert_int_equal(iu_hosts_find(hosts, strlen(hosts), "BOX", found, 4), 1);
	assert_int_equal(iu_hosts_find(hosts, strlen(hosts), "box2", found, 4), 0);
	assert_int_equal(iu_hosts_find(hosts, strlen(hosts), "bad", found, 4), 0);
	assert_int_equal(iu_hosts_find(hosts, strlen(hosts), "localhost", found, 1), 1);
	/* the loopback where the file does not say it; not beside what it says */
	assert_int_equal(iu_hosts_find(NULL, 0, "LocalHost", found, 4), 2);
	assert_int_equal(iu_hosts_find(NULL, 0, "localhost", found, 1), 1);
	assert_int_equal(iu_hosts_find("192.0.2.1 localhost\r\n", 21, "localhost", found, 4), 1);
	assert_int_equal(found[0].bytes[0], 192);
	assert_true(names->host(NULL, "localhost", found, 4) >= 1);
	assert_int_equal(names->host(NULL, "no.such.host.invalid", found, 4), IU_E_NOENT);
	assert_int_equal(names->ifindex(NULL, "lo", &number), 0);
	assert_int_equal(names->interface(NULL, "none0", found, 4), IU_E_NOENT);
	assert_int_equal(names->user(NULL, "root", &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(names->user(NULL, "no such user", &number), IU_E_NOENT);
	assert_int_equal(
		names->service(NULL, "no-such-service", IU_PROTOCOL_TCP, &port), IU_E_NOENT);
	assert_int_equal(iu_os_find_program("sh", &self), 0);
	assert_int_equal(iu_os_find_program("/bin/sh", &other), 0);
	assert_int_equal(self.ino, other.ino);
	assert_int_equal(iu_os_find_program("no-such-program", &other), IU_E_NOENT);
	assert_int_equal(iu_os_find_program("", &other), IU_E_NOENT);
	assert_string_equal(iu_os_error_name(EADDRINUSE), "EADDRINUSE");
	assert_string_equal(iu_os_error_name(0), "success");
	assert_non_null(iu_os_error_name(99999));
	assert_int_equal(iu_error_from(EPERM), IU_E_ACCESS);
	assert_int_equal(iu_error_from(ENOTTY), IU_E_SYSTEM);
}

/* What a program names of the C library, by its file and those it has mapped. */
static void test_programs(void **state)
{
	struct iu_snapshot snapshot;
	struct iu_scan scan;

	(void)state;
	iu_snapshot_init(&snapshot);
	iu_scan_open(&scan, NULL, &snapshot);
	if (scan.proc >= 0) {
		const char *const argv[] = {"sleep", "60", NULL};
		enum iu_tri own = iu_program_binds(&scan, getpid()), other;
		char name[8] = "";
		pid_t pid = fork();

		if (pid == 0) {
			execvp(argv[0], (char *const *)argv);
			_exit(1);
		}
		for (int i = 0; i < 1000 && strcmp(name, "sleep"); i++) {
			char path[64];
			ssize_t n;

			snprintf(path, sizeof(path), "%d/comm", (int)pid);
			n = iu_file_read(scan.proc, path, name, 6);
			name[n > 0 ? 5 : 0] = '\0';
			usleep(1000);
		}
		other = iu_program_binds(&scan, pid);
		print_message("# this program: %d, sleep: %d\n", (int)own, (int)other);
		assert_int_not_equal(own, IU_NO);
		assert_int_not_equal(other, IU_YES);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	iu_scan_close(&scan);
	iu_snapshot_free(&snapshot);
}

static void test_kernel_number(void **state)
{
	(void)state;
	assert_int_equal(iu_kernel_number("6.18.44-generic"), 6 << 16 | 18 << 8 | 44);
	assert_int_equal(iu_kernel_number("4.9.337"), 4 << 16 | 9 << 8 | 255);
	assert_int_equal(iu_kernel_number("6.6-rc1"), 6 << 16 | 6 << 8);
	assert_int_equal(iu_kernel_number("7"), 7 << 16);
	assert_int_equal(iu_kernel_number("odd"), 0);
	assert_int_equal(iu_kernel_number(""), 0);
}

static void test_rtnetlink(void **state)
{
	struct {
		struct nlmsghdr head;
		struct ifaddrmsg body;
		struct nlattr attribute;
		uint8_t bytes[16];
	} m = {{sizeof(m), RTM_NEWADDR, 0, 0, 0}, {AF_INET6, 64, IFA_F_TENTATIVE, 0, 5},
		{20, IFA_ADDRESS}, {0xfe, 0x80, [15] = 1}};
	struct iu_snapshot s;

	(void)state;
	iu_snapshot_init(&s);
	assert_int_equal(iu_address_message(&s, &m.head), 0);
	assert_int_equal(s.locals.n, 1);
	assert_true(s.locals.v[0].tentative);
	assert_int_equal(s.locals.v[0].address.scope, 5);
	m.body.ifa_flags |= IFA_F_OPTIMISTIC;
	assert_int_equal(iu_address_message(&s, &m.head), 0);
	assert_false(s.locals.v[1].tentative);
	m.attribute.nla_len = 8; /* too short an address */
	assert_int_equal(iu_address_message(&s, &m.head), 0);
	m.attribute.nla_len = 400;
	assert_int_equal(iu_address_message(&s, &m.head), 0);
	m.head.nlmsg_len = sizeof(m.head) + 4;
	assert_int_equal(iu_address_message(&s, &m.head), IU_E_PROTO);
	assert_int_equal(s.locals.n, 2);
	iu_snapshot_free(&s);
}

/* Lines as docker and podman write them. */
static void test_shell_words(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum iu_tri loops;
	} rows[] = {
#define B(text) text, sizeof(text)
		{B("bash"), IU_NO},
		{B("-bash"), IU_NO},
		{B("bash\0--login\0-i"), IU_NO},
		{B("sh\0-c\0vite --port 3000"), IU_NO},
		{B("sh\0-c\0while true; do ./server; done"), IU_YES},
		{B("bash\0-ec\0until ./server; do sleep 1; done"), IU_YES},
		{B("bash\0run.sh"), IU_YES},
		{B("sh\0-x\0run.sh\0-c"), IU_YES},
#undef B
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s: %d\n", rows[i].bytes, (int)rows[i].loops);
		assert_int_equal(iu_cmdline_loops(rows[i].bytes, rows[i].len), rows[i].loops);
	}
	assert_int_equal(iu_cmdline_loops("", 0), IU_UNKNOWN);
}

/* What a shell's script repeats, and what only looks like it. */
static void test_script_text(void **state)
{
	static const struct {
		const char *text;
		bool loops;
	} rows[] = {
		{"#!/bin/sh\nmkdir -p log\nexec ./server\n", false},
		{"# while it runs\n./server\necho for sale\n", false},
		{"#!/bin/sh\nwhile :; do\n\t./server\ndone\n", true},
		{"./server\nsleep 1\n  exec \"$0\" \"$@\"\n", true},
		{"until ./server; do sleep 1; done", true},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# script %zu: %d\n", i, rows[i].loops);
		assert_int_equal(iu_cmdline_text_loops(rows[i].text, strlen(rows[i].text)), rows[i].loops);
	}
}

/* Whether the arguments of a parent hold the command of the one below. */
static void test_named_commands(void **state)
{
	static const struct {
		const char *above;
		size_t above_len;
		const char *below;
		size_t below_len;
		bool names;
	} rows[] = {
#define B(text) text, sizeof(text) - 1
		{B("python3\0guard.py\0 1\0sh\0-c\0serve 80; true\0"), B("sh\0-c\0serve 80; true\0"), true},
		{B("python3\0guard.py\0/opt/serve\00080\0"), B("serve\00080\0"), true},
		{B("node\0concurrently\0node app.js\0"), B("/usr/bin/node\0app.js\0"), true},
		{B("guard\0./run.py\0"), B("/usr/bin/python3\0./run.py\0"), true}, /* by its first line */
		{B("node\0--watch\0app.js\0"), B("node\0app.js\0"), true},
		{B("node\0concurrently\0npm:dev\0"), B("node\0app.js\0"), false},
		{B("pytest\0"), B("serve\00080\0"), false},
		{B("guard\0serve\00081\0"), B("serve\00080\0"), false},
		{B("guard\0serve\0"), B(""), false},
#undef B
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iu_arena arena = {0};
		struct iu_process above = {0}, below = {0};

		iu_cmdline_parse(&arena, rows[i].above, rows[i].above_len, &above);
		iu_cmdline_parse(&arena, rows[i].below, rows[i].below_len, &below);
		print_message("# row %zu: %d\n", i, rows[i].names);
		assert_int_equal(iu_cmdline_names(&above, &below), rows[i].names);
		iu_arena_free(&arena);
	}
}

static void test_modes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		struct iu_parent parent;
		const char *mode;
	} rows[] = {
#define B(text) text, sizeof(text) - 1
		{B("node\0--watch\0app.js\0"), {.name = "node"}, "--watch"},
		{B("node\0--watch-path=./src\0app.js\0"), {.name = "MainThread"}, "--watch"},
		{B("node\0/x/tsx\0watch\0app.ts\0"), {.name = "node", .script = "tsx"}, "watch"},
		{B("node\0/x/tsx\0watchdog.ts\0"), {.name = "node", .script = "tsx"}, NULL},
		{B("node\0app.js\0"), {.name = "node"}, NULL},
		{B("python3\0app.py\0--watch\0"), {.name = "python3", .script = "app"}, NULL},
#undef B
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *mode = iu_cmdline_mode(rows[i].bytes, rows[i].len, &rows[i].parent);

		print_message("# row %zu: %s\n", i, mode ? mode : "none");
		assert_true(mode ? rows[i].mode && !strcmp(mode, rows[i].mode) : !rows[i].mode);
	}
}

static void test_scripts(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *script;
	} rows[] = {
#define ROW(text, script) {text, sizeof(text) - 1, script}
		ROW("node\0/usr/bin/nodemon\0a.js\0", "nodemon"),
		ROW("node\0--inspect\0/opt/x/pm2.js\0", "pm2"),
		ROW("python3\0-m\0supervisor.supervisord\0-n\0", "supervisord"),
		ROW("python3\0-u\0manage.py", "manage"),
		ROW("ruby\0/usr/bin/foreman\0start\0", "foreman"),
		ROW("python3\0-u\0-c\0import os\0", NULL),
		ROW("node\0--eval\0setTimeout(r)\0a\0", NULL),
		ROW("perl\0-e\0while(1){}\0", NULL),
		ROW("node\0", NULL),
		ROW("node", NULL),
		ROW("", NULL),
		ROW("python3\0-m", NULL),
		ROW("python3\0-m\0x.", NULL),
		ROW("node\0/usr/bin/\0", NULL),
		ROW("node\0.js\0", ".js"),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = 0;
		const char *script = iu_cmdline_script(rows[i].bytes, rows[i].len, &len);

		printf("# %s: %.*s\n", rows[i].bytes, script ? (int)len : 1, script ? script : "-");
		assert_int_equal(script != NULL, rows[i].script != NULL);
		if (script) {
			assert_int_equal(len, strlen(rows[i].script));
			assert_memory_equal(script, rows[i].script, len);
		}
	}
}

static void test_container_names(void **state)
{
	static const char conmon[] =
		"/usr/bin/conmon\0--api-version\0" "1\0-c\0" "3a0568a4606f\0-r\0/usr/bin/runc\0-n\0web";
	struct iu_arena arena = {0};
	size_t len = 0;
	const char *name = iu_conmon_name(conmon, sizeof(conmon), "3a0568a4606f", &len);

	(void)state;
	assert_non_null(name);
	assert_int_equal(len, 3);
	assert_memory_equal(name, "web", 3);
	/* of another container, cut off before the name, no arguments at all */
	assert_null(iu_conmon_name(conmon, sizeof(conmon), "3a0568a4606e", &len));
	assert_null(iu_conmon_name(conmon, sizeof(conmon) - 4, "3a0568a4606f", &len));
	assert_null(iu_conmon_name("", 0, "3a0568a4606f", &len));
#define NAME(text) iu_docker_name(&arena, text, strlen(text))
	assert_string_equal(NAME("{\"ID\": \"90\", \"Name\": \"/shop\"}"), "shop");
	assert_null(NAME("{\"Name\": \"/\"}"));
	assert_null(NAME("{\"Name\": 7}"));
	assert_null(NAME("[\"Name\"]"));
	assert_null(NAME("{\"Name\": \"/sh"));
#undef NAME
	iu_arena_free(&arena);
}

static void test_container_line(void **state)
{
#define ID "9ed0ce2b4770ae07b4169b57fd6b9bf3ff05440d0dd28b5bad1ca496210bb068"
	static const struct {
		const char *line;
		uint16_t port;
		enum iu_protocol protocol;
		bool publishes;
	} rows[] = {
		{ID " 0.0.0.0:8080->9090/tcp", 8080, IU_PROTOCOL_TCP, true},
		{ID " 0.0.0.0:8080->9090/tcp", 9090, IU_PROTOCOL_TCP, false},
		{ID " 0.0.0.0:8080->9090/tcp", 8080, IU_PROTOCOL_UDP, false},
		{ID " 0.0.0.0:18080->9090/tcp", 8080, IU_PROTOCOL_TCP, false},
		{ID " 0.0.0.0:53->53/udp, 0.0.0.0:8080->80/tcp, :::8080->80/tcp", 8080, IU_PROTOCOL_TCP, true},
		{ID " 0.0.0.0:8000-8010->8000-8010/tcp", 8005, IU_PROTOCOL_TCP, true},
		{ID " 0.0.0.0:8000-8010->8000-8010/tcp", 8011, IU_PROTOCOL_TCP, false},
		{ID " 8080/tcp", 8080, IU_PROTOCOL_TCP, false},
		{ID " ", 8080, IU_PROTOCOL_TCP, false},
		{ID, 8080, IU_PROTOCOL_TCP, false},
		{"", 8080, IU_PROTOCOL_TCP, false},
		{"web 0.0.0.0:8080->80/tcp", 8080, IU_PROTOCOL_TCP, false},
		{ID " 0.0.0.0:99999999999999999999->80/tcp", 8080, IU_PROTOCOL_TCP, false},
		{ID " :->/", 8080, IU_PROTOCOL_TCP, false},
	};
	size_t i, id;

	for (i = 0; i < IU_COUNT(rows); i++) {
		struct iu_step_container target = {.port = rows[i].port, .protocol = rows[i].protocol};

		id = 0;
		print_message("# %u in '%s'\n", (unsigned int)rows[i].port, rows[i].line);
		assert_int_equal(iu_container_line(rows[i].line, strlen(rows[i].line), &target, &id),
			rows[i].publishes);
		assert_int_equal(id, rows[i].publishes ? 64 : 0);
	}
	(void)state;
#undef ID
}

static int add_layer(void *context, const char *layer, size_t len)
{
	struct iu_text *text = context;

	iu_text_printf(text, "%.*s;", (int)len, layer);
	return 0;
}

static void test_exports(void **state)
{
	static const char line[] = "/srv/a\\040b\t10.0.0.0/8(rw,sync)";
	static const struct {
		const char *argument, *file;
		bool above;
	} rows[] = {
		{"/srv", "/srv/x.sock", true}, {"/srv/", "/srv/x.sock", true}, {"/", "/srv/x.sock", true},
		{"--shared-dir=/srv/a", "/srv/a/b/x", true}, {"source=/srv,cache=none", "/srv/x", true},
		{"local,id=f,path=/srv,readonly=on", "/srv/x", true}, {"/tmp:/srv", "/srv/x", true},
		{"/srv", "/srv2/x", false}, {"srv", "/srv/x", false}, {"/srv/x/y", "/srv/x", false},
		{"", "/srv/x", false}, {",=:", "/srv/x", false}, {"path=", "/srv/x", false},
	};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		assert_int_equal(iu_exports_argument(rows[i].argument, rows[i].file), rows[i].above);
	assert_true(iu_exports_line(line, strlen(line), "/srv/a b/x"));
	assert_true(iu_exports_line("/srv *(rw)", 10, "/srv/x"));
	assert_false(iu_exports_line(line, strlen(line), "/srv/a/x"));
	assert_false(iu_exports_line("# Path Client(Flags) # IPs", 26, "/srv/x"));
	assert_false(iu_exports_line("", 0, "/srv/x"));
}

static void test_export_settings(void **state)
{
	static const struct {
		const char *line, *file;
		bool above;
	} rows[] = {
		{"   path = /srv/share\r", "/srv/share/x.sock", true}, {"Path=/srv;", "/srv/x", true},
		{"directory = /srv", "/srv/x", true}, {"  Path = \"/srv/a b\";", "/srv/a b/x", true},
		{"EXPORT { Export_Id = 1; Path = /srv; Pseudo = /else; }", "/srv/x", true},
		{"path = /srv/%U/new", "/srv/alice/new/x", true}, {"path = /srv/u%U", "/srv/ualice/x", true},
		{"path = %H", "/home/alice/x", false}, {"Pseudo = /srv;", "/srv/x", false},
		{"# path = /srv", "/srv/x", false}, {"; path = /srv", "/srv/x", false},
		{"log file = /srv/log.%m", "/srv/log.1", false}, {"path = srv", "/srv/x", false},
		{"path =", "/srv/x", false}, {"path", "/srv/x", false}, {"=/srv", "/srv/x", false},
		{"", "/srv/x", false}, {"path = /srv2", "/srv/x", false}, {"{};=%", "/srv/x", false},
	};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (iu_exports_setting(rows[i].line, strlen(rows[i].line), rows[i].file) != rows[i].above)
			fail_msg("%s: %s", rows[i].line, rows[i].file);
}

static void test_mounts(void **state)
{
	static const char overlay[] =
		"61 29 0:45 / /over\\040there/m rw,relatime shared:3 master:1 - overlay none rw,lowerdir=/a:b:/c\\040d,upperdir=/u,workdir=/w";
	static const char *const odd[] = {"", "61", "61 29 0:45 / /m rw", "x 29 0:45 / /m rw - ext4 /dev/a rw",
		"61 29 0-45 / /m rw - ext4 /dev/a rw", "61 29 0:45 / /m rw shared:1  - ext4 /dev/a rw",
		"61 29 0:45 / /m rw shared:1"};
	struct iu_mounts mounts = {0};
	struct iu_text layers = {0};
	struct iu_mount m;

	for (size_t i = 0; i < IU_COUNT(odd); i++)
		assert_int_equal(iu_mount_line(&mounts.arena, odd[i], strlen(odd[i]), &m), 0);
	assert_int_equal(iu_mount_line(&mounts.arena, overlay, strlen(overlay), &m), 1);
	assert_int_equal(m.id, 61);
	assert_true(m.dev == makedev(0, 45));
	assert_string_equal(m.point, "/over there/m");
	assert_string_equal(m.type, "overlay");
	assert_false(m.readonly);
	assert_int_equal(iu_mount_layers(&m, add_layer, &layers), 0);
	assert_string_equal(layers.data, "/u;/a;/c d;"); /* what begins nowhere is left out */
	iu_text_free(&layers);
	*iu_list_add(&mounts.arena, &mounts.rows) = (struct iu_mount){.id = 1, .point = "/", .type = "ext4"};
	*iu_list_add(&mounts.arena, &mounts.rows) = m;
	assert_false(iu_mounts_wait(&mounts));
	*iu_list_add(&mounts.arena, &mounts.rows) =
		(struct iu_mount){.id = 3, .point = "/proc/sys/fs/binfmt_misc", .type = "autofs"};
	assert_false(iu_mounts_wait(&mounts));
	*iu_list_add(&mounts.arena, &mounts.rows) =
		(struct iu_mount){.id = 4, .point = "/over there/m", .type = "fuse.sshfs", .source = "host:/"};
	assert_true(iu_mounts_wait(&mounts));
	assert_int_equal(iu_mounts_at(&mounts, "/over there/m/x")->id, 4);
	assert_int_equal(iu_mounts_at(&mounts, "/over there/mx")->id, 1);
	assert_null(iu_mounts_by_id(&mounts, 9));
	assert_string_equal(iu_mounts_below("/a/b/c", "/a/b"), "c");
	assert_string_equal(iu_mounts_below("/a/b", "/a/b/"), "");
	assert_string_equal(iu_mounts_below("/a", "/"), "a");
	assert_null(iu_mounts_below("/ab", "/a"));
	iu_mounts_free(&mounts);
	(void)state;
}

/* /proc/net/ip_vs as ip_vs_info_seq_show() prints it, and which packets of it are taken. */
static void test_virtual_servers(void **state)
{
	static const char table[] = "IP Virtual Server version 1.2.1 (size=4096)\n"
				    "Prot LocalAddress:Port Scheduler Flags\n"
				    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
				    "TCP  0A090001:1F90 rr  \n"
				    "  -> 0A580005:0050      Masq    1      0          0         \n"
				    "  -> 0A580006:0050      Masq    1      0          0         \n"
				    "UDP  0A090001:0035 rr persistent 300\n"
				    "FWM  00000001 wlc \n"
				    "  -> 0A580007:0050      Route   1      0          0         \n"
				    "TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:1F90 wlc \n"
				    "  -> [2001:0db8:0000:0000:0000:0000:0000:0002]:0050      Masq    1      0          0\n"
				    "SCTP 0A090001:1F91 rr \n"
				    "TCP  0A09:1F90 rr \n";
	static const struct {
		enum iu_protocol protocol;
		const char *to;
		uint16_t port;
		const char *real; /* "": taken, by a server without a real one; NULL: not taken */
	} rows[] = {
		{IU_PROTOCOL_TCP, "10.9.0.1", 8080, "10.88.0.5:80"},
		{IU_PROTOCOL_UDP, "10.9.0.1", 8080, NULL},
		{IU_PROTOCOL_TCP, "10.9.0.2", 8080, NULL},
		{IU_PROTOCOL_UDP, "10.9.0.1", 53, ""},
		{IU_PROTOCOL_TCP, "2001:db8::1", 8080, "[2001:db8::2]:80"},
		{IU_PROTOCOL_TCP, "10.9.0.1", 8081, NULL},
	};
	struct iu_arena arena = {0};
	struct iu_virtual_servers servers = {0};

	iu_virtual_servers_read(&arena, table, sizeof(table) - 1, &servers);
	assert_int_equal(servers.rows.n, 3);
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_packet packet = {.protocol = rows[i].protocol, .port = rows[i].port};
		struct iu_snapshot snapshot;
		char text[IU_ADDRESS_TEXT] = "";

		iu_snapshot_init(&snapshot);
		assert_int_equal(iu_address_parse(rows[i].to, strlen(rows[i].to), &packet.to), 0);
		iu_virtual_servers_follow(&servers, &packet, &snapshot);
		if (snapshot.takers.n && snapshot.takers.v[0].to_port)
			iu_endpoint_format(&snapshot.takers.v[0].to, snapshot.takers.v[0].to_port, text);
		print_message("# %s port %u: %s%s\n", rows[i].to, (unsigned int)rows[i].port,
			snapshot.takers.n ? "taken " : "not taken", text);
		assert_int_equal(snapshot.takers.n, rows[i].real != NULL);
		assert_string_equal(text, rows[i].real ? rows[i].real : "");
		iu_snapshot_free(&snapshot);
	}
	iu_arena_free(&arena);
	(void)state;
}

/* A program that closes what it writes to, and goes on: it is ended all the same. */
static void test_command_without_streams(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo $$; exec >&- 2>&-; exec sleep 60", NULL};
	char out[64], err[64];
	int pid;

	assert_int_equal(iu_command_execute(argv, 1, out, err, sizeof(out)), IU_E_AGAIN);
	pid = atoi(out);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inet),
		cmocka_unit_test(test_container_line),
		cmocka_unit_test(test_container_names),
		cmocka_unit_test(test_script_text),
		cmocka_unit_test(test_named_commands),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_inet_states),
		cmocka_unit_test(test_v6only),
		cmocka_unit_test(test_wants_port),
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_small_files),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_proc_net),
		cmocka_unit_test(test_sysctls),
		cmocka_unit_test(test_cgroup_files),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_shell_words),
		cmocka_unit_test(test_kernel_number),
		cmocka_unit_test(test_rtnetlink),
		cmocka_unit_test(test_exports), cmocka_unit_test(test_export_settings), cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_virtual_servers),
		cmocka_unit_test(test_command_without_streams),
	};

	return cmocka_run_group_tests_name("the parse halves for Linux", tests, NULL, NULL);
}

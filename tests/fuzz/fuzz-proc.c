/* tests/fuzz/fuzz-proc.c - any bytes as the text files of /proc and as a hosts file */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/hosts.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/holders/kernel-sockets.h"
#include "os/linux/holders/waiters.h"
#include "os/linux/host/exports.h"
#include "os/linux/host/mounts.h"
#include "os/linux/host/sysctl.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/process/container.h"
#include "os/linux/process/elf.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/proc-syscall.h"
#include "os/linux/process/process.h"
#include "os/linux/sockets/proc-net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static int on_layer(void *context, const char *layer, size_t len)
{
	check(len > 0 && layer[0] == '/');
	++*(size_t *)context;
	return 0;
}

static void parse_mount(const char *line, size_t len)
{
	struct iu_arena arena = {0};
	struct iu_mount mount;
	size_t layers = 0;

	if (iu_mount_line(&arena, line, len, &mount) == 1) {
		check(mount.point && mount.type && mount.source && mount.options);
		iu_mount_layers(&mount, on_layer, &layers);
		check(layers <= len);
	}
	iu_arena_free(&arena);
}

static void parse_export(const char *line, size_t len)
{
	char *argument = strndup(line, len);

	(void)iu_exports_line(line, len, "/srv/a b/x.sock");
	(void)iu_exports_setting(line, len, "/srv/a b/x.sock");
	if (argument)
		(void)iu_exports_argument(argument, "/srv/a b/x.sock");
	free(argument);
}

static int on_line(void *context, const char *line, size_t len)
{
	struct iu_epoll_target target;
	struct iu_socket sock = {0};
	struct iu_kernel_use use;
	uint64_t number = 0;
	int kind;

	(void)context;
	parse_export(line, len);
	for (kind = 0; kind < 4; kind++)
		if (iu_proc_net_line(line, len, kind & 1 ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
			    kind & 2, &sock) == 1)
			check(sock.port != 0);
	if (iu_proc_net_unix_line(line, len, &sock) == 1)
		check(sock.path >= line && sock.path + sock.path_len <= line + len);
	if (iu_maps_line(line, len, &number) == IU_MAPPED_SOCKET)
		check(len > 8);
	if (iu_kernel_portlist(line, len, &use))
		check(use.port != 0);
	parse_mount(line, len);
	if (iu_epoll_line(line, len, &target))
		check(target.fd >= 0);
	return 0;
}

static int on_file(void *context, uint64_t inode)
{
	(void)inode;
	++*(size_t *)context;
	return 0;
}

static int on_accept(void *context)
{
	++*(size_t *)context;
	return 0;
}

/* The answers of netlink families that use ports are read with the same care. */
static void parse_kernel(const char *bytes, size_t size)
{
	struct iu_kernel_link link;
	struct iu_kernel_use use;
	int user;

	if (iu_kernel_link(bytes, size, &link) == 1 && link.use.name)
		check(link.use.name >= bytes && link.use.name + link.name_len <= bytes + size);
	for (user = IU_KERNEL_UNKNOWN; user <= IU_KERNEL_LOCKD; user++)
		if (iu_kernel_answer((enum iu_kernel_user)user, bytes, size, &use) == 1)
			check(use.port != 0);
	iu_kernel_family(bytes, size, "mptcp_pm");
}

/* Where engines leave the names of their containers. */
/* A program file: its head, and the same bytes for its dynamic section. */
static void parse_program(const char *bytes, size_t size)
{
	struct iu_elf elf;
	uint64_t offset = 0, len = 0;

	if (!iu_elf_head(bytes, size, &elf))
		return;
	check(elf.n <= IU_ELF_SEGMENTS);
	if (elf.dynamic > size)
		elf.dynamic = 0;
	if (iu_elf_names(&elf, bytes + elf.dynamic, size - elf.dynamic, &offset, &len))
		check(len > 0);
}

static void parse_names(struct iu_arena *arena, const char *bytes, size_t size)
{
	size_t len = 0;
	const char *name = iu_conmon_name(bytes, size, "3a0568a4606f", &len);

	if (name)
		check(len > 0 && name >= bytes && name + len <= bytes + size);
	iu_cmdline_loops(bytes, size);
	iu_cmdline_text_loops(bytes, size);
	iu_cmdline_mode(bytes, size, &(const struct iu_parent){.name = "node"});
	name = iu_cmdline_script(bytes, size, &len);
	if (name)
		check(len > 0 && name >= bytes && name + len <= bytes + size);
	name = iu_docker_name(arena, bytes, size);
	if (name)
		check(*name && strlen(name) <= 255);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct iu_arena arena = {0};
	struct iu_process process = {0};
	struct iu_sysctls sysctls = {0};
	struct iu_proc_syscall call;
	struct iu_address addresses[4];
	struct iu_proc_stat stat;
	int32_t first = 0, last = 0;
	uint64_t number = 0;
	uint32_t uid = 0;
	size_t i, found = 0;
	const struct iu_ring_sink ring = {on_file, on_accept, &found};

	iu_file_lines(bytes, size, on_line, NULL);
	iu_ring_parse(bytes, size, &ring);
	check(found <= size);
	if (iu_fdinfo_queue(bytes, size, &number))
		check(number > 0);
	parse_kernel(bytes, size);
	parse_program(bytes, size);
	parse_names(&arena, bytes, size);
	if (iu_proc_stat_parse(bytes, size, &stat) == 0)
		check(strlen(stat.name) < sizeof(stat.name));
	iu_cmdline_parse(&arena, bytes, size, &process);
	check(process.command.n <= 64);
	for (i = 0; i < process.command.n; i++)
		check(strlen(process.command.v[i]) <= 4096);
	iu_proc_status_uid(bytes, size, &uid);
	iu_proc_fd_flags(bytes, size, &number);
	iu_proc_fd_socket(bytes, size, &number);
	iu_proc_syscall_parse(bytes, size, &call);
	iu_switches_parse(bytes, size);
	if (iu_sysctl_range(bytes, size, &first, &last) == 0)
		check(first >= 0 && first <= last && last <= 65535);
	iu_sysctl_reserved(&arena, bytes, size, &sysctls);
	for (i = 0; i < sysctls.reserved.n; i++)
		check(sysctls.reserved.v[i].first <= sysctls.reserved.v[i].last);
	check(iu_hosts_find(bytes, size, "localhost", addresses, 4) <= 4);
	iu_arena_free(&arena);
	return 0;
}

/* os/linux/host/sysctl.c - port ranges and bind policies of the network namespace */
#include "os/linux/host/sysctl.h"

#include <errno.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/scan.h"

#define RESERVED_MAX (1 << 20) /* 65536 ports as text need less than 400 kB */

int32_t iu_sysctl_number(const char *bytes, size_t len, int32_t max)
{
	uint64_t number = 0;

	if (iu_number(bytes, len, 10, &number) == 0 || number > (uint64_t)max)
		return -1;
	return (int32_t)number;
}

int iu_sysctl_range(const char *bytes, size_t len, int32_t *ret_first, int32_t *ret_last)
{
	uint64_t first = 0, last = 0;
	size_t at = iu_number(bytes, len, 10, &first);

	if (at == 0)
		return IU_E_PROTO;
	while (at < len && (bytes[at] == ' ' || bytes[at] == '\t'))
		at++;
	if (iu_number(bytes + at, len - at, 10, &last) == 0 || first > last || last > 65535)
		return IU_E_PROTO;
	*ret_first = (int32_t)first;
	*ret_last = (int32_t)last;
	return 0;
}

int iu_sysctl_reserved(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_sysctls *sysctls)
{
	size_t at = 0, took;

	while (at < len && bytes[at] != '\n') {
		struct iu_reserved *row;
		uint64_t first = 0, last;

		took = iu_number(bytes + at, len - at, 10, &first);
		if (took == 0)
			return IU_E_PROTO;
		at += took;
		last = first;
		if (at < len && bytes[at] == '-') {
			took = iu_number(bytes + at + 1, len - at - 1, 10, &last);
			if (took == 0)
				return IU_E_PROTO;
			at += took + 1;
		}
		if (first > last || last > 65535)
			return IU_E_PROTO;
		row = iu_list_add(arena, &sysctls->reserved);
		row->first = (uint16_t)first;
		row->last = (uint16_t)last;
		if (at < len && bytes[at] == ',')
			at++;
		else if (at < len && bytes[at] != '\n')
			return IU_E_PROTO;
	}
	return 0;
}

static int32_t read_number(struct iu_scan *scan, const char *path, int32_t max)
{
	char text[32];
	ssize_t len = iu_file_read(scan->proc, path, text, sizeof(text));

	return len < 0 ? -1 : iu_sysctl_number(text, (size_t)len, max);
}

static int read_reserved(struct iu_scan *scan)
{
	struct iu_text text = {0};
	struct iu_snapshot *snapshot = scan->snapshot;
	int ret = 0;

	if (iu_file_load(scan->proc, "sys/net/ipv4/ip_local_reserved_ports", RESERVED_MAX, &text) ==
			0 &&
		text.data)
		ret = iu_sysctl_reserved(
			&snapshot->arena, text.data, text.len, &snapshot->sysctls);
	iu_text_free(&text);
	return ret == IU_E_NOMEM ? ret : 0;
}

int iu_collect_sysctls(struct iu_scan *scan)
{
	struct iu_sysctls *s = &scan->snapshot->sysctls;
	char text[64];
	ssize_t len;

	if (!(scan->needs->facts & IU_FACT_SYSCTLS) || scan->snapshot->seen & IU_FACT_SYSCTLS)
		return 0;
	*s = (struct iu_sysctls){-1, -1, {0}, -1, -1, -1, -1, -1, -1, -1, -1, -1};
	if (scan->proc < 0)
		return 0;
	len = iu_file_read(scan->proc, "sys/net/ipv4/ip_local_port_range", text, sizeof(text));
	if (len > 0)
		iu_sysctl_range(text, (size_t)len, &s->port_first, &s->port_last);
	s->unprivileged_port_start =
		read_number(scan, "sys/net/ipv4/ip_unprivileged_port_start", 65536);
	s->nonlocal_bind4 = (int8_t)read_number(scan, "sys/net/ipv4/ip_nonlocal_bind", 127);
	s->nonlocal_bind6 = (int8_t)read_number(scan, "sys/net/ipv6/ip_nonlocal_bind", 127);
	s->bindv6only = (int8_t)read_number(scan, "sys/net/ipv6/bindv6only", 127);
	s->disable_ipv6 = (int8_t)read_number(scan, "sys/net/ipv6/conf/all/disable_ipv6", 127);
	s->disable_ipv6_lo = (int8_t)read_number(scan, "sys/net/ipv6/conf/lo/disable_ipv6", 127);
	s->autobind_reuse = (int8_t)read_number(scan, "sys/net/ipv4/ip_autobind_reuse", 127);
	s->l3mdev_accept = (int8_t)read_number(scan, "sys/net/ipv4/tcp_l3mdev_accept", 127);
	s->fin_timeout = read_number(scan, "sys/net/ipv4/tcp_fin_timeout", INT32_MAX);
	/* The port limits are what answers depend on; the others exist with their feature only. */
	if (s->port_first < 0 || s->unprivileged_port_start < 0) {
		bool few = len == -EMFILE || len == -ENFILE;

		iu_snapshot_gap(scan->snapshot, IU_FACT_SYSCTLS, 0, "port limits in /proc/sys",
			few ? IU_SCAN_TOO_MANY : "they cannot be read here", few ? IU_SCAN_TOO_MANY_FIX : NULL);
		return 0;
	}
	iu_scan_seen(scan, IU_FACT_SYSCTLS, true);
	return read_reserved(scan);
}

/* knowledge/other-protocols.c - sockets that are neither TCP, UDP nor UNIX, and what shows them */
#include "knowledge/other-protocols.h"

#include <string.h>

#include "base/compat.h"

/* Commands: ss(8) of iproute2; UDP-Lite and Bluetooth are in none of its lists, but in /proc/net. */
static const struct iu_other_protocol rows[] = {
	{"vsock", "VM sockets", {"vsock", "af_vsock", "sockaddr_vm"}, {"ss", "-ap", "--vsock"}},
	{"sctp", "SCTP sockets", {"sctp", "ipproto_sctp"}, {"ss", "-anp", "--sctp"}},
	{"dccp", "DCCP sockets", {"dccp", "ipproto_dccp"}, {"ss", "-anp", "--dccp"}},
	{"udplite", "UDP-Lite sockets", {"udplite", "udp-lite", "udp lite", "ipproto_udplite"},
		{"cat", "/proc/net/udplite", "/proc/net/udplite6"}},
	{"netlink", "netlink sockets", {"netlink", "af_netlink"}, {"ss", "-ap", "-f", "netlink"}},
	{"packet", "packet sockets", {"af_packet", "pf_packet", "packet socket", "sockaddr_ll"}, {"ss", "-0p"}},
	{"raw", "raw sockets", {"sock_raw", "raw socket"}, {"ss", "-anp", "--raw"}},
	{"tipc", "TIPC sockets", {"af_tipc", "tipc"}, {"ss", "-ap", "--tipc"}},
	{"xdp", "XDP sockets", {"af_xdp", "sockaddr_xdp"}, {"ss", "-ap", "--xdp"}},
	{"bluetooth", "Bluetooth sockets", {"bluetooth", "rfcomm", "l2cap", "af_bluetooth", "btproto_rfcomm", "btproto_l2cap"},
		{"cat", "/proc/net/l2cap", "/proc/net/rfcomm", "/proc/net/sco"}},
};

const struct iu_other_protocol *iu_other_protocols(size_t *ret_count)
{
	*ret_count = IU_COUNT(rows);
	return rows;
}

const struct iu_other_protocol *iu_other_protocols_row(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

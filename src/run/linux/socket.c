/* run/linux/socket.c - what a socket of the command is and has set, seen through a duplicate */
#include "run/linux/socket.h"

#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "base/err.h"

#define MPTCP 262 /* IPPROTO_MPTCP */
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

static int option(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) == 0 ? value : -1;
}

int iu_run_socket_read(int fd, struct iu_run_socket *ret_socket)
{
	struct iu_run_socket sock = {.domain = option(fd, SOL_SOCKET, SO_DOMAIN)};

	if (sock.domain < 0)
		return IU_E_INPUT;
	sock.type = option(fd, SOL_SOCKET, SO_TYPE);
	sock.protocol = option(fd, SOL_SOCKET, SO_PROTOCOL);
	if (sock.domain == AF_INET || sock.domain == AF_INET6) {
		if (sock.protocol == IPPROTO_TCP || sock.protocol == MPTCP)
			sock.inet = true;
		if (sock.protocol == IPPROTO_UDP) {
			sock.inet = true;
			sock.carries = IU_PROTOCOL_UDP;
		}
	} else if (sock.domain == AF_UNIX) {
		sock.carries = IU_PROTOCOL_UNIX;
	}
	sock.plain = !sock.inet && iu_run_socket_protocol(&sock);
	sock.bound = iu_run_socket_is_bound(fd);
	*ret_socket = sock;
	return 0;
}

bool iu_run_socket_is_bound(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_vm vm;
		struct sockaddr_storage room;
	} name = {.any.sa_family = AF_UNSPEC};
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.any, &len) < 0)
		return false;
	if (name.any.sa_family == AF_INET || name.any.sa_family == AF_INET6)
		return name.v4.sin_port != 0; /* the same place in both */
	if (name.any.sa_family == AF_VSOCK)
		return name.vm.svm_port != VMADDR_PORT_ANY;
	return len > sizeof(sa_family_t);
}

const char *iu_run_socket_protocol(const struct iu_run_socket *socket)
{
	static const struct {
		int domain, protocol; /* protocol -1: any */
		const char *name;
	} rows[] = {
		{AF_INET, IPPROTO_UDPLITE, "UDP-Lite"}, {AF_INET6, IPPROTO_UDPLITE, "UDP-Lite"},
		{AF_INET, IPPROTO_SCTP, "SCTP"}, {AF_INET6, IPPROTO_SCTP, "SCTP"},
		{AF_INET, IPPROTO_DCCP, "DCCP"}, {AF_INET6, IPPROTO_DCCP, "DCCP"},
		{AF_INET, IPPROTO_ICMP, "ICMP"}, {AF_INET6, IPPROTO_ICMPV6, "ICMPv6"},
		{AF_VSOCK, -1, "vsock"}, {AF_PACKET, -1, "packet"},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].domain == socket->domain &&
			(rows[i].protocol < 0 || rows[i].protocol == socket->protocol))
			return rows[i].name;
	return NULL;
}

void iu_run_socket_options(int fd, struct iu_run_socket *sock)
{
	socklen_t len = sizeof(sock->device);

	if (!sock->inet)
		return;
	sock->reuseaddr = option(fd, SOL_SOCKET, SO_REUSEADDR) > 0;
	sock->reuseport = option(fd, SOL_SOCKET, SO_REUSEPORT) > 0;
	if (sock->domain == AF_INET6)
		sock->v6only = iu_tri(option(fd, IPPROTO_IPV6, IPV6_V6ONLY) > 0);
	sock->nonlocal = option(fd, IPPROTO_IP, IP_FREEBIND) > 0 ||
			 option(fd, IPPROTO_IP, IP_TRANSPARENT) > 0 ||
			 (sock->domain == AF_INET6 && option(fd, IPPROTO_IPV6, IPV6_FREEBIND) > 0) ||
			 (sock->domain == AF_INET6 && option(fd, IPPROTO_IPV6, IPV6_TRANSPARENT) > 0);
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, sock->device, &len) < 0 ||
		len >= sizeof(sock->device))
		len = 0;
	sock->device[len < sizeof(sock->device) ? len : 0] = '\0';
	sock->ifindex = sock->device[0] ? if_nametoindex(sock->device) : 0;
}

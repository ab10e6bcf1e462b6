/* os/windows/sockets/probe.c - asks the system with a bind() of our own */
#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "os/windows/handle.h"
#include "os/windows/system.h"

struct name {
	int len;
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} of;
};

static void make_name(const struct iu_probe *probe, struct name *name)
{
	memset(name, 0, sizeof(*name));
	if (probe->address.family == IU_FAMILY_IPV6) {
		name->len = sizeof(name->of.in6);
		name->of.in6.sin6_family = AF_INET6;
		name->of.in6.sin6_port = htons(probe->port);
		memcpy(&name->of.in6.sin6_addr, probe->address.bytes, 16);
		if (iu_address_is_link_local(&probe->address))
			name->of.in6.sin6_scope_id =
				probe->address.scope ? probe->address.scope : probe->ifindex;
		return;
	}
	name->len = sizeof(name->of.in);
	name->of.in.sin_family = AF_INET;
	name->of.in.sin_port = htons(probe->port);
	memcpy(&name->of.in.sin_addr, probe->address.bytes, 4);
}

static bool set_flag(SOCKET s, int level, int option, DWORD value)
{
	return setsockopt(s, level, option, (const char *)&value, sizeof(value)) == 0;
}

static bool set_options(SOCKET s, const struct iu_probe *probe)
{
	if (probe->reuseaddr && !set_flag(s, SOL_SOCKET, SO_REUSEADDR, 1))
		return false;
	if (probe->exclusive && !set_flag(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1))
		return false;
	return probe->address.family != IU_FAMILY_IPV6 || probe->v6only == IU_UNKNOWN ||
	       set_flag(s, IPPROTO_IPV6, IPV6_V6ONLY, probe->v6only == IU_YES);
}

static SOCKET make_socket(const struct iu_probe *probe)
{
	bool udp = probe->protocol == IU_PROTOCOL_UDP;

	return iu_socket(probe->address.family == IU_FAMILY_IPV6 ? AF_INET6 : AF_INET,
		udp ? SOCK_DGRAM : SOCK_STREAM, udp ? IPPROTO_UDP : IPPROTO_TCP);
}

/* SO_REUSEPORT does not exist here, nor does a bind to an interface: such a probe stays undone. */
static bool can_ask(const struct iu_probe *probe)
{
	return probe->protocol != IU_PROTOCOL_UNIX && probe->address.family != IU_FAMILY_ANY &&
	       !probe->reuseport && !probe->device;
}

void iu_os_probe(struct iu_probe *probe)
{
	struct name name;
	WSADATA data;
	SOCKET s;

	probe->done = false;
	if (!can_ask(probe) || WSAStartup(MAKEWORD(2, 2), &data))
		return;
	s = make_socket(probe);
	if (s != INVALID_SOCKET && set_options(s, probe)) {
		make_name(probe, &name);
		probe->result = bind(s, &name.of.any, name.len) == 0 ? 0 : WSAGetLastError();
		probe->done = true;
	}
	if (s != INVALID_SOCKET)
		closesocket(s);
	WSACleanup();
}

/*
 * Nobody else may have it while we hold it, and nobody gets in beside it: SO_REUSEADDR would let
 * any program take it over. Winsock stays started as long as the process lives.
 */
int iu_os_reserve(struct iu_probe *probe, bool listens, int *ret_fd)
{
	struct name name;
	WSADATA data;
	SOCKET s;

	probe->done = false;
	if (!can_ask(probe) || WSAStartup(MAKEWORD(2, 2), &data))
		return IU_E_NOTSUP;
	s = make_socket(probe);
	if (s == INVALID_SOCKET) {
		probe->result = WSAGetLastError();
		return IU_E_SYSTEM;
	}
	make_name(probe, &name);
	probe->result = !set_flag(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1) || !set_options(s, probe) ||
					bind(s, &name.of.any, name.len) < 0 ||
					(listens && listen(s, SOMAXCONN) < 0)
		? WSAGetLastError()
		: 0;
	probe->done = true;
	if (probe->result) {
		closesocket(s);
		return IU_E_SYSTEM;
	}
	*ret_fd = iu_handle_of_socket(s);
	return 0;
}

/* os/linux/sockets/probe.c - asks the kernel with a bind() of our own */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "model/zone.h"
#include "os/linux/lock.h"
#include "os/os.h"

struct name {
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
};

static void make_name(const struct iu_probe *probe, struct name *name)
{
	memset(name, 0, sizeof(*name));
	if (probe->address.family == IU_FAMILY_IPV6) {
		name->len = sizeof(name->in6);
		name->in6.sin6_family = AF_INET6;
		name->in6.sin6_port = htons(probe->port);
		memcpy(&name->in6.sin6_addr, probe->address.bytes, 16);
		if (iu_zone_needed(&probe->address))
			name->in6.sin6_scope_id =
				probe->address.scope ? probe->address.scope : probe->ifindex;
		return;
	}
	name->len = sizeof(name->in);
	name->in.sin_family = AF_INET;
	name->in.sin_port = htons(probe->port);
	memcpy(&name->in.sin_addr, probe->address.bytes, 4);
}

static bool set_flag(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Who has IP_TRANSPARENT binds the same addresses, and this one needs no right. */
static bool set_nonlocal(int fd, enum iu_family family)
{
	return family == IU_FAMILY_IPV6 ? set_flag(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1)
					: set_flag(fd, IPPROTO_IP, IP_FREEBIND, 1);
}

static bool set_options(int fd, const struct iu_probe *probe)
{
	if (probe->reuseaddr && !set_flag(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return false;
	if (probe->reuseport && !set_flag(fd, SOL_SOCKET, SO_REUSEPORT, 1))
		return false;
	if (probe->address.family == IU_FAMILY_IPV6 && probe->v6only != IU_UNKNOWN &&
		!set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, probe->v6only == IU_YES))
		return false;
	if (probe->nonlocal && !set_nonlocal(fd, probe->address.family))
		return false;
	return !probe->device || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, probe->device,
					 (socklen_t)strnlen(probe->device, IFNAMSIZ)) == 0;
}

/* Programs of the cgroup may have changed where to. */
static void read_moved(int fd, struct iu_probe *probe)
{
	struct name name = {.len = sizeof(name) - offsetof(struct name, any)};
	struct iu_address got = {.family = probe->address.family};
	bool ipv6 = got.family == IU_FAMILY_IPV6;

	if (!probe->port || getsockname(fd, &name.any, &name.len) < 0)
		return;
	memcpy(got.bytes, ipv6 ? (const void *)&name.in6.sin6_addr : &name.in.sin_addr, ipv6 ? 16 : 4);
	if (!memcmp(got.bytes, probe->address.bytes, sizeof(got.bytes)) && ntohs(name.in.sin_port) == probe->port)
		return;
	probe->moved_address = got;
	probe->moved_port = ntohs(name.in.sin_port);
}

void iu_os_probe(struct iu_probe *probe)
{
	int type = probe->protocol == IU_PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int family = probe->address.family == IU_FAMILY_IPV6 ? AF_INET6 : AF_INET;
	struct name name;
	int fd;

	probe->done = false;
	if (probe->protocol == IU_PROTOCOL_UNIX || probe->address.family == IU_FAMILY_ANY)
		return;
	iu_lock_probe(); /* before there is a descriptor that a fork() would copy */
	fd = socket(family, type | SOCK_CLOEXEC, 0);
	if (fd >= 0 && set_options(fd, probe)) {
		make_name(probe, &name);
		probe->result = bind(fd, &name.any, name.len) == 0 ? 0 : errno;
		probe->done = true;
		probe->moved_port = 0;
		if (!probe->result)
			read_moved(fd, probe);
	}
	if (fd >= 0)
		close(fd);
	iu_lock_end();
}

int iu_os_reserve(struct iu_probe *probe, bool used, int *ret_fd)
{
	int type = probe->protocol == IU_PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
	int family = probe->address.family == IU_FAMILY_IPV6 ? AF_INET6 : AF_INET;
	struct name name;
	int fd;

	probe->done = false;
	if (probe->protocol == IU_PROTOCOL_UNIX || probe->address.family == IU_FAMILY_ANY)
		return IU_E_NOTSUP;
	fd = socket(family, type | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		probe->result = errno;
		return IU_E_SYSTEM;
	}
	make_name(probe, &name);
	probe->result = !set_options(fd, probe) || bind(fd, &name.any, name.len) < 0 ||
					(used && type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)
		? errno
		: 0;
	probe->done = true;
	/*
	 * Taken alone, then shared: a server that sets SO_REUSEADDR gets in beside it. Not beside a
	 * listener, but always beside a UDP socket: one that is used itself stays alone.
	 */
	if (!probe->result && !(type == SOCK_DGRAM && used) &&
		!set_flag(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		probe->result = errno;
	if (probe->result) {
		close(fd);
		return IU_E_SYSTEM;
	}
	*ret_fd = fd;
	return 0;
}

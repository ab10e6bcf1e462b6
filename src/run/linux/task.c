/* run/linux/task.c - looks at the thread that waits: its memory and its socket */
#include "run/linux/task.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"

#define MPTCP 262 /* IPPROTO_MPTCP */

int iu_run_task_memory(int32_t tid, uint64_t address, void *buffer, size_t len)
{
	struct iovec here = {.iov_base = buffer, .iov_len = len};
	struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = len};

	if (tid <= 0 || process_vm_readv(tid, &here, 1, &there, 1, 0) != (ssize_t)len)
		return IU_E_ACCESS;
	return 0;
}

int iu_run_task_handle(int32_t tgid)
{
	return tgid > 0 ? (int)syscall(SYS_pidfd_open, tgid, 0) : -1;
}

int iu_run_task_descriptor(int handle, int fd)
{
	return handle < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, handle, fd, 0);
}

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
	*ret_socket = sock;
	return 0;
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
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, sock->device, &len) < 0 ||
		len >= sizeof(sock->device))
		len = 0;
	sock->device[len < sizeof(sock->device) ? len : 0] = '\0';
	sock->ifindex = sock->device[0] ? if_nametoindex(sock->device) : 0;
}

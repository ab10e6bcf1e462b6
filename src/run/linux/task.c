/* run/linux/task.c - looks at the thread that waits: memory, socket, rights, where it runs */
#include "run/linux/task.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"

#define STATUS_BYTES 8192
#define PATH_BYTES   64
#define MPTCP	     262 /* IPPROTO_MPTCP */

static uint64_t hash(const char *bytes, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)bytes[i]) * 1099511628211u;
	return h;
}

void iu_run_seat_close(struct iu_run_seat *seat)
{
	int *fds[] = {&seat->folder, &seat->status, &seat->cgroup, &seat->label};

	for (size_t i = 0; i < IU_COUNT(fds) && seat->folder >= 0; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	*seat = (struct iu_run_seat){.folder = -1};
}

int iu_run_seat_open(int32_t tid, struct iu_run_seat *ret_seat)
{
	struct iu_run_seat seat = {.tid = tid};
	char path[PATH_BYTES] = "/proc/self";

	if (tid)
		snprintf(path, sizeof(path), "/proc/%d", (int)tid);
	seat.folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (seat.folder < 0)
		return IU_E_GONE;
	seat.status = openat(seat.folder, "status", O_RDONLY | O_CLOEXEC);
	seat.cgroup = openat(seat.folder, "cgroup", O_RDONLY | O_CLOEXEC);
	seat.label = openat(seat.folder, "attr/current", O_RDONLY | O_CLOEXEC);
	*ret_seat = seat;
	return 0;
}

/* The content of a file by its hash; its errno where it cannot be read: that is compared, too. */
static uint64_t content(int fd)
{
	char text[STATUS_BYTES];
	ssize_t len = fd < 0 ? -1 : pread(fd, text, sizeof(text), 0);

	return len < 0 ? (uint64_t)errno : hash(text, (size_t)len);
}

/* "net:[4026531840]" */
static uint64_t namespace(int folder, const char *name)
{
	char text[PATH_BYTES];
	ssize_t len = readlinkat(folder, name, text, sizeof(text));

	return len <= 0 ? 0 : hash(text, (size_t)len);
}

int iu_run_place_read(const struct iu_run_seat *seat, struct iu_run_place *ret_place)
{
	char text[STATUS_BYTES];
	struct iu_run_place place;
	ssize_t len = seat->status < 0 ? -1 : pread(seat->status, text, sizeof(text), 0);

	if (len <= 0)
		return IU_E_GONE;
	iu_run_rights_parse(text, (size_t)len, &place.rights);
	place.netns = namespace(seat->folder, "ns/net");
	place.userns = namespace(seat->folder, "ns/user");
	place.cgroup = content(seat->cgroup);
	place.label = content(seat->label);
	*ret_place = place;
	return 0;
}

bool iu_run_place_equal(const struct iu_run_place *ours, const struct iu_run_place *theirs)
{
	return iu_run_rights_equal(&ours->rights, &theirs->rights) && ours->netns &&
	       ours->netns == theirs->netns && ours->userns == theirs->userns &&
	       ours->cgroup == theirs->cgroup && ours->label == theirs->label;
}

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

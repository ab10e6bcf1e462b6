/* run/task.c - looks at the thread that waits: memory, socket, rights, where it runs */
#include "run/task.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"

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

/* The content of a file by its hash; its errno where it cannot be read: that is compared, too. */
static uint64_t content(const char *folder, const char *name)
{
	char path[PATH_BYTES], text[STATUS_BYTES];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	len = iu_file_read(AT_FDCWD, path, text, sizeof(text));
	return len < 0 ? (uint64_t)-len : hash(text, (size_t)len);
}

static uint64_t namespace(const char *folder, const char *name)
{
	char path[PATH_BYTES];
	struct stat status;

	snprintf(path, sizeof(path), "%s/ns/%s", folder, name);
	return stat(path, &status) == 0 ? (uint64_t)status.st_ino : 0;
}

static int place_of(const char *folder, struct iu_run_place *ret_place)
{
	char path[PATH_BYTES], text[STATUS_BYTES];
	struct iu_run_place place;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/status", folder);
	len = iu_file_read(AT_FDCWD, path, text, sizeof(text));
	if (len < 0)
		return len == -ENOENT || len == -ESRCH ? IU_E_GONE : IU_E_ACCESS;
	iu_run_rights_parse(text, (size_t)len, &place.rights);
	place.netns = namespace(folder, "net");
	place.userns = namespace(folder, "user");
	place.cgroup = content(folder, "cgroup");
	place.label = content(folder, "attr/current");
	*ret_place = place;
	return 0;
}

void iu_run_place_ours(struct iu_run_place *ret_place)
{
	if (place_of("/proc/self", ret_place) < 0)
		*ret_place = (struct iu_run_place){.rights = {.filters = -1}};
}

int iu_run_place_read(int32_t tid, struct iu_run_place *ret_place)
{
	char folder[PATH_BYTES];

	if (tid <= 0)
		return IU_E_ACCESS; /* of a PID namespace that we do not see */
	snprintf(folder, sizeof(folder), "/proc/%d", (int)tid);
	return place_of(folder, ret_place);
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

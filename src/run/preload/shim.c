/* run/preload/shim.c - where the kernel cannot ask us: a library in the program that asks after a failure */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/preload/preload.h"

static int connect_supervisor(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const char *variable = getenv(IU_PRELOAD_VARIABLE);
	size_t len = variable ? strlen(variable) : 0;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len);
	int fd;

	if (!len || len >= sizeof(name.sun_path) - 1)
		return -1;
	memcpy(name.sun_path + 1, variable, len);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&name, size) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int send_request(int to, const struct iu_preload_request *request, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} ancillary;
	struct iovec data = {.iov_base = (void *)(uintptr_t)request, .iov_len = sizeof(*request)};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = ancillary.bytes,
		.msg_controllen = sizeof(ancillary.bytes)};
	struct cmsghdr *header;

	memset(&ancillary, 0, sizeof(ancillary));
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* Returns what the call returns in the end; errno stays that of the failure. */
static int ask(const struct iu_preload_request *request, int fd)
{
	int error = errno, to = connect_supervisor();
	char answer = IU_PRELOAD_FAILED;
	ssize_t n = -1;

	if (to >= 0 && send_request(to, request, fd) == 0)
		do
			n = recv(to, &answer, 1, 0);
		while (n < 0 && errno == EINTR);
	if (to >= 0)
		close(to);
	errno = error;
	return n == 1 && answer == IU_PRELOAD_DONE ? 0 : -1;
}

static int matters(int error)
{
	return error == EADDRINUSE || error == EACCES || error == EPERM || error == EADDRNOTAVAIL;
}

/* This and the next hide those of the C library. */
int bind(int fd, const struct sockaddr *name, socklen_t len)
{
	struct iu_preload_request request = {.len = len};

	if (syscall(SYS_bind, fd, name, len) == 0)
		return 0;
	if (!matters(errno) || len > sizeof(request.name))
		return -1;
	request.error = errno;
	memcpy(request.name, name, len);
	return ask(&request, fd);
}

int listen(int fd, int backlog)
{
	struct iu_preload_request request = {.listens = 1, .len = (uint32_t)backlog};

	if (syscall(SYS_listen, fd, backlog) == 0)
		return 0;
	request.error = errno;
	return matters(errno) ? ask(&request, fd) : -1;
}

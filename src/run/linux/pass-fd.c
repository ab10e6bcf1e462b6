/* run/linux/pass-fd.c - a descriptor in a message of a UNIX socket */
#include "run/linux/pass-fd.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int iu_run_pass_fd_send(int control, int fd, enum iu_run_source source)
{
	union control ancillary = {0};
	char byte = (char)source;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = ancillary.bytes,
		.msg_controllen = sizeof(ancillary.bytes)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(control, &message, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

int iu_run_pass_fd_read(int connection, void *data, size_t size, ssize_t *ret_n)
{
	union control ancillary = {0};
	struct iovec room = {.iov_base = data, .iov_len = size};
	struct msghdr message = {.msg_iov = &room,
		.msg_iovlen = 1,
		.msg_control = ancillary.bytes,
		.msg_controllen = sizeof(ancillary.bytes)};
	struct cmsghdr *header;
	ssize_t n;
	int fd;

	do
		n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	*ret_n = n;
	header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	if (!header || header->cmsg_type != SCM_RIGHTS ||
		header->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -1;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int iu_run_pass_fd_receive(int control, enum iu_run_source *ret_source)
{
	char byte = 0;
	ssize_t n;
	int fd = iu_run_pass_fd_read(control, &byte, 1, &n);

	if (fd >= 0)
		*ret_source = byte == IU_RUN_PRELOADED ? IU_RUN_PRELOADED : IU_RUN_KERNEL;
	return fd;
}

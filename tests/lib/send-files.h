/* send-files.h - descriptors in a message of a UNIX socket */
#ifndef TESTS_LIB_SEND_FILES_H
#define TESTS_LIB_SEND_FILES_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define SEND_FILES_MAX 4

/** send_files() - sends at most SEND_FILES_MAX descriptors with one byte; whether that worked. */
static inline bool send_files(int over, const int *fds, size_t n)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(SEND_FILES_MAX * sizeof(int))];
	} control = {0};
	char byte = '!';
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes};
	struct cmsghdr *rights;

	if (n > SEND_FILES_MAX) {
		errno = EINVAL;
		return false;
	}
	message.msg_controllen = CMSG_SPACE(n * sizeof(int));
	rights = CMSG_FIRSTHDR(&message);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(rights), fds, n * sizeof(int));
	return sendmsg(over, &message, 0) == 1;
}

#endif

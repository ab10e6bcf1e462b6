/* os/linux/holders/in-flight.c - descriptors that lie in the queue of a UNIX socket, as a message */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/lock.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/sockets/options.h"

#define DEPTH_MAX   4		 /* queues within queues; the kernel itself allows more */
#define PEEKED_MAX  2048	 /* duplicates made in one round, over all processes */
#define BYTES_MAX   (256 * 1024) /* of a stream looked through for the first descriptors */
#define CONTROL_MAX 4096	 /* SCM_MAX_FD (253) descriptors, credentials and a label */

struct peek {
	struct iu_hidden *hidden;
	int32_t pid;
	uint64_t queue; /* the outermost one: a process has it */
	bool blind;	/* some of it could not be looked at */
	char *bytes;
};

static int count_line(void *context, const char *line, size_t len)
{
	uint64_t *count = context;
	size_t at = 8;

	if (len < 9 || memcmp(line, "scm_fds:", 8) != 0)
		return 0;
	while (at < len && (line[at] == '\t' || line[at] == ' '))
		at++;
	if (iu_number(line + at, len - at, 10, count) == 0)
		*count = 0;
	return 1;
}

int iu_fdinfo_queue(const char *bytes, size_t len, uint64_t *ret_count)
{
	uint64_t count = 0;

	iu_file_lines(bytes, len, count_line, &count);
	if (count == 0)
		return 0;
	*ret_count = count;
	return 1;
}

static int add_row(struct peek *peek, uint64_t inode)
{
	struct iu_snapshot *snapshot = peek->hidden->scan->snapshot;
	struct iu_hold hold = {
		.inode = inode, .pid = peek->pid, .fd = -1, .via = IU_VIA_MESSAGE};
	struct iu_in_flight *row = iu_list_add(&snapshot->arena, &snapshot->in_flight);

	*row = (struct iu_in_flight){.inode = inode,
		.queue_inode = peek->queue,
		.pid = peek->pid,
		.source = IU_SOURCE_READ};
	return iu_hidden_hold(peek->hidden, &hold);
}

static int peek_queue(struct peek *peek, int fd, int depth);

/* One duplicate: is it a socket that we look for, or one with a queue of its own (recursion)? */
static int look_at(struct peek *peek, int fd, int depth)
{
	struct iu_snapshot *snapshot = peek->hidden->scan->snapshot;
	struct iu_unheld *unheld;
	struct stat status;
	socklen_t len = sizeof(int);
	int domain = 0, ret = 0;

	if (fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode))
		return 0;
	unheld = iu_hidden_find(peek->hidden, status.st_ino);
	if (unheld) {
		if (unheld->socket < snapshot->sockets.n &&
			snapshot->sockets.v[unheld->socket].protocol != IU_PROTOCOL_UNIX &&
			iu_options_read(fd, &snapshot->arena,
				&snapshot->sockets.v[unheld->socket]) == IU_E_NOMEM)
			return IU_E_NOMEM;
		ret = add_row(peek, status.st_ino);
	}
	if (ret == 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
		domain == AF_UNIX)
		ret = peek_queue(peek, fd, depth + 1);
	return ret;
}

static int look_at_rights(struct peek *peek, struct msghdr *message, int depth)
{
	struct cmsghdr *control;
	int ret = 0;

	for (control = CMSG_FIRSTHDR(message); control; control = CMSG_NXTHDR(message, control)) {
		size_t n;

		if (control->cmsg_level != SOL_SOCKET || control->cmsg_len < CMSG_LEN(0))
			continue;
		/* SCM_PIDFD (4, Linux 6.5) comes with a descriptor as well */
		if (control->cmsg_type != SCM_RIGHTS && control->cmsg_type != 4)
			continue;
		n = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof(fd));
			peek->hidden->peeked++;
			if (ret == 0 && control->cmsg_type == SCM_RIGHTS)
				ret = look_at(peek, fd, depth);
			close(fd);
		}
	}
	if (message->msg_flags & MSG_CTRUNC)
		peek->blind = true;
	return ret;
}

/*
 * MSG_PEEK duplicates the descriptors of the first message that has any and leaves the queue as
 * it is. Later messages stay unseen: SO_PEEK_OFF would reach them, but is a state of the socket
 * that its owner would feel.
 */
static int peek_queue(struct peek *peek, int fd, int depth)
{
	union {
		struct cmsghdr align;
		char bytes[CONTROL_MAX];
	} control;
	struct iovec data = {peek->bytes, BYTES_MAX};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};

	if (depth >= DEPTH_MAX || peek->hidden->peeked >= PEEKED_MAX) {
		peek->blind = true;
		return 0;
	}
	memset(control.bytes, 0, sizeof(control.bytes));
	if (recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0) {
		/* a listener: what its connections carry is out of reach until they are accepted */
		peek->blind |= errno == EINVAL || errno == ENOTCONN || errno == EPERM;
		return 0;
	}
	return look_at_rights(peek, &message, depth);
}

int iu_in_flight_search(struct iu_hidden *hidden, int32_t pid, int32_t fd, uint64_t queue)
{
	struct peek peek = {.hidden = hidden, .pid = pid, .queue = queue};
	size_t before = hidden->scan->snapshot->in_flight.n;
	int copy, ret = 0;

	iu_lock_fds();
	copy = iu_proc_fd_duplicate(hidden->scan, pid, 0, fd);
	if (copy < 0) {
		peek.blind = copy == -EPERM || copy == -EACCES || copy == -ENOSYS;
	} else {
		peek.bytes = malloc(BYTES_MAX);
		ret = peek.bytes ? peek_queue(&peek, copy, 0) : IU_E_NOMEM;
		free(peek.bytes);
		close(copy);
	}
	iu_lock_fds_end();
	if (ret == 0 && peek.blind && hidden->scan->snapshot->in_flight.n == before)
		ret = iu_hidden_suspect(hidden,
			&(struct iu_suspect){.pid = pid, .via = IU_VIA_MESSAGE});
	return ret;
}

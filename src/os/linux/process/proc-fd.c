/* os/linux/process/proc-fd.c - descriptors of a process: /proc/PID/fd, /proc/PID/fdinfo, duplicates */
#include "os/linux/process/proc-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"

#define PIDFD_THREAD_FLAG O_EXCL /* PIDFD_THREAD, Linux 6.9: headers may be older */

int iu_proc_fd_socket(const char *link, size_t len, uint64_t *ret_inode)
{
	const size_t head = sizeof("socket:[") - 1;
	uint64_t inode = 0;
	size_t took;

	if (len < head + 2 || memcmp(link, "socket:[", head) != 0)
		return 0;
	took = iu_number(link + head, len - head, 10, &inode);
	if (took == 0 || head + took + 1 != len || link[head + took] != ']')
		return 0;
	*ret_inode = inode;
	return 1;
}

struct flags_reader {
	bool found;
	uint64_t flags;
};

static int flags_line(void *context, const char *line, size_t len)
{
	struct flags_reader *reader = context;
	size_t at = 6;

	if (len < 7 || memcmp(line, "flags:", 6) != 0)
		return 0;
	while (at < len && (line[at] == '\t' || line[at] == ' '))
		at++;
	reader->found = iu_number(line + at, len - at, 8, &reader->flags) > 0;
	return 1;
}

int iu_proc_fd_flags(const char *bytes, size_t len, uint64_t *ret_flags)
{
	struct flags_reader reader = {0};

	iu_file_lines(bytes, len, flags_line, &reader);
	if (!reader.found)
		return IU_E_PROTO;
	*ret_flags = reader.flags;
	return 0;
}

int iu_proc_fd_duplicate(const struct iu_scan *scan, int32_t pid, int32_t tid, int32_t fd)
{
	int process, copy, saved;

	if (pid == scan->self && !tid) {
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return copy < 0 ? -errno : copy;
	}
	if (scan->plain)
		return -ENOSYS;
	process = tid ? (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD_FLAG)
		      : (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return -errno;
	copy = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	saved = errno;
	close(process);
	return copy < 0 ? -saved : copy;
}

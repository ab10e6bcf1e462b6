/* os/linux/act/identity.c - is it still the same process, and does it still hold the same socket */
#include "os/linux/act/identity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/lock.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/process.h"
#include "os/os.h"

void iu_result_say(struct iu_step_result *result, enum iu_result_kind kind, int error,
	const char *format, ...)
{
	va_list args;

	result->kind = kind;
	result->error_number = error;
	va_start(args, format);
	vsnprintf(result->detail, sizeof(result->detail), format, args);
	va_end(args);
}

static int open_proc(void)
{
	return open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Pids of /proc must be those that pidfd_open() counts with. */
static bool proc_is_ours(int proc)
{
	char text[32];
	uint64_t pid = 0;
	ssize_t len = iu_file_link(proc, "self", text, sizeof(text));

	return len > 0 && iu_number(text, (size_t)len, 10, &pid) > 0 && pid == (uint64_t)getpid();
}

/* 1: this descriptor is that socket, 0: another, -1: cannot be told that way. */
static int is_socket(int pidfd, int fd, const struct iu_step_process *target)
{
	struct stat status;
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	/* The duplicate keeps the socket alive: closed at once, before any signal. */
	int copy, answer;

	iu_lock_fds();
	copy = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (copy < 0) {
		answer = errno == EBADF ? 0 : -1;
		iu_lock_fds_end();
		return answer;
	}
	answer = fstat(copy, &status) == 0 && S_ISSOCK(status.st_mode) &&
		 status.st_ino == target->inode;
	if (answer && target->cookie &&
		getsockopt(copy, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0)
		answer = cookie == target->cookie;
	close(copy);
	iu_lock_fds_end();
	return answer;
}

static bool link_is_socket(int table, const char *fd, uint64_t inode)
{
	char link[64];
	uint64_t found = 0;
	ssize_t len = iu_file_link(table, fd, link, sizeof(link));

	return len > 0 && iu_proc_fd_socket(link, (size_t)len, &found) && found == inode;
}

/* One descriptor of the table: the link of /proc first, then the socket's cookie. */
static bool holds_through(
	int pidfd, int table, const char *fd, const struct iu_step_process *target)
{
	uint64_t number = 0;

	if (!link_is_socket(table, fd, target->inode) ||
		iu_number(fd, strlen(fd), 10, &number) == 0)
		return false;
	/* pidfd_getfd() reaches the table of the leader, not one of a thread's own. */
	return target->tid || is_socket(pidfd, (int)number, target) != 0;
}

/* It may have moved the socket to another number meanwhile: that is the same hold. */
static int holds_it(int proc, int pidfd, const struct iu_step_process *target)
{
	struct dirent *entry;
	char path[64];
	bool held = false;
	DIR *dir;
	int table;

	if (target->tid)
		snprintf(path, sizeof(path), "%d/task/%d/fd", (int)target->pid, (int)target->tid);
	else
		snprintf(path, sizeof(path), "%d/fd", (int)target->pid);
	table = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (table < 0)
		return errno == EACCES || errno == EPERM ? IU_E_ACCESS : 0;
	snprintf(path, sizeof(path), "%d", (int)target->fd);
	held = holds_through(pidfd, table, path, target);
	dir = held ? NULL : fdopendir(table);
	while (dir && !held && (entry = readdir(dir)))
		held = holds_through(pidfd, table, entry->d_name, target);
	if (dir)
		closedir(dir);
	else
		close(table);
	return held;
}

static bool same_program(int proc, const struct iu_step_process *target)
{
	struct statx status;
	char path[64];

	if (!target->exe_known)
		return true;
	snprintf(path, sizeof(path), "%d/exe", (int)target->pid);
	return iu_file_status(proc, path, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO,
		       &status) == 0 &&
	       makedev(status.stx_dev_major, status.stx_dev_minor) == target->exe.dev &&
	       status.stx_ino == target->exe.ino;
}

/* Its first child is the container: one that has begun, or begun again, since it was looked at. */
static bool has_child(int proc, int32_t pid)
{
	char path[64], children[64];

	snprintf(path, sizeof(path), "%d/task/%d/children", (int)pid, (int)pid);
	return iu_file_read(proc, path, children, sizeof(children)) != 0;
}

static int compare(int proc, int pidfd, const struct iu_step_process *target,
	struct iu_step_result *result)
{
	struct iu_proc_stat stat;
	int ret = iu_proc_stat_read(proc, target->pid, &stat), held;

	if (ret < 0 || (stat.state == 'Z' && stat.threads <= 1)) {
		iu_result_say(result, IU_RESULT_GONE, 0, "pid %d has ended", (int)target->pid);
		return -1;
	}
	if (stat.start_ticks != target->start_ticks) {
		iu_result_say(result, IU_RESULT_GONE, 0,
			"pid %d has ended, and its number belongs to another process now",
			(int)target->pid);
		return -1;
	}
	if (!same_program(proc, target)) {
		iu_result_say(result, IU_RESULT_CHANGED, 0,
			"pid %d runs another program now", (int)target->pid);
		return -1;
	}
	if (target->childless && has_child(proc, target->pid)) {
		iu_result_say(result, IU_RESULT_CHANGED, 0,
			"pid %d has a child now: what it keeps runs", (int)target->pid);
		return -1;
	}
	held = target->via == IU_VIA_DESCRIPTOR ? holds_it(proc, pidfd, target)
						: iu_hold_check(target);
	if (held == IU_E_ACCESS) {
		iu_result_say(result, IU_RESULT_DENIED, EACCES,
			"the descriptors of pid %d may not be looked at", (int)target->pid);
		return -1;
	}
	if (held <= 0) {
		iu_result_say(result, IU_RESULT_GONE, 0,
			"pid %d does not hold the socket any more", (int)target->pid);
		return -1;
	}
	/* Not reaped until now: so all that was read was of the process behind the handle. */
	if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 && errno == ESRCH) {
		iu_result_say(result, IU_RESULT_GONE, 0, "pid %d has ended", (int)target->pid);
		return -1;
	}
	return 0;
}

static int open_same(const struct iu_step_process *target, int *ret_pidfd,
	struct iu_step_result *ret_result)
{
	int proc, pidfd, ret;

	pidfd = (int)syscall(SYS_pidfd_open, target->pid, 0);
	if (pidfd < 0) {
		bool gone = errno == ESRCH || errno == EINVAL; /* EINVAL: a thread has the number */

		iu_result_say(ret_result, gone ? IU_RESULT_GONE : IU_RESULT_FAILED,
			gone ? 0 : errno, gone ? "pid %d has ended" : "no handle on pid %d",
			(int)target->pid);
		return -1;
	}
	proc = open_proc();
	if (proc < 0 || !proc_is_ours(proc)) {
		iu_result_say(ret_result, IU_RESULT_FAILED, 0,
			"the /proc that is mounted here belongs to another PID namespace");
		ret = -1;
	} else {
		ret = compare(proc, pidfd, target, ret_result);
	}
	if (proc >= 0)
		close(proc);
	if (ret < 0) {
		close(pidfd);
		return -1;
	}
	*ret_pidfd = pidfd;
	return 0;
}

int iu_identity_open(const struct iu_step_process *target, int *ret_pidfd,
	struct iu_step_result *ret_result)
{
	/* A last fence: nothing above this file may ever ask for these. */
	if (target->pid <= 1 || target->pid == getpid() || target->pid == getppid()) {
		iu_result_say(ret_result, IU_RESULT_FAILED, EPERM, "pid %d is never signalled",
			(int)target->pid);
		return -1;
	}
	return open_same(target, ret_pidfd, ret_result);
}

int iu_identity_check(const struct iu_step_process *target, struct iu_step_result *ret_result)
{
	int pidfd = -1, ret = open_same(target, &pidfd, ret_result);

	if (ret == 0)
		close(pidfd);
	/* its descriptors are the last that is looked at: it is that process */
	if (ret == 0 || ret_result->kind != IU_RESULT_DENIED)
		return ret;
	*ret_result = (struct iu_step_result){.kind = IU_RESULT_FAILED};
	return 0;
}

int iu_identity_signal(int pidfd, int signal_number, struct iu_step_result *ret_result)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) == 0)
		return 0;
	if (errno == ESRCH)
		iu_result_say(ret_result, IU_RESULT_GONE, 0, "it has ended");
	else
		iu_result_say(ret_result, errno == EPERM ? IU_RESULT_DENIED : IU_RESULT_FAILED,
			errno, "sending signal %d: %s", signal_number, iu_os_error_name(errno));
	return -1;
}

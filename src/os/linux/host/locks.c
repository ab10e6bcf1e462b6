/* os/linux/host/locks.c - the process that a lock names */
#include "os/linux/host/locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "knowledge/filesystems.h"
#include "knowledge/locks.h"
#include "os/linux/each-process.h"
#include "os/linux/file.h"
#include "os/linux/process/process.h"

#define STATUS_BYTES 4096
#define SLACK_S	     2 /* start times have whole seconds, and file systems their own clocks */

/* ---- the file ---- */

static void read_file(const char *path, struct iu_lock_found *found)
{
	struct stat status;
	ssize_t len;
	int fd;

	if (lstat(path, &status) < 0 || !S_ISREG(status.st_mode) || strlen(path) >= sizeof(found->path))
		return;
	strcpy(found->path, path);
	found->dev = status.st_dev;
	found->ino = status.st_ino;
	found->written = status.st_mtime;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_ino == found->ino &&
		status.st_dev == found->dev) {
		len = read(fd, found->text, sizeof(found->text) - 1);
		found->read = len >= 0;
		found->text[len > 0 ? len : 0] = '\0';
	}
	close(fd);
}

void iu_locks_read(const char *path, bool regular, struct iu_lock_found *ret_found)
{
	char beside[512];

	if (regular && iu_lock_row(path, strlen(path)))
		read_file(path, ret_found);
	else if (!regular && iu_lock_beside(path, strlen(path), beside, sizeof(beside)))
		read_file(beside, ret_found);
	/* what stands beside a path may be any file; a lock begins with a number */
	if (!regular && ret_found->read && !iu_locks_pid(ret_found->text))
		ret_found->path[0] = '\0';
}

/* "      4242\n", "4242", "-4242" of a PostgreSQL without its postmaster. */
int32_t iu_locks_pid(const char *text)
{
	uint64_t pid = 0;
	size_t n;

	text += strspn(text, " \t");
	text += *text == '-';
	n = iu_number(text, strlen(text), 10, &pid);
	return n && pid <= INT32_MAX && (!text[n] || strchr(" \t\r\n,", text[n])) ? (int32_t)pid : 0;
}

/* ---- the process ---- */

/* Whether the process has that number, in its own PID namespace or one around it that is seen here. */
static bool has_number(struct iu_scan *scan, const char *name, int32_t wanted)
{
	char path[64], text[STATUS_BYTES];
	const char *at;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/status", name);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	at = len > 0 ? strstr(text, "\nNSpid:") : NULL;
	if (!at)
		return atoi(name) == wanted;
	for (at += sizeof("\nNSpid:") - 1; *at == '\t' || *at == ' ';) {
		uint64_t pid = 0;
		size_t n;

		at++;
		n = iu_number(at, strlen(at), 10, &pid);
		if (n && pid == (uint64_t)wanted)
			return true;
		at += n;
	}
	return false;
}

/* Programs of that kind have such names, and whoever began later has not written the file. */
static enum iu_tri may_be_writer(const struct iu_lock_row *row, const struct iu_lock *lock,
	const struct iu_process *process)
{
	bool later = process->started > lock->written + SLACK_S;

	if (process->state == IU_PROCESS_ZOMBIE)
		return IU_NO;
	if (!row->programs[0])
		return IU_UNKNOWN;
	if (!iu_lock_is_program(row, process->name, process->exe))
		return IU_NO;
	return later ? IU_UNKNOWN : IU_YES;
}

/* The likeliest of those that have the number. */
static int consider(struct iu_scan *scan, const struct iu_lock_row *row, int32_t pid,
	struct iu_lock *lock)
{
	static const int ranks[] = {[IU_UNKNOWN] = 1, [IU_NO] = 0, [IU_YES] = 2};
	const struct iu_process *process;
	enum iu_tri writer;
	int ret = iu_process_read(scan, pid);

	if (ret == IU_E_NOMEM)
		return ret;
	process = ret < 0 ? NULL : iu_snapshot_process(scan->snapshot, pid);
	if (!process)
		return 0;
	writer = may_be_writer(row, lock, process);
	if (lock->alive == IU_YES && ranks[writer] <= ranks[lock->writer])
		return 0;
	lock->alive = IU_YES;
	lock->writer = writer;
	lock->holder = pid;
	return 0;
}

/* With hidepid= only one's own processes are there, of which pid 1 is none. */
static bool sees_all(struct iu_scan *scan)
{
	struct stat status;

	return fstatat(scan->proc, "1/status", &status, 0) == 0;
}

struct search {
	struct iu_scan *scan;
	const struct iu_lock_row *row;
	struct iu_lock *lock;
};

static int visit(void *context, int32_t pid, const char *name)
{
	struct search *search = context;

	return has_number(search->scan, name, search->lock->pid) ? consider(search->scan, search->row, pid, search->lock) : 0;
}

static int find_process(struct iu_scan *scan, const struct iu_lock_row *row, struct iu_lock *lock)
{
	struct search search = {scan, row, lock};
	int ret = iu_each_process(scan->proc, visit, &search);

	if (ret == 0 && lock->alive != IU_YES && sees_all(scan))
		lock->alive = IU_NO;
	return ret == IU_E_NOMEM ? ret : 0;
}

int iu_locks_look(struct iu_scan *scan, const struct iu_lock_found *found, struct iu_path *path)
{
	const struct iu_lock_row *row = iu_lock_row(found->path, strlen(found->path));
	struct iu_lock *lock = &path->lock;
	int ret;

	*lock = (struct iu_lock){.path = NULL};
	if (!found->path[0] || !row)
		return 0;
	lock->path = iu_arena_strdup(&scan->snapshot->arena, found->path);
	lock->dev = found->dev;
	lock->ino = found->ino;
	lock->written = found->written;
	lock->pid = found->read ? iu_locks_pid(found->text) : 0;
	lock->alive = lock->writer = IU_UNKNOWN;
	if (!found->read)
		iu_snapshot_gap(scan->snapshot, IU_FACT_PATHS, 0, "which process the lock names", "EACCES",
			"run as its owner or as root");
	if (!lock->pid || scan->proc < 0)
		return 0;
	lock->outer = !iu_scan_initial_pids(scan);
	ret = find_process(scan, row, lock);
	/* on a file system of others the process may be one of another machine, whatever has its number here */
	if (path->fs_type && iu_filesystem(path->fs_type)->waits && lock->writer != IU_YES)
		lock->alive = lock->writer = IU_UNKNOWN;
	return ret;
}

/* os/linux/holders/kcmp.c - whether a process has a file that is known from another process */
#include "os/linux/holders/kcmp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/linux/file.h"

#define GAPS_MAX    16 /* numbers without a file, beyond as many as there are files */
#define BEHIND	    4  /* numbers behind the last file that must be free */
#define THREADS_MAX 4096

/* The size of PID/fd is the number of its descriptors (Linux 6.2; before: 0). Returns: -1: gone. */
static int64_t count_files(int proc, int32_t pid)
{
	struct stat status;
	char path[32];

	snprintf(path, sizeof(path), "%d/fd", (int)pid);
	return fstatat(proc, path, &status, 0) == 0 ? (int64_t)status.st_size : -1;
}

bool iu_kcmp_possible(int proc)
{
	int32_t self = (int32_t)getpid();

	return proc >= 0 && count_files(proc, self) > 0 &&
	       syscall(SYS_kcmp, self, self, KCMP_FILE, proc, proc) == 0;
}

enum place { FREE, OTHER, SAME, DOUBT };

static enum place compare(int32_t pid, int64_t fd, const struct iu_known *known, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		long order = syscall(SYS_kcmp, pid, known[i].pid, KCMP_FILE, fd, known[i].fd);

		if (order == 0)
			return SAME;
		if (order < 0)
			return errno == EBADF && i == 0 ? FREE : DOUBT;
	}
	return OTHER;
}

/* Numbers are tried from 0 until as many files were found as there are. */
static bool table_has_none(int proc, int32_t pid, const struct iu_known *known, size_t n)
{
	int64_t count = count_files(proc, pid), found = 0, fd;

	if (count < 0)
		return false;
	for (fd = 0; found < count; fd++) {
		enum place place = compare(pid, fd, known, n);

		if (place == SAME || place == DOUBT || fd > 2 * count + GAPS_MAX)
			return false;
		found += place == OTHER;
	}
	/* What was opened below meanwhile would have hidden the last ones. */
	for (int i = 0; i < BEHIND && count > 0; i++)
		if (compare(pid, fd + i, known, 1) != FREE)
			return false;
	return count == 0 || count_files(proc, pid) == count;
}

static bool one_table(int proc, int32_t pid)
{
	struct iu_entries entries = {0};
	struct stat status;
	const char *name;
	char path[32];
	bool one = true;
	int error = 0, count = 0;

	snprintf(path, sizeof(path), "%d/task", (int)pid);
	if (fstatat(proc, path, &status, 0) < 0)
		return false;
	if (status.st_nlink <= 3) /* 2 and the number of threads (proc_task_getattr()) */
		return true;
	entries.fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entries.fd < 0)
		return false;
	while (one && (name = iu_entries_next(&entries, &error))) {
		uint64_t tid = 0;

		if (iu_number(name, strlen(name), 10, &tid) > 0)
			one = ++count <= THREADS_MAX &&
			      syscall(SYS_kcmp, pid, (int32_t)tid, KCMP_FILES, 0, 0) == 0;
	}
	close(entries.fd);
	return one && error == 0;
}

bool iu_kcmp_none(int proc, int32_t pid, const struct iu_known *known, size_t n)
{
	return table_has_none(proc, pid, known, n) && one_table(proc, pid);
}

/* ---- the rest of the holders ---- */

#define KNOWN_MAX 2 /* with more files to compare reading links is faster */

/* One holder of each wanted socket, to compare with. */
struct comparison {
	struct iu_proc_walk *walk;
	struct iu_known known[KNOWN_MAX];
	size_t hold[KNOWN_MAX], n; /* hold: into snapshot->holds */
};

static bool still_known(const struct iu_proc_walk *walk, const struct iu_hold *hold)
{
	return iu_proc_walk_leads(walk->scan, hold->pid, hold->tid, hold->fd, hold->inode);
}

static bool know(struct comparison *comparison)
{
	const struct iu_proc_walk *walk = comparison->walk;
	const struct iu_holds *holds = &walk->scan->snapshot->holds;
	const char *wanted = secure_getenv("INUSE_QUICK");
	const struct iu_proc_walk_inode *row;
	size_t i;

	if (walk->scan->plain || HASH_COUNT(walk->inodes) > KNOWN_MAX ||
		walk->scan->self != (int32_t)getpid() ||
		(wanted && !strcmp(wanted, "exhaustive")) || !iu_kcmp_possible(walk->scan->proc))
		return false;
	for (row = walk->inodes; row; row = row->hh.next) {
		for (i = 0; i < holds->n; i++)
			if (holds->v[i].inode == row->inode && still_known(walk, &holds->v[i]))
				break;
		if (i == holds->n)
			return false;
		comparison->hold[comparison->n] = i;
		comparison->known[comparison->n++] = (struct iu_known){
			holds->v[i].tid ? holds->v[i].tid : holds->v[i].pid, holds->v[i].fd};
	}
	return true;
}

static bool all_known(const struct comparison *comparison)
{
	const struct iu_holds *holds = &comparison->walk->scan->snapshot->holds;

	for (size_t i = 0; i < comparison->n; i++)
		if (!still_known(comparison->walk, &holds->v[comparison->hold[i]]))
			return false;
	return true;
}

/* Whoever is not known to have none of them. */
static int visit(void *context, int32_t pid, const char *name)
{
	const struct comparison *comparison = context;
	struct iu_proc_walk *walk = comparison->walk;

	(void)name;
	if (iu_proc_walk_passed(walk, pid) || (pid != walk->scan->self &&
			iu_kcmp_none(walk->scan->proc, pid, comparison->known, comparison->n)))
		return 0;
	return iu_proc_walk_process(walk, pid);
}

int iu_kcmp_walk(struct iu_proc_walk *walk)
{
	struct comparison comparison = {.walk = walk};
	int ret;

	if (!know(&comparison))
		return 0;
	ret = iu_proc_walk_each(walk, visit, &comparison);
	return ret < 0 ? ret : all_known(&comparison);
}

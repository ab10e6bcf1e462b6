/* run/linux/proc-files.c - the files that /proc has of a thread */
#include "run/linux/proc-files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"

#define PATH_BYTES 64

void iu_run_proc_files_close(struct iu_run_proc_files *files)
{
	int *fds[] = {&files->folder, &files->status, &files->cgroup, &files->label};

	for (size_t i = 0; i < IU_COUNT(fds) && files->folder >= 0; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	*files = (struct iu_run_proc_files){.folder = -1};
}

int iu_run_proc_files_open(int32_t tid, struct iu_run_proc_files *ret_files)
{
	struct iu_run_proc_files files = {.tid = tid};
	char path[PATH_BYTES] = "/proc/self";

	if (tid)
		snprintf(path, sizeof(path), "/proc/%d", (int)tid);
	files.folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files.folder < 0)
		return IU_E_GONE;
	files.status = openat(files.folder, "status", O_RDONLY | O_CLOEXEC);
	files.cgroup = openat(files.folder, "cgroup", O_RDONLY | O_CLOEXEC);
	files.label = openat(files.folder, "attr/current", O_RDONLY | O_CLOEXEC);
	*ret_files = files;
	return 0;
}

static void path_of(int32_t pid, const char *name, char path[PATH_BYTES])
{
	if (pid)
		snprintf(path, PATH_BYTES, "/proc/%d/%s", (int)pid, name);
	else
		snprintf(path, PATH_BYTES, "/proc/%s", name);
}

/* Each of them is one record: the kernel gives it in one read() that has the room. */
ssize_t iu_run_proc_files_text(int32_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_BYTES];
	ssize_t len;
	int fd;

	path_of(pid, name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do
		len = read(fd, text, size - 1);
	while (len < 0 && errno == EINTR);
	len = len < 0 ? -errno : len;
	close(fd);
	if (len >= 0)
		text[len] = '\0';
	return len;
}

ssize_t iu_run_proc_files_link(int32_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_BYTES];
	ssize_t len;

	path_of(pid, name, path);
	len = readlink(path, text, size - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return len;
}

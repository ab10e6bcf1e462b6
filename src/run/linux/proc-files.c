/* run/linux/proc-files.c - the files that /proc has of a thread */
#include "run/linux/proc-files.h"

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

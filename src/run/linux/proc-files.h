/* run/linux/proc-files.h - the files that /proc has of a thread */
#ifndef IU_RUN_LINUX_PROC_FILES_H
#define IU_RUN_LINUX_PROC_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The files of a thread, kept open: reading them again takes a third of the time, and they mean that
 * thread for ever, whoever gets its number later. {.folder = -1} is closed.
 */
struct iu_run_proc_files {
	int32_t tid; /* 0: this process */
	int folder, status, cgroup, label;
};

/** iu_run_proc_files_open() - opens those of @tid. Returns: 0, IU_E_GONE. */
int iu_run_proc_files_open(int32_t tid, struct iu_run_proc_files *ret_files);

/** iu_run_proc_files_close() - closes them. */
void iu_run_proc_files_close(struct iu_run_proc_files *files);

/**
 * iu_run_proc_files_text() - what a file of @pid says, iu_run_proc_files_link() - where a link leads
 * @name: below its folder; with pid 0 below /proc
 * @text: NUL-terminated; at most size - 1 bytes are filled
 * Returns: how many there are, or -errno.
 */
ssize_t iu_run_proc_files_text(int32_t pid, const char *name, char *text, size_t size);
ssize_t iu_run_proc_files_link(int32_t pid, const char *name, char *text, size_t size);

#endif

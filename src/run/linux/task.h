/* run/linux/task.h - looks at the thread that waits: its memory and its socket */
#ifndef IU_RUN_LINUX_TASK_H
#define IU_RUN_LINUX_TASK_H

#include "base/text.h"
#include "model/question.h"

/** iu_run_task_memory() - copies @len bytes of its memory, once. Returns: 0, IU_E_ACCESS. */
int iu_run_task_memory(int32_t tid, uint64_t address, void *buffer, size_t len);

/** iu_run_task_handle() - a pidfd of the process; the caller's. Returns: it, or -1. */
int iu_run_task_handle(int32_t tgid);

/** iu_run_task_descriptor() - a duplicate of descriptor @fd. Returns: it, or -1. */
int iu_run_task_descriptor(int handle, int fd);

#endif

/* run/linux/task.c - looks at the thread that waits: its memory and its socket */
#include "run/linux/task.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/err.h"

int iu_run_task_memory(int32_t tid, uint64_t address, void *buffer, size_t len)
{
	struct iovec here = {.iov_base = buffer, .iov_len = len};
	struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = len};

	if (tid <= 0 || process_vm_readv(tid, &here, 1, &there, 1, 0) != (ssize_t)len)
		return IU_E_ACCESS;
	return 0;
}

int iu_run_task_handle(int32_t tgid)
{
	return tgid > 0 ? (int)syscall(SYS_pidfd_open, tgid, 0) : -1;
}

int iu_run_task_descriptor(int handle, int fd)
{
	return handle < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, handle, fd, 0);
}

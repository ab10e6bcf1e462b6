/* os/linux/process/proc-syscall.c - what a thread waits for: /proc/PID/task/TID/syscall */
#include "os/linux/process/proc-syscall.h"

#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/system-calls.h"

static const struct {
	long number;
	enum iu_wait_kind kind;
} calls[] = {
	{IU_SYS_accept, IU_WAIT_FD},
	{IU_SYS_accept4, IU_WAIT_FD},
	{IU_SYS_recv, IU_WAIT_FD},
	{IU_SYS_recvfrom, IU_WAIT_FD},
	{IU_SYS_recvmsg, IU_WAIT_FD},
	{IU_SYS_recvmmsg, IU_WAIT_FD},
	{IU_SYS_recvmmsg_time64, IU_WAIT_FD},
	{IU_SYS_read, IU_WAIT_FD},
	{IU_SYS_readv, IU_WAIT_FD},
	{IU_SYS_epoll_wait, IU_WAIT_EPOLL},
	{IU_SYS_epoll_pwait, IU_WAIT_EPOLL},
	{IU_SYS_epoll_pwait2, IU_WAIT_EPOLL},
	{IU_SYS_poll, IU_WAIT_POLL},
	{IU_SYS_ppoll, IU_WAIT_POLL},
	{IU_SYS_ppoll_time64, IU_WAIT_POLL},
	{IU_SYS_select, IU_WAIT_SELECT},
	{IU_SYS__newselect, IU_WAIT_SELECT},
	{IU_SYS_pselect6, IU_WAIT_SELECT},
	{IU_SYS_pselect6_time64, IU_WAIT_SELECT},
	{IU_SYS_restart_syscall, IU_WAIT_UNCLEAR}, /* what it continues is not told */
	{IU_SYS_io_getevents, IU_WAIT_UNCLEAR},
	{IU_SYS_io_pgetevents, IU_WAIT_UNCLEAR},
	{IU_SYS_io_uring_enter, IU_WAIT_UNCLEAR},
	{IU_SYS_rt_sigreturn, IU_WAIT_UNCLEAR},
};

int iu_proc_syscall_parse(const char *bytes, size_t len, struct iu_proc_syscall *ret_syscall)
{
	struct iu_proc_syscall call = {0};
	uint64_t value = 0;
	size_t at, took;

	if (len >= 7 && memcmp(bytes, "running", 7) == 0) {
		*ret_syscall = call;
		return 0;
	}
	if (len >= 2 && memcmp(bytes, "-1", 2) == 0) {
		call.number = -1;
		*ret_syscall = call;
		return 0;
	}
	at = iu_number(bytes, len, 10, &value);
	if (at == 0 || value > INT32_MAX)
		return IU_E_PROTO;
	call.number = (int64_t)value;
	for (size_t i = 0; i < IU_COUNT(call.argument); i++) {
		if (len - at < 4 || memcmp(bytes + at, " 0x", 3) != 0)
			return IU_E_PROTO;
		took = iu_number(bytes + at + 3, len - at - 3, 16, &call.argument[i]);
		if (took == 0)
			return IU_E_PROTO;
		at += 3 + took;
	}
	call.asleep = true;
	*ret_syscall = call;
	return 0;
}

enum iu_wait_kind iu_proc_syscall_wait(int64_t number)
{
	for (size_t i = 0; i < IU_COUNT(calls); i++)
		if (calls[i].number == number)
			return calls[i].kind;
	return IU_WAIT_OTHER;
}

/* The numbers of system calls are others in a program of another word size. */
bool iu_proc_syscall_is_foreign(int proc, int32_t pid)
{
	char path[64], head[6];

	snprintf(path, sizeof(path), "%d/exe", (int)pid);
	if (iu_file_read(proc, path, head, sizeof(head)) < 5)
		return true;
	return memcmp(head, "\177ELF", 4) != 0 || head[4] != (sizeof(long) == 8 ? 2 : 1);
}

bool iu_proc_syscall_memory(
	const struct iu_scan *scan, int32_t pid, uint64_t address, void *to, size_t len)
{
	struct iovec local = {to, len}, remote = {(void *)(uintptr_t)address, len};

	return !scan->plain && process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)len;
}

/* os/linux/process/proc-syscall.h - what a thread waits for: /proc/PID/task/TID/syscall */
#ifndef IU_OS_LINUX_PROCESS_PROC_SYSCALL_H
#define IU_OS_LINUX_PROCESS_PROC_SYSCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/linux/scan.h"

/* One line of /proc/PID/task/TID/syscall. */
struct iu_proc_syscall {
	bool asleep; /* in a system call; false: running, or stopped outside of one */
	int64_t number;
	uint64_t argument[6];
};

/** iu_proc_syscall_parse() - "running", "-1 0x… 0x…" or "232 0x4 0x… …". Returns: 0, IU_E_PROTO. */
int iu_proc_syscall_parse(const char *bytes, size_t len, struct iu_proc_syscall *ret_syscall);

/* How the arguments of a call that waits name descriptors. */
enum iu_wait_kind {
	IU_WAIT_OTHER,   /* for something that is no descriptor, or for nothing we know */
	IU_WAIT_FD,      /* on the descriptor that is the first argument */
	IU_WAIT_EPOLL,   /* on the epoll descriptor that is the first argument; closed ones leave its set */
	IU_WAIT_POLL,    /* on an array of struct pollfd, the first argument; the second counts */
	IU_WAIT_SELECT,  /* on a set of descriptors: the first argument counts, the second is read from */
	IU_WAIT_UNCLEAR, /* perhaps on one: the arguments do not tell */
};

/** iu_proc_syscall_wait() - by the number of a system call of this architecture. */
enum iu_wait_kind iu_proc_syscall_wait(int64_t number);

/** iu_proc_syscall_is_foreign() - the program has another word size: its calls have other numbers. */
bool iu_proc_syscall_is_foreign(int proc, int32_t pid);

/**
 * iu_proc_syscall_memory() - what an argument of a call points to, in the memory of another process
 * Returns: all of it was read. Never in a plain look: a sandbox may not know process_vm_readv().
 */
bool iu_proc_syscall_memory(
	const struct iu_scan *scan, int32_t pid, uint64_t address, void *to, size_t len);

#endif

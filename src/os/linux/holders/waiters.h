/* os/linux/holders/waiters.h - what a thread waits for, from the text files of /proc */
#ifndef IU_OS_LINUX_HOLDERS_WAITERS_H
#define IU_OS_LINUX_HOLDERS_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One line of /proc/PID/task/TID/syscall. */
struct iu_syscall {
	bool asleep; /* in a system call; false: running, or stopped outside of one */
	int64_t number;
	uint64_t argument[6];
};

/** iu_syscall_parse() - "running", "-1 0x… 0x…" or "232 0x4 0x… …". Returns: 0, IU_E_PROTO. */
int iu_syscall_parse(const char *bytes, size_t len, struct iu_syscall *ret_syscall);

/* How the arguments of a call that waits name descriptors. */
enum iu_wait {
	IU_WAIT_OTHER,
	IU_WAIT_DESCRIPTOR, /* the first argument is one */
	IU_WAIT_POLL,	    /* the first argument is an array of struct pollfd, the second counts */
	IU_WAIT_SELECT,	    /* the first argument counts, the second is a set to read from */
};

/** iu_wait_of() - by the number of a system call of this architecture. */
enum iu_wait iu_wait_of(int64_t number);

/** iu_foreign_words() - the program has another word size: its calls have other numbers. */
bool iu_foreign_words(int proc, int32_t pid);

/* One "tfd:" line of an epoll descriptor's fdinfo. */
struct iu_epoll_target {
	int32_t fd;
	bool inode_known; /* since Linux 4.13 */
	uint64_t inode;
	uint32_t dev; /* the kernel's own number of the file system */
};

/** iu_epoll_line() - reads one line of fdinfo. Returns: 1, or 0 for any other line. */
int iu_epoll_line(const char *line, size_t len, struct iu_epoll_target *ret_target);

/** iu_switches_parse() - the sum of both kinds of context switches in /proc/…/status; -1: none. */
int64_t iu_switches_parse(const char *bytes, size_t len);

#endif

/* os/linux/holders/waiters.h - who waits on a socket, from the text files of /proc */
#ifndef IU_OS_LINUX_HOLDERS_WAITERS_H
#define IU_OS_LINUX_HOLDERS_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

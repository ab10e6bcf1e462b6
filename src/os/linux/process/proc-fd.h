/* os/linux/process/proc-fd.h - descriptors of a process: /proc/PID/fd, /proc/PID/fdinfo, duplicates */
#ifndef IU_OS_LINUX_PROCESS_PROC_FD_H
#define IU_OS_LINUX_PROCESS_PROC_FD_H

#include <stddef.h>
#include <stdint.h>

#include "os/linux/scan.h"

/**
 * iu_proc_fd_socket() - the inode of "socket:[12345]"
 * Returns: 1, or 0 for any other text.
 */
int iu_proc_fd_socket(const char *link, size_t len, uint64_t *ret_inode);

/**
 * iu_proc_fd_flags() - the open flags in /proc/PID/fdinfo/FD ("flags:\t02000002")
 * Returns: 0, IU_E_PROTO.
 */
int iu_proc_fd_flags(const char *bytes, size_t len, uint64_t *ret_flags);

/**
 * iu_proc_fd_duplicate() - a descriptor of a process as one of our own, by pidfd_getfd(); our own by fcntl()
 * @tid: a thread with a table of its own; 0: the process
 *
 * It makes us a holder of the file: between iu_lock_fds() and iu_lock_fds_end(), and closed at once.
 * Returns: the descriptor, -errno; -ENOSYS in a plain look: a sandbox may not know the call.
 */
int iu_proc_fd_duplicate(const struct iu_scan *scan, int32_t pid, int32_t tid, int32_t fd);

#endif

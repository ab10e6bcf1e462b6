/* os/linux/process/proc-fd.h - the links of /proc/PID/fd and the texts of /proc/PID/fdinfo */
#ifndef IU_OS_LINUX_PROCESS_PROC_FD_H
#define IU_OS_LINUX_PROCESS_PROC_FD_H

#include <stddef.h>
#include <stdint.h>

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

#endif

/* os/linux/holders.h - which descriptors keep a socket alive */
#ifndef IU_OS_LINUX_HOLDERS_H
#define IU_OS_LINUX_HOLDERS_H

#include <stddef.h>
#include <stdint.h>

#include "os/linux/look.h"

/**
 * iu_socket_link() - the inode of "socket:[12345]"
 * Returns: 1, or 0 for any other text.
 */
int iu_socket_link(const char *link, size_t len, uint64_t *ret_inode);

/**
 * iu_fdinfo_flags() - the open flags in /proc/PID/fdinfo/FD ("flags:\t02000002")
 * Returns: 0, IU_E_PROTO.
 */
int iu_fdinfo_flags(const char *bytes, size_t len, uint64_t *ret_flags);

/** iu_wants_inode() - whether holders of a socket are wanted; a linear search. */
bool iu_wants_inode(const struct iu_wants *wants, uint64_t inode);

/** iu_initial_pids() - whether our pids and those of /proc are those of the initial PID namespace. */
bool iu_initial_pids(const struct iu_look *look);

#endif

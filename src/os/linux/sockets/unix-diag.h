/* os/linux/sockets/unix-diag.h - UNIX sockets through NETLINK_SOCK_DIAG */
#ifndef IU_OS_LINUX_SOCKETS_UNIX_DIAG_H
#define IU_OS_LINUX_SOCKETS_UNIX_DIAG_H

#include <stddef.h>

#include "model/socket.h"

/**
 * iu_unix_diag_parse() - the socket of one answer
 * @payload: what follows the netlink header: struct unix_diag_msg and attributes, @len bytes of
 *	any content and alignment
 * @ret_socket: path points into @payload
 *
 * Returns: 1: written, 0: a socket without a name, IU_E_PROTO: too short.
 */
int iu_unix_diag_parse(const void *payload, size_t len, struct iu_socket *ret_socket);

/** iu_kernel_dev() - st_dev for the kernel's own device number (major << 20 | minor). */
uint64_t iu_kernel_dev(uint32_t dev);

#endif

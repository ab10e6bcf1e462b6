/* os/linux/sockets/options.h - socket options through a descriptor */
#ifndef IU_OS_LINUX_SOCKETS_OPTIONS_H
#define IU_OS_LINUX_SOCKETS_OPTIONS_H

#include "base/arena.h"
#include "model/socket.h"

/**
 * iu_options_take() - reads the options of @sock from @fd, whatever socket it was thought to be
 * Returns: 0, IU_E_SYSTEM: refused, IU_E_NOMEM.
 */
int iu_options_take(int fd, struct iu_arena *arena, struct iu_socket *sock);

/**
 * iu_options_read() - reads the options of @sock from @fd, a descriptor of the same socket
 * Returns: 0, IU_E_GONE: it is another socket, IU_E_SYSTEM: refused, IU_E_NOMEM.
 */
int iu_options_read(int fd, struct iu_arena *arena, struct iu_socket *sock);

#endif

/* os/linux/sockets/proc-net.h - sockets from the text files of /proc/net, where netlink is refused */
#ifndef IU_OS_LINUX_SOCKETS_PROC_NET_H
#define IU_OS_LINUX_SOCKETS_PROC_NET_H

#include <stddef.h>

#include "model/socket.h"
#include "os/linux/scan.h"

/**
 * iu_proc_net_line() - the socket of one line of /proc/net/{tcp,tcp6,udp,udp6}
 * Returns: 1: *ret_socket is written, 0: no socket with a port (the heading), IU_E_PROTO: odd.
 */
int iu_proc_net_line(const char *line, size_t len, enum iu_protocol protocol, bool ipv6,
	struct iu_socket *ret_socket);

/**
 * iu_proc_net_unix_line() - the socket of one line of /proc/net/unix
 * @ret_socket: path points into @line and has no NUL behind it
 * Returns: 1, 0: the heading or a socket without a name, IU_E_PROTO.
 */
int iu_proc_net_unix_line(const char *line, size_t len, struct iu_socket *ret_socket);

/**
 * iu_proc_net_inet() - adds what a text file shows, and a gap for what it cannot show
 * @refusal: why netlink was not to be had, IU_E_*
 * Returns: 0, IU_E_NOMEM.
 */
int iu_proc_net_inet(struct iu_scan *scan, enum iu_protocol protocol, bool ipv6, int refusal);

/** iu_proc_net_unix() - the same for /proc/net/unix. */
int iu_proc_net_unix(struct iu_scan *scan, int refusal);

#endif

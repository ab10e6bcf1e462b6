/* os/linux/sockets/tcp-states.h - the states of sockets as the kernel numbers them */
#ifndef IU_OS_LINUX_SOCKETS_TCP_STATES_H
#define IU_OS_LINUX_SOCKETS_TCP_STATES_H

#include <stdint.h>

#include "model/socket.h"

/* Numbers of include/net/tcp_states.h: the UAPI headers have the older half of them only. */
enum {
	IU_TCP_ESTABLISHED = 1,
	IU_TCP_CLOSE = 7,
	IU_TCP_LISTEN = 10,
	IU_TCP_BOUND_INACTIVE = 13,
};

/**
 * iu_tcp_state() - the state behind a number of include/net/tcp_states.h, as sock_diag and /proc/net
 * have it; UDP has two of them only.
 */
enum iu_state iu_tcp_state(uint64_t number, enum iu_protocol protocol);

#endif

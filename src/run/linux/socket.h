/* run/linux/socket.h - what a socket of the command is and has set, seen through a duplicate */
#ifndef IU_RUN_LINUX_SOCKET_H
#define IU_RUN_LINUX_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"

/* What a socket is and has set. */
struct iu_run_socket {
	int domain, type, protocol;
	bool inet;                  /* TCP or UDP over IPv4 or IPv6 */
	bool plain;                 /* of another protocol, which looks at nothing of who calls bind() */
	bool bound;                 /* it has an address */
	bool nonlocal;              /* may bind addresses that are not there (IP_FREEBIND and the like) */
	enum iu_protocol carries;
	bool reuseaddr, reuseport;
	enum iu_tri v6only;
	uint32_t ifindex;
	char device[16];
};

/** iu_run_socket_read() - through a duplicate. Returns: 0, IU_E_INPUT: no socket. */
int iu_run_socket_read(int fd, struct iu_run_socket *ret_socket);

/** iu_run_socket_is_bound() - it has an address: a port, or of UNIX a name. */
bool iu_run_socket_is_bound(int fd);

/** iu_run_socket_protocol() - "UDP-Lite", "vsock"; NULL: TCP, UDP, UNIX or not known. Static. */
const char *iu_run_socket_protocol(const struct iu_run_socket *socket);

/** iu_run_socket_options() - the options that only matter for an explanation or a look-alike. */
void iu_run_socket_options(int fd, struct iu_run_socket *socket);

#endif

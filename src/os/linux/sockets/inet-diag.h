/* os/linux/sockets/inet-diag.h - TCP and UDP sockets through NETLINK_SOCK_DIAG */
#ifndef IU_OS_LINUX_SOCKETS_INET_DIAG_H
#define IU_OS_LINUX_SOCKETS_INET_DIAG_H

#include <stddef.h>
#include <stdint.h>

#include "model/needs.h"
#include "model/socket.h"
#include "os/linux/sockets/netlink.h"

/**
 * iu_inet_diag_parse() - the socket of one answer
 * @payload: what follows the netlink header: struct inet_diag_msg and attributes, @len bytes of
 *	any content and alignment
 *
 * A socket of an unknown family or without a port (it holds none) is not written.
 * Returns: 1: *ret_socket is written, 0: nothing of interest, IU_E_PROTO: too short.
 */
int iu_inet_diag_parse(
	const void *payload, size_t len, enum iu_protocol protocol, struct iu_socket *ret_socket);

/**
 * iu_inet_diag_filter() - bytecode that lets pass what has one of the wanted local ports
 * @extra: one more port (our feature test), 0: none
 * @automatic: only sockets whose port the system chose, too
 * @code: receives it; @size bytes
 *
 * Source of the format: net/ipv4/inet_diag.c, inet_diag_bc_audit() and inet_diag_bc_run().
 * Returns: the length; 0: no filter is needed, or there are too many ranges for one: the caller
 * drops what it does not want, which it has to do anyway.
 */
size_t iu_inet_diag_filter(
	const struct iu_needs *needs, uint16_t extra, bool automatic, void *code, size_t size);

/**
 * iu_inet_diag_servers() - hands each TCP listener or unconnected UDP socket to @take, of both families
 * @netlink: NETLINK_SOCK_DIAG, of whatever network namespace
 * @port: only those that have it, 0: all
 * @take: what it is handed has no device and is gone afterwards
 *
 * Returns: 0, IU_E_AGAIN: it may lack something, IU_E_* of a refusal.
 */
int iu_inet_diag_servers(struct iu_netlink *netlink, enum iu_protocol protocol, uint16_t port,
	void (*take)(void *context, const struct iu_socket *sock), void *context);

#endif

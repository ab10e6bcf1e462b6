/* os/linux/sockets/bind-bucket.h - the TCP sockets of a few ports, without a walk over all of the machine */
#ifndef IU_OS_LINUX_SOCKETS_BIND_BUCKET_H
#define IU_OS_LINUX_SOCKETS_BIND_BUCKET_H

#include <stdbool.h>

#include "os/linux/bpf/rows.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/netlink.h"

/**
 * iu_bind_bucket_is_empty() - whether no TCP socket of this network namespace has the port
 *
 * One bind() to [::] for both families, without options: it fails on any socket that owns the port,
 * whatever its state, address and options, and then changes nothing (inet_csk_get_port()); where it
 * succeeds nobody was there. Undone at once. False says nothing: a limit or a policy refuses too.
 */
bool iu_bind_bucket_is_empty(uint16_t port);

/** What iu_bind_bucket_collect() does with a message of sock_diag that describes a socket. */
typedef int iu_bind_bucket_sink(void *context, const struct nlmsghdr *message);

/**
 * iu_bind_bucket_collect() - the sockets of all wanted ports, out of the kernel's own list of owners
 * @sink: gets sock_diag's description of each socket that it can look up, as a dump would give it
 *
 * Sockets that sock_diag cannot look up one by one (bound only) are added from the list itself, and
 * to all of them is added what only the list says: options, who chose the port, the open file.
 * Returns: 1: all is there, 0: not to be had here, and nothing was changed; IU_E_NOMEM, or what
 * @sink returned.
 */
int iu_bind_bucket_collect(struct iu_scan *scan, struct iu_netlink *netlink, iu_bind_bucket_sink *sink,
	void *context);

/**
 * iu_bind_bucket_decode() - a socket as the kernel has it, in our words
 * Returns: false: it is none of the Internet, or of another port.
 */
bool iu_bind_bucket_decode(
	const struct iu_bpf_socket *row, uint16_t port, struct iu_socket *ret_socket);

/** iu_bind_bucket_address() - the same of an address; @family: AF_INET or AF_INET6 */
struct iu_address iu_bind_bucket_address(
	unsigned int family, const uint8_t bytes[16], uint32_t ifindex);

/** iu_bind_bucket_cache() - the same of the kernel's shortcut past the walk over all owners */
struct iu_reuse_cache iu_bind_bucket_cache(const struct iu_bpf_cache *cache, uint16_t port);

#endif

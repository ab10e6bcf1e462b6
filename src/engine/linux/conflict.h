/* engine/linux/conflict.h - who blocks whom on Linux, as a pure function of sockets and options */
#ifndef IU_ENGINE_LINUX_CONFLICT_H
#define IU_ENGINE_LINUX_CONFLICT_H

#include "engine/conflict.h"

/**
 * iu_linux_conflict() - whether holder @s stands in the way of @r
 *
 * Ports are compared; the caller leaves out @r's own socket. Rules of TCP bind()/listen()
 * (inet_csk_get_port, inet_bhash2_conflict) and of UDP bind() (udp_lib_lport_inuse) for kernels
 * from 6.1 on; older TCP kernels use the UDP overlap.
 */
struct iu_conflict iu_linux_conflict(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel);

/**
 * iu_linux_outcome() - what bind() of @r (port != 0), and equally its listen(), would say
 * @skip: index of @r's own socket among @sockets, SIZE_MAX: none
 */
struct iu_outcome iu_linux_outcome(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel);

/** iu_linux_needs_device() - a link-local address, or IPv6 multicast of a link: its scope is a device. */
bool iu_linux_needs_device(const struct iu_address *address);

#endif

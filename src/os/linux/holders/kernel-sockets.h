/* os/linux/holders/kernel-sockets.h - ports that parts of the kernel use by themselves: the answers parsed */
#ifndef IU_OS_LINUX_HOLDERS_KERNEL_SOCKETS_H
#define IU_OS_LINUX_HOLDERS_KERNEL_SOCKETS_H

#include <stddef.h>

#include "model/snapshot.h"

/* One answer; a name points into the bytes. */
struct iu_kernel_link {
	struct iu_kernel_use use; /* port 0: none told */
	uint32_t ifindex;
	size_t name_len;
	bool up;
};

/**
 * iu_kernel_link() - a tunnel interface in an RTM_NEWLINK message
 * @payload: what follows the netlink header: struct ifinfomsg and attributes, @len bytes of any
 *	content and alignment
 *
 * Returns: 1, 0: an interface of no such kind, IU_E_PROTO.
 */
int iu_kernel_link(const void *payload, size_t len, struct iu_kernel_link *ret_link);

/**
 * iu_kernel_answer() - the port in an answer of a generic netlink family
 * @user: MPTCP, WIREGUARD, FOU or L2TP
 * @payload: what follows the netlink header: struct genlmsghdr and attributes
 *
 * Returns: 1, 0: no port in it, IU_E_PROTO.
 */
int iu_kernel_answer(enum iu_kernel_user user, const void *payload, size_t len,
	struct iu_kernel_use *ret_use);

/** iu_kernel_family() - the number of the family of that name in an answer of its list, 0: none. */
uint16_t iu_kernel_family(const void *payload, size_t len, const char *name);

/** iu_kernel_portlist() - a line of /proc/fs/nfsd/portlist: "tcp 2049". Returns: 1, 0. */
int iu_kernel_portlist(const char *line, size_t len, struct iu_kernel_use *ret_use);

#endif

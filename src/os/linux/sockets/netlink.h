/* os/linux/sockets/netlink.h - one dump request to the kernel, repeated when it was interrupted */
#ifndef IU_OS_LINUX_SOCKETS_NETLINK_H
#define IU_OS_LINUX_SOCKETS_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>

/* Room for a request with a bytecode filter. */
#define IU_NETLINK_REQUEST 8192

struct iu_netlink {
	struct mnl_socket *socket;
	char *buffer;
	size_t size;
	unsigned int seq;
};

/* What is done with one answer. Messages are checked to lie within the bytes received. */
struct iu_netlink_sink {
	/* one message; returns 0, or IU_E_* which ends the dump */
	int (*message)(void *context, const struct nlmsghdr *message);
	/* forget what came so far: the dump starts anew; NULL: nothing to forget */
	void (*restart)(void *context);
	void *context;
};

/**
 * iu_netlink_open() - a socket for NETLINK_SOCK_DIAG or NETLINK_ROUTE
 * Returns: 0, IU_E_NOMEM, or -errno turned into IU_E_* by iu_error_from().
 */
int iu_netlink_open(int bus, struct iu_netlink *ret_netlink);

/** iu_netlink_close() - closes it; an unopened one is fine. */
void iu_netlink_close(struct iu_netlink *netlink);

/**
 * iu_netlink_dump() - sends @request and hands every message of the answer to @sink
 * @request: NLM_F_REQUEST | NLM_F_DUMP; gets its sequence number here
 * @ret_errno: the kernel's own errno where it refused; may be NULL
 *
 * A dump that the kernel marks as interrupted, or that overran the receive buffer, is repeated up
 * to five times. Returns: 0; IU_E_AGAIN: interrupted each time, what was seen may lack something;
 * IU_E_ACCESS, IU_E_NOTSUP, IU_E_IO, IU_E_PROTO, IU_E_NOMEM, or what the sink returned.
 */
int iu_netlink_dump(struct iu_netlink *netlink, struct nlmsghdr *request,
	const struct iu_netlink_sink *sink, int *ret_errno);

/**
 * iu_netlink_walk() - hands each message of received bytes to @sink: the parse half
 * @bytes: aligned like a received datagram, @len bytes of any content
 *
 * Returns: 1: more datagrams follow, 0: the answer is complete, -errno (-EINTR: interrupted), or
 * in *@ret_sink the error of the sink.
 */
int iu_netlink_walk(const void *bytes, size_t len, unsigned int seq, unsigned int portid,
	const struct iu_netlink_sink *sink, int *ret_sink);

#endif

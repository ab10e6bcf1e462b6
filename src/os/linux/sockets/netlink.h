/* os/linux/sockets/netlink.h - netlink: a request, the kernel's answer, the attributes of a message */
#ifndef IU_OS_LINUX_SOCKETS_NETLINK_H
#define IU_OS_LINUX_SOCKETS_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for a request with a bytecode filter. */
#define IU_NETLINK_REQUEST 8192

/* Begun by iu_netlink_begin(). */
struct iu_netlink_request {
	struct nlmsghdr head;
	char body[IU_NETLINK_REQUEST];
	bool overrun; /* something had no room: it is never sent */
};

/* Some of the bytes of a message; they stay where they are. */
struct iu_netlink_bytes {
	const char *at;
	size_t len;
};

/* An open socket; all zeroes: none. */
struct iu_netlink {
	int fd;
	uint32_t port; /* our address, chosen by the kernel */
	char *buffer;
	size_t size;
	uint32_t seq;
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
 * iu_netlink_begin() - an empty request
 * @flags: besides NLM_F_REQUEST
 * @size: of the family's own head, less than IU_NETLINK_REQUEST
 * Returns: that head, zeroed, to be filled in.
 */
void *iu_netlink_begin(
	struct iu_netlink_request *request, uint16_t type, uint16_t flags, size_t size);

/** iu_netlink_put(), iu_netlink_put_u32() - append an attribute. */
void iu_netlink_put(
	struct iu_netlink_request *request, uint16_t type, const void *bytes, size_t len);
void iu_netlink_put_u32(struct iu_netlink_request *request, uint16_t type, uint32_t value);

/**
 * iu_netlink_open() - a socket for NETLINK_SOCK_DIAG, NETLINK_ROUTE or NETLINK_GENERIC
 * Returns: 0, IU_E_NOMEM, or -errno turned into IU_E_* by iu_error_from().
 */
int iu_netlink_open(int bus, struct iu_netlink *ret_netlink);

/** iu_netlink_adopt() - the same with a new socket, which it owns; @fd: -errno of socket(), too. */
int iu_netlink_adopt(int fd, struct iu_netlink *ret_netlink);

/** iu_netlink_close() - closes it; an unopened one is fine. */
void iu_netlink_close(struct iu_netlink *netlink);

/** iu_netlink_option() - an option of level SOL_NETLINK. Returns: whether the kernel knows it. */
bool iu_netlink_option(const struct iu_netlink *netlink, int option, int value);

/**
 * iu_netlink_receive() - one datagram into the buffer of @netlink
 * @flags: of recvmsg(2)
 * Returns: its length, 0: it is not the kernel's, -errno; -ENOSPC: the buffer is too small, and the
 * rest is lost.
 */
ssize_t iu_netlink_receive(struct iu_netlink *netlink, int flags);

/**
 * iu_netlink_dump() - sends @request and hands every message of the answer to @sink
 * @request: gets its sequence number here
 * @ret_errno: the kernel's own errno where it refused; may be NULL
 *
 * A dump that the kernel marks as interrupted, or that overran the receive buffer, is repeated up
 * to five times. Returns: 0; IU_E_AGAIN: interrupted each time, what was seen may lack something;
 * IU_E_LIMIT: @request had no room for all of it; IU_E_ACCESS, IU_E_NOTSUP, IU_E_IO, IU_E_PROTO,
 * IU_E_NOMEM, or what the sink returned.
 */
int iu_netlink_dump(struct iu_netlink *netlink, struct iu_netlink_request *request,
	const struct iu_netlink_sink *sink, int *ret_errno);

/**
 * iu_netlink_walk() - hands each message of received bytes to @sink: the parse half
 * @bytes: aligned like a received datagram, @len bytes of any content
 *
 * Returns: 1: more datagrams follow, 0: the answer is complete, -errno (-EINTR: interrupted), or
 * in *@ret_sink the error of the sink.
 */
int iu_netlink_walk(const void *bytes, size_t len, uint32_t seq, uint32_t port,
	const struct iu_netlink_sink *sink, int *ret_sink);

/** iu_netlink_payload() - what follows the head of a message that a sink was handed. */
struct iu_netlink_bytes iu_netlink_payload(const struct nlmsghdr *message);

/**
 * iu_netlink_head() - the fixed structure at the start of @bytes, which may lie at any address
 * @ret_rest: receives what follows it: the attributes
 * Returns: false: they are too short for it, and nothing is written.
 */
bool iu_netlink_head(struct iu_netlink_bytes bytes, void *ret_head, size_t size,
	struct iu_netlink_bytes *ret_rest);

/**
 * iu_netlink_next() - takes the next attribute off @rest; none is left behind one of a wrong length
 * @ret_type: without the flags of nla_type
 * Returns: false: there is none.
 */
bool iu_netlink_next(struct iu_netlink_bytes *rest, uint16_t *ret_type,
	struct iu_netlink_bytes *ret_value);

/** iu_netlink_find() - the value of the first attribute of a type; at is NULL: there is none. */
struct iu_netlink_bytes iu_netlink_find(struct iu_netlink_bytes attributes, uint16_t type);

/** iu_netlink_copy() - the first @size bytes of @value. Returns: false: it has less. */
bool iu_netlink_copy(struct iu_netlink_bytes value, void *ret, size_t size);

#endif

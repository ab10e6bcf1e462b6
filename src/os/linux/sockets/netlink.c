/* os/linux/sockets/netlink.c - one dump request to the kernel, repeated when it was interrupted */
#include "os/linux/sockets/netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/err.h"
#include "os/linux/error.h"

#define TRIES	     5
#define BUFFER_MIN   65536
#define BUFFER_MAX   (4 << 20)
#define WAIT_SECONDS 10 /* a kernel that never ends its answer must not hang us */

/* Answers to somebody else, or to an earlier request of ours, must not be mixed in. */
static bool is_ours(const struct nlmsghdr *message, unsigned int seq, unsigned int portid)
{
	return (portid == 0 || message->nlmsg_pid == 0 || message->nlmsg_pid == portid) &&
	       (seq == 0 || message->nlmsg_seq == 0 || message->nlmsg_seq == seq);
}

/* The end of an answer: 0, or the error that the kernel says (at the start of the payload). */
static int final_word(const struct nlmsghdr *message)
{
	int error = 0;

	if (message->nlmsg_len >= sizeof(*message) + sizeof(error))
		memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
	else if (message->nlmsg_type == NLMSG_ERROR)
		return -EBADMSG;
	return error > 0 ? -EBADMSG : error;
}

/*
 * Not mnl_cb_run(): mnl_nlmsg_ok() of libmnl 1.0.4 takes a length of 2^31 and more for a negative
 * one and lets it pass.
 */
int iu_netlink_walk(const void *bytes, size_t len, unsigned int seq, unsigned int portid,
	const struct iu_netlink_sink *sink, int *ret_sink)
{
	const char *at = bytes;

	*ret_sink = 0;
	while (len >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)at;
		size_t size = message->nlmsg_len, step = MNL_ALIGN(size);

		if (size < sizeof(*message) || size > len)
			return -EBADMSG;
		bool ours = is_ours(message, seq, portid);

		if (ours && message->nlmsg_flags & NLM_F_DUMP_INTR)
			return -EINTR;
		if (ours &&
			(message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE))
			return final_word(message);
		if (ours && message->nlmsg_type == NLMSG_OVERRUN)
			return -ENOBUFS;
		if (ours && message->nlmsg_type >= NLMSG_MIN_TYPE) {
			*ret_sink = sink->message(sink->context, message);
			if (*ret_sink < 0)
				return -EPROTO;
		}
		if (step >= len)
			return 1;
		at += step;
		len -= step;
	}
	return 1;
}

int iu_netlink_open(int bus, struct iu_netlink *ret_netlink)
{
	struct timeval wait = {.tv_sec = WAIT_SECONDS};
	struct iu_netlink netlink = {.size = BUFFER_MIN};
	int saved;

	netlink.socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!netlink.socket)
		return iu_error_from(errno);
	netlink.buffer = malloc(netlink.size);
	if (!netlink.buffer) {
		mnl_socket_close(netlink.socket);
		return IU_E_NOMEM;
	}
	if (mnl_socket_bind(netlink.socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		saved = errno;
		iu_netlink_close(&netlink);
		return iu_error_from(saved);
	}
	setsockopt(mnl_socket_get_fd(netlink.socket), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	*ret_netlink = netlink;
	return 0;
}

void iu_netlink_close(struct iu_netlink *netlink)
{
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	free(netlink->buffer);
	*netlink = (struct iu_netlink){0};
}

/* Leftovers of a dump that we gave up must not be taken for the next answer. */
static void drain(struct iu_netlink *netlink)
{
	int fd = mnl_socket_get_fd(netlink->socket);
	int i;

	for (i = 0; i < 100000; i++)
		if (recv(fd, netlink->buffer, netlink->size, MSG_DONTWAIT) < 0 && errno != ENOBUFS)
			return;
}

static int grow(struct iu_netlink *netlink)
{
	char *bigger;

	if (netlink->size >= BUFFER_MAX)
		return IU_E_LIMIT;
	bigger = realloc(netlink->buffer, netlink->size * 2);
	if (!bigger)
		return IU_E_NOMEM;
	netlink->buffer = bigger;
	netlink->size *= 2;
	return 0;
}

/* One try: 0, -errno, or the sink's error in *ret_sink. */
static int try_dump(struct iu_netlink *netlink, struct nlmsghdr *request,
	const struct iu_netlink_sink *sink, int *ret_sink)
{
	unsigned int portid = mnl_socket_get_portid(netlink->socket);
	int result = 1;

	*ret_sink = 0;
	request->nlmsg_seq = ++netlink->seq;
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0)
		return -errno;
	while (result > 0) {
		ssize_t len = mnl_socket_recvfrom(netlink->socket, netlink->buffer, netlink->size);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		result = iu_netlink_walk(
			netlink->buffer, (size_t)len, netlink->seq, portid, sink, ret_sink);
	}
	return result;
}

int iu_netlink_dump(struct iu_netlink *netlink, struct nlmsghdr *request,
	const struct iu_netlink_sink *sink, int *ret_errno)
{
	int try, result, sink_result = 0;

	for (try = 0; try < TRIES; try++) {
		if (try > 0) {
			drain(netlink);
			if (sink->restart)
				sink->restart(sink->context);
		}
		result = try_dump(netlink, request, sink, &sink_result);
		if (sink_result < 0) {
			drain(netlink);
			return sink_result;
		}
		if (ret_errno)
			*ret_errno = -result;
		if (result == -ENOSPC && grow(netlink) < 0)
			return IU_E_LIMIT;
		if (result != -EINTR && result != -ENOBUFS && result != -ENOSPC)
			break;
	}
	if (result == -EINTR || result == -ENOBUFS || result == -ENOSPC)
		return IU_E_AGAIN;
	return result < 0 ? iu_error_from(-result) : 0;
}

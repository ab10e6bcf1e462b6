/* os/linux/sockets/netlink.c - netlink: a request, the kernel's answer, the attributes of a message */
#include "os/linux/sockets/netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"

#define TRIES	     5
#define BUFFER_MIN   65536 /* the kernel fills 32 KiB where there is room for them */
#define BUFFER_MAX   (4 << 20)
#define WAIT_SECONDS 10 /* a kernel that never ends its answer must not hang us */
#define PARTS_MOST   1000000 /* … nor one that is always broken off, or talks of others */

/* ---- a request ---- */

void *iu_netlink_begin(
	struct iu_netlink_request *request, uint16_t type, uint16_t flags, size_t size)
{
	request->head = (struct nlmsghdr){
		.nlmsg_len = (uint32_t)(sizeof(request->head) + NLMSG_ALIGN(size)),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | flags,
	};
	request->overrun = false;
	memset(request->body, 0, NLMSG_ALIGN(size));
	return request->body;
}

void iu_netlink_put(
	struct iu_netlink_request *request, uint16_t type, const void *bytes, size_t len)
{
	struct nlattr attribute = {.nla_type = type};
	size_t used = request->head.nlmsg_len - sizeof(request->head);
	char *at = request->body + used;

	if (len > sizeof(request->body) - used ||
		NLA_HDRLEN + NLA_ALIGN(len) > sizeof(request->body) - used) {
		request->overrun = true;
		return;
	}
	attribute.nla_len = (uint16_t)(NLA_HDRLEN + len);
	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + NLA_HDRLEN, bytes, len);
	memset(at + NLA_HDRLEN + len, 0, NLA_ALIGN(len) - len);
	request->head.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(len));
}

void iu_netlink_put_u32(struct iu_netlink_request *request, uint16_t type, uint32_t value)
{
	iu_netlink_put(request, type, &value, sizeof(value));
}

/* ---- a message ---- */

struct iu_netlink_bytes iu_netlink_payload(const struct nlmsghdr *message)
{
	if (message->nlmsg_len < sizeof(*message))
		return (struct iu_netlink_bytes){NULL, 0};
	return (struct iu_netlink_bytes){
		(const char *)(message + 1), message->nlmsg_len - sizeof(*message)};
}

bool iu_netlink_head(struct iu_netlink_bytes bytes, void *ret_head, size_t size,
	struct iu_netlink_bytes *ret_rest)
{
	size_t step = NLMSG_ALIGN(size);

	if (!iu_netlink_copy(bytes, ret_head, size))
		return false;
	step = step < bytes.len ? step : bytes.len;
	*ret_rest = (struct iu_netlink_bytes){bytes.at + step, bytes.len - step};
	return true;
}

bool iu_netlink_next(struct iu_netlink_bytes *rest, uint16_t *ret_type,
	struct iu_netlink_bytes *ret_value)
{
	struct nlattr attribute;
	size_t step;

	if (!iu_netlink_copy(*rest, &attribute, sizeof(attribute)) ||
		attribute.nla_len < sizeof(attribute) || attribute.nla_len > rest->len) {
		rest->len = 0;
		return false;
	}
	*ret_type = attribute.nla_type & NLA_TYPE_MASK;
	*ret_value = (struct iu_netlink_bytes){
		rest->at + sizeof(attribute), attribute.nla_len - sizeof(attribute)};
	step = NLA_ALIGN((size_t)attribute.nla_len);
	step = step < rest->len ? step : rest->len;
	rest->at += step;
	rest->len -= step;
	return true;
}

struct iu_netlink_bytes iu_netlink_find(struct iu_netlink_bytes attributes, uint16_t type)
{
	struct iu_netlink_bytes value;
	uint16_t each;

	while (iu_netlink_next(&attributes, &each, &value))
		if (each == type)
			return value;
	return (struct iu_netlink_bytes){NULL, 0};
}

bool iu_netlink_copy(struct iu_netlink_bytes value, void *ret, size_t size)
{
	if (value.len < size)
		return false;
	memcpy(ret, value.at, size);
	return true;
}

/* ---- an answer ---- */

/* Answers to somebody else, or to an earlier request of ours, must not be mixed in. */
static bool is_ours(const struct nlmsghdr *message, uint32_t seq, uint32_t port)
{
	return (port == 0 || message->nlmsg_pid == 0 || message->nlmsg_pid == port) &&
	       (seq == 0 || message->nlmsg_seq == 0 || message->nlmsg_seq == seq);
}

/* The end of an answer: 0, or the error that the kernel says (at the start of the payload). */
static int final_word(const struct nlmsghdr *message)
{
	int error = 0;

	if (!iu_netlink_copy(iu_netlink_payload(message), &error, sizeof(error)) &&
		message->nlmsg_type == NLMSG_ERROR)
		return -EBADMSG;
	return error > 0 ? -EBADMSG : error;
}

int iu_netlink_walk(const void *bytes, size_t len, uint32_t seq, uint32_t port,
	const struct iu_netlink_sink *sink, int *ret_sink)
{
	const char *at = bytes;

	*ret_sink = 0;
	while (len >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)at;
		size_t size = message->nlmsg_len, step = NLMSG_ALIGN(size);

		if (size < sizeof(*message) || size > len)
			return -EBADMSG;
		bool ours = is_ours(message, seq, port);

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

/* ---- a socket ---- */

/* Returns: 0 or -errno. */
static int bind_any(struct iu_netlink *netlink)
{
	struct sockaddr_nl name = {.nl_family = AF_NETLINK};
	struct timeval wait = {.tv_sec = WAIT_SECONDS};
	socklen_t len = sizeof(name);

	if (bind(netlink->fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
		getsockname(netlink->fd, (struct sockaddr *)&name, &len) < 0)
		return -errno;
	netlink->port = name.nl_pid;
	setsockopt(netlink->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return 0;
}

int iu_netlink_adopt(int fd, struct iu_netlink *ret_netlink)
{
	struct iu_netlink netlink = {.fd = fd, .size = BUFFER_MIN};
	int ret;

	if (fd < 0)
		return iu_error_from(-fd);
	ret = bind_any(&netlink);
	netlink.buffer = ret < 0 ? NULL : malloc(netlink.size);
	if (netlink.buffer) {
		*ret_netlink = netlink;
		return 0;
	}
	close(netlink.fd);
	return ret < 0 ? iu_error_from(-ret) : IU_E_NOMEM;
}

int iu_netlink_open(int bus, struct iu_netlink *ret_netlink)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus);

	return iu_netlink_adopt(fd < 0 ? -errno : fd, ret_netlink);
}

void iu_netlink_close(struct iu_netlink *netlink)
{
	if (netlink->buffer)
		close(netlink->fd);
	free(netlink->buffer);
	*netlink = (struct iu_netlink){0};
}

bool iu_netlink_option(const struct iu_netlink *netlink, int option, int value)
{
	return setsockopt(netlink->fd, SOL_NETLINK, option, &value, sizeof(value)) == 0;
}

ssize_t iu_netlink_receive(struct iu_netlink *netlink, int flags)
{
	struct sockaddr_nl from = {0};
	struct iovec place = {.iov_base = netlink->buffer, .iov_len = netlink->size};
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &place, .msg_iovlen = 1};
	ssize_t len = recvmsg(netlink->fd, &message, flags);

	if (len < 0)
		return -errno;
	if (message.msg_namelen != sizeof(from) || from.nl_pid != 0)
		return 0;
	return message.msg_flags & MSG_TRUNC ? -ENOSPC : len;
}

/* Leftovers of a dump that we gave up must not be taken for the next answer. */
static void drain(struct iu_netlink *netlink)
{
	for (size_t i = 0; i < 100000; i++)
		if (recv(netlink->fd, netlink->buffer, netlink->size, MSG_DONTWAIT) < 0 &&
			errno != ENOBUFS)
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
static int try_dump(struct iu_netlink *netlink, struct iu_netlink_request *request,
	const struct iu_netlink_sink *sink, int *ret_sink)
{
	static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	size_t parts = 0;
	int ret = 1;

	*ret_sink = 0;
	request->head.nlmsg_seq = ++netlink->seq;
	if (sendto(netlink->fd, &request->head, request->head.nlmsg_len, 0,
		    (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	while (ret > 0) {
		ssize_t len = iu_netlink_receive(netlink, 0);

		if (++parts > PARTS_MOST)
			return -ETIMEDOUT;
		if (len == -EINTR)
			continue;
		if (len < 0)
			return (int)len;
		ret = iu_netlink_walk(netlink->buffer, (size_t)len, netlink->seq, netlink->port,
			sink, ret_sink);
	}
	return ret;
}

int iu_netlink_dump(struct iu_netlink *netlink, struct iu_netlink_request *request,
	const struct iu_netlink_sink *sink, int *ret_errno)
{
	int ret = 0, sink_result = 0;

	if (request->overrun)
		return IU_E_LIMIT;
	for (size_t i = 0; i < TRIES; i++) {
		if (i > 0) {
			drain(netlink);
			if (sink->restart)
				sink->restart(sink->context);
		}
		ret = try_dump(netlink, request, sink, &sink_result);
		if (sink_result < 0) {
			drain(netlink);
			return sink_result;
		}
		if (ret_errno)
			*ret_errno = -ret;
		if (ret == -ENOSPC && grow(netlink) < 0)
			return IU_E_LIMIT;
		if (ret != -EINTR && ret != -ENOBUFS && ret != -ENOSPC)
			break;
	}
	if (ret == -EINTR || ret == -ENOBUFS || ret == -ENOSPC)
		return IU_E_AGAIN;
	return ret < 0 ? iu_error_from(-ret) : 0;
}

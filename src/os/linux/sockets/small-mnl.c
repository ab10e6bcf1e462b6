/* os/linux/sockets/small-mnl.c - what is used of libmnl, for a static program: Debian has no static libmnl */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

#define ATTRIBUTE_HEAD MNL_ALIGN(sizeof(struct nlattr))

struct mnl_socket {
	int fd;
	struct sockaddr_nl address;
};

/* ---- sockets ---- */

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *socket_of = calloc(1, sizeof(*socket_of));

	if (!socket_of)
		return NULL;
	socket_of->fd = socket(AF_NETLINK, SOCK_RAW | flags, bus);
	if (socket_of->fd < 0) {
		free(socket_of);
		return NULL;
	}
	return socket_of;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	socklen_t len = sizeof(nl->address);

	nl->address = (struct sockaddr_nl){
		.nl_family = AF_NETLINK, .nl_groups = groups, .nl_pid = (unsigned int)pid};
	if (bind(nl->fd, (struct sockaddr *)&nl->address, sizeof(nl->address)) < 0)
		return -1;
	/* the kernel has chosen our number */
	if (getsockname(nl->fd, (struct sockaddr *)&nl->address, &len) < 0)
		return -1;
	if (len != sizeof(nl->address) || nl->address.nl_family != AF_NETLINK) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	int result = close(nl->fd);

	free(nl);
	return result;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	return nl->fd;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return nl->address.nl_pid;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *bytes, size_t len)
{
	static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	return sendto(nl->fd, bytes, len, 0, (const struct sockaddr *)&kernel, sizeof(kernel));
}

/* Only what the kernel says, and only as a whole. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buffer, size_t size)
{
	struct sockaddr_nl from;
	struct iovec place = {.iov_base = buffer, .iov_len = size};
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &place, .msg_iovlen = 1};
	ssize_t len = recvmsg(nl->fd, &message, 0);

	if (len < 0)
		return -1;
	if (message.msg_flags & MSG_TRUNC) {
		errno = ENOSPC;
		return -1;
	}
	if (message.msg_namelen != sizeof(from)) {
		errno = EINVAL;
		return -1;
	}
	return len;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *value, socklen_t len)
{
	return setsockopt(nl->fd, SOL_NETLINK, type, value, len);
}

/* ---- messages ---- */

struct nlmsghdr *mnl_nlmsg_put_header(void *buffer)
{
	struct nlmsghdr *message = buffer;

	memset(message, 0, MNL_NLMSG_HDRLEN);
	message->nlmsg_len = MNL_NLMSG_HDRLEN;
	return message;
}

void *mnl_nlmsg_put_extra_header(struct nlmsghdr *message, size_t size)
{
	void *at = mnl_nlmsg_get_payload_tail(message);

	memset(at, 0, MNL_ALIGN(size));
	message->nlmsg_len += (uint32_t)MNL_ALIGN(size);
	return at;
}

void *mnl_nlmsg_get_payload(const struct nlmsghdr *message)
{
	return (char *)(uintptr_t)message + MNL_NLMSG_HDRLEN;
}

void *mnl_nlmsg_get_payload_offset(const struct nlmsghdr *message, size_t offset)
{
	return (char *)mnl_nlmsg_get_payload(message) + MNL_ALIGN(offset);
}

void *mnl_nlmsg_get_payload_tail(const struct nlmsghdr *message)
{
	return (char *)(uintptr_t)message + MNL_ALIGN((size_t)message->nlmsg_len);
}

size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *message)
{
	return message->nlmsg_len - MNL_NLMSG_HDRLEN;
}

/* ---- attributes ---- */

uint16_t mnl_attr_get_type(const struct nlattr *attribute)
{
	return attribute->nla_type & NLA_TYPE_MASK;
}

void *mnl_attr_get_payload(const struct nlattr *attribute)
{
	return (char *)(uintptr_t)attribute + ATTRIBUTE_HEAD;
}

uint16_t mnl_attr_get_payload_len(const struct nlattr *attribute)
{
	return (uint16_t)(attribute->nla_len - ATTRIBUTE_HEAD);
}

bool mnl_attr_ok(const struct nlattr *attribute, int len)
{
	return len >= (int)ATTRIBUTE_HEAD && attribute->nla_len >= sizeof(*attribute) &&
	       (int)attribute->nla_len <= len;
}

struct nlattr *mnl_attr_next(const struct nlattr *attribute)
{
	return (struct nlattr *)(void *)((char *)(uintptr_t)attribute +
					 MNL_ALIGN((size_t)attribute->nla_len));
}

void mnl_attr_put(struct nlmsghdr *message, uint16_t type, size_t len, const void *bytes)
{
	struct nlattr *attribute = mnl_nlmsg_get_payload_tail(message);
	size_t size = ATTRIBUTE_HEAD + MNL_ALIGN(len);

	memset(attribute, 0, size);
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(ATTRIBUTE_HEAD + len);
	memcpy(mnl_attr_get_payload(attribute), bytes, len);
	message->nlmsg_len += (uint32_t)size;
}

void mnl_attr_put_u32(struct nlmsghdr *message, uint16_t type, uint32_t value)
{
	mnl_attr_put(message, type, sizeof(value), &value);
}

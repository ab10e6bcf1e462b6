/* tests/kernel/netlink.c - makes devices and addresses, and destroys sockets that no process has */
#include "scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/veth.h>
#include <string.h>
#include <unistd.h>

struct message {
	struct nlmsghdr head;
	char body[512];
};

static void *put(struct message *m, const void *data, size_t len)
{
	char *at = (char *)m + NLMSG_ALIGN(m->head.nlmsg_len);

	memcpy(at, data, len);
	m->head.nlmsg_len = NLMSG_ALIGN(m->head.nlmsg_len) + (uint32_t)len;
	return at;
}

static struct nlattr *put_attribute(
	struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr attribute = {.nla_len = (uint16_t)(sizeof(attribute) + len),
		.nla_type = type};
	struct nlattr *at = put(m, &attribute, sizeof(attribute));

	if (len)
		put(m, data, len);
	return at;
}

static void close_nest(const struct message *m, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((const char *)m + m->head.nlmsg_len - (const char *)nest);
}

/* Sends one request; 0, or -1 with the kernel's errno. */
static int talk(int protocol, struct message *m)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[1024];
	} answer = {0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	ssize_t len;

	if (fd < 0)
		return -1;
	if (sendto(fd, m, m->head.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0) {
		close(fd);
		return -1;
	}
	len = recv(fd, &answer, sizeof(answer), 0);
	close(fd);
	if (len < (ssize_t)NLMSG_LENGTH(sizeof(answer.error)) ||
		answer.head.nlmsg_type != NLMSG_ERROR) {
		errno = EPROTO;
		return -1;
	}
	errno = -answer.error.error;
	return answer.error.error ? -1 : 0;
}

int netlink_add_veth(const char *name, const char *peer)
{
	struct message m = {.head = {.nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE}};
	struct ifinfomsg link = {.ifi_family = AF_UNSPEC};
	struct nlattr *info, *data, *other;

	put(&m, &link, sizeof(link));
	put_attribute(&m, IFLA_IFNAME, name, strlen(name) + 1);
	info = put_attribute(&m, IFLA_LINKINFO | NLA_F_NESTED, NULL, 0);
	put_attribute(&m, IFLA_INFO_KIND, "veth", 5);
	data = put_attribute(&m, IFLA_INFO_DATA | NLA_F_NESTED, NULL, 0);
	other = put_attribute(&m, VETH_INFO_PEER | NLA_F_NESTED, NULL, 0);
	put(&m, &link, sizeof(link));
	put_attribute(&m, IFLA_IFNAME, peer, strlen(peer) + 1);
	close_nest(&m, other);
	close_nest(&m, data);
	close_nest(&m, info);
	return talk(NETLINK_ROUTE, &m);
}

int netlink_add_address(uint32_t ifindex, const char *text, unsigned int bits, bool no_dad)
{
	struct message m = {.head = {.nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = RTM_NEWADDR,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE}};
	struct ifaddrmsg address = {.ifa_family = AF_INET6, .ifa_prefixlen = (uint8_t)bits,
		.ifa_flags = no_dad ? IFA_F_NODAD : 0, .ifa_index = ifindex};
	struct in6_addr bytes;

	if (inet_pton(AF_INET6, text, &bytes) != 1) {
		errno = EINVAL;
		return -1;
	}
	put(&m, &address, sizeof(address));
	put_attribute(&m, IFA_LOCAL, &bytes, sizeof(bytes));
	put_attribute(&m, IFA_ADDRESS, &bytes, sizeof(bytes));
	return talk(NETLINK_ROUTE, &m);
}

static void put_address(const struct iu_address *a, uint32_t to[4])
{
	uint32_t v4 = htonl(iu_address_v4(a));

	if (iu_address_space(a) == IU_SPACE_V4 || iu_address_space(a) == IU_SPACE_MAPPED)
		memcpy(to, &v4, sizeof(v4));
	else
		memcpy(to, a->bytes, 16);
}

/* SOCK_DESTROY of a connection by both its ends: TIME-WAIT, orphans. Since 4.5; needs root. */
int netlink_destroy(const struct iu_socket *s, uint32_t lo)
{
	struct message m = {.head = {.nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = SOCK_DESTROY,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK}};
	enum iu_space space = iu_address_space(&s->local);
	struct inet_diag_req_v2 request = {
		.sdiag_family =
			space == IU_SPACE_V4 || space == IU_SPACE_MAPPED ? AF_INET : AF_INET6,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id = {.idiag_sport = htons(s->port), .idiag_dport = htons(s->peer_port),
			.idiag_if = s->ifindex ? s->ifindex : lo,
			.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}},
	};

	put_address(&s->local, request.id.idiag_src);
	put_address(&s->peer, request.id.idiag_dst);
	put(&m, &request, sizeof(request));
	return talk(NETLINK_SOCK_DIAG, &m);
}

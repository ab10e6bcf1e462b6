/* os/linux/holders/kernel-sockets.c - asks the parts of the kernel that have sockets of their own */
#include "os/linux/holders/kernel-sockets.h"

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/sockets/netlink.h"
#include "os/os.h"

/* Numbers of the families' own headers, which are not everywhere; they are fixed for ever. */
#define MPTCP_GET_ADDR	  3
#define MPTCP_ATTR_ADDR	  1
#define MPTCP_ADDR_ID	  2
#define MPTCP_ADDR_PORT	  5
#define WIREGUARD_GET	  0
#define WIREGUARD_IFINDEX 1
#define WIREGUARD_IFNAME  2
#define WIREGUARD_PORT	  6
#define FOU_GET		  3
#define FOU_PORT	  1
#define L2TP_TUNNEL_GET	  4
#define L2TP_CONN_ID	  9
#define L2TP_UDP_SPORT	  26
#define VXLAN_PORT	  15
#define GENEVE_PORT	  5

#define LINKS_MAX 256
#define NAME_TEXT 64

static uint16_t u16_of(struct iu_netlink_bytes attributes, uint16_t type)
{
	uint16_t number;

	return iu_netlink_copy(iu_netlink_find(attributes, type), &number, sizeof(number)) ? number
											   : 0;
}

static bool is_word(struct iu_netlink_bytes value, const char *word)
{
	size_t len = strlen(word);

	return value.len >= len && memcmp(value.at, word, len) == 0 &&
	       (value.len == len || value.at[len] == '\0');
}

int iu_kernel_link(const void *payload, size_t len, struct iu_kernel_link *ret_link)
{
	struct iu_kernel_link link = {.use = {.protocol = IU_PROTOCOL_UDP}};
	struct iu_netlink_bytes all = {payload, len}, info, kind, data, name;
	struct ifinfomsg head;

	if (!iu_netlink_head(all, &head, sizeof(head), &all))
		return IU_E_PROTO;
	info = iu_netlink_find(all, IFLA_LINKINFO);
	kind = iu_netlink_find(info, IFLA_INFO_KIND);
	data = iu_netlink_find(info, IFLA_INFO_DATA);
	name = iu_netlink_find(all, IFLA_IFNAME);
	if (is_word(kind, "vxlan")) {
		link.use.user = IU_KERNEL_VXLAN;
		link.use.port = ntohs(u16_of(data, VXLAN_PORT));
	} else if (is_word(kind, "geneve")) {
		link.use.user = IU_KERNEL_GENEVE;
		link.use.port = ntohs(u16_of(data, GENEVE_PORT));
	} else if (is_word(kind, "wireguard")) {
		link.use.user = IU_KERNEL_WIREGUARD;
	} else {
		return 0;
	}
	link.ifindex = (uint32_t)head.ifi_index;
	link.up = head.ifi_flags & IFF_UP;
	link.use.name = name.at;
	link.name_len = name.at ? strnlen(name.at, name.len) : 0;
	*ret_link = link;
	return 1;
}

int iu_kernel_answer(enum iu_kernel_user user, const void *payload, size_t len,
	struct iu_kernel_use *ret_use)
{
	struct iu_kernel_use use = {.user = user, .protocol = IU_PROTOCOL_UDP};
	struct iu_netlink_bytes all = {payload, len};
	struct genlmsghdr head;
	uint8_t id;

	if (!iu_netlink_head(all, &head, sizeof(head), &all))
		return IU_E_PROTO;
	switch (user) {
	case IU_KERNEL_MPTCP:
		all = iu_netlink_find(all, MPTCP_ATTR_ADDR);
		use.protocol = IU_PROTOCOL_TCP;
		use.port = u16_of(all, MPTCP_ADDR_PORT);
		if (iu_netlink_copy(iu_netlink_find(all, MPTCP_ADDR_ID), &id, sizeof(id)))
			use.id = id;
		break;
	case IU_KERNEL_WIREGUARD: use.port = u16_of(all, WIREGUARD_PORT); break;
	case IU_KERNEL_FOU: use.port = ntohs(u16_of(all, FOU_PORT)); break;
	case IU_KERNEL_L2TP:
		use.port = u16_of(all, L2TP_UDP_SPORT);
		iu_netlink_copy(iu_netlink_find(all, L2TP_CONN_ID), &use.id, sizeof(use.id));
		break;
	case IU_KERNEL_UNKNOWN:
	case IU_KERNEL_VXLAN:
	case IU_KERNEL_GENEVE:
	case IU_KERNEL_NFSD:
	case IU_KERNEL_SCTP:
	case IU_KERNEL_LOCKD: return 0;
	}
	if (!use.port)
		return 0;
	*ret_use = use;
	return 1;
}

uint16_t iu_kernel_family(const void *payload, size_t len, const char *name)
{
	struct iu_netlink_bytes all = {payload, len};
	struct genlmsghdr head;

	if (!iu_netlink_head(all, &head, sizeof(head), &all) ||
		!is_word(iu_netlink_find(all, CTRL_ATTR_FAMILY_NAME), name))
		return 0;
	return u16_of(all, CTRL_ATTR_FAMILY_ID);
}

int iu_kernel_portlist(const char *line, size_t len, struct iu_kernel_use *ret_use)
{
	struct iu_kernel_use use = {.user = IU_KERNEL_NFSD};
	uint64_t port = 0;

	if (len < 5 || (memcmp(line, "tcp ", 4) != 0 && memcmp(line, "udp ", 4) != 0) ||
		iu_number(line + 4, len - 4, 10, &port) == 0 || port == 0 || port > UINT16_MAX)
		return 0;
	use.protocol = line[0] == 't' ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP;
	use.port = (uint16_t)port;
	*ret_use = use;
	return 1;
}

static const struct {
	enum iu_kernel_user user;
	const char *name;
	uint8_t command;
} families[] = {
	{IU_KERNEL_MPTCP, "mptcp_pm", MPTCP_GET_ADDR},
	{IU_KERNEL_FOU, "fou", FOU_GET},
	{IU_KERNEL_L2TP, "l2tp", L2TP_TUNNEL_GET},
	{IU_KERNEL_WIREGUARD, "wireguard", WIREGUARD_GET},
};

struct asking {
	struct iu_hidden *hidden;
	/* Those of interfaces that are down, in place of those that sockets have. */
	int (*visit)(void *context, const struct iu_kernel_use *use);
	void *context;
	enum iu_kernel_user user;
	const char *name; /* of the interface that was asked about */
	uint16_t numbers[IU_COUNT(families)]; /* of the families, 0: not here */
	struct {
		uint32_t ifindex;
		char name[NAME_TEXT];
	} wireguards[LINKS_MAX];
	size_t n;
};

static int visit_idle(
	struct asking *asking, const struct iu_kernel_use *use, const char *name, size_t len)
{
	struct iu_kernel_use told = *use;
	char text[NAME_TEXT];

	snprintf(text, sizeof(text), "%.*s", (int)len, name ? name : "");
	told.name = text;
	return asking->visit(asking->context, &told);
}

/* Kept when a socket that nobody has is at that port; those of the kernel belong to root. */
static int keep(
	struct asking *asking, const struct iu_kernel_use *use, const char *name, size_t len)
{
	struct iu_snapshot *snapshot;
	struct iu_kernel_use *slot = NULL;

	if (asking->visit)
		return visit_idle(asking, use, name, len);
	snapshot = asking->hidden->scan->snapshot;
	for (size_t i = 0; i < asking->hidden->n; i++) {
		struct iu_unheld *unheld = &asking->hidden->v[i];
		const struct iu_socket *sock = &snapshot->sockets.v[unheld->socket];

		if (sock->protocol != use->protocol || sock->port != use->port ||
			(sock->uid_known && sock->uid != 0))
			continue;
		unheld->found = true;
		if (slot)
			continue;
		slot = iu_list_add(&snapshot->arena, &snapshot->kernel_uses);
		*slot = *use;
		slot->name = name ? iu_arena_strndup(&snapshot->arena, name, len) : NULL;
	}
	return 0;
}

static int on_link(void *context, const struct nlmsghdr *message)
{
	struct asking *asking = context;
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct iu_kernel_link link;

	if (message->nlmsg_type != RTM_NEWLINK ||
		iu_kernel_link(payload.at, payload.len, &link) <= 0 ||
		(asking->visit && link.up))
		return 0;
	if (link.use.user == IU_KERNEL_WIREGUARD) {
		if (asking->n == LINKS_MAX)
			return 0;
		asking->wireguards[asking->n].ifindex = link.ifindex;
		snprintf(asking->wireguards[asking->n++].name, NAME_TEXT, "%.*s",
			(int)link.name_len, link.use.name ? link.use.name : "");
		return 0;
	}
	return link.use.port ? keep(asking, &link.use, link.use.name, link.name_len) : 0;
}

static int on_family(void *context, const struct nlmsghdr *message)
{
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct asking *asking = context;

	for (size_t i = 0; i < IU_COUNT(families); i++) {
		uint16_t number = iu_kernel_family(payload.at, payload.len, families[i].name);

		if (number != 0)
			asking->numbers[i] = number;
	}
	return 0;
}

static int on_answer(void *context, const struct nlmsghdr *message)
{
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct asking *asking = context;
	struct iu_kernel_use use;

	if (iu_kernel_answer(asking->user, payload.at, payload.len, &use) <= 0)
		return 0;
	return keep(asking, &use, asking->name, asking->name ? strlen(asking->name) : 0);
}

/* What is not there, or may not be asked, uses no port that could be told. */
static int only_memory(int result)
{
	return result == IU_E_NOMEM ? result : 0;
}

static int ask_links(struct asking *asking)
{
	const struct iu_netlink_sink sink = {on_link, NULL, asking};
	struct iu_netlink netlink = {0};
	struct iu_netlink_request request;
	int ret = iu_netlink_open(NETLINK_ROUTE, &netlink);

	if (ret < 0)
		return only_memory(ret);
	iu_netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	ret = iu_netlink_dump(&netlink, &request, &sink, NULL);
	iu_netlink_close(&netlink);
	return only_memory(ret);
}

static void make_dump(struct iu_netlink_request *request, uint16_t family, uint8_t command)
{
	struct genlmsghdr *head = iu_netlink_begin(request, family, NLM_F_DUMP, sizeof(*head));

	head->cmd = command;
	head->version = 1;
}

/* The whole list: to ask for one by its name would load its module. */
static int find_families(struct iu_netlink *netlink, struct asking *asking)
{
	const struct iu_netlink_sink sink = {on_family, NULL, asking};
	struct iu_netlink_request request;

	make_dump(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	return only_memory(iu_netlink_dump(netlink, &request, &sink, NULL));
}

static int ask_wireguards(struct iu_netlink *netlink, struct asking *asking, uint16_t family)
{
	const struct iu_netlink_sink sink = {on_answer, NULL, asking};
	struct iu_netlink_request request;
	int ret = 0;

	for (size_t i = 0; i < asking->n && ret == 0; i++) {
		make_dump(&request, family, WIREGUARD_GET);
		iu_netlink_put_u32(&request, WIREGUARD_IFINDEX, asking->wireguards[i].ifindex);
		asking->name = asking->wireguards[i].name;
		ret = only_memory(iu_netlink_dump(netlink, &request, &sink, NULL));
		/* root is also told the private key: it does not stay in our memory */
		explicit_bzero(netlink->buffer, netlink->size);
	}
	asking->name = NULL;
	return ret;
}

static int ask_generic(struct asking *asking)
{
	const struct iu_netlink_sink sink = {on_answer, NULL, asking};
	struct iu_netlink netlink = {0};
	struct iu_netlink_request request;
	int ret = iu_netlink_open(NETLINK_GENERIC, &netlink);

	if (ret < 0)
		return only_memory(ret);
	ret = find_families(&netlink, asking);
	for (size_t i = 0; i < IU_COUNT(families) && ret == 0; i++) {
		uint16_t number = asking->numbers[i];

		if (number == 0)
			continue;
		asking->user = families[i].user;
		if (asking->user == IU_KERNEL_WIREGUARD) {
			ret = ask_wireguards(&netlink, asking, number);
			continue;
		}
		make_dump(&request, number, families[i].command);
		ret = only_memory(iu_netlink_dump(&netlink, &request, &sink, NULL));
	}
	iu_netlink_close(&netlink);
	return ret;
}

static int on_port_line(void *context, const char *line, size_t len)
{
	struct iu_kernel_use use;

	return iu_kernel_portlist(line, len, &use) ? keep(context, &use, NULL, 0) : 0;
}

static int ask_files(struct asking *asking)
{
	static const struct {
		enum iu_kernel_user user;
		enum iu_protocol protocol;
		const char *path; /* below /proc */
	} rows[] = {
		{IU_KERNEL_SCTP, IU_PROTOCOL_UDP, "sys/net/sctp/udp_port"},
		{IU_KERNEL_LOCKD, IU_PROTOCOL_TCP, "sys/fs/nfs/nlm_tcpport"},
		{IU_KERNEL_LOCKD, IU_PROTOCOL_UDP, "sys/fs/nfs/nlm_udpport"},
	};
	int proc = asking->hidden->scan->proc, ret = 0;
	char text[4096];
	ssize_t len;

	for (size_t i = 0; i < IU_COUNT(rows) && ret == 0; i++) {
		struct iu_kernel_use use = {.user = rows[i].user, .protocol = rows[i].protocol};
		uint64_t port = 0;

		len = iu_file_read(proc, rows[i].path, text, sizeof(text));
		if (len <= 0 || iu_number(text, (size_t)len, 10, &port) == 0 || port == 0 ||
			port > UINT16_MAX)
			continue;
		use.port = (uint16_t)port;
		ret = keep(asking, &use, NULL, 0);
	}
	len = iu_file_read(proc, "fs/nfsd/portlist", text, sizeof(text));
	if (len > 0 && ret == 0)
		ret = iu_file_lines(text, (size_t)len, on_port_line, asking);
	return ret;
}

int iu_kernel_search(struct iu_hidden *hidden)
{
	struct asking asking = {.hidden = hidden};
	int ret = ask_links(&asking);

	if (ret == 0)
		ret = ask_generic(&asking);
	return ret < 0 ? ret : ask_files(&asking);
}

int iu_os_idle_ports(
	int (*visit)(void *context, const struct iu_kernel_use *use), void *context)
{
	struct asking asking = {.visit = visit, .context = context};
	struct iu_netlink netlink = {0};
	int ret = ask_links(&asking);

	if (ret < 0 || !asking.n)
		return ret;
	ret = iu_netlink_open(NETLINK_GENERIC, &netlink);
	if (ret < 0)
		return ret;
	ret = find_families(&netlink, &asking);
	asking.user = IU_KERNEL_WIREGUARD;
	for (size_t i = 0; i < IU_COUNT(families) && ret == 0; i++)
		if (families[i].user == IU_KERNEL_WIREGUARD && asking.numbers[i])
			ret = ask_wireguards(&netlink, &asking, asking.numbers[i]);
	iu_netlink_close(&netlink);
	return ret;
}

/* os/linux/host/addresses.c - interfaces, their addresses and local routes through rtnetlink */
#include "os/linux/host/addresses.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/netlink.h"

static uint32_t u32_of(struct iu_netlink_bytes value, uint32_t otherwise)
{
	uint32_t number;

	return iu_netlink_copy(value, &number, sizeof(number)) ? number : otherwise;
}

static bool bytes_of(struct iu_netlink_bytes value, int family, struct iu_address *address)
{
	struct iu_address found = {.family = family == AF_INET ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6};

	if (!iu_netlink_copy(value, found.bytes, family == AF_INET ? 4 : 16))
		return false;
	*address = found;
	return true;
}

static void add_local(struct iu_snapshot *snapshot, const struct iu_local *local)
{
	struct iu_local *slot = iu_list_add(&snapshot->arena, &snapshot->locals);

	*slot = *local;
}

int iu_address_message(struct iu_snapshot *snapshot, const struct nlmsghdr *message)
{
	struct ifaddrmsg head;
	struct iu_local local = {.kind = IU_LOCAL_ADDRESS};
	struct iu_netlink_bytes rest, value;
	bool local_given = false;
	uint32_t flags;
	uint16_t type;

	if (message->nlmsg_type != RTM_NEWADDR)
		return 0;
	if (!iu_netlink_head(iu_netlink_payload(message), &head, sizeof(head), &rest))
		return IU_E_PROTO;
	if (head.ifa_family != AF_INET && head.ifa_family != AF_INET6)
		return 0;
	flags = head.ifa_flags;
	while (iu_netlink_next(&rest, &type, &value)) {
		switch (type) {
		case IFA_LOCAL: /* of a point-to-point link IFA_ADDRESS is the other end */
			local_given |= bytes_of(value, head.ifa_family, &local.address);
			break;
		case IFA_ADDRESS:
			if (!local_given)
				bytes_of(value, head.ifa_family, &local.address);
			break;
		case IFA_FLAGS: flags = u32_of(value, flags); break;
		}
	}
	if (local.address.family == IU_FAMILY_ANY)
		return 0;
	local.bits = head.ifa_family == AF_INET ? 32 : 128;
	local.ifindex = head.ifa_index;
	/* An optimistic address may be bound while duplicate address detection runs. */
	local.tentative = (flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC);
	local.dad_failed = (flags & IFA_F_DADFAILED) != 0;
	if (iu_address_is_link_local(&local.address))
		local.address.scope = head.ifa_index;
	add_local(snapshot, &local);
	return 0;
}

int iu_route_message(struct iu_snapshot *snapshot, const struct nlmsghdr *message)
{
	struct rtmsg head;
	struct iu_local local = {.address.family = IU_FAMILY_IPV4};
	struct iu_netlink_bytes rest, value;
	uint32_t table;
	uint16_t type;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (!iu_netlink_head(iu_netlink_payload(message), &head, sizeof(head), &rest))
		return IU_E_PROTO;
	table = head.rtm_table;
	while (iu_netlink_next(&rest, &type, &value)) {
		switch (type) {
		case RTA_DST: bytes_of(value, AF_INET, &local.address); break;
		case RTA_OIF: local.ifindex = u32_of(value, 0); break;
		case RTA_TABLE: table = u32_of(value, table); break;
		}
	}
	if (head.rtm_family != AF_INET || table != RT_TABLE_LOCAL || head.rtm_dst_len > 32 ||
		(head.rtm_type != RTN_LOCAL && head.rtm_type != RTN_BROADCAST))
		return 0;
	local.kind = head.rtm_type == RTN_LOCAL ? IU_LOCAL_ROUTE : IU_LOCAL_BROADCAST;
	local.bits = head.rtm_dst_len;
	add_local(snapshot, &local);
	return 0;
}

/* Its own settings, an array of numbers within those of its families. */
static bool has_no_ipv6(struct iu_netlink_bytes families)
{
	struct iu_netlink_bytes settings =
		iu_netlink_find(iu_netlink_find(families, AF_INET6), IFLA_INET6_CONF);
	size_t at = DEVCONF_DISABLE_IPV6 * sizeof(int32_t);

	if (settings.len < at)
		return false;
	settings = (struct iu_netlink_bytes){settings.at + at, settings.len - at};
	return u32_of(settings, 0) != 0;
}

int iu_link_message(struct iu_snapshot *snapshot, const struct nlmsghdr *message)
{
	struct ifinfomsg head;
	struct iu_interface row = {0}, *slot;
	struct iu_netlink_bytes rest, value;
	bool far = false; /* the other end is in another network namespace */
	uint16_t type;

	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (!iu_netlink_head(iu_netlink_payload(message), &head, sizeof(head), &rest))
		return IU_E_PROTO;
	while (iu_netlink_next(&rest, &type, &value)) {
		switch (type) {
		case IFLA_IFNAME:
			row.name = iu_arena_strndup(&snapshot->arena, value.at,
				strnlen(value.at, value.len < IFNAMSIZ ? value.len : IFNAMSIZ));
			break;
		case IFLA_MASTER: row.master = u32_of(value, 0); break;
		case IFLA_LINK: row.peer = u32_of(value, 0); break;
		case IFLA_LINK_NETNSID: far = true; break;
		case IFLA_AF_SPEC: row.no_ipv6 = has_no_ipv6(value); break;
		}
	}
	if (far || row.peer == (uint32_t)head.ifi_index)
		row.peer = 0;
	if (!row.name || head.ifi_index <= 0)
		return snapshot->arena.failed ? IU_E_NOMEM : 0;
	row.ifindex = (uint32_t)head.ifi_index;
	row.up = head.ifi_flags & IFF_UP;
	row.no_link = !row.up || !(head.ifi_flags & IFF_RUNNING);
	slot = iu_list_add(&snapshot->arena, &snapshot->interfaces);
	*slot = row;
	return 0;
}

struct dump {
	struct iu_snapshot *snapshot;
	int (*message)(struct iu_snapshot *snapshot, const struct nlmsghdr *message);
	size_t locals, interfaces; /* how many there were before */
};

static int on_message(void *context, const struct nlmsghdr *message)
{
	struct dump *dump = context;
	int ret = dump->message(dump->snapshot, message);

	return ret == IU_E_PROTO ? 0 : ret; /* one odd message spoils no other */
}

static void restart(void *context)
{
	struct dump *dump = context;

	dump->snapshot->locals.n = dump->locals;
	dump->snapshot->interfaces.n = dump->interfaces;
}

/* The body is the longest of the three request heads; all begin with the family. */
static const struct row {
	uint16_t type;
	uint8_t family;
	size_t head;
	int (*message)(struct iu_snapshot *snapshot, const struct nlmsghdr *message);
} rows[] = {
	{RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), iu_link_message},
	{RTM_GETADDR, AF_UNSPEC, sizeof(struct ifaddrmsg), iu_address_message},
	{RTM_GETROUTE, AF_INET, sizeof(struct rtmsg), iu_route_message},
};

static int ask(struct iu_scan *scan, struct iu_netlink *netlink, const struct row *row)
{
	struct iu_netlink_request request;
	struct dump dump = {
		.snapshot = scan->snapshot,
		.message = row->message,
		.locals = scan->snapshot->locals.n,
		.interfaces = scan->snapshot->interfaces.n,
	};
	const struct iu_netlink_sink sink = {on_message, restart, &dump};
	uint8_t *head;

	head = iu_netlink_begin(&request, row->type, NLM_F_DUMP, row->head);
	head[0] = row->family;
	if (row->type == RTM_GETLINK)
		iu_netlink_put_u32(&request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (row->type == RTM_GETROUTE) {
		/* Kernels with strict checking send this table only; others send all. */
		((struct rtmsg *)head)->rtm_table = RT_TABLE_LOCAL;
		iu_netlink_put_u32(&request, RTA_TABLE, RT_TABLE_LOCAL);
	}
	return iu_netlink_dump(netlink, &request, &sink, NULL);
}

int iu_collect_addresses(struct iu_scan *scan)
{
	struct iu_netlink netlink;
	int ret;

	if (!(scan->needs->facts & IU_FACT_ADDRESSES) || scan->snapshot->seen & IU_FACT_ADDRESSES)
		return 0;
	scan->snapshot->locals.n = 0;
	scan->snapshot->interfaces.n = 0;
	ret = iu_netlink_open(NETLINK_ROUTE, &netlink);
	if (ret == 0) {
		iu_netlink_option(&netlink, NETLINK_GET_STRICT_CHK, 1);
		for (size_t i = 0; i < IU_COUNT(rows) && ret == 0; i++) {
			ret = ask(scan, &netlink, &rows[i]);
			/* No local table at all: a namespace whose loopback was never up. */
			if (ret == IU_E_NOENT && rows[i].type == RTM_GETROUTE)
				ret = 0;
		}
		iu_netlink_close(&netlink);
	}
	iu_scan_seen(scan, IU_FACT_ADDRESSES, ret == 0);
	if (ret == 0 || ret == IU_E_NOMEM)
		return ret;
	iu_snapshot_gap(scan->snapshot, IU_FACT_ADDRESSES, 0,
		"the addresses of this machine",
		ret == IU_E_LIMIT ? IU_SCAN_TOO_MANY : iu_error_text(ret), NULL);
	return 0;
}

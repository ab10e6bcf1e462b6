/* os/linux/around/packet.c - what rules ask of a packet and do to it, whatever table they are in */
#include "os/linux/around/packet.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_TPROXY.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

uint8_t iu_packet_number(const struct iu_packet *packet)
{
	return packet->protocol == IU_PROTOCOL_TCP ? IPPROTO_TCP : IPPROTO_UDP;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

void iu_packet_takes(
	struct iu_snapshot *snapshot, const struct iu_packet *packet, const struct iu_taker *taker)
{
	struct iu_taker *slot = NULL;

	if (taker->to.family != IU_FAMILY_ANY && iu_address_equal(&taker->to, &packet->to) &&
		(!taker->to_port || taker->to_port == packet->port))
		return;
	if (taker->to.family == IU_FAMILY_ANY && taker->to_port == packet->port)
		return;
	for (size_t i = 0; i < snapshot->takers.n && !slot; i++) {
		struct iu_taker *t = &snapshot->takers.v[i];

		if (t->kind == taker->kind && t->handle == taker->handle && t->legacy == taker->legacy &&
			t->protocol == packet->protocol && t->first == packet->port &&
			t->to_port == taker->to_port && t->to.family == taker->to.family &&
			iu_address_equal(&t->to, &taker->to) && same_text(t->table, taker->table) &&
			same_text(t->chain, taker->chain))
			slot = t;
	}
	if (!slot) {
		slot = iu_list_add(&snapshot->arena, &snapshot->takers);
		*slot = *taker;
		slot->protocol = packet->protocol;
		slot->first = slot->last = packet->port;
		slot->address = packet->to;
		slot->table = iu_arena_strdup(&snapshot->arena, taker->table);
		slot->chain = iu_arena_strdup(&snapshot->arena, taker->chain);
	}
	if (!iu_address_equal(&slot->address, &packet->to))
		slot->address = (struct iu_address){.family = IU_FAMILY_ANY};
	slot->incoming |= !packet->outgoing;
	slot->outgoing |= packet->outgoing;
}

/* ---- matches ---- */

static enum iu_tri inverted(bool fits, bool invert)
{
	return iu_tri(fits != invert);
}

static enum iu_tri in_ports(const struct iu_packet *packet, const uint16_t range[2], bool invert)
{
	return inverted(packet->port >= range[0] && packet->port <= range[1], invert);
}

/* Source ports are not known; the default takes all of them. */
static bool any_source(const uint16_t range[2])
{
	return range[0] == 0 && range[1] == UINT16_MAX;
}

static enum iu_tri match_tcp(const struct iu_packet *packet, const void *info, size_t len)
{
	struct xt_tcp tcp;
	enum iu_tri fits;

	if (packet->protocol != IU_PROTOCOL_TCP)
		return IU_NO;
	if (len < sizeof(tcp))
		return IU_UNKNOWN;
	memcpy(&tcp, info, sizeof(tcp));
	fits = in_ports(packet, tcp.dpts, tcp.invflags & XT_TCP_INV_DSTPT);
	return fits == IU_YES && (!any_source(tcp.spts) || tcp.flg_mask || tcp.option) ? IU_UNKNOWN : fits;
}

static enum iu_tri match_udp(const struct iu_packet *packet, const void *info, size_t len)
{
	struct xt_udp udp;
	enum iu_tri fits;

	if (packet->protocol != IU_PROTOCOL_UDP)
		return IU_NO;
	if (len < sizeof(udp))
		return IU_UNKNOWN;
	memcpy(&udp, info, sizeof(udp));
	fits = in_ports(packet, udp.dpts, udp.invflags & XT_UDP_INV_DSTPT);
	return fits == IU_YES && !any_source(udp.spts) ? IU_UNKNOWN : fits;
}

static enum iu_tri match_multiport(const struct iu_packet *packet, const void *info, size_t len)
{
	struct xt_multiport_v1 multi;
	bool fits = false;

	if (len < sizeof(multi))
		return IU_UNKNOWN;
	memcpy(&multi, info, sizeof(multi));
	if (multi.flags == XT_MULTIPORT_SOURCE)
		return IU_UNKNOWN;
	for (size_t i = 0; i < multi.count && i < XT_MULTI_PORTS; i++) {
		uint16_t range[2] = {multi.ports[i], multi.ports[i]};

		if (multi.pflags[i] && i + 1 < XT_MULTI_PORTS)
			range[1] = multi.ports[++i];
		fits |= in_ports(packet, range, false) == IU_YES;
	}
	return multi.flags == XT_MULTIPORT_EITHER && !fits ? IU_UNKNOWN : inverted(fits, multi.invert);
}

/* Packets that are asked about go to an address of this machine. */
static enum iu_tri match_addrtype(const struct iu_packet *packet, const void *info, size_t len)
{
	struct xt_addrtype_info_v1 type;
	enum iu_tri fits = IU_YES;

	(void)packet;
	if (len < sizeof(type))
		return IU_UNKNOWN;
	memcpy(&type, info, sizeof(type));
	if (type.dest)
		fits = inverted(type.dest & 1u << RTN_LOCAL, type.flags & XT_ADDRTYPE_INVERT_DEST);
	return fits == IU_YES && type.source ? IU_UNKNOWN : fits;
}

static enum iu_tri match_comment(const struct iu_packet *packet, const void *info, size_t len)
{
	(void)packet;
	(void)info;
	(void)len;
	return IU_YES;
}

enum iu_tri iu_packet_match(const struct iu_packet *packet, const char *name, const void *info, size_t len)
{
	static const struct {
		const char *name;
		enum iu_tri (*match)(const struct iu_packet *packet, const void *info, size_t len);
	} rows[] = {{"tcp", match_tcp}, {"udp", match_udp}, {"multiport", match_multiport},
		{"addrtype", match_addrtype}, {"comment", match_comment}};

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].name, name))
			return rows[i].match(packet, info, len);
	return IU_UNKNOWN;
}

/* ---- targets ---- */

static struct iu_address address_of(const struct iu_packet *packet, const union nf_inet_addr *from)
{
	struct iu_address address = {.family = packet->to.family};

	memcpy(address.bytes, from, address.family == IU_FAMILY_IPV6 ? 16 : 4);
	return address;
}

/* What both layouts of a range begin with is the same: flags, then addresses of 16 bytes, then ports. */
static void take_range(const struct iu_packet *packet, const void *info, size_t len, struct iu_taker *taker)
{
	struct nf_nat_range range;

	if (len < sizeof(range))
		return;
	memcpy(&range, info, sizeof(range));
	if (range.flags & NF_NAT_RANGE_MAP_IPS)
		taker->to = address_of(packet, &range.min_addr);
	if (range.flags & NF_NAT_RANGE_PROTO_SPECIFIED)
		taker->to_port = ntohs(range.min_proto.all);
}

static void take_old_range(const struct iu_packet *packet, const void *info, size_t len, struct iu_taker *taker)
{
	struct nf_nat_ipv4_multi_range_compat range;

	(void)packet;
	if (len < sizeof(range))
		return;
	memcpy(&range, info, sizeof(range));
	if (range.range[0].flags & NF_NAT_RANGE_MAP_IPS)
		taker->to = iu_address_ipv4(ntohl(range.range[0].min_ip));
	if (range.range[0].flags & NF_NAT_RANGE_PROTO_SPECIFIED)
		taker->to_port = ntohs(range.range[0].min.all);
}

static void take_tproxy(const struct iu_packet *packet, unsigned int revision, const void *info, size_t len,
	struct iu_taker *taker)
{
	struct xt_tproxy_target_info old;
	struct xt_tproxy_target_info_v1 new;

	taker->kind = IU_TAKER_TPROXY;
	if (revision == 0 && len >= sizeof(old)) {
		memcpy(&old, info, sizeof(old));
		taker->to_port = ntohs(old.lport);
		if (old.laddr)
			taker->to = iu_address_ipv4(ntohl(old.laddr));
	} else if (revision && len >= sizeof(new)) {
		memcpy(&new, info, sizeof(new));
		taker->to_port = ntohs(new.lport);
		taker->to = address_of(packet, &new.laddr);
		if (iu_address_is_wildcard(&taker->to))
			taker->to = (struct iu_address){.family = IU_FAMILY_ANY};
	}
}

bool iu_packet_target(const struct iu_packet *packet, const char *name, unsigned int revision,
	const void *info, size_t len, struct iu_taker *ret_taker)
{
	bool redirect = !strcmp(name, "REDIRECT");

	*ret_taker = (struct iu_taker){.kind = IU_TAKER_NAT};
	if (!strcmp(name, "TPROXY")) {
		take_tproxy(packet, revision, info, len, ret_taker);
		return true;
	}
	if (!redirect && strcmp(name, "DNAT") != 0)
		return false;
	if (revision == 0 && packet->to.family == IU_FAMILY_IPV4)
		take_old_range(packet, info, len, ret_taker);
	else
		take_range(packet, info, len, ret_taker);
	if (redirect)
		ret_taker->to = (struct iu_address){.family = IU_FAMILY_ANY};
	return true;
}

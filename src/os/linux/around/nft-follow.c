/* os/linux/around/nft-follow.c - the way of a packet through the chains of nftables */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <string.h>

#include "os/linux/around/nftables.h"
#include "os/linux/sockets/netlink.h"

#define DEPTH_MAX 16    /* of jumps, as the kernel has it */
#define WORK_MAX  50000 /* rules that are looked at for one packet */
#define NAME_MAX_BYTES 32

struct walk {
	const struct iu_nft *nft;
	const struct iu_packet *packet;
	struct iu_snapshot *snapshot;
	uint8_t reg[IU_NFT_KEY];
	bool known[IU_NFT_KEY];
	size_t work;
};

/* What comes of a rule, or of a chain. */
enum way { GO_ON, RETURN, STOP, TAKEN };

struct rule_state {
	const struct iu_nft_rule *rule;
	enum iu_tri fits; /* IU_UNKNOWN: for some packets */
	bool decided;
	int32_t verdict;
	const char *chain;
	bool takes;
	struct iu_taker taker;
};

static uint32_t number_of(struct iu_netlink_bytes attributes, uint16_t type, uint32_t otherwise)
{
	uint32_t number;

	return iu_netlink_copy(iu_netlink_find(attributes, type), &number, sizeof(number)) ? ntohl(number)
											    : otherwise;
}

/* Registers are 16 bytes each, or their quarters. Returns: false: there is no such one. */
static bool place(uint32_t reg, size_t len, size_t *ret_at)
{
	size_t at = reg >= NFT_REG32_00 ? (reg - NFT_REG32_00) * 4 : (reg - NFT_REG_1) * (size_t)16;

	if (reg == NFT_REG_VERDICT || at >= IU_NFT_KEY || len > IU_NFT_KEY - at)
		return false;
	*ret_at = at;
	return true;
}

static void set(struct walk *w, uint32_t reg, const void *bytes, const bool *known, size_t len)
{
	size_t at;

	if (!place(reg, len, &at))
		return;
	for (size_t i = 0; i < len; i++) {
		w->reg[at + i] = bytes ? ((const uint8_t *)bytes)[i] : 0;
		w->known[at + i] = bytes && (!known || known[i]);
	}
	for (size_t i = len; i % 4 && at + i < IU_NFT_KEY; i++) { /* what pads a quarter is zero */
		w->reg[at + i] = 0;
		w->known[at + i] = bytes != NULL;
	}
}

static enum iu_tri equal(const struct walk *w, size_t at, const uint8_t *bytes, size_t len)
{
	enum iu_tri equal = IU_YES;

	for (size_t i = 0; i < len; i++)
		if (!w->known[at + i])
			equal = equal == IU_NO ? IU_NO : IU_UNKNOWN;
		else if (w->reg[at + i] != bytes[i])
			equal = IU_NO;
	return equal;
}

static bool all_known(const struct walk *w, size_t at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!w->known[at + i])
			return false;
	return true;
}

static void require(struct rule_state *s, enum iu_tri fits)
{
	if (fits == IU_NO || s->fits == IU_NO)
		s->fits = IU_NO;
	else if (fits == IU_UNKNOWN)
		s->fits = IU_UNKNOWN;
}

static enum iu_tri not(enum iu_tri a)
{
	return a == IU_UNKNOWN ? a : iu_tri(a == IU_NO);
}

/* ---- expressions ---- */

static void do_meta(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	bool ipv6 = w->packet->to.family == IU_FAMILY_IPV6;
	uint8_t number = iu_packet_number(w->packet), family = ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	uint16_t ether = htons(ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	uint32_t reg = number_of(data, NFTA_META_DREG, 0);

	(void)s;
	switch (number_of(data, NFTA_META_KEY, UINT32_MAX)) {
	case NFT_META_L4PROTO: set(w, reg, &number, NULL, 1); break;
	case NFT_META_NFPROTO: set(w, reg, &family, NULL, 1); break;
	case NFT_META_PROTOCOL: set(w, reg, &ether, NULL, 2); break;
	default: set(w, reg, NULL, NULL, 16); break;
	}
}

/* The parts of the headers that are known. */
static void make_header(const struct iu_packet *packet, bool transport, uint8_t bytes[40], bool known[40])
{
	bool ipv6 = packet->to.family == IU_FAMILY_IPV6;
	size_t to = transport ? 2 : ipv6 ? 24 : 16, len = transport ? 2 : ipv6 ? 16 : 4, next = ipv6 ? 6 : 9;
	uint16_t port = htons(packet->port);

	memset(bytes, 0, 40);
	memset(known, 0, 40 * sizeof(*known));
	memcpy(bytes + to, transport ? (const void *)&port : packet->to.bytes, len);
	for (size_t i = 0; i < len; i++)
		known[to + i] = true;
	if (transport)
		return;
	bytes[next] = iu_packet_number(packet);
	known[next] = true;
}

static void do_payload(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	uint32_t base = number_of(data, NFTA_PAYLOAD_BASE, UINT32_MAX);
	uint32_t offset = number_of(data, NFTA_PAYLOAD_OFFSET, 0), len = number_of(data, NFTA_PAYLOAD_LEN, 0);
	uint32_t reg = number_of(data, NFTA_PAYLOAD_DREG, 0);
	uint8_t bytes[40];
	bool known[40];

	(void)s;
	make_header(w->packet, base == NFT_PAYLOAD_TRANSPORT_HEADER, bytes, known);
	if ((base == NFT_PAYLOAD_TRANSPORT_HEADER || base == NFT_PAYLOAD_NETWORK_HEADER) &&
		offset < sizeof(bytes) && len <= sizeof(bytes) - offset)
		set(w, reg, bytes + offset, known + offset, len);
	else
		set(w, reg, NULL, NULL, len < 16 ? 16 : len);
}

static void do_cmp(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	struct iu_netlink_bytes value =
		iu_netlink_find(iu_netlink_find(data, NFTA_CMP_DATA), NFTA_DATA_VALUE);
	uint32_t op = number_of(data, NFTA_CMP_OP, UINT32_MAX);
	enum iu_tri fits = IU_UNKNOWN;
	size_t at;
	int order;

	if (!place(number_of(data, NFTA_CMP_SREG, 0), value.len, &at) || !value.at) {
		require(s, IU_UNKNOWN);
		return;
	}
	if (op == NFT_CMP_EQ || op == NFT_CMP_NEQ) {
		fits = equal(w, at, (const uint8_t *)value.at, value.len);
		require(s, op == NFT_CMP_EQ ? fits : not(fits));
		return;
	}
	order = memcmp(w->reg + at, value.at, value.len);
	if (all_known(w, at, value.len))
		fits = iu_tri(op == NFT_CMP_LT    ? order < 0
			      : op == NFT_CMP_LTE ? order <= 0
			      : op == NFT_CMP_GT  ? order > 0
						  : order >= 0);
	require(s, fits);
}

static void do_range(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	struct iu_netlink_bytes from =
		iu_netlink_find(iu_netlink_find(data, NFTA_RANGE_FROM_DATA), NFTA_DATA_VALUE);
	struct iu_netlink_bytes to =
		iu_netlink_find(iu_netlink_find(data, NFTA_RANGE_TO_DATA), NFTA_DATA_VALUE);
	bool inverted = number_of(data, NFTA_RANGE_OP, NFT_RANGE_EQ) == NFT_RANGE_NEQ;
	size_t at;

	if (!from.at || !to.at || from.len != to.len ||
		!place(number_of(data, NFTA_RANGE_SREG, 0), from.len, &at) || !all_known(w, at, from.len))
		require(s, IU_UNKNOWN);
	else
		require(s, iu_tri((memcmp(w->reg + at, from.at, from.len) >= 0 &&
					  memcmp(w->reg + at, to.at, to.len) <= 0) != inverted));
}

static void do_bitwise(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	struct iu_netlink_bytes mask =
		iu_netlink_find(iu_netlink_find(data, NFTA_BITWISE_MASK), NFTA_DATA_VALUE);
	struct iu_netlink_bytes flip =
		iu_netlink_find(iu_netlink_find(data, NFTA_BITWISE_XOR), NFTA_DATA_VALUE);
	uint32_t reg = number_of(data, NFTA_BITWISE_DREG, 0);
	uint8_t bytes[IU_NFT_KEY];
	bool known[IU_NFT_KEY];
	size_t at;

	(void)s;
	if (!mask.at || !flip.at || mask.len != flip.len || mask.len > sizeof(bytes) ||
		!place(number_of(data, NFTA_BITWISE_SREG, 0), mask.len, &at)) {
		set(w, reg, NULL, NULL, 16);
		return;
	}
	for (size_t i = 0; i < mask.len; i++) {
		bytes[i] = (uint8_t)((w->reg[at + i] & mask.at[i]) ^ flip.at[i]);
		known[i] = w->known[at + i] || !mask.at[i];
	}
	set(w, reg, bytes, known, mask.len);
}

/* The address that is asked about is one of this machine. */
static void do_fib(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	const uint32_t local = RTN_LOCAL;
	uint32_t reg = number_of(data, NFTA_FIB_DREG, 0);

	(void)s;
	if (number_of(data, NFTA_FIB_RESULT, 0) == NFT_FIB_RESULT_ADDRTYPE &&
		number_of(data, NFTA_FIB_FLAGS, 0) & NFTA_FIB_F_DADDR)
		set(w, reg, &local, NULL, sizeof(local));
	else
		set(w, reg, NULL, NULL, 16);
}

static void do_unknown_register(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	(void)s;
	set(w, number_of(data, 1, 0), NULL, NULL, 16); /* NFTA_CT_DREG, NFTA_NG_DREG and the like */
}

static void do_hash(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	(void)s;
	set(w, number_of(data, NFTA_HASH_DREG, 0), NULL, NULL, 4);
}

static void do_immediate(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	struct iu_netlink_bytes content = iu_netlink_find(data, NFTA_IMMEDIATE_DATA);
	struct iu_netlink_bytes verdict = iu_netlink_find(content, NFTA_DATA_VERDICT);
	struct iu_netlink_bytes value = iu_netlink_find(content, NFTA_DATA_VALUE), chain;

	if (!verdict.at) {
		set(w, number_of(data, NFTA_IMMEDIATE_DREG, 0), value.at, NULL,
			value.len <= IU_NFT_KEY ? value.len : 0);
		return;
	}
	chain = iu_netlink_find(verdict, NFTA_VERDICT_CHAIN);
	s->decided = true;
	s->verdict = (int32_t)number_of(verdict, NFTA_VERDICT_CODE, 0);
	s->chain = chain.at && memchr(chain.at, '\0', chain.len) ? chain.at : NULL;
}

static const struct iu_nft_set *find_set(
	const struct walk *w, const struct iu_nft_rule *rule, struct iu_netlink_bytes name)
{
	for (size_t i = 0; name.at && i < w->nft->sets.n; i++) {
		const struct iu_nft_set *set = &w->nft->sets.v[i];

		if (set->family == rule->family && !strcmp(set->table, rule->table) &&
			strlen(set->name) == strnlen(name.at, name.len) &&
			!memcmp(set->name, name.at, strlen(set->name)))
			return set;
	}
	return NULL;
}

/* Of an interval set the last start that is not above; of others the key itself. */
static const struct iu_nft_element *find_element(
	const struct walk *w, const struct iu_nft_set *set, size_t at, enum iu_tri *ret_there)
{
	const struct iu_nft_element *best = NULL, *rest = NULL;
	bool intervals = false, perhaps = false;

	for (size_t i = 0; i < set->elements.n; i++)
		intervals |= set->elements.v[i].closes;
	for (size_t i = 0; i < set->elements.n; i++) {
		const struct iu_nft_element *e = &set->elements.v[i];
		size_t len = e->key_len, to;

		if (e->catches_all)
			rest = e;
		if (e->catches_all || !len || len > IU_NFT_KEY - at)
			continue;
		if (!all_known(w, at, len)) {
			perhaps |= equal(w, at, e->key, len) != IU_NO || intervals || e->end_len;
			best = !best && !e->closes && perhaps ? e : best;
		} else if (e->end_len == len) {
			/* each part of the key is a range of its own */
			for (to = 0; to < len && memcmp(w->reg + at + to, e->key + to, 4 <= len - to ? 4 : len - to) >= 0 &&
				     memcmp(w->reg + at + to, e->end + to, 4 <= len - to ? 4 : len - to) <= 0;)
				to += 4;
			best = to >= len ? e : best;
		} else if (!intervals) {
			best = !memcmp(w->reg + at, e->key, len) ? e : best;
		} else if (memcmp(w->reg + at, e->key, len) >= 0) {
			int above = best ? memcmp(e->key, best->key, len) : 1;

			/* at the same place one interval ends and the next begins */
			if (above > 0 || (above == 0 && !e->closes))
				best = e;
		}
	}
	best = best && best->closes && !perhaps ? NULL : best;
	*ret_there = perhaps ? IU_UNKNOWN : iu_tri(best || rest);
	return best ? best : rest;
}

static void do_lookup(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	const struct iu_nft_set *in = find_set(w, s->rule, iu_netlink_find(data, NFTA_LOOKUP_SET));
	bool maps = iu_netlink_find(data, NFTA_LOOKUP_DREG).at != NULL;
	uint32_t reg = number_of(data, NFTA_LOOKUP_DREG, 0);
	const struct iu_nft_element *element;
	enum iu_tri there;
	size_t at;

	if (!in || !place(number_of(data, NFTA_LOOKUP_SREG, 0), 1, &at)) {
		require(s, IU_UNKNOWN);
		return;
	}
	w->work += in->elements.n / 16;
	element = find_element(w, in, at, &there);
	require(s, number_of(data, NFTA_LOOKUP_FLAGS, 0) & NFT_LOOKUP_F_INV ? not(there) : there);
	if (!maps || !element)
		return;
	if (element->has_verdict) {
		s->decided = true;
		s->verdict = element->verdict;
		s->chain = element->chain;
	} else {
		set(w, reg, element->data, NULL, element->data_len);
	}
}

/* An address and a port that a rule gives, where they are in registers. */
static void read_destination(struct walk *w, struct rule_state *s, uint32_t address, uint32_t port)
{
	size_t len = w->packet->to.family == IU_FAMILY_IPV6 ? 16 : 4, at;
	uint16_t number;

	if (address && place(address, len, &at) && all_known(w, at, len)) {
		s->taker.to.family = w->packet->to.family;
		memcpy(s->taker.to.bytes, w->reg + at, len);
	}
	if (port && place(port, 2, &at) && all_known(w, at, 2)) {
		memcpy(&number, w->reg + at, 2);
		s->taker.to_port = ntohs(number);
	}
	s->takes = true;
}

static void do_nat(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	if (number_of(data, NFTA_NAT_TYPE, 0) == NFT_NAT_DNAT)
		read_destination(w, s, number_of(data, NFTA_NAT_REG_ADDR_MIN, 0),
			number_of(data, NFTA_NAT_REG_PROTO_MIN, 0));
}

static void do_redir(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	read_destination(w, s, 0, number_of(data, NFTA_REDIR_REG_PROTO_MIN, 0));
}

static void do_tproxy(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	s->taker.kind = IU_TAKER_TPROXY;
	read_destination(w, s, number_of(data, NFTA_TPROXY_REG_ADDR, 0), number_of(data, NFTA_TPROXY_REG_PORT, 0));
}

static bool xt_name(struct iu_netlink_bytes name, char text[NAME_MAX_BYTES])
{
	size_t len = name.at ? strnlen(name.at, name.len) : 0;

	if (!len || len >= NAME_MAX_BYTES)
		return false;
	memcpy(text, name.at, len);
	text[len] = '\0';
	return true;
}

static void do_xt_match(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	struct iu_netlink_bytes info = iu_netlink_find(data, NFTA_MATCH_INFO);
	char name[NAME_MAX_BYTES];

	require(s, xt_name(iu_netlink_find(data, NFTA_MATCH_NAME), name)
			? iu_packet_match(w->packet, name, info.at, info.at ? info.len : 0)
			: IU_UNKNOWN);
}

static void do_xt_target(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	struct iu_netlink_bytes info = iu_netlink_find(data, NFTA_TARGET_INFO);
	char name[NAME_MAX_BYTES];

	if (xt_name(iu_netlink_find(data, NFTA_TARGET_NAME), name))
		s->takes = iu_packet_target(w->packet, name, number_of(data, NFTA_TARGET_REV, 0), info.at,
			info.at ? info.len : 0, &s->taker);
}

static void do_nothing(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	(void)w;
	(void)s;
	(void)data;
}

static void do_some(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	(void)w;
	(void)data;
	require(s, IU_UNKNOWN);
}

static void do_end(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data)
{
	(void)w;
	(void)data;
	s->decided = true;
	s->verdict = NF_ACCEPT;
}

static const struct {
	const char *name;
	void (*apply)(struct walk *w, struct rule_state *s, struct iu_netlink_bytes data);
} expressions[] = {{"meta", do_meta}, {"payload", do_payload}, {"cmp", do_cmp}, {"range", do_range},
	{"bitwise", do_bitwise}, {"fib", do_fib}, {"ct", do_unknown_register}, {"rt", do_unknown_register},
	{"numgen", do_unknown_register}, {"socket", do_some}, {"hash", do_hash},
	{"immediate", do_immediate}, {"lookup", do_lookup}, {"nat", do_nat}, {"redir", do_redir},
	{"tproxy", do_tproxy}, {"match", do_xt_match}, {"target", do_xt_target}, {"counter", do_nothing},
	{"log", do_nothing}, {"notrack", do_nothing}, {"masq", do_end}, {"reject", do_end}, {"queue", do_end}};

static void apply(struct walk *w, struct rule_state *s, struct iu_netlink_bytes element)
{
	struct iu_netlink_bytes name = iu_netlink_find(element, NFTA_EXPR_NAME);
	size_t len = name.at ? strnlen(name.at, name.len) : 0;

	for (size_t i = 0; i < IU_COUNT(expressions); i++)
		if (len == strlen(expressions[i].name) && !memcmp(name.at, expressions[i].name, len)) {
			expressions[i].apply(w, s, iu_netlink_find(element, NFTA_EXPR_DATA));
			return;
		}
	require(s, IU_UNKNOWN);
}

/* ---- chains ---- */

static enum way follow_chain(struct walk *w, uint8_t family, const char *table, const char *chain, int depth);

static enum way follow_verdict(struct walk *w, const struct rule_state *s, int depth)
{
	enum way way = GO_ON;

	if (s->verdict == NFT_JUMP || s->verdict == NFT_GOTO) {
		if (s->chain && depth < DEPTH_MAX)
			way = follow_chain(w, s->rule->family, s->rule->table, s->chain, depth + 1);
		if (way == TAKEN || s->fits != IU_YES)
			return way == TAKEN && s->fits == IU_YES ? TAKEN : GO_ON;
		return way == STOP ? STOP : s->verdict == NFT_GOTO ? RETURN : GO_ON;
	}
	if (s->fits != IU_YES || s->verdict == NFT_CONTINUE || s->verdict == NFT_BREAK)
		return GO_ON;
	return s->verdict == NFT_RETURN ? RETURN : STOP;
}

static enum way follow_rule(struct walk *w, const struct iu_nft_rule *rule, int depth)
{
	struct iu_netlink_bytes rest = {rule->expressions, rule->len}, element;
	struct rule_state s = {.rule = rule, .fits = IU_YES};
	uint16_t type;

	memset(w->known, 0, sizeof(w->known));
	while (s.fits != IU_NO && !s.decided && !s.takes && iu_netlink_next(&rest, &type, &element))
		apply(w, &s, element);
	if (s.fits == IU_NO)
		return GO_ON;
	if (s.takes) {
		const char *name = rule->family == NFPROTO_IPV6   ? "ip6"
				   : rule->family == NFPROTO_INET ? "inet" : "ip";

		s.taker.table = iu_arena_printf(&w->snapshot->arena, "%s %s", name, rule->table);
		s.taker.chain = rule->chain;
		s.taker.handle = rule->handle;
		iu_packet_takes(w->snapshot, w->packet, &s.taker);
		return s.fits == IU_YES ? TAKEN : GO_ON;
	}
	return s.decided ? follow_verdict(w, &s, depth) : GO_ON;
}

static enum way follow_chain(struct walk *w, uint8_t family, const char *table, const char *chain, int depth)
{
	enum way way = GO_ON;

	for (size_t i = 0; i < w->nft->rules.n && way == GO_ON; i++) {
		const struct iu_nft_rule *rule = &w->nft->rules.v[i];

		if (rule->family != family || strcmp(rule->chain, chain) || strcmp(rule->table, table))
			continue;
		if (++w->work > WORK_MAX)
			return STOP;
		way = follow_rule(w, rule, depth);
	}
	return way == RETURN ? GO_ON : way;
}

/* Of several chains at a hook the one with the lower priority comes first. */
static const struct iu_nft_chain *next_chain(
	const struct walk *w, uint32_t hook, const struct iu_nft_chain *last)
{
	bool ipv6 = w->packet->to.family == IU_FAMILY_IPV6;
	const struct iu_nft_chain *next = NULL;

	for (size_t i = 0; i < w->nft->chains.n; i++) {
		const struct iu_nft_chain *c = &w->nft->chains.v[i];

		if (!c->base || c->hook != hook ||
			(c->family != NFPROTO_INET && c->family != (ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4)))
			continue;
		if (last && (c->priority < last->priority || (c->priority == last->priority && c <= last)))
			continue;
		if (!next || c->priority < next->priority)
			next = c;
	}
	return next;
}

void iu_nft_follow(
	const struct iu_nft *nft, const struct iu_packet *packet, struct iu_snapshot *snapshot)
{
	struct walk w = {.nft = nft, .packet = packet, .snapshot = snapshot};
	uint32_t hook = packet->outgoing ? NF_INET_LOCAL_OUT : NF_INET_PRE_ROUTING;
	const struct iu_nft_chain *chain = next_chain(&w, hook, NULL);

	while (chain && follow_chain(&w, chain->family, chain->table, chain->name, 0) != TAKEN)
		chain = next_chain(&w, hook, chain);
}

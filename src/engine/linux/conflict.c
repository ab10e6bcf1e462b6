/* engine/linux/conflict.c - who blocks whom on Linux, as a pure function of sockets and options */
#include "engine/linux/conflict.h"

#include <string.h>

#include "model/zone.h"

/* Since 6.1 TCP looks sockets up by port and address (bhash2); before it used UDP's comparison. */
#define KERNEL_BHASH2 (6u << 16 | 1u << 8)
/* Since 6.8 tb->fastreuse is never set: inet_csk_update_fastreuse() comes too late for it. */
#define KERNEL_NO_FASTREUSE (6u << 16 | 8u << 8)
/* Since 6.8 a wildcard of IPv4 is the same to it from either family; inet_bind2_bucket_init(). */
#define KERNEL_ONE_WILDCARD KERNEL_NO_FASTREUSE
/* Since 6.17 sk_uid() is compared; before, a socket without a file counted as root's. */
#define KERNEL_ORPHAN_UID (6u << 16 | 17u << 8)
/* What a native IPv6 address counts as in inet_rcv_saddr_equal(): LOOPBACK4_IPV6. */
#define LOOPBACK4_IPV6 0x7f000006u
/* udp_lib_get_port() changes to the chains of (port, address) above so many sockets in a slot. */
#define UDP_CROWDED 10

static bool older(const struct iu_kernel *kernel, uint32_t version)
{
	return kernel && kernel->version && kernel->version < version;
}

static enum iu_tri tri_not(enum iu_tri a)
{
	return a == IU_UNKNOWN ? IU_UNKNOWN : iu_tri(a == IU_NO);
}

static enum iu_tri tri_and(enum iu_tri a, enum iu_tri b)
{
	if (a == IU_NO || b == IU_NO)
		return IU_NO;
	return a == IU_YES && b == IU_YES ? IU_YES : IU_UNKNOWN;
}

static enum iu_tri tri_or(enum iu_tri a, enum iu_tri b)
{
	return tri_not(tri_and(tri_not(a), tri_not(b)));
}

/* A TIME-WAIT or FIN-WAIT-2 object, which has no user any more. */
static bool is_mini(const struct iu_socket *s)
{
	return s->mini || s->state == IU_STATE_TIME_WAIT;
}

/*
 * Whether the socket is in the bind table at all. A request that waits for the last packet of the
 * handshake is not; a socket in SYN-RECV with an inode (simultaneous open) is.
 */
static bool holds_port(const struct iu_socket *s)
{
	if (s->state == IU_STATE_FILE || s->port == 0)
		return false;
	return s->state != IU_STATE_SYN_RECV || s->inode != 0;
}

/* Multicast of an interface or a link names its device like a link-local address does. */
bool iu_linux_needs_device(const struct iu_address *address)
{
	return iu_zone_needed(address);
}

/* bind() to an address with a scope binds that device, over the one that was bound before. */
static uint32_t device_of(uint32_t ifindex, const struct iu_address *address)
{
	return address->scope && iu_linux_needs_device(address) ? address->scope : ifindex;
}

static bool devices_meet(const struct iu_request *r, const struct iu_socket *s)
{
	uint32_t a = device_of(r->ifindex, &r->address);
	uint32_t b = device_of(s->ifindex, &s->local);

	return !a || !b || a == b;
}

/*
 * IPV6_V6ONLY of a holder. It cannot be changed once a port is bound, and bind() to an IPv4-mapped
 * address refuses it, so only :: and native addresses carry the question.
 */
static enum iu_tri v6only_of(const struct iu_socket *s, enum iu_space space)
{
	if (space == IU_SPACE_V4 || space == IU_SPACE_MAPPED)
		return IU_NO;
	return s->v6only;
}

struct overlap {
	enum iu_tri meets;
	enum iu_rule rule;
};

static struct overlap when(enum iu_tri meets, enum iu_rule rule)
{
	return (struct overlap){meets, meets == IU_NO ? IU_RULE_NONE : rule};
}

static bool in_v4(enum iu_space space)
{
	return space == IU_SPACE_V4 || space == IU_SPACE_MAPPED;
}

/* Two sockets of the IPv4 space, mapped ones among them. */
static struct overlap meet_in_v4(uint32_t r, uint32_t s)
{
	if (r == s)
		return when(IU_YES, r ? IU_RULE_SAME_ADDRESS : IU_RULE_BOTH_WILDCARD);
	if (r == 0)
		return when(IU_YES, IU_RULE_ADDRESS_UNDER_WILDCARD);
	return when(iu_tri(s == 0), IU_RULE_WILDCARD_COVERS_ADDRESS);
}

/*
 * ::ffff:0.0.0.0 before 6.8: a specific mapped address finds it only in a list (a bucket) that an
 * AF_INET socket on 0.0.0.0 made, and misses even 0.0.0.0 in one that ::ffff:0.0.0.0 made. Who
 * made the list cannot be seen (inet_bind2_bucket_match_addr_any()).
 */
static bool misses_wildcards(const struct iu_request *r, const struct iu_kernel *kernel)
{
	return r->protocol == IU_PROTOCOL_TCP && older(kernel, KERNEL_ONE_WILDCARD) &&
	       !older(kernel, KERNEL_BHASH2) &&
	       iu_address_space(&r->address) == IU_SPACE_MAPPED && iu_address_v4(&r->address);
}

static bool is_mapped_wildcard(const struct iu_socket *s)
{
	return iu_address_space(&s->local) == IU_SPACE_MAPPED && !iu_address_v4(&s->local);
}

/* TCP from 6.1 on: inet_bhash2_addr_any_conflict(), inet_bhash2_conflict(). */
static struct overlap overlap_bhash2(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	enum iu_space rs = iu_address_space(&r->address), ss = iu_address_space(&s->local);
	uint32_t r4 = iu_address_v4(&r->address), s4 = iu_address_v4(&s->local);
	enum iu_tri open4 = tri_not(v6only_of(s, ss));

	switch (rs) {
	case IU_SPACE_V4:
	case IU_SPACE_MAPPED:
		if (is_mapped_wildcard(s) && misses_wildcards(r, kernel))
			return when(IU_UNKNOWN, IU_RULE_WILDCARD_COVERS_ADDRESS);
		if (in_v4(ss))
			return meet_in_v4(r4, s4);
		if (ss == IU_SPACE_ANY6)
			return when(open4, IU_RULE_DUAL_STACK_COVERS_IPV4);
		/* the one asymmetry: 0.0.0.0 of an AF_INET socket meets native IPv6 holders too */
		return rs == IU_SPACE_V4 && r4 == 0
			? when(open4, IU_RULE_IPV6_MEETS_IPV4_WILDCARD)
			: when(IU_NO, IU_RULE_NONE);
	case IU_SPACE_ANY6:
		if (in_v4(ss))
			return when(iu_tri(!r->v6only), IU_RULE_IPV4_UNDER_DUAL_STACK);
		return when(IU_YES, ss == IU_SPACE_ANY6 ? IU_RULE_BOTH_WILDCARD
						       : IU_RULE_ADDRESS_UNDER_WILDCARD);
	case IU_SPACE_V6:
		if (ss == IU_SPACE_ANY6)
			return when(IU_YES, IU_RULE_WILDCARD_COVERS_ADDRESS);
		return when(iu_tri(ss == IU_SPACE_V6 && iu_address_equal(&r->address, &s->local)),
			IU_RULE_SAME_ADDRESS);
	}
	return when(IU_NO, IU_RULE_NONE);
}

/* UDP, and TCP before 6.1: inet_rcv_saddr_equal(). */
static struct overlap overlap_plain(const struct iu_request *r, const struct iu_socket *s)
{
	enum iu_space rs = iu_address_space(&r->address), ss = iu_address_space(&s->local);
	uint32_t r4 = iu_address_v4(&r->address), s4 = iu_address_v4(&s->local);
	enum iu_tri open4 = tri_not(v6only_of(s, ss));

	if (in_v4(rs) && in_v4(ss))
		return meet_in_v4(r4, s4);
	if (rs == IU_SPACE_V4 && ss == IU_SPACE_ANY6)
		return when(open4, IU_RULE_DUAL_STACK_COVERS_IPV4);
	if (rs == IU_SPACE_V4)
		return r4 == 0 ? when(open4, IU_RULE_IPV6_MEETS_IPV4_WILDCARD)
			       : when(tri_and(open4, iu_tri(r4 == LOOPBACK4_IPV6)),
					 IU_RULE_LOOPBACK6_AS_IPV4);
	if (rs == IU_SPACE_ANY6 && ss == IU_SPACE_ANY6)
		return when(IU_YES, IU_RULE_BOTH_WILDCARD);
	if (ss == IU_SPACE_ANY6)
		return rs == IU_SPACE_MAPPED ? when(open4, IU_RULE_DUAL_STACK_COVERS_IPV4)
					     : when(IU_YES, IU_RULE_WILDCARD_COVERS_ADDRESS);
	if (rs == IU_SPACE_ANY6)
		return in_v4(ss) ? when(iu_tri(!r->v6only), IU_RULE_IPV4_UNDER_DUAL_STACK)
				 : when(IU_YES, IU_RULE_ADDRESS_UNDER_WILDCARD);
	return when(iu_tri(rs == ss && iu_address_equal(&r->address, &s->local)),
		IU_RULE_SAME_ADDRESS);
}

static struct overlap overlap_of(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	if (r->protocol == IU_PROTOCOL_TCP && !older(kernel, KERNEL_BHASH2))
		return overlap_bhash2(r, s, kernel);
	return overlap_plain(r, s);
}

/* SO_REUSEADDR on both; TCP never shares with a listener, UDP has none. */
static enum iu_tri shares_reuseaddr(const struct iu_request *r, const struct iu_socket *s)
{
	enum iu_tri quiet = IU_YES;

	if (!r->reuseaddr)
		return IU_NO;
	if (r->protocol == IU_PROTOCOL_TCP) {
		if (s->state == IU_STATE_LISTEN)
			quiet = IU_NO;
		else if (s->state == IU_STATE_UNKNOWN)
			quiet = IU_UNKNOWN;
	}
	return tri_and(s->reuseaddr, quiet);
}

static enum iu_tri same_user(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	if (r->protocol == IU_PROTOCOL_TCP && is_mini(s))
		return IU_YES; /* nobody owns it any more, so every user passes */
	if (r->protocol == IU_PROTOCOL_TCP && !s->inode && older(kernel, KERNEL_ORPHAN_UID))
		return iu_tri(r->uid == 0);
	return s->uid_known ? iu_tri(s->uid == r->uid) : IU_UNKNOWN;
}

static enum iu_tri shares_reuseport(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	if (!r->reuseport || r->group)
		return IU_NO;
	return tri_and(s->reuseport, same_user(r, s, kernel));
}

/* The reason that helps most to know; asked only where sharing is not certain. */
static enum iu_sharing why_not_shared(const struct iu_request *r, const struct iu_socket *s,
	enum iu_tri shared, const struct iu_kernel *kernel)
{
	if (!r->reuseaddr && !r->reuseport)
		return IU_SHARING_NOT_ASKED;
	if (shared == IU_UNKNOWN)
		return IU_SHARING_OPTIONS_UNKNOWN;
	if (r->reuseport && s->reuseport == IU_YES && same_user(r, s, kernel) == IU_NO)
		return IU_SHARING_USERS_DIFFER;
	if (r->reuseport && s->reuseport == IU_NO)
		return IU_SHARING_HOLDER_WITHOUT_REUSEPORT;
	if (r->reuseaddr && r->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_LISTEN)
		return IU_SHARING_HOLDER_LISTENS;
	if (r->reuseaddr && s->reuseaddr == IU_NO)
		return IU_SHARING_HOLDER_WITHOUT_REUSEADDR;
	return IU_SHARING_NONE;
}

struct iu_conflict iu_linux_conflict(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	struct iu_conflict none = {IU_NO, IU_RULE_NONE, IU_SHARING_NONE};
	struct iu_conflict found = none;
	struct overlap overlap;
	enum iu_tri shared;

	if (r->protocol != s->protocol || r->protocol == IU_PROTOCOL_UNIX || r->port != s->port)
		return none;
	if (!holds_port(s) || !devices_meet(r, s))
		return none;
	overlap = overlap_of(r, s, kernel);
	if (overlap.meets == IU_NO)
		return none;
	shared = tri_or(shares_reuseaddr(r, s), shares_reuseport(r, s, kernel));
	found.blocks = tri_and(overlap.meets, tri_not(shared));
	if (found.blocks == IU_NO)
		return none;
	found.rule = overlap.rule;
	found.sharing = why_not_shared(r, s, shared, kernel);
	return found;
}

/* Certain blockers before possible ones, then by importance, then as they came. */
static bool matters_more(enum iu_tri blocks, const struct iu_socket *s, enum iu_tri best_blocks,
	const struct iu_socket *best)
{
	if (!best || blocks != best_blocks)
		return !best || blocks == IU_YES;
	return iu_importance(s) < iu_importance(best);
}

/*
 * A SO_REUSEPORT socket of this user on the port may have left the fast path open for its address
 * (tb->fastreuseport, sk_reuseport_match()); nobody can read it without BPF.
 */
static bool cache_may_help(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	if (!r->reuseport || r->group)
		return false;
	for (size_t i = 0; i < sockets->n; i++) {
		const struct iu_socket *s = &sockets->v[i];

		if (i == skip || s->protocol != r->protocol || s->port != r->port || !holds_port(s))
			continue;
		if (s->reuseport != IU_NO && same_user(r, s, kernel) != IU_NO)
			return true;
	}
	return false;
}

/*
 * Before 6.8 a port on which every bind() had SO_REUSEADDR and nobody listened takes the next one
 * with it without a look (tb->fastreuse). It makes a difference only where a holder took the
 * option back after its bind().
 */
static bool fastreuse_may_help(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	if (!r->reuseaddr || !older(kernel, KERNEL_NO_FASTREUSE))
		return false;
	for (size_t i = 0; i < sockets->n; i++)
		if (i != skip && sockets->v[i].protocol == r->protocol &&
			sockets->v[i].port == r->port && sockets->v[i].state == IU_STATE_LISTEN)
			return false;
	return true;
}

/* ipv4_rcv_saddr_equal(), ipv6_rcv_saddr_equal(): only the cached side's wildcard covers more. */
static bool cache_covers(const struct iu_reuse_cache *cache, const struct iu_request *r)
{
	enum iu_space rs = iu_address_space(&r->address);
	enum iu_space cs = iu_address_space(&cache->address);
	uint32_t c4 = iu_address_v4(&cache->address);
	uint32_t r4 = rs == IU_SPACE_V6 ? LOOPBACK4_IPV6 : iu_address_v4(&r->address);

	if (cs == IU_SPACE_V4 || (cs == IU_SPACE_MAPPED && in_v4(rs))) {
		/* bind() to a native address sets IPV6_V6ONLY first */
		if (rs == IU_SPACE_V6 || (rs == IU_SPACE_ANY6 && r->v6only))
			return false;
		return c4 == r4 || c4 == 0;
	}
	if (cs == IU_SPACE_ANY6)
		return !(cache->v6only && in_v4(rs));
	return rs == cs && iu_address_equal(&cache->address, &r->address);
}

/* What inet_csk_get_port() asks before it looks at any holder: yes lets R in. */
static bool cache_lets_in(const struct iu_request *r, const struct iu_reuse_cache *cache)
{
	if (cache->fastreuse && r->reuseaddr)
		return true;
	if (!cache->fastreuseport || !r->reuseport || r->group || cache->uid != r->uid)
		return false;
	return cache->fastreuseport == 1 || cache_covers(cache, r);
}

/* A holder on ::ffff:0.0.0.0 may have made the list that a specific mapped address misses. */
static bool lists_unclear(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	if (!misses_wildcards(r, kernel))
		return false;
	for (size_t i = 0; i < sockets->n; i++)
		if (i != skip && sockets->v[i].protocol == r->protocol &&
			sockets->v[i].port == r->port && holds_port(&sockets->v[i]) &&
			is_mapped_wildcard(&sockets->v[i]))
			return true;
	return false;
}

/*
 * The blocker that matters most, SIZE_MAX: none; *@ret_fails: whether any of them blocks. @unclear:
 * IPv4's wildcards may be missed.
 */
static size_t find_blocker(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel, bool unclear, enum iu_tri *ret_fails)
{
	enum iu_tri best = IU_NO, fails = IU_NO;
	size_t blocker = SIZE_MAX;

	for (size_t i = 0; i < sockets->n; i++) {
		const struct iu_socket *s = &sockets->v[i];
		struct iu_conflict c;

		if (i == skip)
			continue;
		c = iu_linux_conflict(r, s, kernel);
		if (c.blocks == IU_NO)
			continue;
		if (unclear && s->family == IU_FAMILY_IPV4 && !iu_address_v4(&s->local))
			c.blocks = IU_UNKNOWN;
		if (matters_more(c.blocks, s, best,
			    blocker == SIZE_MAX ? NULL : &sockets->v[blocker])) {
			blocker = i;
			best = c.blocks;
		}
		fails = tri_or(fails, c.blocks);
	}
	*ret_fails = fails;
	return blocker;
}

static struct iu_outcome outcome_tcp(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	struct iu_outcome outcome = {0};
	bool unclear = lists_unclear(r, sockets, skip, kernel);

	outcome.blocker = find_blocker(r, sockets, skip, kernel, unclear, &outcome.fails);
	if (r->force) /* SK_FORCE_REUSE: any holder at all lets it in */
		return (struct iu_outcome){.fails = IU_NO, .blocker = SIZE_MAX};
	if (kernel && kernel->cache && kernel->cache->port == r->port) {
		/* both shortcuts were read, so the answer depends on nothing that is not known */
		if (cache_lets_in(r, kernel->cache))
			return (struct iu_outcome){.fails = IU_NO, .blocker = SIZE_MAX};
		return outcome;
	}
	outcome.cache_dependent =
		outcome.fails == IU_YES && cache_may_help(r, sockets, skip, kernel);
	outcome.history_dependent = unclear && outcome.fails == IU_UNKNOWN;
	outcome.fastreuse_dependent =
		outcome.fails == IU_YES && fastreuse_may_help(r, sockets, skip, kernel);
	return outcome;
}

/* What the walk over a UDP chain can come to. */
#define UDP_OK   1u /* joins a SO_REUSEPORT group: the scan ends, later holders are never seen */
#define UDP_FAIL 2u
#define UDP_PASS 4u /* not relevant: the scan goes on */

static unsigned int udp_meeting(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	struct overlap overlap;
	enum iu_tri relevant, join;
	unsigned int all = 0;

	if (s->protocol != IU_PROTOCOL_UDP || s->port != r->port || !holds_port(s) ||
		!devices_meet(r, s))
		return UDP_PASS;
	overlap = overlap_of(r, s, kernel);
	relevant = tri_and(overlap.meets, tri_not(shares_reuseaddr(r, s)));
	join = shares_reuseport(r, s, kernel);
	if (relevant != IU_YES)
		all |= UDP_PASS;
	if (relevant != IU_NO && join != IU_NO)
		all |= UDP_OK;
	if (relevant != IU_NO && join != IU_YES)
		all |= UDP_FAIL;
	return all;
}

/* Walks one family's sockets in the kernel's order. */
static unsigned int udp_walk(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel, enum iu_family family)
{
	unsigned int all = 0;
	uint32_t last = 0;
	bool started = false;
	size_t last_index = 0;

	/* selection by (order, index): no list is built, a port has few sockets */
	for (;;) {
		size_t best = SIZE_MAX;
		unsigned int meeting;

		for (size_t i = 0; i < sockets->n; i++) {
			const struct iu_socket *s = &sockets->v[i];

			if (i == skip || s->family != family || s->port != r->port ||
				s->protocol != IU_PROTOCOL_UDP)
				continue;
			if (started && (s->order < last || (s->order == last && i <= last_index)))
				continue;
			if (best == SIZE_MAX || s->order < sockets->v[best].order)
				best = i;
		}
		if (best == SIZE_MAX)
			return all | UDP_PASS;
		started = true;
		last = sockets->v[best].order;
		last_index = best;
		meeting = udp_meeting(r, &sockets->v[best], kernel);
		all |= meeting & ~UDP_PASS;
		if (!(meeting & UDP_PASS))
			return all;
	}
}

/* Both families share a chain, in an order that no dump shows: either may come first. */
static unsigned int udp_both(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel, bool *order_matters)
{
	unsigned int v4 = udp_walk(r, sockets, skip, kernel, IU_FAMILY_IPV4);
	unsigned int v6 = udp_walk(r, sockets, skip, kernel, IU_FAMILY_IPV6);
	unsigned int decided = (v4 | v6) & ~UDP_PASS;

	if ((v4 & ~UDP_PASS) && (v6 & ~UDP_PASS) && (v4 & ~UDP_PASS) != (v6 & ~UDP_PASS))
		*order_matters = true;
	return decided | (v4 & v6 & UDP_PASS);
}

static enum iu_tri udp_fails(unsigned int all)
{
	if (!(all & UDP_FAIL))
		return IU_NO;
	return all & (UDP_OK | UDP_PASS) ? IU_UNKNOWN : IU_YES;
}

/* Above UDP_CROWDED sockets a specific address is looked up in two short chains instead. */
static bool udp_crowded(const struct iu_request *r, const struct iu_sockets *sockets, size_t skip)
{
	size_t n = 0;

	for (size_t i = 0; i < sockets->n; i++)
		n += i != skip && sockets->v[i].protocol == IU_PROTOCOL_UDP &&
		     sockets->v[i].port == r->port;
	return n > UDP_CROWDED && !iu_address_is_wildcard(&r->address);
}

/* The chain of R's own address in a crowded slot, or else that of the wildcards. */
static bool in_chain(const struct iu_request *r, const struct iu_socket *s, bool wildcards)
{
	if (wildcards)
		return iu_address_is_wildcard(&s->local);
	if (in_v4(iu_address_space(&r->address)))
		return in_v4(iu_address_space(&s->local)) &&
		       iu_address_v4(&r->address) == iu_address_v4(&s->local);
	return iu_address_equal(&r->address, &s->local);
}

/* Within such a chain a socket that was connected moved to the head, unseen: any may be first. */
static enum iu_tri udp_chain_fails(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel, bool wildcards)
{
	unsigned int all = 0;
	bool certain = false;

	for (size_t i = 0; i < sockets->n; i++) {
		unsigned int meeting;

		if (i == skip || !in_chain(r, &sockets->v[i], wildcards))
			continue;
		meeting = udp_meeting(r, &sockets->v[i], kernel);
		all |= meeting;
		certain |= meeting == UDP_FAIL;
	}
	if (!(all & UDP_FAIL))
		return IU_NO;
	return certain && !(all & UDP_OK) ? IU_YES : IU_UNKNOWN;
}

static struct iu_outcome outcome_udp(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	struct iu_outcome outcome = {.blocker = SIZE_MAX};
	enum iu_tri alone; /* of a single one, whatever the order */

	outcome.fails =
		udp_fails(udp_both(r, sockets, skip, kernel, &outcome.order_dependent));
	if (udp_crowded(r, sockets, skip)) {
		enum iu_tri own = udp_chain_fails(r, sockets, skip, kernel, false);
		enum iu_tri any = udp_chain_fails(r, sockets, skip, kernel, true);

		/* which of both ways is taken depends on a hash that nobody sees */
		if (tri_or(own, any) != outcome.fails) {
			outcome.fails = IU_UNKNOWN;
			outcome.order_dependent = true;
		}
	}
	if (outcome.fails != IU_NO)
		outcome.blocker = find_blocker(r, sockets, skip, kernel, false, &alone);
	return outcome;
}

struct iu_outcome iu_linux_outcome(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	if (r->protocol == IU_PROTOCOL_UDP)
		return outcome_udp(r, sockets, skip, kernel);
	return outcome_tcp(r, sockets, skip, kernel);
}

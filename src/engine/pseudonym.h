/* engine/pseudonym.h - names that stand for private ones, the same one for the same thing */
#ifndef IU_ENGINE_PSEUDONYM_H
#define IU_ENGINE_PSEUDONYM_H

#include "model/snapshot.h"

enum iu_pseudonym_kind {
	IU_PSEUDONYM_USER,     /* "user-1" */
	IU_PSEUDONYM_HOST,     /* "host-1" */
	IU_PSEUDONYM_ARGUMENT, /* "arg-1" */
	IU_PSEUDONYM_PART,     /* "p1": a part of a path */
	IU_PSEUDONYM_ADDRESS,
	IU_PSEUDONYM_KINDS
};

#define IU_PSEUDONYM_BUCKETS 4096

/* The prefix of a local route: whatever lies in it has to lie in its alias, too. */
struct iu_pseudonym_route {
	struct iu_address address;
	unsigned int bits;
	uint32_t used; /* how many of its addresses have an alias */
};

struct iu_pseudonymes {
	struct iu_arena *arena;
	struct iu_pseudonym_row *buckets[IU_PSEUDONYM_BUCKETS];
	uint32_t counts[IU_PSEUDONYM_KINDS];
	IU_LIST(struct iu_pseudonym_route) routes;
};

/** iu_pseudonym() - what stands for @text; made when it is met first. NULL when out of memory. */
const char *iu_pseudonym(
	struct iu_pseudonymes *aliases, enum iu_pseudonym_kind kind, const char *text, size_t len);

/** iu_pseudonym_known() - what stands for @text already, or NULL. */
const char *iu_pseudonym_known(const struct iu_pseudonymes *aliases, enum iu_pseudonym_kind kind,
	const char *text, size_t len);

/**
 * iu_pseudonym_address() - replaces an address of the public network, and one that tells a MAC address
 *
 * Wildcard, loopback, private (RFC 1918, RFC 4193), shared (RFC 6598), IPv4 link-local and
 * multicast addresses stay, documentation addresses of IPv4 too: they say nothing of where a
 * machine is. The others become 240.0.0.0/4 (reserved, nobody has them), 2001:db8::/32
 * (documentation; those that were there already are replaced as well) and fe80::/64.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_pseudonym_address(struct iu_pseudonymes *aliases, struct iu_address *address);

/** iu_pseudonym_route() - the prefix of a local route; before any address is replaced. */
int iu_pseudonym_route(struct iu_pseudonymes *aliases, const struct iu_local *route);

/** iu_pseudonym_local() - address and prefix length of a local address or route, replaced together. */
int iu_pseudonym_local(struct iu_pseudonymes *aliases, struct iu_local *local);

#endif

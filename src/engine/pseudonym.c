/* engine/pseudonym.c - names that stand for private ones, the same one for the same thing */
#include "engine/pseudonym.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"

struct iu_pseudonym_row {
	struct iu_pseudonym_row *next;
	enum iu_pseudonym_kind kind;
	const char *from;
	size_t len;
	const char *to;
	struct iu_address address;
};

/* "Alice" is alice, and "BOX" is box: names of people and machines are the same in capitals. */
static unsigned char folded(enum iu_pseudonym_kind kind, char c)
{
	bool folds = kind == IU_PSEUDONYM_USER || kind == IU_PSEUDONYM_HOST;

	return (unsigned char)(folds && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool equal(enum iu_pseudonym_kind kind, const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (folded(kind, a[i]) != folded(kind, b[i]))
			return false;
	return true;
}

/* FNV-1a */
static size_t bucket_of(enum iu_pseudonym_kind kind, const char *text, size_t len)
{
	uint32_t hash = 2166136261u ^ (uint32_t)kind;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ folded(kind, text[i])) * 16777619u;
	return hash % IU_PSEUDONYM_BUCKETS;
}

static struct iu_pseudonym_row *find(const struct iu_pseudonymes *aliases, enum iu_pseudonym_kind kind,
	const char *text, size_t len)
{
	struct iu_pseudonym_row *row = aliases->buckets[bucket_of(kind, text, len)];

	while (row && (row->kind != kind || row->len != len || !equal(kind, row->from, text, len)))
		row = row->next;
	return row;
}

static struct iu_pseudonym_row *add(struct iu_pseudonymes *aliases, enum iu_pseudonym_kind kind,
	const char *text, size_t len)
{
	struct iu_pseudonym_row **bucket = &aliases->buckets[bucket_of(kind, text, len)];
	struct iu_pseudonym_row *row = iu_arena_alloc(aliases->arena, sizeof(*row));

	if (!row)
		return NULL;
	*row = (struct iu_pseudonym_row){.next = *bucket, .kind = kind, .len = len};
	row->from = iu_arena_strndup(aliases->arena, text, len);
	if (!row->from)
		return NULL;
	aliases->counts[kind]++;
	*bucket = row;
	return row;
}

const char *iu_pseudonym_known(const struct iu_pseudonymes *aliases, enum iu_pseudonym_kind kind,
	const char *text, size_t len)
{
	const struct iu_pseudonym_row *row = find(aliases, kind, text, len);

	return row ? row->to : NULL;
}

const char *iu_pseudonym(
	struct iu_pseudonymes *aliases, enum iu_pseudonym_kind kind, const char *text, size_t len)
{
	static const char *const words[IU_PSEUDONYM_KINDS] = {
		[IU_PSEUDONYM_USER] = "user-",
		[IU_PSEUDONYM_HOST] = "host-",
		[IU_PSEUDONYM_ARGUMENT] = "arg-",
		[IU_PSEUDONYM_PART] = "p",
		[IU_PSEUDONYM_ADDRESS] = "address-",
	};
	struct iu_pseudonym_row *row = find(aliases, kind, text, len);

	if (row)
		return row->to;
	row = add(aliases, kind, text, len);
	if (row)
		row->to = iu_arena_printf(
			aliases->arena, "%s%u", words[kind], (unsigned int)aliases->counts[kind]);
	return row ? row->to : NULL;
}

/* ---- addresses ---- */

/* What stays, with its prefix length. */
static const struct {
	const char *prefix;
	unsigned int bits;
} plain[] = {
	{"0.0.0.0", 8}, {"10.0.0.0", 8}, {"100.64.0.0", 10}, {"127.0.0.0", 8},
	{"169.254.0.0", 16}, {"172.16.0.0", 12}, {"192.0.2.0", 24}, {"192.168.0.0", 16},
	{"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4}, {"255.255.255.255", 32},
	{"::", 127}, {"fc00::", 7}, {"ff00::", 8},
};

static bool is_mapped(const struct iu_address *address)
{
	return address->family == IU_FAMILY_IPV6 &&
	       iu_address_space(address) == IU_SPACE_MAPPED;
}

static bool stays(const struct iu_address *address)
{
	struct iu_address prefix;

	for (size_t i = 0; i < IU_COUNT(plain); i++) {
		if (iu_address_parse(plain[i].prefix, strlen(plain[i].prefix), &prefix) < 0 ||
			prefix.family != address->family)
			continue;
		if (iu_address_in_prefix(address, &prefix, plain[i].bits))
			return true;
	}
	return false;
}

static void put_u32(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

/* The longest route whose prefix it lies in: 1 …, 0: none. */
static size_t route_of(const struct iu_pseudonymes *aliases, const struct iu_address *address)
{
	size_t best = 0;

	for (size_t i = 0; i < aliases->routes.n; i++) {
		const struct iu_pseudonym_route *r = &aliases->routes.v[i];

		if (r->address.family == address->family &&
			iu_address_in_prefix(address, &r->address, r->bits) &&
			(!best || r->bits > aliases->routes.v[best - 1].bits))
			best = i + 1;
	}
	return best;
}

#define REGIONS 14 /* 241.0.0.0/8 … 254.0.0.0/8; routes beyond share the last one */

/* Number @number of the region that stands for a route: the route's own address is number 0. */
static struct iu_address make(
	const struct iu_address *address, size_t region, uint32_t number)
{
	struct iu_address made = {.family = address->family, .scope = address->scope};

	if (address->family == IU_FAMILY_IPV4) {
		put_u32(made.bytes, (uint32_t)(240 + (region > REGIONS ? REGIONS : region)) << 24 |
			(number & 0xffffff));
		return made;
	}
	put_u32(made.bytes, iu_address_is_link_local(address) ? 0xfe800000u : 0x20010db8u);
	if (!iu_address_is_link_local(address)) {
		made.bytes[4] = (uint8_t)(region >> 8);
		made.bytes[5] = (uint8_t)region;
	}
	put_u32(made.bytes + 12, number);
	return made;
}

static int replace(struct iu_pseudonymes *aliases, struct iu_address *address)
{
	char key[17];
	struct iu_pseudonym_row *row;
	uint32_t scope = address->scope;
	size_t region = route_of(aliases, address);
	struct iu_pseudonym_route *route = region ? &aliases->routes.v[region - 1] : NULL;
	uint32_t number;

	key[0] = (char)address->family;
	memcpy(key + 1, address->bytes, 16);
	row = find(aliases, IU_PSEUDONYM_ADDRESS, key, sizeof(key));
	if (!row) {
		row = add(aliases, IU_PSEUDONYM_ADDRESS, key, sizeof(key));
		if (!row)
			return IU_E_NOMEM;
		number = aliases->counts[IU_PSEUDONYM_ADDRESS];
		if (route)
			number = iu_address_equal(&route->address, address) ? 0 : ++route->used;
		row->address = make(address, region, number);
	}
	*address = row->address;
	address->scope = scope;
	return 0;
}

int iu_pseudonym_address(struct iu_pseudonymes *aliases, struct iu_address *address)
{
	struct iu_address inner;
	int error;

	if (!is_mapped(address))
		return stays(address) ? 0 : replace(aliases, address);
	inner = iu_address_ipv4(iu_address_v4(address));
	error = stays(&inner) ? 0 : replace(aliases, &inner);
	if (error == 0)
		memcpy(address->bytes + 12, inner.bytes, 4);
	return error;
}

int iu_pseudonym_route(struct iu_pseudonymes *aliases, const struct iu_local *route)
{
	struct iu_pseudonym_route *slot;

	if (route->kind != IU_LOCAL_ROUTE || stays(&route->address) || is_mapped(&route->address))
		return 0;
	slot = iu_list_add(aliases->arena, &aliases->routes);
	*slot = (struct iu_pseudonym_route){route->address, route->bits, 0};
	return 0;
}

/* A region of IPv4 has 24 bits of its own, one of IPv6 80. */
int iu_pseudonym_local(struct iu_pseudonymes *aliases, struct iu_local *local)
{
	bool route = local->kind == IU_LOCAL_ROUTE && !stays(&local->address) &&
		     !is_mapped(&local->address);
	unsigned int least = local->address.family == IU_FAMILY_IPV4 ? 8 : 48;

	if (route)
		local->bits = (uint8_t)(local->bits < least ? least : local->bits);
	return iu_pseudonym_address(aliases, &local->address);
}

/* engine/windows/conflict.c - who blocks whom on Windows, purely by sockets and options */
#include "engine/windows/conflict.h"

#include <string.h>
#include <strings.h>

#define OPTIONS 3
#define KINDS   (2 * OPTIONS)

/* OK, INUSE, ACCESS, CHECK (the second account is looked at), BOTH (the documents disagree). */
enum cell { O, I, A, C, B };

static unsigned int kind_index(struct iu_bind_kind kind)
{
	return 2 * (unsigned int)kind.option + !kind.wildcard;
}

/* First socket down, second socket right; each plain, reuse, exclusive as wildcard and specific. */
static const unsigned char table[KINDS][KINDS] = {
	/*                 plain   reuse   exclusive */
	/* plain     * */ {I, C,   A, C,   I, C},
	/*           S */ {O, I,   O, A,   I, I},
	/* reuse     * */ {I, C,   O, O,   I, C},
	/*           S */ {O, B,   O, O,   I, I},
	/* exclusive * */ {I, A,   A, A,   I, A},
	/*           S */ {O, I,   O, A,   I, I},
};

unsigned int iu_windows_bind(
	struct iu_bind_kind first, struct iu_bind_kind second, enum iu_tri same_account)
{
	switch ((enum cell)table[kind_index(first)][kind_index(second)]) {
	case O: return IU_BIND_OK;
	case I: return IU_BIND_INUSE;
	case A: return IU_BIND_ACCESS;
	case B: return IU_BIND_INUSE | IU_BIND_ACCESS;
	case C: break;
	}
	if (same_account == IU_UNKNOWN)
		return IU_BIND_OK | IU_BIND_ACCESS;
	return same_account == IU_YES ? IU_BIND_OK : IU_BIND_ACCESS;
}

unsigned int iu_windows_bind_old(enum iu_bind_option first, enum iu_bind_option second)
{
	if (second != IU_BIND_REUSE)
		return IU_BIND_INUSE;
	return first == IU_BIND_EXCLUSIVE ? IU_BIND_ACCESS : IU_BIND_OK;
}

/* "VM\alice" and "alice" may be one; two domains are two accounts. */
enum iu_tri iu_windows_same_account(const char *a, const char *b)
{
	const char *name_a, *name_b;

	if (!a || !b)
		return IU_UNKNOWN;
	name_a = strrchr(a, '\\');
	name_b = strrchr(b, '\\');
	if (name_a && name_b)
		return iu_tri(!strcasecmp(a, b));
	if (strcasecmp(name_a ? name_a + 1 : a, name_b ? name_b + 1 : b) != 0)
		return IU_NO;
	return name_a || name_b ? IU_UNKNOWN : IU_YES;
}

/* ---- addresses ---- */

enum meeting {
	APART,
	SAME,           /* both specific and equal, or both wildcards, of one stack */
	UNDER_WILDCARD, /* the holder's wildcard covers the asker's address */
	OVER_ADDRESS,   /* the asker's wildcard covers the holder's address */
};

/* A dual-stack wildcard takes part in the IPv4 stack by rules of its own. */
static bool is_dual(const struct iu_address *address, bool v6only)
{
	return iu_address_space(address) == IU_SPACE_ANY6 && !v6only;
}

static bool in_v4(const struct iu_address *address)
{
	enum iu_space space = iu_address_space(address);

	return space == IU_SPACE_V4 || space == IU_SPACE_MAPPED;
}

static bool is_wildcard(const struct iu_address *address)
{
	return in_v4(address) ? !iu_address_v4(address) : iu_address_is_wildcard(address);
}

static bool same_address(const struct iu_address *a, const struct iu_address *b)
{
	return in_v4(a) ? iu_address_v4(a) == iu_address_v4(b) : iu_address_equal(a, b);
}

static enum meeting meet(const struct iu_address *asked, const struct iu_address *held)
{
	if (in_v4(asked) != in_v4(held))
		return APART;
	if (is_wildcard(asked))
		return is_wildcard(held) ? SAME : OVER_ADDRESS;
	if (is_wildcard(held))
		return UNDER_WILDCARD;
	return same_address(asked, held) ? SAME : APART;
}

static enum iu_rule rule_of(enum meeting how, const struct iu_address *asked)
{
	switch (how) {
	case APART: return IU_RULE_NONE;
	case SAME: return is_wildcard(asked) ? IU_RULE_BOTH_WILDCARD : IU_RULE_SAME_ADDRESS;
	case UNDER_WILDCARD: return IU_RULE_WILDCARD_COVERS_ADDRESS;
	case OVER_ADDRESS: return IU_RULE_ADDRESS_UNDER_WILDCARD;
	}
	return IU_RULE_NONE;
}

/* ---- options ---- */

static enum iu_bind_option option_of(const struct iu_request *r)
{
	if (r->exclusive)
		return IU_BIND_EXCLUSIVE;
	return r->reuseaddr ? IU_BIND_REUSE : IU_BIND_PLAIN;
}

/* Which options a holder may have, as bits 1 << enum iu_bind_option. Both at once cannot be. */
static unsigned int options_of(const struct iu_socket *s)
{
	if (s->exclusive == IU_YES)
		return 1u << IU_BIND_EXCLUSIVE;
	if (s->reuseaddr == IU_YES)
		return 1u << IU_BIND_REUSE;
	return 1u << IU_BIND_PLAIN | (s->reuseaddr == IU_UNKNOWN ? 1u << IU_BIND_REUSE : 0) |
	       (s->exclusive == IU_UNKNOWN ? 1u << IU_BIND_EXCLUSIVE : 0);
}

static bool is_bound(const struct iu_socket *s)
{
	return s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND ||
	       s->protocol == IU_PROTOCOL_UDP;
}

static unsigned int by_table(const struct iu_request *r, bool held_wildcard,
	enum iu_bind_option held, const struct iu_socket *s, const struct iu_kernel *kernel)
{
	const struct iu_bind_kind first = {held, held_wildcard};
	const struct iu_bind_kind second = {option_of(r), is_wildcard(&r->address)};

	if (kernel && kernel->old_windows)
		return iu_windows_bind_old(held, second.option);
	return iu_windows_bind(first, second, iu_windows_same_account(r->user, s->user));
}

/* Over every option that the holder may have. */
static unsigned int by_options(const struct iu_request *r, bool held_wildcard,
	const struct iu_socket *s, const struct iu_kernel *kernel)
{
	unsigned int options = options_of(s), results = 0;
	int option;

	for (option = 0; option < OPTIONS; option++)
		if (options & 1u << option)
			results |= by_table(
				r, held_wildcard, (enum iu_bind_option)option, s, kernel);
	return results;
}

/*
 * Of an accepted connection only SO_EXCLUSIVEADDRUSE cares, while it is active ("Using
 * SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"); whether TIME-WAIT still is, sources do not agree. A
 * connection that went out was bound by the system, to the wildcard or to its address.
 */
static unsigned int by_connection(
	const struct iu_request *r, const struct iu_socket *s, const struct iu_kernel *kernel)
{
	struct iu_socket plain = *s;

	if (r->exclusive)
		return s->state == IU_STATE_TIME_WAIT ? IU_BIND_OK | IU_BIND_INUSE : IU_BIND_INUSE;
	if (s->state == IU_STATE_TIME_WAIT || s->explicit_port == IU_YES || iu_importance(s) > 3)
		return IU_BIND_OK;
	plain.reuseaddr = plain.exclusive = IU_NO;
	return by_options(r, true, &plain, kernel) | by_options(r, false, &plain, kernel) |
	       (s->explicit_port == IU_UNKNOWN ? IU_BIND_OK : 0);
}

/*
 * A dual-stack wildcard and a socket of the IPv4 stack. Windows' own text: the checks of both
 * stacks must pass. What its tests expect (Wine's conformance test, written against Windows): an
 * exclusive dual-stack holder refuses with WSAEACCES, also where IPv4 alone would say
 * WSAEADDRINUSE; a plain or reusing one does not protect the IPv4 side at all.
 */
static unsigned int held_dual(const struct iu_request *r, const struct iu_socket *s)
{
	unsigned int options = options_of(s), results = 0;

	if (options & 1u << IU_BIND_EXCLUSIVE)
		results |= IU_BIND_ACCESS | (r->exclusive ? IU_BIND_INUSE : 0);
	if (options & ~(1u << IU_BIND_EXCLUSIVE))
		results |= IU_BIND_OK;
	if (results & IU_BIND_OK && !is_wildcard(&r->address) &&
		iu_windows_same_account(r->user, s->user) == IU_NO)
		results |= IU_BIND_ACCESS;
	return results;
}

/* Text and tests disagree about the code for an exclusive one, and about plain over a wildcard. */
static unsigned int asked_dual(
	const struct iu_request *r, const struct iu_socket *s, const struct iu_kernel *kernel)
{
	unsigned int results = is_bound(s) ? by_options(r, is_wildcard(&s->local), s, kernel)
					   : by_connection(r, s, kernel);

	if (r->exclusive)
		return results & IU_BIND_OK ? results : IU_BIND_INUSE | IU_BIND_ACCESS;
	return results & IU_BIND_FAILS ? results | IU_BIND_OK : results;
}

static enum iu_sharing why(const struct iu_request *r, const struct iu_socket *s,
	unsigned int results)
{
	if (r->exclusive)
		return IU_SHARING_ASKER_EXCLUSIVE;
	if (s->exclusive == IU_YES)
		return IU_SHARING_HOLDER_EXCLUSIVE;
	if (results & IU_BIND_OK)
		return IU_SHARING_OPTIONS_UNKNOWN;
	if (results & IU_BIND_ACCESS && !is_wildcard(&r->address) && is_wildcard(&s->local) &&
		iu_windows_same_account(r->user, s->user) == IU_NO)
		return IU_SHARING_ACCOUNTS_DIFFER;
	if (!r->reuseaddr)
		return IU_SHARING_NOT_ASKED;
	return s->reuseaddr == IU_NO ? IU_SHARING_HOLDER_WITHOUT_REUSEADDR : IU_SHARING_NONE;
}

struct iu_conflict iu_windows_conflict(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel)
{
	struct iu_conflict found = {.blocks = IU_NO, .results = IU_BIND_OK};
	bool held_v6only = s->v6only != IU_NO;
	enum meeting how;

	if (r->protocol != s->protocol || r->protocol == IU_PROTOCOL_UNIX || r->port != s->port ||
		!s->port || s->state == IU_STATE_FILE)
		return found;
	how = meet(&r->address, &s->local);
	if (how != APART) {
		found.rule = rule_of(how, &r->address);
		found.results = is_bound(s)
			? by_options(r, is_wildcard(&s->local), s, kernel)
			: by_connection(r, s, kernel);
	} else if (in_v4(&r->address) && is_dual(&s->local, held_v6only) && is_bound(s)) {
		found.rule = IU_RULE_DUAL_STACK_COVERS_IPV4;
		found.results = held_dual(r, s);
	} else if (in_v4(&s->local) && is_dual(&r->address, r->v6only)) {
		found.rule = IU_RULE_IPV4_UNDER_DUAL_STACK;
		found.results = asked_dual(r, s, kernel);
	}
	if (found.results == IU_BIND_OK)
		return (struct iu_conflict){.blocks = IU_NO, .results = IU_BIND_OK};
	found.blocks = found.results & IU_BIND_OK ? IU_UNKNOWN : IU_YES;
	found.sharing = why(r, s, found.results);
	found.error = found.results & IU_BIND_INUSE ? IU_WSAEADDRINUSE : IU_WSAEACCES;
	return found;
}

struct iu_outcome iu_windows_outcome(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel)
{
	struct iu_outcome outcome = {.fails = IU_NO, .blocker = SIZE_MAX};
	unsigned int sure = 0, perhaps = 0;

	for (size_t i = 0; i < sockets->n; i++) {
		const struct iu_socket *s = &sockets->v[i], *best;
		struct iu_conflict c;

		if (i == skip)
			continue;
		c = iu_windows_conflict(r, s, kernel);
		if (c.blocks == IU_NO)
			continue;
		best = outcome.blocker == SIZE_MAX ? NULL : &sockets->v[outcome.blocker];
		if (!best || (c.blocks == IU_YES && outcome.fails != IU_YES) ||
			(c.blocks == outcome.fails && iu_importance(s) < iu_importance(best)))
			outcome.blocker = i;
		if (c.blocks == IU_YES || outcome.fails == IU_NO)
			outcome.fails = c.blocks;
		if (c.blocks == IU_YES)
			sure |= c.results;
		else
			perhaps |= c.results;
	}
	/* which of several refusals comes first is not written anywhere */
	outcome.results = sure ? sure | (perhaps & IU_BIND_FAILS) : perhaps | IU_BIND_OK;
	return outcome;
}

/* ---- what follows from each other ---- */

/* Whether two sockets can be where they are, in either order. */
static bool can_coexist(const struct iu_socket *a, enum iu_bind_option option_a,
	const struct iu_socket *b, enum iu_bind_option option_b)
{
	const struct iu_bind_kind kind_a = {option_a, is_wildcard(&a->local)};
	const struct iu_bind_kind kind_b = {option_b, is_wildcard(&b->local)};
	enum iu_tri same = iu_windows_same_account(a->user, b->user);

	return (iu_windows_bind(kind_a, kind_b, same) | iu_windows_bind(kind_b, kind_a, same)) &
	       IU_BIND_OK;
}

static unsigned int possible_beside(const struct iu_socket *a, const struct iu_socket *b)
{
	unsigned int mine = options_of(a), others = options_of(b), left = 0;

	for (int i = 0; i < OPTIONS; i++)
		for (int k = 0; k < OPTIONS; k++)
			if (mine & 1u << i && others & 1u << k &&
				can_coexist(a, (enum iu_bind_option)i, b, (enum iu_bind_option)k))
				left |= 1u << i;
	return left;
}

static void narrow(struct iu_socket *s, unsigned int options)
{
	if (!options || options == options_of(s))
		return; /* nothing new, or something else lets them coexist: a handle passed on */
	if (!(options & 1u << IU_BIND_EXCLUSIVE))
		s->exclusive = IU_NO;
	if (!(options & 1u << IU_BIND_REUSE))
		s->reuseaddr = IU_NO;
	if (options == 1u << IU_BIND_REUSE)
		s->reuseaddr = IU_YES;
	if (options == 1u << IU_BIND_EXCLUSIVE)
		s->exclusive = IU_YES;
	if (s->options_source == IU_SOURCE_NONE)
		s->options_source = IU_SOURCE_INFERRED;
}

static void infer_options(struct iu_sockets *sockets)
{
	for (size_t i = 0; i < sockets->n; i++)
		for (size_t k = 0; k < sockets->n; k++) {
			struct iu_socket *a = &sockets->v[i], *b = &sockets->v[k];

			if (i != k && a->protocol == b->protocol && a->port == b->port &&
				is_bound(a) && is_bound(b) &&
				(!a->inode || a->inode != b->inode) &&
				meet(&a->local, &b->local) != APART)
				narrow(a, possible_beside(a, b));
		}
}

static bool has_listener(const struct iu_sockets *sockets, const struct iu_socket *s)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (sockets->v[i].state == IU_STATE_LISTEN && sockets->v[i].port == s->port &&
			sockets->v[i].protocol == s->protocol)
			return true;
	return false;
}

void iu_windows_conflict_infer(
	struct iu_sockets *sockets, enum iu_tri in_range, const struct iu_kernel *kernel)
{
	for (size_t i = 0; i < sockets->n; i++) {
		struct iu_socket *s = &sockets->v[i];

		if (is_bound(s) || s->explicit_port != IU_UNKNOWN)
			continue;
		if (s->state == IU_STATE_SYN_SENT)
			s->explicit_port = IU_NO;
		else if (has_listener(sockets, s) || in_range == IU_NO)
			s->explicit_port = IU_YES;
		else if (in_range == IU_YES)
			s->explicit_port = IU_NO;
	}
	if (!kernel->old_windows)
		infer_options(sockets);
}

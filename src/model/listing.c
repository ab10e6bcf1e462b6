/* model/listing.c - which sockets `inuse list` shows, and in which order */
#include "model/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/lower-bound.h"

#define ID_PREFIX 4 /* the shortest piece of a container id that stands for it */

/* The holds sorted by inode, so that each socket finds its own without a walk over all. */
struct held {
	uint64_t inode;
	int32_t pid;
	size_t index;
};

static int compare_held(const void *left, const void *right)
{
	const struct held *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static struct held *sort_holds(struct iu_arena *arena, const struct iu_snapshot *snapshot)
{
	struct held *held = iu_arena_alloc(arena, (snapshot->holds.n + 1) * sizeof(*held));

	for (size_t i = 0; held && i < snapshot->holds.n; i++)
		held[i] = (struct held){snapshot->holds.v[i].inode, snapshot->holds.v[i].pid, i};
	if (held)
		qsort(held, snapshot->holds.n, sizeof(*held), compare_held);
	return held;
}

static void add_holds(struct iu_arena *arena, const struct held *held, size_t count, uint64_t inode,
	struct iu_row *row)
{
	size_t low = iu_lower_bound(held, count, sizeof(*held), offsetof(struct held, inode), inode);
	size_t n;

	for (n = 0; inode && low + n < count && held[low + n].inode == inode; n++)
		;
	if (n == 0)
		return;
	row->descriptors.v = iu_arena_alloc(arena, n * sizeof(size_t));
	row->holds.v = iu_arena_alloc(arena, n * sizeof(size_t));
	if (arena->failed)
		return;
	row->descriptors.n = row->descriptors.cap = row->holds.cap = n;
	for (size_t i = 0; i < n; i++) {
		row->descriptors.v[i] = held[low + i].index;
		if (i == 0 || held[low + i].pid != held[low + i - 1].pid)
			row->holds.v[row->holds.n++] = held[low + i].index;
	}
}

/* Whether a socket takes a name away from others, or (@all) at least belongs to the picture. */
static bool is_listed(const struct iu_socket *s, bool all)
{
	switch (s->protocol) {
	case IU_PROTOCOL_TCP:
		return s->port &&
			(all || s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND);
	case IU_PROTOCOL_UDP:
		return s->port != 0; /* a connected UDP socket holds its port as well */
	case IU_PROTOCOL_UNIX:
		/* Accepted stream sockets carry the name of their listener, without holding it. */
		return s->path && (all || s->state == IU_STATE_LISTEN ||
			s->state == IU_STATE_BOUND || s->unix_type == IU_UNIX_DGRAM);
	}
	return false;
}

static bool passes_protocol(const struct iu_filter *filter, const struct iu_socket *s)
{
	if (!filter->tcp && !filter->udp && !filter->unix_sockets)
		return true;
	switch (s->protocol) {
	case IU_PROTOCOL_TCP: return filter->tcp;
	case IU_PROTOCOL_UDP: return filter->udp;
	case IU_PROTOCOL_UNIX: return filter->unix_sockets;
	}
	return false;
}

/* Whether a socket at @have has something of @want: the same address, or a wildcard over it. */
static bool covers(const struct iu_socket *s, const struct iu_address *want)
{
	enum iu_space has = iu_address_space(&s->local), asks = iu_address_space(want);
	bool want_v4 = asks == IU_SPACE_V4 || asks == IU_SPACE_MAPPED;

	if (has == IU_SPACE_ANY6)
		return !want_v4 || s->v6only != IU_YES;
	if (has == IU_SPACE_V6 || !want_v4)
		return iu_address_equal(&s->local, want);
	return iu_address_is_wildcard(&s->local) ||
		iu_address_v4(&s->local) == iu_address_v4(want);
}

static bool matches_endpoint(const struct iu_question *want, const struct iu_socket *s)
{
	if (want->target.protocol != s->protocol || want->target.other)
		return false;
	if (want->target.abstract && want->target.unix_type && want->target.unix_type != s->unix_type)
		return false; /* each type has names of its own */
	if (s->protocol == IU_PROTOCOL_UNIX)
		return s->path && want->target.path && want->target.abstract == s->abstract &&
		       want->target.path_len == s->path_len &&
		       !memcmp(want->target.path, s->path, s->path_len);
	if (want->target.port && want->target.port != s->port)
		return false;
	return want->target.family == IU_FAMILY_ANY || covers(s, &want->target.address);
}

static bool passes_endpoints(const struct iu_filter *filter, const struct iu_socket *s)
{
	for (size_t i = 0; i < filter->endpoints.n; i++) {
		if (matches_endpoint(&filter->endpoints.v[i], s))
			return true;
	}
	return !filter->endpoints.n;
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool is_process(
	const struct iu_hold *hold, const struct iu_process *process, const char *wanted)
{
	const char *slash = process && process->exe ? strrchr(process->exe, '/') : NULL;
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)hold->pid);
	return same(pid, wanted) || (process && (same(process->name, wanted) ||
		same(process->exe, wanted) || same(slash ? slash + 1 : NULL, wanted)));
}

static bool is_unit(const char *unit, const char *wanted)
{
	static const char suffix[] = ".service";
	size_t len = strlen(wanted);

	return unit && !strncmp(unit, wanted, len) && (!unit[len] || !strcmp(unit + len, suffix));
}

static bool is_container(const char *container, const char *wanted)
{
	size_t len = strlen(wanted);

	if (!container)
		return false;
	return !strcmp(container, wanted) ||
		(len >= ID_PREFIX && strspn(wanted, "0123456789abcdef") == len &&
			!strncmp(container, wanted, len));
}

static bool belongs(const char *unit, const char *container, const char *wanted)
{
	return is_unit(unit, wanted) || is_container(container, wanted);
}

/* Conditions about people and programs: the socket itself or any of its holders fulfils them. */
static bool passes_owner(const struct iu_filter *filter, const struct iu_snapshot *snapshot,
	const struct iu_socket *s, const struct iu_row *row)
{
	bool user = !filter->user_given || (s->uid_known && s->uid == filter->uid);
	bool process = !filter->process || !*filter->process;
	bool unit = !filter->unit || !*filter->unit ||
		belongs(s->unit, s->container, filter->unit);

	for (size_t i = 0; i < row->holds.n && !(user && process && unit); i++) {
		const struct iu_hold *hold = &snapshot->holds.v[row->holds.v[i]];
		const struct iu_process *p = iu_snapshot_process(snapshot, hold->pid);

		user = user || (p && p->uid_known && p->uid == filter->uid);
		process = process || is_process(hold, p, filter->process);
		unit = unit || (p && belongs(p->unit, p->container, filter->unit));
	}
	return user && process && unit;
}

bool iu_listing_wants(const struct iu_filter *filter, const struct iu_socket *socket)
{
	return passes_protocol(filter, socket) && passes_endpoints(filter, socket);
}

struct sorted_row {
	struct iu_row row;
	const struct iu_socket *socket;
};

#define ORDER(a, b)                                                                                \
	do {                                                                                       \
		if ((a) != (b))                                                                    \
			return (a) < (b) ? -1 : 1;                                                 \
	} while (0)

static int compare_rows(const void *left, const void *right)
{
	const struct sorted_row *l = left, *r = right;
	const struct iu_socket *a = l->socket, *b = r->socket;
	int order;

	ORDER(a->protocol, b->protocol);
	if (a->protocol == IU_PROTOCOL_UNIX) {
		size_t len = a->path_len < b->path_len ? a->path_len : b->path_len;

		ORDER(a->abstract, b->abstract);
		order = len ? memcmp(a->path, b->path, len) : 0;
		if (order)
			return order;
		ORDER(a->path_len, b->path_len);
	} else {
		ORDER(a->port, b->port);
		ORDER(a->local.family, b->local.family);
		order = memcmp(a->local.bytes, b->local.bytes, sizeof(a->local.bytes));
		if (order)
			return order;
	}
	ORDER(a->state, b->state);
	ORDER(a->peer_port, b->peer_port);
	ORDER(l->row.socket, r->row.socket);
	return 0;
}

int iu_listing_make(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_filter *filter, struct iu_listing *ret_listing)
{
	static const struct iu_filter none = {0};
	struct iu_arena scratch = {0};
	IU_LIST(struct sorted_row) found = {0};
	struct iu_listing listing = {0};
	struct held *held = sort_holds(&scratch, snapshot);
	size_t i;

	filter = filter ? filter : &none;
	for (i = 0; held && i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];
		struct sorted_row next = {.row = {.socket = i}, .socket = s};

		if (!is_listed(s, filter->all) || !iu_listing_wants(filter, s))
			continue;
		add_holds(arena, held, snapshot->holds.n, s->inode, &next.row);
		if (!passes_owner(filter, snapshot, s, &next.row))
			continue;
		*iu_list_add(&scratch, &found) = next;
	}
	if (found.n)
		qsort(found.v, found.n, sizeof(*found.v), compare_rows);
	for (i = 0; i < found.n; i++)
		*iu_list_add(arena, &listing.rows) = found.v[i].row;
	i = (size_t)(arena->failed || scratch.failed);
	iu_arena_free(&scratch);
	if (i)
		return IU_E_NOMEM;
	*ret_listing = listing;
	return 0;
}

/* session/live.c - looks again and again: sockets often, who has them only where that may be new */
#include "session/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/table.h"
#include "engine/guess.h"
#include "engine/troubles.h"
#include "os/os.h"

#define TROUBLED_MAX 20000 /* sockets; of more it is not asked who is in whose way */

/* A socket whose holders were looked for. */
struct known {
	uint64_t inode;
	uint32_t look; /* that saw it last */
	UT_hash_handle hh;
};

struct iu_live {
	struct known *known;
	uint32_t look;
	bool few; /* at the last look */
};

int iu_live_new(struct iu_live **ret_live)
{
	*ret_live = calloc(1, sizeof(**ret_live));
	return *ret_live ? 0 : IU_E_NOMEM;
}

static struct known *find(const struct iu_live *live, uint64_t inode)
{
	struct known *row;

	HASH_FIND(hh, live->known, &inode, sizeof(inode), row);
	return row;
}

static int remember(struct iu_live *live, uint64_t inode)
{
	struct known *row = find(live, inode);

	if (!row) {
		row = calloc(1, sizeof(*row));
		if (!row)
			return IU_E_NOMEM;
		row->inode = inode;
		HASH_ADD(hh, live->known, inode, sizeof(row->inode), row);
		if (!iu_added(row)) {
			free(row);
			return IU_E_NOMEM;
		}
	}
	row->look = live->look;
	return 0;
}

static void forget(struct iu_live *live, bool all)
{
	struct known *row, *next;

	HASH_ITER(hh, live->known, row, next)
	{
		if (!all && row->look == live->look)
			continue;
		HASH_DEL(live->known, row);
		free(row);
	}
}

/* Those whose holders are to be looked for, sorted: all, or what nobody has looked for. */
static int find_inodes(struct iu_live *live, bool all, struct iu_arena *arena, const struct iu_snapshot *snapshot,
	struct iu_needs *needs)
{
	int ret = 0;

	for (size_t i = 0; i < snapshot->sockets.n && ret == 0; i++) {
		uint64_t inode = snapshot->sockets.v[i].inode;

		if (!inode)
			continue;
		if (all || !find(live, inode))
			*iu_list_add(arena, &needs->inodes) = inode;
		ret = remember(live, inode);
	}
	iu_needs_sort_inodes(needs);
	return ret < 0 || arena->failed ? IU_E_NOMEM : 0;
}

static uint32_t kinds_of(const struct iu_live_wish *wish)
{
	return IU_FACT_HOST | IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | (wish->unix_sockets ? IU_FACT_UNIX : 0);
}

/* What is bound is not in the count of the kernel's connections. */
static void count_bound(struct iu_live_look *look, const struct iu_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_UDP || s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND)
			iu_tally_add(look->tally, s);
	}
}

static bool is_wanted(const struct iu_live_wish *wish, const struct iu_socket *s)
{
	return !wish->places || iu_listing_wants(wish->places, s);
}

/* What is kept of too many sockets, while they come in portions. */
struct keeping {
	const struct iu_live_wish *wish;
	struct iu_live_look *look;
	struct iu_snapshot kept;
	size_t wanted, counts[IU_LIVE_ALL_PORTS]; /* all of those that are wanted, and by ports */
};

/* The port up to which there is room. */
static uint32_t find_limit(const struct keeping *keeping)
{
	uint32_t port = 0;
	size_t n = 0;

	while (port < IU_LIVE_ALL_PORTS && n + keeping->counts[port] <= IU_LIVE_SOCKETS_MAX)
		n += keeping->counts[port++];
	return port;
}

static struct iu_socket copy_of(struct iu_arena *arena, const struct iu_socket *from)
{
	struct iu_socket s = *from;

	s.path = s.path ? iu_arena_strndup(arena, s.path, s.path_len) : NULL;
	s.user = iu_arena_strdup(arena, s.user);
	s.device = iu_arena_strdup(arena, s.device);
	s.cgroup = iu_arena_strdup(arena, s.cgroup);
	s.unit = iu_arena_strdup(arena, s.unit);
	s.container = iu_arena_strdup(arena, s.container);
	s.engine = iu_arena_strdup(arena, s.engine);
	return s;
}

/* Those of higher ports than the limit are only counted. */
static void keep(struct keeping *keeping, const struct iu_snapshot *from)
{
	for (size_t i = 0; i < from->sockets.n; i++) {
		const struct iu_socket *s = &from->sockets.v[i];

		if (!is_wanted(keeping->wish, s))
			continue;
		keeping->counts[s->port]++;
		keeping->wanted++;
		if (s->port <= keeping->look->below)
			*iu_list_add(&keeping->kept.arena, &keeping->kept.sockets) = copy_of(&keeping->kept.arena, s);
	}
}

/* Those of the port at the limit come last, so that they are the ones for which there is no room. */
static void drop(struct keeping *keeping)
{
	struct iu_snapshot before = keeping->kept;
	struct iu_sockets *sockets = &keeping->kept.sockets;

	keeping->look->below = find_limit(keeping);
	iu_snapshot_init(&keeping->kept);
	for (int lower = 1; lower >= 0; lower--)
		for (size_t i = 0; i < before.sockets.n && sockets->n < IU_LIVE_SOCKETS_MAX; i++) {
			const struct iu_socket *s = &before.sockets.v[i];

			if (lower ? s->port < keeping->look->below : s->port == keeping->look->below)
				*iu_list_add(&keeping->kept.arena, sockets) = copy_of(&keeping->kept.arena, s);
		}
	iu_snapshot_free(&before);
}

/* The only portion is left where it is. */
static int take(void *context, const struct iu_snapshot *snapshot, bool last)
{
	struct keeping *keeping = context;

	count_bound(keeping->look, snapshot);
	keeping->look->many = keeping->look->many || !last;
	if (keeping->look->many)
		keep(keeping, snapshot);
	if (keeping->kept.sockets.n > 2 * IU_LIVE_SOCKETS_MAX || (last && keeping->look->many))
		drop(keeping);
	return keeping->kept.arena.failed ? IU_E_NOMEM : 0;
}

/* What is kept, in place of the last portion. */
static void put(struct keeping *keeping, struct iu_snapshot *snapshot)
{
	struct iu_snapshot last = *snapshot;

	*snapshot = keeping->kept;
	snapshot->seen = last.seen & kinds_of(keeping->wish) & ~(uint32_t)IU_FACT_HOST;
	for (size_t i = 0; i < last.gaps.n; i++)
		iu_snapshot_add_gap(snapshot, &last.gaps.v[i]);
	iu_snapshot_free(&last);
	if (keeping->wanted > IU_LIVE_SOCKETS_MAX)
		keeping->look->left_out = keeping->wanted - IU_LIVE_SOCKETS_MAX;
}

/* Of how many there are nothing is known before: they come in portions, and what there is no room for is gone at once. */
static int collect_sockets(const struct iu_live_wish *wish, const struct iu_needs *needs, struct iu_live_look *look)
{
	struct keeping *keeping = calloc(1, sizeof(*keeping));
	const struct iu_portions portions = {take, keeping, IU_LIVE_SOCKETS_MAX + 1};
	int ret;

	if (!keeping)
		return IU_E_NOMEM;
	keeping->wish = wish;
	keeping->look = look;
	iu_snapshot_init(&keeping->kept);
	ret = iu_os_stream(needs, &look->session.snapshot, &portions);
	if (ret == 0 && look->many)
		put(keeping, &look->session.snapshot);
	else
		iu_snapshot_free(&keeping->kept);
	free(keeping);
	return ret;
}

/*
 * All holders together with the sockets, as `list` looks at both; but how many there are has to be known, and then
 * only those of what is kept are looked for. Else the sockets, then the holders of those that were not there before.
 */
static int look_at(struct iu_live *live, const struct iu_live_wish *wish, struct iu_live_look *look)
{
	struct iu_snapshot *snapshot = &look->session.snapshot;
	bool together = wish->complete && live->few;
	const struct iu_needs needs = {
		.facts = kinds_of(wish) | (wish->complete ? IU_FACT_SYSCTLS : 0) | (together ? IU_FACT_HOLDERS : 0),
		.all_ports = true,
		.connections = look->connections,
		.all_inodes = together,
		.brief = true,
	};
	struct iu_needs holders = {.facts = IU_FACT_HOLDERS, .brief = true};
	int ret = collect_sockets(wish, &needs, look);

	if (ret < 0)
		return ret;
	live->few = !look->many;
	ret = find_inodes(live, wish->complete, &look->arena, snapshot, &holders);
	if (ret < 0 || (together && !look->many))
		return ret;
	if (look->many)
		holders.facts |= IU_FACT_HOST | IU_FACT_SYSCTLS; /* those of the whole one are gone */
	else if (wish->complete)
		holders.all_ports = holders.all_inodes = true;
	return holders.inodes.n || look->many ? iu_os_collect(&holders, snapshot) : 0;
}

static int list(struct iu_live_look *look, const struct iu_snapshot *snapshot)
{
	const struct iu_filter filter = {.all = look->connections};
	int ret = iu_listing_make(&look->arena, snapshot, &filter, &look->listing);

	for (size_t i = 0; i < look->listing.rows.n && ret == 0; i++) {
		struct iu_row *row = &look->listing.rows.v[i];
		const struct iu_socket *s = &snapshot->sockets.v[row->socket];

		if (!row->holds.n && s->inode)
			row->guess = iu_guess_holder(snapshot, s);
	}
	if (ret == 0 && look->complete && look->listing.rows.n <= TROUBLED_MAX)
		ret = iu_troubles_find(&look->arena, snapshot, &look->listing, &look->troubles);
	return ret;
}

static int begin(struct iu_live_look *look)
{
	struct iu_tally *tally = look->tally ? look->tally : malloc(sizeof(*tally));

	look->tally = NULL;
	iu_live_look_free(look);
	if (!tally)
		return IU_E_NOMEM;
	*look = (struct iu_live_look){.tally = tally, .taken_ms = iu_os_now_ms(), .below = IU_LIVE_ALL_PORTS};
	iu_snapshot_init(&look->session.snapshot);
	return 0;
}

int iu_live_take(struct iu_live *live, const struct iu_live_wish *wish, struct iu_live_look *look)
{
	struct iu_snapshot *snapshot = &look->session.snapshot;
	int64_t spent = iu_os_spent_us();
	int ret = begin(look);

	if (ret < 0)
		return ret;
	live->look++;
	iu_os_tally(look->tally); /* what it could not count is missing in the numbers alone */
	look->too_many = iu_tally_connections(look->tally) > IU_LIVE_CONNECTIONS_MAX;
	look->connections = wish->connections && !look->too_many;
	look->complete = wish->complete;
	ret = look_at(live, wish, look);
	if (ret == 0)
		ret = list(look, snapshot);
	if (ret < 0)
		return ret;
	forget(live, false);
	look->watched = iu_record_lately(snapshot->host.netns, snapshot->host.now * 1000 + 999, &look->refused);
	look->took_ms = iu_os_now_ms() - look->taken_ms;
	look->worked_ms = (iu_os_spent_us() - spent + 999) / 1000;
	return snapshot->seen & (IU_FACT_TCP | IU_FACT_UDP) || snapshot->sockets.n ? 0 : IU_E_SYSTEM;
}

int iu_live_recorded(const struct iu_session *session, struct iu_live_look *look)
{
	int ret = begin(look);

	if (ret < 0)
		return ret;
	iu_tally_clear(look->tally);
	look->connections = look->complete = true;
	for (size_t i = 0; i < session->snapshot.sockets.n; i++)
		iu_tally_add(look->tally, &session->snapshot.sockets.v[i]);
	return list(look, &session->snapshot);
}

void iu_live_look_free(struct iu_live_look *look)
{
	iu_session_free(&look->session);
	iu_arena_free(&look->arena);
	free(look->tally);
	*look = (struct iu_live_look){0};
}

void iu_live_free(struct iu_live *live)
{
	if (!live)
		return;
	forget(live, true);
	free(live);
}

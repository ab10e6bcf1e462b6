/* engine/blockers.c - the sockets in the way, with their holders and causes */
#include "engine/blockers.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/lower-bound.h"
#include "engine/causes/cause.h"
#include "engine/rules.h"
#include "engine/unix.h"

/* Descriptors of one blocker that are kept: a pool of workers shares its listener. */
#define HOLDS_MAX 4096

/* holds by inode, so that thousands of sockets find theirs quickly */
struct hold_key {
	uint64_t inode;
	size_t index;
};

struct hold_index {
	struct hold_key *v;
	size_t n;
};

struct building {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_evaluation *evaluation; /* NULL for UNIX */
	struct iu_verdict *verdict;
	struct hold_index holds;
};

static int by_inode(const void *a, const void *b)
{
	const struct hold_key *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static void index_holds(struct building *b)
{
	const struct iu_holds *all = &b->snapshot->holds;

	b->holds.v = iu_arena_alloc(b->arena, (all->n + 1) * sizeof(*b->holds.v));
	if (!b->holds.v)
		return;
	for (size_t i = 0; i < all->n; i++) {
		/* whoever only looks is no answer, though it may have a duplicate for a moment */
		if (!all->v[i].inode ||
			(all->v[i].pid == b->snapshot->host.pid && !b->question->asker.by_self))
			continue;
		b->holds.v[b->holds.n++] = (struct hold_key){all->v[i].inode, i};
	}
	qsort(b->holds.v, b->holds.n, sizeof(*b->holds.v), by_inode);
}

static size_t first_hold(const struct hold_index *index, uint64_t inode)
{
	return iu_lower_bound(index->v, index->n, sizeof(*index->v),
		offsetof(struct hold_key, inode), inode);
}

static int32_t first_pid(const struct building *b, const struct iu_socket *s)
{
	size_t at = s->inode ? first_hold(&b->holds, s->inode) : b->holds.n;

	if (at == b->holds.n || b->holds.v[at].inode != s->inode)
		return -1;
	return b->snapshot->holds.v[b->holds.v[at].index].pid;
}

static void fill_holds(struct building *b, struct iu_blocker *blocker)
{
	uint64_t inode = blocker->socket.inode;
	size_t at;

	if (!inode)
		return;
	for (at = first_hold(&b->holds, inode);
		at < b->holds.n && b->holds.v[at].inode == inode && blocker->holds.n < HOLDS_MAX;
		at++) {
		size_t *slot = iu_list_add(b->arena, &blocker->holds);

		*slot = b->holds.v[at].index;
	}
}

/* Connections and what is left of them come in crowds; listeners are told one by one. */
static bool more_like_it(const struct building *b, const struct iu_blocker *row,
	const struct iu_socket *s, const struct iu_conflict *c, bool any_port)
{
	const struct iu_socket *o = &row->socket;

	if (!any_port && (s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND))
		return false;
	if (o->state != s->state || o->family != s->family || o->mini != s->mini ||
		o->protocol != s->protocol || row->certain != c->blocks)
		return false;
	if (!any_port && (row->rule != c->rule || !iu_address_equal(&o->local, &s->local)))
		return false;
	/* connections that came in and connections that went out are two causes */
	if (o->explicit_port != s->explicit_port || o->reuseaddr != s->reuseaddr)
		return false;
	return first_pid(b, o) == first_pid(b, s) &&
	       (first_pid(b, s) >= 0 || (o->uid_known == s->uid_known && o->uid == s->uid));
}

/* The last one to go decides; of those that go together always the same one, in whatever order. */
static bool goes_later(const struct iu_socket *s, const struct iu_socket *than)
{
	if (s->timer_ms != than->timer_ms)
		return s->timer_ms > than->timer_ms;
	return s->peer_port > than->peer_port;
}

static void add_row(struct building *b, const struct iu_socket *s, struct iu_conflict c,
	bool any_port)
{
	struct iu_blocker *row;

	for (size_t i = 0; i < b->verdict->blockers.n; i++) {
		row = &b->verdict->blockers.v[i];
		if (!more_like_it(b, row, s, &c, any_port))
			continue;
		row->representative += 1 + s->more_like_it;
		if (goes_later(s, &row->socket))
			row->socket = *s;
		return;
	}
	if (b->verdict->blockers.n >= IU_BLOCKERS_MAX) {
		b->verdict->unlisted++;
		return;
	}
	row = iu_list_add(b->arena, &b->verdict->blockers);
	row->socket = *s;
	row->certain = c.blocks;
	row->rule = c.rule;
	row->sharing = c.sharing;
	row->error = c.error;
	row->representative = 1 + s->more_like_it;
	row->found = b->verdict->blockers.n;
}

static int by_weight(const void *a, const void *b)
{
	const struct iu_blocker *x = a, *y = b;
	int order;

	if (x->certain != y->certain)
		return x->certain == IU_YES ? -1 : 1;
	order = iu_importance(&x->socket) - iu_importance(&y->socket);
	if (order)
		return order;
	if (x->socket.timer_ms != y->socket.timer_ms)
		return x->socket.timer_ms > y->socket.timer_ms ? -1 : 1;
	if (x->socket.family != y->socket.family)
		return (int)x->socket.family - (int)y->socket.family;
	if (x->socket.inode != y->socket.inode)
		return x->socket.inode < y->socket.inode ? -1 : 1;
	return (x->found > y->found) - (x->found < y->found);
}

static int by_count(const void *a, const void *b)
{
	const struct iu_blocker *x = a, *y = b;

	if (x->representative != y->representative)
		return x->representative > y->representative ? -1 : 1;
	return by_weight(a, b);
}

/* The ask that the blocker stands in the way of; causes look at its options. */
static const struct iu_request *blocked_request(
	const struct building *b, const struct iu_blocker *blocker)
{
	const struct iu_evaluation *evaluation = b->evaluation;

	if (!evaluation)
		return NULL;
	for (size_t i = 0; i < evaluation->attempt_count; i++)
		if (evaluation->rules->conflict(&evaluation->attempts[i].request, &blocker->socket, &evaluation->kernel).blocks !=
			IU_NO)
			return &evaluation->attempts[i].request;
	return evaluation->attempt_count ? &evaluation->attempts[0].request : NULL;
}

static void find_causes(struct building *b, const struct iu_path *path)
{
	for (size_t i = 0; i < b->verdict->blockers.n; i++) {
		struct iu_blocker *blocker = &b->verdict->blockers.v[i];
		struct iu_case c = {
			.arena = b->arena,
			.question = b->question,
			.snapshot = b->snapshot,
			.evaluation = b->evaluation,
			.request = blocked_request(b, blocker),
			.path = path,
			.blocker = blocker,
		};

		fill_holds(b, blocker);
		iu_cause_find(&c);
	}
}

/* The ask of the socket's own family explains best; a certain conflict beats a possible one. */
static struct iu_conflict best_conflict(const struct iu_evaluation *evaluation, const struct iu_socket *s)
{
	struct iu_conflict best = {IU_NO, IU_RULE_NONE, IU_SHARING_NONE};
	bool own_family = false;

	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		const struct iu_request *r = &evaluation->attempts[i].request;
		struct iu_conflict c = evaluation->rules->conflict(r, s, &evaluation->kernel);
		bool own = r->address.family == s->family;

		if (c.blocks == IU_NO)
			continue;
		if (best.blocks == IU_NO || (c.blocks == IU_YES && best.blocks != IU_YES) ||
			(c.blocks == best.blocks && own && !own_family)) {
			best = c;
			own_family = own;
		}
	}
	return best;
}

static struct building building_of(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	return (struct building){
		.arena = arena,
		.question = evaluation->question,
		.snapshot = evaluation->snapshot,
		.evaluation = evaluation,
		.verdict = verdict,
	};
}

void iu_blockers_inet(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	struct building b = building_of(arena, evaluation, verdict);
	int rank;

	index_holds(&b);
	/* the important ones first, so that the cap drops the others */
	for (rank = 0; rank <= 6; rank++) {
		for (size_t i = 0; i < evaluation->sockets.n; i++) {
			const struct iu_socket *s = &evaluation->sockets.v[i];
			struct iu_conflict c;

			if (iu_importance(s) != rank)
				continue;
			c = best_conflict(evaluation, s);
			if (c.blocks != IU_NO)
				add_row(&b, s, c, false);
		}
	}
	if (verdict->blockers.n)
		qsort(verdict->blockers.v, verdict->blockers.n, sizeof(*verdict->blockers.v), by_weight);
	find_causes(&b, NULL);
}

void iu_blockers_range(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const struct iu_conflict full = {IU_YES, IU_RULE_RANGE_FULL, IU_SHARING_NONE};
	struct building b = building_of(arena, evaluation, verdict);

	index_holds(&b);
	for (size_t i = 0; i < evaluation->sockets.n; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];

		if (iu_in_range(&evaluation->limits, s->port) == IU_YES)
			add_row(&b, s, full, true);
	}
	if (verdict->blockers.n)
		qsort(verdict->blockers.v, verdict->blockers.n, sizeof(*verdict->blockers.v), by_count);
	for (size_t i = 0; i < verdict->blockers.n; i++) {
		verdict->blockers.v[i].cause = IU_CAUSE_EPHEMERAL_EXHAUSTED;
		verdict->blockers.v[i].confidence = IU_CONFIDENCE_PROVEN;
		fill_holds(&b, &verdict->blockers.v[i]);
	}
}

/* A file that no visible socket is bound to: the blocker is the file itself. */
static void add_file(struct building *b, const struct iu_path *path)
{
	const struct iu_conflict taken = {IU_YES, IU_RULE_PATH_TAKEN, IU_SHARING_NONE};
	struct iu_socket file = {
		.protocol = IU_PROTOCOL_UNIX,
		.family = IU_FAMILY_UNIX,
		.state = IU_STATE_FILE,
		.timer_ms = -1,
		.path = path->path,
		.path_len = path->path_len,
		.file_dev = path->dev,
		.file_ino = path->ino,
		.uid = path->uid,
		.uid_known = true,
		.user = path->user,
	};

	add_row(b, &file, taken, false);
}

static void add_unix_sockets(struct building *b, enum iu_tri wanted, enum iu_rule rule)
{
	const struct iu_sockets *all = &b->snapshot->sockets;

	for (size_t i = 0; i < all->n; i++)
		if (iu_unix_blocks(b->question, b->snapshot, &all->v[i]) == wanted)
			add_row(b, &all->v[i],
				(struct iu_conflict){wanted, rule, IU_SHARING_NONE}, false);
}

void iu_blockers_unix(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	struct building b = {
		.arena = arena,
		.question = question,
		.snapshot = snapshot,
		.verdict = verdict,
	};
	const struct iu_path *path = question->target.abstract
		? NULL
		: iu_snapshot_path(snapshot, question->target.path, question->target.path_len);
	enum iu_rule rule = question->target.abstract ? IU_RULE_NAME_TAKEN : IU_RULE_PATH_TAKEN;

	index_holds(&b);
	add_unix_sockets(&b, IU_YES, rule);
	/* connections carry the name too: only where nothing better is there, and not on dead files */
	if (!verdict->blockers.n && !(path && path->alive == IU_NO))
		add_unix_sockets(&b, IU_UNKNOWN, rule);
	if (!verdict->blockers.n && path)
		add_file(&b, path);
	if (verdict->blockers.n)
		qsort(verdict->blockers.v, verdict->blockers.n, sizeof(*verdict->blockers.v), by_weight);
	find_causes(&b, path);
}

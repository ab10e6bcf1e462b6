/* engine/needs.c - which facts are still wanted to answer the questions */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/causes/cause.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "engine/engine.h"
#include "engine/evaluation.h"
#include "engine/needs.h"
#include "engine/rules.h"
#include "engine/unix.h"
#include "knowledge/locks.h"

/* With more ports than this one walk over all sockets is cheaper than a filter. */
#define PORTS_MAX 16

void iu_needs_add_range(struct iu_arena *arena, struct iu_needs *needs, struct iu_port_range range)
{
	struct iu_port_range *slot = iu_list_add(arena, &needs->ports);

	*slot = range;
}

void iu_needs_add_inode(struct iu_arena *arena, struct iu_needs *needs, uint64_t inode)
{
	uint64_t *slot = iu_list_add(arena, &needs->inodes);

	*slot = inode;
}

bool iu_needs_nothing_of_range(const struct iu_evaluation *evaluation)
{
	size_t i;

	if (evaluation->question->target.port)
		return false;
	for (i = 0; i < evaluation->attempt_count; i++)
		if (evaluation->attempts[i].outcome.fails != IU_NO)
			return false;
	return true;
}

static int by_first(const void *a, const void *b)
{
	const struct iu_port_range *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->last > y->last) - (x->last < y->last);
}

/* Sorted, and what touches or overlaps made one. */
static void merge_ranges(struct iu_needs *needs)
{
	size_t i, n = 0;

	if (!needs->ports.n)
		return;
	qsort(needs->ports.v, needs->ports.n, sizeof(*needs->ports.v), by_first);
	for (i = 1; i < needs->ports.n; i++) {
		struct iu_port_range *last = &needs->ports.v[n], *next = &needs->ports.v[i];

		if (next->first > (uint32_t)last->last + 1)
			needs->ports.v[++n] = *next;
		else if (next->last > last->last)
			last->last = next->last;
	}
	needs->ports.n = n + 1;
}

static void want_port(struct iu_arena *arena, const struct iu_question *q, struct iu_needs *needs)
{
	needs->facts |=
		q->target.protocol == IU_PROTOCOL_TCP ? IU_FACT_TCP | IU_FACT_BOUND : IU_FACT_UDP;
	if (q->target.protocol == IU_PROTOCOL_TCP && q->target.port) {
		uint16_t *asked = iu_list_add(arena, &needs->asked);

		*asked = q->target.port;
	}
	if (q->how.probe == IU_PROBE_NEVER)
		needs->may_bind = false;
	if (q->target.port == 0) {
		needs->all_ports = true;
		needs->connections = true;
		return;
	}
	if (needs->ports.n > 2 * PORTS_MAX) {
		needs->all_ports = true;
		return;
	}
	iu_needs_add_range(arena, needs, iu_evaluation_port_range(q->target.port));
	if (q->target.port < 1024)
		iu_needs_add_range(arena, needs,
			iu_evaluation_port_range((uint16_t)(q->target.port + IU_STAND_IN)));
}

/*
 * A wildcard is everywhere, whatever addresses there are; they matter only once something is in the
 * way, when another address may help (second round).
 */
static bool address_matters(const struct iu_question *q)
{
	return !q->target.port || q->options.device || q->options.ifindex ||
	       (q->target.family != IU_FAMILY_ANY && !iu_address_is_wildcard(&q->target.address));
}

static void want_path(
	struct iu_arena *arena, struct iu_needs *needs, const char *text, size_t len,
	int32_t root_pid)
{
	struct iu_path *path = iu_list_add(arena, &needs->paths);

	path->path = text;
	path->path_len = text ? len : 0;
	path->root_pid = root_pid;
}

static void first_round(struct iu_arena *arena, const struct iu_questions *questions,
	struct iu_needs *needs)
{
	size_t i, ports = 0;

	needs->facts = IU_FACT_HOST;
	needs->may_bind = needs->first = true;
	for (i = 0; i < questions->n; i++) {
		const struct iu_question *q = &questions->v[i];
		struct iu_question look;
		char beside[IU_UNIX_PATH_MAX + 1];

		if (iu_elsewhere_is(q))
			continue;
		if (iu_connect_is(q)) {
			iu_connect_look(q, &look);
			q = &look;
			needs->facts |= IU_FACT_ADDRESSES;
		}

		if (q->target.protocol != IU_PROTOCOL_UNIX) {
			ports++;
			/* which system it is the collectors know: bits that are not for it cost nothing */
			needs->first &= q->how.first;
			needs->every |= q->how.every;
			needs->facts |= IU_FACT_SYSCTLS | IU_FACT_EXCLUSIONS;
			if (address_matters(q))
				needs->facts |= IU_FACT_ADDRESSES;
			want_port(arena, q, needs);
			continue;
		}
		needs->facts |= IU_FACT_UNIX;
		if (q->target.abstract)
			continue;
		needs->facts |= IU_FACT_PATHS;
		want_path(arena, needs, q->target.path, q->target.path_len, q->asker.root_pid);
		/* of a lock the socket, too: both are there, or none of them should be */
		if (iu_lock_row(q->target.path, q->target.path_len) &&
			iu_lock_beside(q->target.path, q->target.path_len, beside, sizeof(beside)))
			want_path(arena, needs, iu_arena_strdup(arena, beside), strlen(beside),
				q->asker.root_pid);
	}
	if (ports > PORTS_MAX)
		needs->all_ports = true;
	/* everything that may be in the way of a port: its connections and TIME-WAITs too */
	if (needs->all_ports) {
		needs->connections = true;
		needs->ports.n = 0;
	}
	merge_ranges(needs);
}

static void want_unix_holders(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs)
{
	size_t i, n = 0;

	for (i = 0; i < snapshot->sockets.n && n < IU_INODES_OF_PORT; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (!s->inode || (iu_unix_blocks(question, snapshot, s) == IU_NO &&
					 !iu_unix_may_be_lost(question, snapshot, s)))
			continue;
		n++;
		iu_needs_add_inode(arena, needs, s->inode);
	}
	if (n)
		needs->facts |= IU_FACTS_HOLDERS;
}

/* Of a connection that failed: who listens there, who has its connections. */
static void want_ends(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs)
{
	size_t n = 0;

	for (size_t i = 0; i < snapshot->sockets.n && n < IU_INODES_OF_RANGE; i++) {
		if (!iu_connect_matters(question, &snapshot->sockets.v[i]))
			continue;
		n++;
		iu_needs_add_inode(arena, needs, snapshot->sockets.v[i].inode);
	}
	if (n)
		needs->facts |= IU_FACT_HOLDERS;
}

static bool looked_once(const struct iu_snapshot *snapshot)
{
	return snapshot->seen || snapshot->host.os || snapshot->sockets.n || snapshot->gaps.n ||
	       snapshot->paths.n;
}

static bool asked_for(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s)
{
	if (question->how.first || question->target.protocol != s->protocol ||
		iu_connect_is(question) || iu_elsewhere_is(question))
		return false;
	if (question->target.protocol == IU_PROTOCOL_UNIX)
		return iu_unix_blocks(question, snapshot, s) != IU_NO;
	return question->target.port && question->target.port == s->port;
}

/* Whether anybody waits on a socket takes a while to see, and few answers depend on it. */
static void want_served(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (!asked_for(question, snapshot, s) ||
			!iu_perhaps_inherited(snapshot, s, question->asker.by_self))
			continue;
		needs->facts |= IU_FACT_WAITERS;
		iu_needs_add_inode(arena, needs, s->inode);
	}
}

static bool looked_thrice(const struct iu_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->gaps.n; i++)
		if (snapshot->gaps.v[i].fact & IU_FACT_WAITERS)
			return true;
	return snapshot->seen & IU_FACT_WAITERS || !iu_rules_of(snapshot)->has_waiters;
}

int iu_needs_next(struct iu_arena *arena, const struct iu_questions *questions,
	const struct iu_snapshot *snapshot, struct iu_needs *ret_wants)
{
	const struct iu_rules *rules = iu_rules_of(snapshot);
	struct iu_needs needs = {0};
	size_t i;

	if (!looked_once(snapshot)) {
		first_round(arena, questions, &needs);
	} else if (!rules->holders_asked(snapshot)) {
		needs.first = questions->n > 0;
		for (i = 0; i < questions->n; i++) {
			needs.first &= questions->v[i].how.first;
			needs.own_process |= questions->v[i].asker.by_self;
			needs.starters |= questions->v[i].how.every;
			if (iu_elsewhere_is(&questions->v[i]))
				continue;
			if (questions->v[i].target.protocol == IU_PROTOCOL_UNIX)
				want_unix_holders(arena, &questions->v[i], snapshot, &needs);
			else if (iu_connect_is(&questions->v[i]))
				want_ends(arena, &questions->v[i], snapshot, &needs);
			else
				rules->want_holders(arena, &questions->v[i], snapshot, &needs);
		}
		iu_needs_sort_inodes(&needs);
	} else if (!looked_thrice(snapshot)) {
		for (i = 0; i < questions->n; i++)
			want_served(arena, &questions->v[i], snapshot, &needs);
		iu_needs_sort_inodes(&needs);
	}
	if (arena->failed)
		return IU_E_NOMEM;
	for (i = 0; i < questions->n; i++) {
		needs.plain |= questions->v[i].how.plain;
		needs.leaves_nothing |= questions->v[i].how.leaves_nothing;
		if (questions->v[i].how.budget)
			needs.budget = questions->v[i].how.budget;
	}
	*ret_wants = needs;
	return 0;
}

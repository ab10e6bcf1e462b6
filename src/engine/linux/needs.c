/* engine/linux/needs.c - whose holders are wanted, once the sockets are known */
#include "engine/linux/needs.h"

#include <stdlib.h>

#include "engine/linux/around.h"
#include "engine/linux/conflict.h"
#include "engine/needs.h"

struct candidate {
	uint64_t inode;
	int importance;
};

static int by_importance(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->importance != y->importance)
		return x->importance - y->importance;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

/* Whether the socket's holder would be named: it blocks, may block, or answers there as well. */
static bool matters(const struct iu_evaluation *evaluation, const struct iu_socket *s)
{
	if (!s->inode || s->gone)
		return false;
	if (!evaluation->question->target.port)
		return iu_in_range(&evaluation->limits, s->port) == IU_YES;
	if (s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND)
		return true;
	for (size_t i = 0; i < evaluation->attempt_count; i++)
		if (iu_linux_conflict(&evaluation->attempts[i].request, s, &evaluation->kernel).blocks != IU_NO)
			return true;
	return false;
}

/*
 * What only the kernel's memory says: the options of what no process has any more, and the shortcut
 * for SO_REUSEPORT. Costs tens of milliseconds, so only where it may change the answer.
 */
static bool needs_evidence(const struct iu_evaluation *evaluation)
{
	for (size_t k = 0; k < evaluation->attempt_count && evaluation->question->target.port; k++) {
		const struct iu_request *r = &evaluation->attempts[k].request;

		for (size_t i = 0; i < evaluation->sockets.n; i++) {
			const struct iu_socket *s = &evaluation->sockets.v[i];
			enum iu_tri blocks = iu_linux_conflict(r, s, &evaluation->kernel).blocks;

			if (blocks == IU_UNKNOWN && !s->inode)
				return true;
			if (blocks != IU_NO && r->reuseport && r->protocol == IU_PROTOCOL_TCP)
				return true;
		}
	}
	return false;
}

static void want_evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_needs *needs)
{
	if (!needs_evidence(evaluation))
		return;
	needs->facts |= IU_FACT_EVIDENCE;
	iu_needs_add_range(arena, needs,
		(struct iu_port_range){
			evaluation->question->target.port, evaluation->question->target.port});
}

void iu_linux_want_holders(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs)
{
	struct iu_evaluation evaluation;
	struct candidate *list;
	size_t n = 0, most = question->target.port ? IU_INODES_OF_PORT : IU_INODES_OF_RANGE;

	iu_evaluation_make(arena, question, snapshot, &evaluation);
	iu_linux_want_around(arena, &evaluation, needs);
	if (iu_needs_nothing_of_range(&evaluation))
		return;
	list = iu_arena_alloc(arena, (evaluation.sockets.n + 1) * sizeof(*list));
	if (!list)
		return;
	for (size_t i = 0; i < evaluation.sockets.n; i++)
		if (matters(&evaluation, &evaluation.sockets.v[i]))
			list[n++] = (struct candidate){
				evaluation.sockets.v[i].inode, iu_importance(&evaluation.sockets.v[i])};
	qsort(list, n, sizeof(*list), by_importance);
	for (size_t i = 0; i < n && i < most; i++)
		iu_needs_add_inode(arena, needs, list[i].inode);
	if (n)
		needs->facts |= question->target.port ? IU_FACTS_HOLDERS : IU_FACT_HOLDERS;
	if (evaluation.sockets.n && !(snapshot->seen & IU_FACT_ADDRESSES))
		needs->facts |= IU_FACT_ADDRESSES;
	want_evidence(arena, &evaluation, needs);
}

bool iu_linux_holders_asked(const struct iu_snapshot *snapshot)
{
	/* processes prove nothing: whoever has written a lock was read with the path */
	if ((snapshot->seen & IU_FACTS_HOLDERS) || snapshot->holds.n || snapshot->unreadable.n)
		return true;
	for (size_t i = 0; i < snapshot->gaps.n; i++)
		if (snapshot->gaps.v[i].fact & IU_FACTS_HOLDERS)
			return true;
	return false;
}

/* engine/causes/orphaned-handle.c - Windows: the row's process is gone, its socket is not */
#include "engine/causes/cause.h"
#include "engine/windows/state.h"

/* Children are told apart from strangers by the parent they name; pids are given again. */
static size_t say_children(struct iu_case *c, int32_t pid)
{
	size_t n = 0;

	for (size_t i = 0; i < c->snapshot->processes.n; i++) {
		const struct iu_process *p = &c->snapshot->processes.v[i];

		if (p->ppid == pid && n++ < 3)
			iu_case_say(c, "%s was started by it and still runs: it may have inherited the socket",
				iu_phrase_process(c->arena, p));
	}
	return n;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	int32_t pid = iu_windows_owner(c->snapshot, s);

	if (!(c->snapshot->seen & IU_FACT_HOLDERS) || pid <= IU_WINDOWS_SYSTEM_PID ||
		iu_snapshot_process(c->snapshot, pid))
		return false;
	if (s->state != IU_STATE_LISTEN && s->state != IU_STATE_BOUND)
		return false;
	iu_case_say(c, "%s belongs to pid %d, and no process has that number any more",
		iu_phrase_endpoint(c->arena, s), (int)pid);
	*ret_confidence = c->holders.n ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY;
	for (size_t i = 0; i < c->holders.n && i < 3; i++)
		iu_case_say(c, "%s has a handle to it: its handles were looked at",
			iu_phrase_process(c->arena, c->holders.v[i]));
	if (!c->holders.n && !say_children(c, pid))
		iu_case_say(c, "a process that it started has the handle still; none of them names it as parent here");
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *at = iu_phrase_endpoint(arena, &b->socket);
	int pid = (int)iu_windows_owner(snapshot, &b->socket);
	size_t from = 0, others = 0;
	const struct iu_process *heir = iu_windows_heir(snapshot, &b->socket, &from);

	if (!heir)
		return iu_phrase(arena, "%s belongs to pid %d, which is gone; a process it started has the socket still",
			at, pid);
	while (iu_windows_heir(snapshot, &b->socket, &from))
		others++;
	return iu_phrase(arena, "%s belongs to pid %d, which is gone; %s%s the socket still", at, pid,
		iu_phrase_process(arena, heir),
		others ? iu_phrase(arena, " and %zu more have", others) : " has");
}

const struct iu_cause_rule iu_cause_orphaned_handle = {
	.cause = IU_CAUSE_ORPHANED_HANDLE,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_HANDLE,
	.refusal = {"nothing is stopped",
		"the owner is gone, and which of its children has the socket cannot be seen for certain"},
};

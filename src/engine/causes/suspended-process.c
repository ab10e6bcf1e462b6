/* engine/causes/suspended-process.c - everybody who holds it is stopped */
#include "engine/causes/cause.h"

static const char *how(enum iu_process_state state)
{
	switch (state) {
	case IU_PROCESS_STOPPED: return "is stopped (Ctrl-Z or SIGSTOP)";
	case IU_PROCESS_TRACED: return "is stopped by a debugger";
	case IU_PROCESS_FROZEN: return "is frozen with its cgroup";
	case IU_PROCESS_UNKNOWN:
	case IU_PROCESS_RUNNING:
	case IU_PROCESS_ZOMBIE: break;
	}
	return NULL;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	if (!c->holders.n || c->holders.n != c->holder_count)
		return false;
	for (size_t i = 0; i < c->holders.n; i++)
		if (!how(c->holders.v[i]->state))
			return false;
	iu_case_say(c, "%s %s and cannot answer",
		iu_phrase_process(c->arena, c->holders.v[0]), how(c->holders.v[0]->state));
	if (c->blocker->socket.state == IU_STATE_LISTEN && c->blocker->socket.queue)
		iu_case_say(c, "%u connections wait in its queue",
			(unsigned int)c->blocker->socket.queue);
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *who = iu_phrase_holders(arena, snapshot, b);
	bool many = iu_phrase_many(snapshot, b);

	return iu_phrase(arena, "%s %s %s, but %s stopped", who ? who : "a program",
		iu_phrase_state(&b->socket, many), iu_phrase_where(arena, &b->socket),
		many ? "are" : "is");
}

const struct iu_cause_rule iu_cause_suspended_process = {
	.cause = IU_CAUSE_SUSPENDED_PROCESS,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_PROCESSES,
};

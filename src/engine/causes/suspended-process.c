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
	size_t i;

	if (!c->holders.n || c->holders.n != c->holder_count)
		return false;
	for (i = 0; i < c->holders.n; i++)
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

const struct iu_cause_rule iu_cause_suspended_process = {IU_CAUSE_SUSPENDED_PROCESS, applies};

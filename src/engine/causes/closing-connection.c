/* engine/causes/closing-connection.c - the kernel finishes a connection of a process that is gone */
#include "engine/causes/cause.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;

	if (s->state == IU_STATE_TIME_WAIT || !iu_is_closing(s) || c->holder_count)
		return false;
	iu_case_say(c, "the connection on %s is being closed by the kernel (%s), no process has it",
		iu_phrase_endpoint(c->arena, s), iu_state_name(s->state));
	if (s->timer_ms >= 0)
		iu_case_say(c, "its timer fires in %lld s", (long long)((s->timer_ms + 999) / 1000));
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	(void)snapshot;
	return iu_phrase(arena, "a connection on %s is still being closed (%s), its program is gone",
		iu_phrase_endpoint(arena, &b->socket), iu_state_name(b->socket.state));
}

const struct iu_cause_rule iu_cause_closing_connection = {
	.cause = IU_CAUSE_CLOSING_CONNECTION,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_TIME,
};

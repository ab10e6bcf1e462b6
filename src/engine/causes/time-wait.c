/* engine/causes/time-wait.c - a closed connection keeps the port for up to a minute */
#include "engine/causes/cause.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;

	if (s->state != IU_STATE_TIME_WAIT)
		return false;
	if (c->blocker->representative > 1)
		iu_case_say(c, "%zu closed connections on %s are in TIME-WAIT",
			c->blocker->representative, iu_phrase_endpoint(c->arena, s));
	else
		iu_case_say(c, "a closed connection on %s is in TIME-WAIT",
			iu_phrase_endpoint(c->arena, s));
	if (s->timer_ms >= 0)
		iu_case_say(c, "%s gone in %lld s",
			c->blocker->representative > 1 ? "the last is" : "it is",
			(long long)((s->timer_ms + 999) / 1000));
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static const char *seconds_left(struct iu_arena *arena, const struct iu_socket *s)
{
	if (s->timer_ms < 0)
		return "";
	return iu_phrase(arena, " for another %lld s", (long long)((s->timer_ms + 999) / 1000));
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *at = iu_phrase_endpoint(arena, &b->socket);

	(void)snapshot;
	if (b->representative > 1)
		return iu_phrase(arena, "%zu closed connections on %s are in TIME-WAIT%s",
			b->representative, at, seconds_left(arena, &b->socket));
	return iu_phrase(arena, "a closed connection on %s is in TIME-WAIT%s", at,
		seconds_left(arena, &b->socket));
}

const struct iu_cause_rule iu_cause_time_wait = {
	.cause = IU_CAUSE_TIME_WAIT,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_TIME,
};

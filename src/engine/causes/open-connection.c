/* engine/causes/open-connection.c - connections outlive the listener they came through */
#include "engine/causes/cause.h"

static bool is_open(const struct iu_socket *s)
{
	switch (s->state) {
	case IU_STATE_ESTABLISHED:
	case IU_STATE_CLOSE_WAIT:
	case IU_STATE_SYN_SENT:
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK: return true;
	case IU_STATE_UNKNOWN:
	case IU_STATE_LISTEN:
	case IU_STATE_BOUND:
	case IU_STATE_SYN_RECV:
	case IU_STATE_TIME_WAIT:
	case IU_STATE_FILE: break;
	}
	return false;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);
	char peer[IU_ADDRESS_TEXT];

	if (s->protocol != IU_PROTOCOL_TCP || !is_open(s))
		return false;
	*ret_confidence = who ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY;
	if (who)
		iu_case_say(c, "%s %s %s", who,
			iu_phrase_state(s, iu_phrase_many(c->snapshot, c->blocker)),
			iu_phrase_endpoint(c->arena, s));
	else if (!s->inode)
		iu_case_say(c, "a connection on %s waits to be accepted",
			iu_phrase_endpoint(c->arena, s));
	if (iu_cause_meets_itself(s))
		iu_case_say(c, "its other end is itself: a client that connected to a port which the system had just given to it");
	else if (s->peer.family != IU_FAMILY_ANY)
		iu_case_say(c, "the other end is %s",
			iu_endpoint_format(&s->peer, s->peer_port, peer));
	if (s->state == IU_STATE_CLOSE_WAIT)
		iu_case_say(c, "the other end has closed it; the program has not (CLOSE-WAIT)");
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *who = iu_phrase_holders(arena, snapshot, b);

	if (!iu_cause_meets_itself(&b->socket))
		return NULL;
	return iu_phrase(arena, "%s is connected to itself on %s", who ? who : "a client",
		iu_phrase_endpoint(arena, &b->socket));
}

const struct iu_cause_rule iu_cause_open_connection = {
	.cause = IU_CAUSE_OPEN_CONNECTION,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_PROCESSES,
};

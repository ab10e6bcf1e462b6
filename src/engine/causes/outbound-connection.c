/* engine/causes/outbound-connection.c - a client connection happens to use the port */
#include "engine/causes/cause.h"

/* Somebody on this machine listens where the connection goes: so it started at this end. */
static bool peer_listens(const struct iu_case *c)
{
	const struct iu_socket *s = &c->blocker->socket;

	for (size_t i = 0; i < c->snapshot->sockets.n; i++) {
		const struct iu_socket *other = &c->snapshot->sockets.v[i];

		if (other->protocol == s->protocol && other->state == IU_STATE_LISTEN &&
			other->port == s->peer_port &&
			(iu_address_equal(&other->local, &s->peer) ||
				(iu_address_is_wildcard(&other->local) &&
					iu_address_is_loopback(&s->peer))))
			return true;
	}
	return false;
}

/* A listener on the port itself: then the connection came in through it. */
static bool own_listener(const struct iu_case *c)
{
	for (size_t i = 0; i < c->evaluation->sockets.n; i++)
		if (c->evaluation->sockets.v[i].state == IU_STATE_LISTEN &&
			c->evaluation->sockets.v[i].port == c->blocker->socket.port)
			return true;
	return false;
}

static bool is_connection(const struct iu_socket *s)
{
	switch (s->state) {
	case IU_STATE_SYN_SENT:
	case IU_STATE_ESTABLISHED:
	case IU_STATE_CLOSE_WAIT:
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK: return s->inode != 0;
	case IU_STATE_BOUND: return s->protocol == IU_PROTOCOL_UDP;
	case IU_STATE_UNKNOWN:
	case IU_STATE_LISTEN:
	case IU_STATE_SYN_RECV:
	case IU_STATE_TIME_WAIT:
	case IU_STATE_FILE: break;
	}
	return false;
}

static void say(struct iu_case *c, bool in_range, bool listens)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);
	char peer[IU_ADDRESS_TEXT];

	if (s->peer.family != IU_FAMILY_ANY)
		iu_case_say(c, "%s has a connection from %s to %s", who ? who : "a program",
			iu_phrase_endpoint(c->arena, s),
			iu_endpoint_format(&s->peer, s->peer_port, peer));
	else
		iu_case_say(c, "%s sends from %s", who ? who : "a program",
			iu_phrase_endpoint(c->arena, s));
	if (s->explicit_port == IU_NO && in_range)
		iu_case_say(c, "the system chose this port from its range %d-%d",
			(int)c->evaluation->limits.port_first, (int)c->evaluation->limits.port_last);
	if (listens)
		iu_case_say(c, "the other end is a listener on this machine");
	if (s->state == IU_STATE_SYN_SENT)
		iu_case_say(c, "it is still connecting, so it started at this end");
}

/*
 * An accepted connection did not choose its port either (explicit_port is IU_NO for it too), but
 * then its port is that of a listener, which the range seldom contains.
 */
static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	bool in_range, listens, sent = s->state == IU_STATE_SYN_SENT;

	if (s->protocol == IU_PROTOCOL_UNIX || !is_connection(s) || s->explicit_port == IU_YES ||
		iu_cause_meets_itself(s)) /* that one never ends */
		return false;
	in_range = iu_in_range(&c->evaluation->limits, s->port) == IU_YES;
	listens = s->protocol == IU_PROTOCOL_TCP && peer_listens(c);
	if (s->protocol == IU_PROTOCOL_TCP && own_listener(c) && !sent && !listens)
		return false;
	if (!sent && !listens && (s->explicit_port != IU_NO || !in_range))
		return false;
	say(c, in_range, listens);
	*ret_confidence = IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *who = iu_phrase_holders(arena, snapshot, b);

	return iu_phrase(arena, "%s %s it for an outgoing connection from %s",
		who ? who : "a program", iu_phrase_many(snapshot, b) ? "use" : "uses",
		iu_phrase_endpoint(arena, &b->socket));
}

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_OUTBOUND_CONNECTION,
	.applies = applies,
	.headline = headline,
	.refusal = {"the connection is left alone",
		"a client was given this port by Windows for a moment: ending it would break what it does"},
};

const struct iu_cause_rule iu_cause_outbound_connection = {
	.cause = IU_CAUSE_OUTBOUND_CONNECTION,
	.applies = applies,
	.headline = headline,
	.refusal = {"the connection is left alone",
		"a client was given this port by the system for a moment: ending it would break what it does, and no server is there to stop"},
	.windows = &on_windows,
};

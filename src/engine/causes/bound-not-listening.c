/* engine/causes/bound-not-listening.c - a TCP socket that has the port and never listened */
#include "engine/causes/cause.h"

static bool is_bound(struct iu_case *c, const char *shown, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	char peer[IU_ADDRESS_TEXT];
	const char *who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);

	if (s->protocol != IU_PROTOCOL_TCP || s->state != IU_STATE_BOUND)
		return false;
	iu_case_say(c, "%s has %s bound without listening; %s", who ? who : "a socket",
		iu_phrase_endpoint(c->arena, s), shown);
	if (s->peer.family != IU_FAMILY_ANY && s->peer_port)
		iu_case_say(c, "it was a connection to %s, which was refused, reset or shut down; the port stays until the socket is closed",
			iu_endpoint_format(&s->peer, s->peer_port, peer));
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	return is_bound(c, "ss, netstat and /proc/net/tcp do not show it", ret_confidence);
}

static bool applies_windows(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	return is_bound(c, "netstat shows it only with -q", ret_confidence);
}

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_BOUND_NOT_LISTENING,
	.applies = applies_windows,
	.lever = IU_WAY_HOLDERS,
};

const struct iu_cause_rule iu_cause_bound_not_listening = {
	.cause = IU_CAUSE_BOUND_NOT_LISTENING,
	.applies = applies,
	.lever = IU_WAY_HOLDERS,
	.windows = &on_windows,
};

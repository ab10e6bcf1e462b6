/* engine/causes/port-forward.c - a tunnel, an editor or a relay has it on behalf of elsewhere */
#include "engine/causes/cause.h"

/* A client of the forwarding program itself (ssh's own connection) forwards nothing. */
static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;

	if (s->state != IU_STATE_LISTEN && s->protocol != IU_PROTOCOL_UDP)
		return false;
	for (size_t i = 0; i < c->holders.n; i++) {
		const struct iu_proxy_row *taker = iu_proxy_of(c->holders.v[i]);

		if (!taker || taker->kind != IU_PROXY_FORWARD)
			continue;
		iu_case_say(c, "%s: %s", iu_phrase_process(c->arena, c->holders.v[i]),
			taker->sentence);
		*ret_confidence = IU_CONFIDENCE_LIKELY;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_port_forward = {
	.cause = IU_CAUSE_PORT_FORWARD,
	.applies = applies,
	.lever = IU_WAY_PROCESSES,
};

/* engine/causes/socket-activation.c - systemd or inetd listens for a service that starts on demand */
#include "base/text.h"
#include "engine/causes/cause.h"

/* Any holder: once the service runs it has the socket too, and the activator keeps it. */
static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	size_t i;

	for (i = 0; i < c->holders.n; i++) {
		const struct iu_taker_row *taker = iu_taker(c->holders.v[i]);

		if (!taker || taker->kind != IU_TAKER_ACTIVATION)
			continue;
		iu_case_say(c, "%s holds it: %s", iu_words_process(c->arena, c->holders.v[i]),
			taker->sentence);
		if (c->blocker->socket.unit)
			iu_case_say(c, "the socket belongs to %s",
				iu_safe(c->arena, c->blocker->socket.unit, 80));
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_socket_activation = {IU_CAUSE_SOCKET_ACTIVATION, applies};

/* engine/causes/socket-activation.c - systemd or inetd listens for a service that starts on demand */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"

/* A socket that was made in a service's own cgroup was given to the manager by that service. */
static bool is_store(const struct iu_case *c)
{
	const char *unit = c->blocker->socket.unit;
	size_t len = unit ? strlen(unit) : 0;

	return len > 8 && !strcmp(unit + len - 8, ".service") && strncmp(unit, "user@", 5) != 0;
}

/* Any holder: once the service runs it has the socket too, and the activator keeps it. */
static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	for (size_t i = 0; i < c->holders.n; i++) {
		const struct iu_proxy_row *taker = iu_proxy_of(c->holders.v[i]);

		if (!taker || taker->kind != IU_PROXY_ACTIVATION)
			continue;
		if (is_store(c) && c->holders.v[i]->name &&
			!strcmp(c->holders.v[i]->name, "systemd"))
			continue;
		iu_case_say(c, "%s holds it: %s", iu_phrase_process(c->arena, c->holders.v[i]),
			taker->sentence);
		if (c->blocker->socket.unit)
			iu_case_say(c, "the socket belongs to %s",
				iu_safe(c->arena, c->blocker->socket.unit, 80));
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_socket_activation = {
	.cause = IU_CAUSE_SOCKET_ACTIVATION,
	.applies = applies,
	.lever = IU_WAY_ACTIVATOR,
};

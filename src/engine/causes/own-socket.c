/* engine/causes/own-socket.c - the program that asks has bound the port already */
#include "engine/causes/cause.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_holds *holds = &c->snapshot->holds;
	size_t i;

	if (!c->question->by_self)
		return false;
	for (i = 0; i < c->blocker->holds.n; i++) {
		const struct iu_hold *hold = &holds->v[c->blocker->holds.v[i]];

		if (hold->pid != c->snapshot->host.pid)
			continue;
		iu_case_say(c, "the program that asks has the socket itself, as descriptor %d",
			(int)hold->fd);
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_own_socket = {IU_CAUSE_OWN_SOCKET, applies};

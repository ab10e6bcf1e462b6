/* engine/causes/service.c - Windows: a service has it, alone or inside svchost */
#include <stdio.h>
#include <strings.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/windows/state.h"
#include "knowledge/windows-ports.h"

static const struct iu_service *service_of(const struct iu_case *c, size_t *ret_count)
{
	const struct iu_socket *s = &c->blocker->socket;

	return iu_windows_service_of(c->snapshot, s, ret_count);
}

static const char *others(struct iu_case *c, const struct iu_service *service)
{
	const char *list = "";
	size_t n = 0;

	for (size_t i = 0; i < c->snapshot->windows.services.n; i++) {
		const struct iu_service *other = &c->snapshot->windows.services.v[i];

		if (other == service || other->pid != service->pid || !other->name)
			continue;
		if (n++ < 6)
			list = iu_phrase(c->arena, "%s%s%s", list, *list ? ", " : "",
				iu_safe(c->arena, other->name, 40));
	}
	return n > 6 ? iu_phrase(c->arena, "%s and %zu more", list, n - 6) : list;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	size_t count;
	const struct iu_service *service = service_of(c, &count);
	const struct iu_windows_port *known;

	if (!service || (s->state != IU_STATE_LISTEN && s->state != IU_STATE_BOUND))
		return false;
	known = iu_windows_port_of(s->port, s->protocol, IU_WINDOWS_SERVICE, service->name);
	iu_case_say(c, "%s is the process of the service %s%s%s%s",
		iu_phrase_pid(c->arena, c->snapshot, service->pid),
		iu_safe(c->arena, service->name, 60), service->display ? " (" : "",
		service->display ? iu_safe(c->arena, service->display, 60) : "",
		service->display ? ")" : "");
	if (s->unit && *others(c, service))
		iu_case_say(c, "the socket itself is marked as that of %s; in the same process live %s",
			iu_safe(c->arena, service->name, 60), others(c, service));
	if (known)
		iu_case_say(c, "%s is known for this port: %s", known->name, known->what);
	if (count > 1)
		iu_case_say(c, "more services live in that process: %s; which of them has the port is told by netstat -anob, as administrator",
			others(c, service));
	if (count == 1)
		*ret_confidence = IU_CONFIDENCE_PROVEN;
	else
		*ret_confidence = known ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE;
	if (count == 1 || known)
		c->blocker->socket.unit = service->name;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *who = iu_phrase_holders(arena, snapshot, b);

	if (!b->socket.unit)
		return NULL;
	return iu_phrase(arena, "the service %s (%s) %s %s", iu_safe(arena, b->socket.unit, 60),
		who ? who : "?", iu_phrase_state(&b->socket, false),
		iu_phrase_where(arena, &b->socket));
}

const struct iu_cause_rule iu_cause_service = {
	.cause = IU_CAUSE_SERVICE,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_SERVICE,
	.refusal = {"nothing is stopped",
		"which service of the process has the port could not be told"},
};

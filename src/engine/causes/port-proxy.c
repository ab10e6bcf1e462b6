/* engine/causes/port-proxy.c - Windows: a rule of netsh interface portproxy listens */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/windows/state.h"
#include "engine/headline.h"

static const char *leads(struct iu_arena *arena, const struct iu_port_proxy *proxy)
{
	char text[IU_ADDRESS_TEXT];

	return iu_phrase(arena, "a port proxy rule leads %s to %s port %u",
		iu_endpoint_format(&proxy->listen, proxy->port, text),
		proxy->connect_to ? iu_safe(arena, proxy->connect_to, 60) : "an address",
		(unsigned int)proxy->connect_port);
}

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_port_proxy *proxy = NULL;

	(void)attempt;
	if (!verdict->blockers.n)
		verdict->headline = iu_phrase(arena, verdict->status == IU_STATUS_UNKNOWN
				? "%s: can't tell whether it can be bound: there is a port proxy rule for it."
				: "%s is in use: a port proxy rule listens there.",
			iu_subject(arena, evaluation->question));
	for (size_t i = 0; i < evaluation->attempt_count && !proxy; i++)
		proxy = iu_windows_proxy(evaluation->snapshot, &evaluation->attempts[i].request.address,
			evaluation->question->target.port);
	if (!proxy)
		return;
	iu_strings_add(arena, &verdict->evidence, leads(arena, proxy));
}

/* The service that listens is iphlpsvc, mostly in a svchost.exe with others. */
static bool is_helper(const struct iu_case *c)
{
	const struct iu_service *helper = iu_windows_service(c->snapshot, "iphlpsvc");
	int32_t pid = iu_windows_owner(c->snapshot, &c->blocker->socket);

	if (helper && helper->pid > 0)
		return helper->pid == pid;
	return pid < 0 || iu_case_runs(c, "svchost.exe") || !c->holders.n;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_port_proxy *proxy = iu_windows_proxy(c->snapshot, &s->local, s->port);
	const struct iu_service *helper = iu_windows_service(c->snapshot, "iphlpsvc");

	if (s->protocol != IU_PROTOCOL_TCP || s->state != IU_STATE_LISTEN || !proxy ||
		!is_helper(c))
		return false;
	iu_case_say(c, "%s", leads(c->arena, proxy));
	iu_case_say(c, "the service iphlpsvc listens for such rules; it does more than that, so it is not to be stopped");
	*ret_confidence = helper && helper->pid > 0 ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_port_proxy *proxy =
		iu_windows_proxy(snapshot, &b->socket.local, b->socket.port);

	return proxy ? leads(arena, proxy) : NULL;
}

const struct iu_cause_rule iu_cause_port_proxy = {
	.cause = IU_CAUSE_PORT_PROXY,
	.applies = applies,
	.headline = headline,
	.evidence = evidence,
	.lever = IU_WAY_PROXY_RULE,
};

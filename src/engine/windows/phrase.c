/* engine/windows/phrase.c - the answer for Windows in one sentence */
#include <string.h>

#include "base/text.h"
#include "engine/headline.h"
#include "engine/judge.h"
#include "engine/windows/state.h"
#include "engine/phrase.h"
#include "knowledge/http-urls.h"
#include "knowledge/windows-ports.h"

static const char *http_for(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, uint16_t port)
{
	const char *url = NULL;
	const struct iu_http_queue *queue = iu_windows_queue(snapshot, port, &url);
	const struct iu_http_owner *owner = url ? iu_http_owner(url) : NULL;
	/* of 80 and 443 there are too many to name one */
	const struct iu_windows_port *row =
		iu_windows_port_of(port, IU_PROTOCOL_TCP, IU_WINDOWS_HTTP, NULL);

	if (owner)
		return iu_phrase(arena, " for %s", owner->what);
	if (queue && queue->name)
		return iu_phrase(arena, " for the queue %s", iu_safe(arena, queue->name, 40));
	if (queue && queue->servers.n &&
		iu_snapshot_process(snapshot, queue->servers.v[0].pid))
		return iu_phrase(arena, " for %s",
			iu_phrase_pid(arena, snapshot, queue->servers.v[0].pid));
	if (row && (row->first != 80 && row->first != 443))
		return iu_phrase(arena, ", as a rule for %s", row->what);
	return "";
}

static const char *orphaned(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *b, const char *at)
{
	int pid = (int)iu_windows_owner(snapshot, &b->socket);
	size_t from = 0, others = 0;
	const struct iu_process *heir = iu_windows_heir(snapshot, &b->socket, &from);

	if (!heir)
		return iu_phrase(arena, "%s belongs to pid %d, which is gone; a process it started has the socket still",
			at, pid);
	while (iu_windows_heir(snapshot, &b->socket, &from))
		others++;
	return iu_phrase(arena, "%s belongs to pid %d, which is gone; %s%s the socket still", at, pid,
		iu_phrase_process(arena, heir),
		others ? iu_phrase(arena, " and %zu more have", others) : " has");
}

const char *iu_windows_in_the_way(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *b)
{
	const char *at = iu_phrase_endpoint(arena, &b->socket);
	const char *who = iu_phrase_holders(arena, snapshot, b);
	const struct iu_port_proxy *proxy;
	char text[IU_ADDRESS_TEXT];

	if (b->cause == IU_CAUSE_HTTP_SYS)
		return iu_phrase(arena, "Windows' own HTTP server (HTTP.sys, pid 4) listens on %s%s", at,
			http_for(arena, snapshot, b->socket.port));
	if (b->cause == IU_CAUSE_ALG_RESERVED)
		return iu_phrase(arena, "the Application Layer Gateway service (%s) has %s",
			who ? who : "ALG", at);
	if (b->cause == IU_CAUSE_SERVICE && b->socket.unit)
		return iu_phrase(arena, "the service %s (%s) %s %s",
			iu_safe(arena, b->socket.unit, 60), who ? who : "?",
			iu_phrase_state(&b->socket, false), at);
	if (b->cause == IU_CAUSE_ORPHANED_HANDLE)
		return orphaned(arena, snapshot, b, at);
	proxy = iu_windows_proxy(snapshot, &b->socket.local, b->socket.port);
	if (b->cause == IU_CAUSE_PORT_PROXY && proxy)
		return iu_phrase(arena, "a port proxy rule leads %s to %s port %u",
			iu_endpoint_format(&proxy->listen, proxy->port, text),
			proxy->connect_to ? iu_safe(arena, proxy->connect_to, 60) : "an address",
			(unsigned int)proxy->connect_port);
	if (b->cause == IU_CAUSE_KERNEL_SOCKET)
		return iu_phrase(arena, "Windows itself (pid 4) has %s", at);
	return NULL;
}

static const char *excluded(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const char *subject, const char *error)
{
	const struct iu_exclusion *e =
		iu_windows_exclusion(snapshot, question->protocol, question->port);

	if (!e)
		return iu_phrase(arena, "%s may not be bound (%s): most likely it lies in an excluded port range.",
			subject, error);
	if (e->first == e->last)
		return iu_phrase(arena, "%s may not be bound: Windows has excluded exactly this port (%s).",
			subject, error);
	return iu_phrase(arena, "%s may not be bound: Windows has excluded the ports %u-%u (%s).",
		subject, (unsigned int)e->first, (unsigned int)e->last, error);
}

/* Only what no socket in the way says. */
const char *iu_windows_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	const char *subject = iu_subject(arena, question);
	const char *error = verdict->error ? verdict->error : "no error was seen";

	if (question->protocol == IU_PROTOCOL_UNIX || verdict->status == IU_STATUS_FREE)
		return NULL;
	if (verdict->cause == IU_CAUSE_EXCLUDED_RANGE)
		return excluded(arena, question, snapshot, subject, error);
	if (verdict->blockers.n)
		return NULL;
	if (verdict->cause == IU_CAUSE_HTTP_SYS)
		return iu_phrase(arena, "%s is in use: Windows' own HTTP server (HTTP.sys) has a URL on it%s.",
			subject, http_for(arena, snapshot, question->port));
	if (verdict->cause == IU_CAUSE_ALG_RESERVED)
		return iu_phrase(arena, verdict->status == IU_STATUS_UNKNOWN
				? "%s: whether it can be bound could not be told: the Application Layer Gateway service runs, which may reserve TCP 5001-5032."
				: "%s is in use: the Application Layer Gateway service reserves TCP 5001-5032.",
			subject);
	if (verdict->cause == IU_CAUSE_PORT_PROXY)
		return iu_phrase(arena, verdict->status == IU_STATUS_UNKNOWN
				? "%s: whether it can be bound could not be told: there is a port proxy rule for it."
				: "%s is in use: a port proxy rule listens there.",
			subject);
	if (verdict->cause == IU_CAUSE_POLICY_DENIED)
		return iu_phrase(arena, "%s may not be bound: Windows refuses with %s, and nothing that is visible explains it.",
			subject, error);
	if (verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED)
		return iu_phrase(arena, "%s: Windows has no port of its dynamic range left to choose (%s).",
			question->connects ? "connect()" : subject, error);
	return NULL;
}

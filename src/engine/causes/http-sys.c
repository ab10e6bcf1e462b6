/* engine/causes/http-sys.c - Windows: the kernel's HTTP server listens for somebody */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/windows/state.h"
#include "engine/headline.h"
#include "knowledge/http-urls.h"
#include "knowledge/windows-ports.h"

/* URLs and servers of one port that are said; the rest is more of the same. */
#define QUEUES_SAID 3

static const char *servers(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_http_queue *queue)
{
	const char *list = "";
	size_t count;

	for (size_t i = 0; i < queue->servers.n && i < 3; i++) {
		int32_t pid = queue->servers.v[i].pid;
		const struct iu_service *service =
			iu_windows_service_at(snapshot, pid, 0, IU_PROTOCOL_TCP, &count);

		list = iu_phrase(arena, "%s%s%s%s%s", list, *list ? ", " : "",
			iu_phrase_pid(arena, snapshot, pid), service && count == 1 ? ", service " : "",
			service && count == 1 ? iu_safe(arena, service->name, 40) : "");
	}
	return list;
}

static void say_queue(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_http_queue *queue, const char *url, struct iu_strings *evidence)
{
	const struct iu_http_owner *owner = iu_http_owner(url);
	const char *who = servers(arena, snapshot, queue);

	iu_strings_add(arena, evidence,
		iu_phrase(arena, "%s is registered with HTTP.sys%s%s%s%s%s%s", iu_safe(arena, url, 100),
			queue->name ? " by the queue " : "",
			queue->name ? iu_safe(arena, queue->name, 40) : "",
			*who ? ", served by " : "", who, owner ? ": that is " : "",
			owner ? owner->what : ""));
}

/* Services that run and are known for the port, where no queue says more. */
static void say_known(struct iu_arena *arena, const struct iu_snapshot *snapshot, uint16_t port,
	struct iu_strings *evidence)
{
	unsigned long count, i;
	const struct iu_windows_port *rows = iu_windows_ports(&count);

	for (i = 0; i < count; i++)
		if (rows[i].taker == IU_WINDOWS_HTTP && port >= rows[i].first &&
			port <= rows[i].last &&
			iu_windows_running(snapshot, rows[i].name) == IU_YES)
			iu_strings_add(arena, evidence,
				iu_phrase(arena, "the service %s runs, which is known for this port: %s",
					rows[i].name, rows[i].what));
}

static void say_urls(struct iu_arena *arena, const struct iu_snapshot *snapshot, uint16_t port,
	struct iu_strings *evidence)
{
	size_t said = 0;

	for (size_t i = 0; i < snapshot->windows.http_queues.n; i++) {
		const struct iu_http_queue *queue = &snapshot->windows.http_queues.v[i];

		for (size_t k = 0; k < queue->urls.n && said < QUEUES_SAID; k++) {
			if (!queue->urls.v[k] || iu_http_url_port(queue->urls.v[k]) != port)
				continue;
			said++;
			say_queue(arena, snapshot, queue, queue->urls.v[k], evidence);
			break;
		}
	}
	if (!said)
		say_known(arena, snapshot, port, evidence);
}

/* Whom it listens for, as far as that is known. */
static const char *listens_for(
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

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_question *question = evaluation->question;
	const struct iu_snapshot *snapshot = evaluation->snapshot;

	(void)attempt;
	if (!verdict->blockers.n)
		verdict->headline = iu_phrase(arena, "%s is in use: Windows' own HTTP server (HTTP.sys) has a URL on it%s.",
			iu_subject(arena, question),
			listens_for(arena, snapshot, question->target.port));
	say_urls(arena, snapshot, question->target.port, &verdict->evidence);
}

/* HTTP.sys excludes its ports one by one; a service that is known for the port says the same. */
static bool speaks_for_http(const struct iu_snapshot *snapshot, uint16_t port)
{
	const struct iu_exclusion *e = iu_windows_exclusion(snapshot, IU_PROTOCOL_TCP, port);
	unsigned long count;
	const struct iu_windows_port *rows = iu_windows_ports(&count);

	if (e && e->first == e->last && !e->administered)
		return true;
	for (unsigned long i = 0; i < count; i++)
		if (rows[i].taker == IU_WINDOWS_HTTP && port >= rows[i].first &&
			port <= rows[i].last && iu_windows_running(snapshot, rows[i].name) != IU_NO)
			return true;
	/* who has which URLs was not seen */
	return !(snapshot->seen & IU_FACT_HTTP);
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *url;

	if (!iu_windows_http_row(c->snapshot, s))
		return false;
	iu_case_say(c, "pid 4 is Windows itself: its HTTP server (HTTP.sys) has %s, which programs that ask it for a URL can share, and other sockets cannot",
		iu_phrase_endpoint(c->arena, s));
	say_urls(c->arena, c->snapshot, s->port, &c->blocker->evidence);
	*ret_confidence = iu_windows_queue(c->snapshot, s->port, &url) ? IU_CONFIDENCE_PROVEN
			  : speaks_for_http(c->snapshot, s->port)     ? IU_CONFIDENCE_LIKELY
								       : IU_CONFIDENCE_POSSIBLE;
	if (*ret_confidence == IU_CONFIDENCE_POSSIBLE)
		iu_case_say(c, "no URL and no service is known for it: drivers of other programs (antivirus, VPN) listen as pid 4, too");
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	return iu_phrase(arena, "Windows' own HTTP server (HTTP.sys, pid 4) listens on %s%s",
		iu_phrase_endpoint(arena, &b->socket),
		listens_for(arena, snapshot, b->socket.port));
}

const struct iu_cause_rule iu_cause_http_sys = {
	.cause = IU_CAUSE_HTTP_SYS,
	.applies = applies,
	.headline = headline,
	.evidence = evidence,
	.lever = IU_WAY_URL,
};

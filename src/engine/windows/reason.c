/* engine/windows/reason.c - why a bind() fails that no socket explains */
#include "engine/windows/reason.h"

#include <strings.h>

#include "engine/windows/conflict.h"
#include "engine/windows/state.h"

static struct iu_windows_reason because(
	enum iu_cause cause, enum iu_tri certain, unsigned int results)
{
	return (struct iu_windows_reason){cause, certain, results,
		certain == IU_YES ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE};
}

static bool has_process(const struct iu_snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->processes.n; i++)
		if (snapshot->processes.v[i].name &&
			!strcasecmp(snapshot->processes.v[i].name, name))
			return true;
	return false;
}

/*
 * KB943710 speaks of Server 2003, XP and Vista. On newer systems the service is still there, and
 * whether it still takes the range is not documented.
 */
static struct iu_windows_reason alg(const struct iu_snapshot *snapshot)
{
	enum iu_tri runs = iu_windows_running(snapshot, "ALG");
	bool newer = snapshot->windows.version && !iu_windows_before(snapshot, 6, 1);

	if (runs == IU_UNKNOWN && has_process(snapshot, "alg.exe"))
		runs = IU_YES;
	if (runs != IU_YES || iu_windows_running(snapshot, "SharedAccess") == IU_NO)
		return (struct iu_windows_reason){0};
	return because(IU_CAUSE_ALG_RESERVED, newer ? IU_UNKNOWN : IU_YES, IU_BIND_INUSE);
}

static bool in_listen_list(
	const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	if (!snapshot->windows.http_listen.n || iu_address_is_wildcard(address))
		return true;
	for (size_t i = 0; i < snapshot->windows.http_listen.n; i++) {
		const struct iu_address *listen = &snapshot->windows.http_listen.v[i].address;

		if (iu_address_equal(listen, address) || (listen->family == address->family &&
				iu_address_is_wildcard(listen)))
			return true;
	}
	return false;
}

/*
 * The kernel refuses an excluded port before it compares sockets (all reports say 10013), but for
 * UDP in WSL's block, where 10048 was met (WSL#12228).
 */
static struct iu_windows_reason excluded(const struct iu_exclusion *e)
{
	bool either = e->protocol == IU_PROTOCOL_UDP && iu_exclusion_maker(e) == IU_EXCLUDED_WSL;

	return because(IU_CAUSE_EXCLUDED_RANGE, IU_YES,
		either ? IU_BIND_ACCESS | IU_BIND_INUSE : IU_BIND_ACCESS);
}

struct iu_windows_reason iu_windows_reason(
	const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const struct iu_exclusion *e =
		iu_windows_exclusion(snapshot, request->protocol, request->port);
	bool rows = snapshot->seen & IU_FACT_TCP;
	const char *url;

	if (e)
		return excluded(e);
	if (request->protocol != IU_PROTOCOL_TCP || !request->port)
		return (struct iu_windows_reason){0};
	/* with all rows at hand both show up as one; SO_REUSEADDR never says 10048 to a wildcard */
	if (!rows && iu_windows_queue(snapshot, request->port, &url) &&
		in_listen_list(snapshot, &request->address))
		return because(IU_CAUSE_HTTP_SYS, IU_YES,
			request->reuseaddr ? IU_BIND_ACCESS : IU_BIND_INUSE | IU_BIND_ACCESS);
	if (!rows && iu_windows_proxy(snapshot, &request->address, request->port) &&
		iu_windows_running(snapshot, "iphlpsvc") != IU_NO)
		return because(IU_CAUSE_PORT_PROXY,
			iu_windows_running(snapshot, "iphlpsvc"),
			request->reuseaddr ? IU_BIND_ACCESS : IU_BIND_INUSE);
	if (request->port >= IU_ALG_FIRST && request->port <= IU_ALG_LAST)
		return alg(snapshot);
	return (struct iu_windows_reason){0};
}

uint16_t iu_windows_beyond(const struct iu_evaluation *evaluation)
{
	uint16_t port = evaluation->question->target.port;
	const struct iu_exclusion *e = iu_windows_exclusion(
		evaluation->snapshot, evaluation->question->target.protocol, port);

	if (e && e->last < UINT16_MAX)
		return (uint16_t)(e->last + 1);
	return port >= IU_ALG_FIRST && port <= IU_ALG_LAST ? IU_ALG_LAST + 1 : port;
}

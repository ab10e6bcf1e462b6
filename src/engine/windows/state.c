/* engine/windows/state.c - what a snapshot of Windows says about a port besides its sockets */
#include "engine/windows/state.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "engine/rules.h"
#include "knowledge/http-urls.h"
#include "knowledge/windows-ports.h"

/* Since Vista (RFC 6335's dynamic ports); before, 1025-5000. */
#define DEFAULT_FIRST 49152
#define WINNAT_PORTS  100
/* A block that WSL's mirrored mode reserves; some lists show one port more. */
#define WSL_PORTS 4096

bool iu_is_windows(const struct iu_snapshot *snapshot)
{
	return iu_rules_of(snapshot) == &iu_rules_windows;
}

bool iu_windows_before(const struct iu_snapshot *snapshot, unsigned int major, unsigned int minor)
{
	uint32_t version = snapshot->windows.version;

	return version && version < (major << 16 | minor << 8);
}

static uint32_t ports_of(const struct iu_exclusion *exclusion)
{
	return (uint32_t)exclusion->last - exclusion->first + 1;
}

/* Of several the largest: that is the one to talk about. */
const struct iu_exclusion *iu_windows_exclusion(
	const struct iu_snapshot *snapshot, enum iu_protocol protocol, uint16_t port)
{
	const struct iu_exclusion *found = NULL;
	size_t i;

	for (i = 0; port && i < snapshot->windows.exclusions.n; i++) {
		const struct iu_exclusion *e = &snapshot->windows.exclusions.v[i];

		if (e->administered || e->protocol != protocol || port < e->first ||
			port > e->last)
			continue;
		if (!found || ports_of(e) > ports_of(found))
			found = e;
	}
	return found;
}

enum iu_exclusion_maker iu_exclusion_maker(const struct iu_exclusion *exclusion)
{
	uint32_t ports = ports_of(exclusion);

	if (ports == 1)
		return IU_EXCLUDED_SINGLE;
	if (ports == WSL_PORTS || ports == WSL_PORTS + 1)
		return IU_EXCLUDED_WSL;
	return ports % WINNAT_PORTS == 0 ? IU_EXCLUDED_WINNAT : IU_EXCLUDED_OTHER;
}

bool iu_windows_range(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct iu_port_range *ret_range)
{
	size_t i, best = SIZE_MAX;

	for (i = 0; i < snapshot->windows.ranges.n; i++)
		if (snapshot->windows.ranges.v[i].protocol == protocol &&
			(best == SIZE_MAX ||
				snapshot->windows.ranges.v[i].family == IU_FAMILY_IPV4))
			best = i;
	if (best == SIZE_MAX)
		return false;
	*ret_range = (struct iu_port_range){
		snapshot->windows.ranges.v[best].first, snapshot->windows.ranges.v[best].last};
	return true;
}

bool iu_windows_broken_range(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct iu_port_range *ret_range)
{
	return !iu_windows_before(snapshot, 6, 0) &&
	       iu_windows_range(snapshot, protocol, ret_range) && ret_range->first < DEFAULT_FIRST;
}

const struct iu_service *iu_windows_service(const struct iu_snapshot *snapshot, const char *name)
{
	size_t i;

	for (i = 0; name && i < snapshot->windows.services.n; i++) {
		const struct iu_service *service = &snapshot->windows.services.v[i];

		if (service->name && !strcasecmp(service->name, name))
			return service;
	}
	return NULL;
}

static bool is_running(const struct iu_service *service)
{
	return service->state == IU_SERVICE_RUNNING || service->state == IU_SERVICE_PAUSED ||
	       service->state == IU_SERVICE_STOPPING ||
	       (service->state == IU_SERVICE_UNKNOWN && service->pid > 0);
}

enum iu_tri iu_windows_running(const struct iu_snapshot *snapshot, const char *name)
{
	const struct iu_service *service = iu_windows_service(snapshot, name);

	if (service && (service->state != IU_SERVICE_UNKNOWN || service->pid > 0))
		return iu_tri(is_running(service));
	return !service && (snapshot->seen & IU_FACT_SERVICES) ? IU_NO : IU_UNKNOWN;
}

static bool known_for(const struct iu_service *service, uint16_t port, enum iu_protocol protocol)
{
	return iu_windows_port_of(port, protocol, IU_WINDOWS_SERVICE, service->name) ||
	       iu_windows_port_of(port, protocol, IU_WINDOWS_HTTP, service->name);
}

const struct iu_service *iu_windows_service_at(const struct iu_snapshot *snapshot, int32_t pid,
	uint16_t port, enum iu_protocol protocol, size_t *ret_count)
{
	const struct iu_service *found = NULL;
	bool known = false;
	size_t i, n = 0;

	for (i = 0; pid > 0 && i < snapshot->windows.services.n; i++) {
		const struct iu_service *service = &snapshot->windows.services.v[i];

		if (service->pid != pid || !service->name || !is_running(service))
			continue;
		n++;
		if (!found || (!known && known_for(service, port, protocol))) {
			found = service;
			known = known_for(service, port, protocol);
		}
	}
	*ret_count = n;
	return found;
}

const struct iu_service *iu_windows_service_of(
	const struct iu_snapshot *snapshot, const struct iu_socket *s, size_t *ret_count)
{
	const struct iu_service *named = iu_windows_service(snapshot, s->unit);
	int32_t pid = iu_windows_owner(snapshot, s);

	if (!named || named->pid != pid || !is_running(named))
		return iu_windows_service_at(snapshot, pid, s->port, s->protocol, ret_count);
	*ret_count = 1;
	return named;
}

const struct iu_http_queue *iu_windows_queue(
	const struct iu_snapshot *snapshot, uint16_t port, const char **ret_url)
{
	size_t i, k;

	for (i = 0; port && i < snapshot->windows.http_queues.n; i++) {
		const struct iu_http_queue *queue = &snapshot->windows.http_queues.v[i];

		for (k = 0; k < queue->urls.n; k++)
			if (queue->urls.v[k] && iu_http_url_port(queue->urls.v[k]) == port) {
				*ret_url = queue->urls.v[k];
				return queue;
			}
	}
	return NULL;
}

const struct iu_port_proxy *iu_windows_proxy(
	const struct iu_snapshot *snapshot, const struct iu_address *address, uint16_t port)
{
	size_t i;

	for (i = 0; port && i < snapshot->windows.port_proxies.n; i++) {
		const struct iu_port_proxy *proxy = &snapshot->windows.port_proxies.v[i];

		if (proxy->port != port || proxy->listen.family != address->family)
			continue;
		if (iu_address_is_wildcard(&proxy->listen) || iu_address_is_wildcard(address) ||
			iu_address_equal(&proxy->listen, address))
			return proxy;
	}
	return NULL;
}

int32_t iu_windows_owner(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	size_t i;

	for (i = 0; s->inode && i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == s->inode)
			return snapshot->holds.v[i].pid;
	return -1;
}

const struct iu_process *iu_windows_heir(
	const struct iu_snapshot *snapshot, const struct iu_socket *s, size_t *from)
{
	const struct iu_process *heir;

	while (s->inode && *from < snapshot->holds.n) {
		const struct iu_hold *hold = &snapshot->holds.v[(*from)++];

		heir = hold->inode == s->inode ? iu_snapshot_process(snapshot, hold->pid) : NULL;
		if (heir)
			return heir;
	}
	return NULL;
}

bool iu_windows_http_row(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	return s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_LISTEN &&
	       iu_windows_owner(snapshot, s) == IU_WINDOWS_SYSTEM_PID &&
	       !iu_windows_port_of(s->port, s->protocol, IU_WINDOWS_KERNEL, NULL);
}

/* ---- reasons without a socket ---- */

static struct iu_windows_reason because(
	enum iu_cause cause, enum iu_tri certain, unsigned int results)
{
	return (struct iu_windows_reason){cause, certain, results,
		certain == IU_YES ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE};
}

static bool has_process(const struct iu_snapshot *snapshot, const char *name)
{
	size_t i;

	for (i = 0; i < snapshot->processes.n; i++)
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
	size_t i;

	if (!snapshot->windows.http_listen.n || iu_address_is_wildcard(address))
		return true;
	for (i = 0; i < snapshot->windows.http_listen.n; i++) {
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
	uint16_t port = evaluation->question->port;
	const struct iu_exclusion *e =
		iu_windows_exclusion(evaluation->snapshot, evaluation->question->protocol, port);

	if (e && e->last < UINT16_MAX)
		return (uint16_t)(e->last + 1);
	return port >= IU_ALG_FIRST && port <= IU_ALG_LAST ? IU_ALG_LAST + 1 : port;
}

uint32_t iu_windows_wanted(
	const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	uint32_t facts = IU_FACT_EXCLUSIONS;

	if (iu_windows_before(snapshot, 6, 0))
		facts = 0; /* there are none yet */
	if (question->protocol == IU_PROTOCOL_UDP)
		return facts | IU_FACT_UDP;
	if (question->port >= IU_ALG_FIRST && question->port <= IU_ALG_LAST)
		facts |= IU_FACT_SERVICES;
	return facts | IU_FACT_TCP | IU_FACT_BOUND;
}

bool iu_windows_rows_seen(const struct iu_evaluation *evaluation)
{
	uint32_t rows = evaluation->question->protocol == IU_PROTOCOL_UDP ? IU_FACT_UDP : IU_FACT_TCP;

	return evaluation->snapshot->seen & rows;
}

/* ---- the view ---- */

static bool is_local(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	size_t i;

	/* the whole network 127.0.0.0/8 is there without a row of its own */
	if (iu_address_is_loopback(address))
		return true;
	for (i = 0; i < snapshot->locals.n; i++)
		if (iu_address_equal(&snapshot->locals.v[i].address, address))
			return true;
	/* what has a socket is an address of this machine */
	for (i = 0; i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].protocol != IU_PROTOCOL_UNIX &&
			iu_address_equal(&snapshot->sockets.v[i].local, address))
			return true;
	return false;
}

struct iu_local_check iu_windows_local_check(
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	const struct iu_address *address = &request->address;
	bool v4 = address->family == IU_FAMILY_IPV4;

	if (!v4 && snapshot->host.ipv6 == IU_NO)
		return (struct iu_local_check){
			IU_NO, IU_WSAEAFNOSUPPORT, IU_CAUSE_NONE, IU_RULE_NONE};
	/* each of both options refuses the other (Wine's test, written against Windows) */
	if (request->reuseaddr && request->exclusive)
		return (struct iu_local_check){IU_NO, IU_WSAEINVAL, IU_CAUSE_NONE, IU_RULE_NONE};
	if (iu_address_is_wildcard(address) ||
		(iu_address_space(address) == IU_SPACE_MAPPED && !iu_address_v4(address)))
		return (struct iu_local_check){.ok = IU_YES};
	if (v4 && iu_address_v4(address) == UINT32_MAX)
		/* for a datagram socket without SO_BROADCAST, says bind()'s page */
		return (struct iu_local_check){IU_NO,
			request->protocol == IU_PROTOCOL_UDP ? IU_WSAEACCES : IU_WSAEADDRNOTAVAIL,
			IU_CAUSE_NONE, IU_RULE_NONE};
	if (is_local(snapshot, address))
		return (struct iu_local_check){.ok = IU_YES};
	if (!(snapshot->seen & IU_FACT_ADDRESSES))
		return (struct iu_local_check){.ok = IU_UNKNOWN};
	return (struct iu_local_check){IU_NO, IU_WSAEADDRNOTAVAIL, IU_CAUSE_ADDRESS_NOT_LOCAL,
		IU_RULE_ADDRESS_UNKNOWN};
}

int iu_windows_limits(struct iu_arena *arena, struct iu_evaluation *evaluation)
{
	const struct iu_question *question = evaluation->question;
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	struct iu_port_range range;
	size_t i;

	evaluation->kernel = (struct iu_kernel){
		.version = snapshot->host.kernel,
		.old_windows = iu_windows_before(snapshot, 5, 2),
	};
	evaluation->limits = (struct iu_sysctls){.port_first = snapshot->sysctls.port_first,
		.port_last = snapshot->sysctls.port_last,
		.bindv6only = 1};
	if (evaluation->limits.port_first <= 0 || evaluation->limits.port_last <= 0)
		evaluation->limits.port_first = evaluation->limits.port_last = -1;
	if (iu_windows_range(snapshot, question->protocol, &range)) {
		evaluation->limits.port_first = range.first;
		evaluation->limits.port_last = range.last;
	}
	for (i = 0; i < snapshot->windows.exclusions.n; i++) {
		const struct iu_exclusion *e = &snapshot->windows.exclusions.v[i];
		struct iu_reserved *slot;

		if (e->protocol != question->protocol)
			continue;
		slot = iu_list_add(arena, &evaluation->limits.reserved);
		if (!slot)
			return IU_E_NOMEM;
		*slot = (struct iu_reserved){e->first, e->last};
	}
	return 0;
}

static const char *account_of(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	int32_t pid = iu_windows_owner(snapshot, s);
	const struct iu_process *process = iu_snapshot_process(snapshot, pid);

	if (process && process->user)
		return process->user;
	return pid == IU_WINDOWS_SYSTEM_PID ? "NT AUTHORITY\\SYSTEM" : NULL;
}

/* Ports below the range that Windows has by default are not given out, where nobody said more. */
static enum iu_tri may_be_chosen(const struct iu_evaluation *evaluation)
{
	uint16_t port = evaluation->question->port;
	enum iu_tri in_range = iu_in_range(&evaluation->limits, port);

	if (in_range == IU_UNKNOWN && !iu_windows_before(evaluation->snapshot, 6, 0) &&
		port < DEFAULT_FIRST)
		return IU_NO;
	return in_range;
}

void iu_windows_prepare(struct iu_evaluation *evaluation)
{
	size_t i;

	for (i = 0; i < evaluation->sockets.n; i++)
		if (!evaluation->sockets.v[i].user)
			evaluation->sockets.v[i].user = account_of(evaluation->snapshot, &evaluation->sockets.v[i]);
	iu_windows_infer(&evaluation->sockets, may_be_chosen(evaluation), &evaluation->kernel);
}

/* Every port of the range has a row: then bind() says WSAENOBUFS (Microsoft on port exhaustion). */
struct iu_outcome iu_windows_any_port(
	const struct iu_evaluation *evaluation, const struct iu_request *request)
{
	struct iu_outcome outcome = {.fails = IU_UNKNOWN, .blocker = SIZE_MAX};
	bool held[65536] = {false};
	int32_t port;
	size_t i;

	if (evaluation->limits.port_first < 1 || evaluation->limits.port_last > UINT16_MAX)
		return outcome;
	for (i = 0; i < evaluation->sockets.n; i++)
		held[evaluation->sockets.v[i].port] |= evaluation->sockets.v[i].protocol == request->protocol;
	outcome.fails = IU_YES;
	outcome.results = IU_BIND_INUSE;
	for (port = evaluation->limits.port_first; port <= evaluation->limits.port_last; port++)
		if (!held[port] && iu_in_range(&evaluation->limits, (uint16_t)port) == IU_YES) {
			outcome.fails = IU_NO;
			outcome.results = IU_BIND_OK;
		}
	return outcome;
}

static unsigned int told_bit(const struct iu_question *question)
{
	if (question->reported_error == IU_WSAEADDRINUSE)
		return IU_BIND_INUSE;
	return question->reported_error == IU_WSAEACCES ? IU_BIND_ACCESS : 0;
}

/* Whether sockets or another reason can give the code to any of the asks. */
static bool explains(const struct iu_evaluation *evaluation, unsigned int bit, enum iu_bind_option option)
{
	size_t i;

	for (i = 0; i < evaluation->attempt_count; i++) {
		struct iu_request r = evaluation->attempts[i].request;

		r.reuseaddr = option == IU_BIND_REUSE;
		r.exclusive = option == IU_BIND_EXCLUSIVE;
		if (iu_windows_outcome(&r, &evaluation->sockets, SIZE_MAX, &evaluation->kernel).results & bit)
			return true;
		if (iu_windows_reason(evaluation, &r).results & bit)
			return true;
	}
	return false;
}

/* HTTP.sys gives either code (see causes/http-sys.c): no guess about options is needed. */
static bool has_http_row(const struct iu_evaluation *evaluation)
{
	size_t i;

	for (i = 0; i < evaluation->sockets.n; i++)
		if (iu_windows_http_row(evaluation->snapshot, &evaluation->sockets.v[i]))
			return true;
	return false;
}

void iu_windows_assume(struct iu_evaluation *evaluation)
{
	static const struct {
		enum iu_bind_option option;
		const char *name;
	} guesses[] = {
		{IU_BIND_PLAIN, NULL},
		{IU_BIND_REUSE, "SO_REUSEADDR"},
		{IU_BIND_EXCLUSIVE, "SO_EXCLUSIVEADDRUSE"},
	};
	const struct iu_options *options = &evaluation->question->options;
	unsigned int bit = told_bit(evaluation->question);
	size_t i, k;

	if (!bit || options->reuseaddr || options->exclusive || evaluation->question->connects ||
		!evaluation->question->port || has_http_row(evaluation))
		return;
	for (i = 0; i < IU_COUNT(guesses); i++) {
		if (!explains(evaluation, bit, guesses[i].option))
			continue;
		evaluation->assumed = guesses[i].name;
		for (k = 0; k < evaluation->attempt_count; k++) {
			evaluation->attempts[k].request.reuseaddr = guesses[i].option == IU_BIND_REUSE;
			evaluation->attempts[k].request.exclusive = guesses[i].option == IU_BIND_EXCLUSIVE;
		}
		return;
	}
}

/* engine/windows/levers.c - what lets go of a port on Windows */
#include "engine/windows/levers.h"

#include <string.h>
#include <strings.h>

#include "engine/phrase.h"
#include "engine/windows/conflict.h"
#include "engine/windows/state.h"
#include "knowledge/http-urls.h"
#include "knowledge/protected.h"
#include "knowledge/windows-ports.h"

bool iu_windows_is_elevated(const struct iu_snapshot *snapshot)
{
	return snapshot->windows.elevated == IU_YES || snapshot->host.privileged;
}

static const char *port_word(const struct iu_lever_context *c, const char *format)
{
	return iu_phrase(c->arena, format, (unsigned int)c->question->target.port);
}

static const char *protocol_word(const struct iu_lever_context *c)
{
	return c->question->target.protocol == IU_PROTOCOL_UDP ? "udp" : "tcp";
}

/* ---- services ---- */

static const char *http_service(const struct iu_lever_context *c)
{
	const struct iu_snapshot *snapshot = c->snapshot;
	const char *url = NULL;
	const struct iu_http_queue *queue =
		iu_windows_queue(snapshot, c->question->target.port, &url);
	const struct iu_http_owner *owner = url ? iu_http_owner(url) : NULL;
	unsigned long count, i;
	const struct iu_windows_port *rows = iu_windows_ports(&count);
	size_t services;

	if (owner && owner->service)
		return owner->service;
	for (i = 0; queue && i < queue->servers.n; i++) {
		const struct iu_service *service =
			iu_windows_service_at(snapshot, queue->servers.v[i].pid,
				c->question->target.port, IU_PROTOCOL_TCP, &services);
		const struct iu_process *process =
			iu_snapshot_process(snapshot, queue->servers.v[i].pid);

		if (service && (services == 1 || iu_windows_port_of(c->question->target.port,
					IU_PROTOCOL_TCP, IU_WINDOWS_HTTP, service->name)))
			return service->name;
		/* the worker of an application pool: IIS would start it again */
		if (process && process->name && !strcasecmp(process->name, "w3wp.exe"))
			return "W3SVC";
	}
	for (i = 0; i < count; i++)
		if (rows[i].taker == IU_WINDOWS_HTTP && c->question->target.port >= rows[i].first &&
			c->question->target.port <= rows[i].last &&
			iu_windows_running(snapshot, rows[i].name) == IU_YES)
			return rows[i].name;
	return NULL;
}

const char *iu_windows_lever_service_name(const struct iu_lever_context *c, enum iu_cause cause,
	const struct iu_blocker *b)
{
	const struct iu_service *service;
	size_t count;

	if (cause == IU_CAUSE_HTTP_SYS)
		return http_service(c);
	if (cause == IU_CAUSE_ALG_RESERVED)
		return "ALG";
	if (!b || cause == IU_CAUSE_PORT_PROXY)
		return NULL;
	service = iu_windows_service_of(c->snapshot, &b->socket, &count);
	if (!service || (count > 1 && !iu_windows_port_of(c->question->target.port,
						c->question->target.protocol, IU_WINDOWS_SERVICE,
						service->name)))
		return NULL;
	return service->name;
}

/* Stopping it would not help, or do harm: the table has other words for it. */
static bool has_other_help(const struct iu_lever_context *c, const char *name)
{
	const struct iu_windows_port *row = iu_windows_port_of(c->question->target.port,
		c->question->target.protocol, IU_WINDOWS_SERVICE, name);

	return row && row->help;
}

bool iu_windows_lever_service(const struct iu_lever_context *c, enum iu_cause cause,
	const struct iu_blocker *b, struct iu_lever *ret_lever)
{
	const char *name = iu_windows_lever_service_name(c, cause, b);
	const struct iu_service *service = iu_windows_service(c->snapshot, name);
	struct iu_lever lever = {.kind = IU_STEP_STOP_SERVICE,
		.needs_root = !iu_windows_is_elevated(c->snapshot),
		.service = {.name = name}};

	if (!name || has_other_help(c, name))
		return false;
	if (service) {
		lever.service.pid = service->pid;
		lever.service.start = service->start;
	}
	for (size_t i = 0; service && i < service->dependents.n; i++) {
		const char **slot = iu_list_add(c->arena, &lever.service.dependents);

		*slot = service->dependents.v[i];
	}
	iu_lever_words(c->arena, &lever, "net", "stop", name,
		lever.service.dependents.n ? "/y" : NULL, NULL);
	*ret_lever = lever;
	return true;
}

bool iu_windows_lever_disable(
	const struct iu_lever_context *c, const char *name, struct iu_lever *ret_lever)
{
	const struct iu_service *service = iu_windows_service(c->snapshot, name);
	struct iu_lever lever = {.kind = IU_STEP_DISABLE_SERVICE,
		.needs_root = !iu_windows_is_elevated(c->snapshot),
		.service = {.name = service && service->of_template ? service->of_template : name,
			.start = service ? service->start : IU_SERVICE_START_UNKNOWN}};

	if (!name || has_other_help(c, name) ||
		(service && service->start == IU_SERVICE_START_DISABLED))
		return false;
	/* a session's copy is made anew of its template at each sign-in */
	iu_lever_words(c->arena, &lever, "sc.exe", "config", lever.service.name, "start=", "disabled", NULL);
	*ret_lever = lever;
	return true;
}

/* ---- processes ---- */

bool iu_windows_lever_process(const struct iu_lever_context *c, const struct iu_socket *s,
	uint64_t inode, const struct iu_process *process, struct iu_lever *ret_lever)
{
	struct iu_lever lever = {.kind = IU_STEP_TERMINATE,
		.needs_root = !iu_windows_is_elevated(c->snapshot) &&
			iu_windows_same_account(process->user, c->snapshot->host.user) != IU_YES,
		.process = {
			.pid = process->pid,
			.start_ticks = process->start_ticks,
			.exe_known = process->exe && process->files.n,
			.inode = inode,
			.fd = -1,
			.state = s->state,
			.protocol = s->protocol,
			.local = s->local,
			.port = s->port,
			.path = process->exe,
		}};

	if (lever.process.exe_known)
		lever.process.exe = process->files.v[0];
	iu_lever_words(c->arena, &lever, "taskkill", "/PID",
		iu_phrase(c->arena, "%d", (int)process->pid), NULL);
	*ret_lever = lever;
	return true;
}

static bool is_service_process(const struct iu_lever_context *c, int32_t pid)
{
	size_t count;

	return iu_windows_service_at(c->snapshot, pid, c->question->target.port,
		       c->question->target.protocol, &count) != NULL;
}

static bool may_end(const struct iu_lever_context *c, int32_t pid)
{
	const struct iu_process *process = iu_snapshot_process(c->snapshot, pid);

	if (pid <= IU_WINDOWS_SYSTEM_PID || pid == c->snapshot->host.pid)
		return false;
	return !(process && process->name && iu_protected_windows(process->name)) &&
	       !is_service_process(c, pid);
}

static void add_pid(const struct iu_lever_context *c, int32_t pids[IU_WINDOWS_PIDS_MAX], size_t *n, int32_t pid)
{
	for (size_t i = 0; i < *n; i++)
		if (pids[i] == pid)
			return;
	if (*n < IU_WINDOWS_PIDS_MAX && may_end(c, pid))
		pids[(*n)++] = pid;
}

/* Who is known to have the socket of a process that is gone; where nobody is, its children. */
static void add_heirs(
	const struct iu_lever_context *c, const struct iu_blocker *b, int32_t pids[IU_WINDOWS_PIDS_MAX], size_t *n)
{
	const struct iu_snapshot *snapshot = c->snapshot;
	const struct iu_process *heir;
	bool known = false;
	size_t i = 0;

	while ((heir = iu_windows_heir(snapshot, &b->socket, &i))) {
		known = true;
		add_pid(c, pids, n, heir->pid);
	}
	for (i = 0; !known && i < snapshot->processes.n; i++)
		if (snapshot->processes.v[i].ppid == iu_windows_owner(snapshot, &b->socket))
			add_pid(c, pids, n, snapshot->processes.v[i].pid);
}

size_t iu_windows_lever_pids(const struct iu_lever_context *c, const struct iu_verdict *verdict,
	const struct iu_blocker *first, int32_t pids[IU_WINDOWS_PIDS_MAX])
{
	const struct iu_snapshot *snapshot = c->snapshot;
	const struct iu_http_queue *queue;
	const char *url;
	size_t n = 0;

	if (verdict->cause == IU_CAUSE_HTTP_SYS) {
		queue = iu_windows_queue(snapshot, c->question->target.port, &url);
		for (size_t i = 0; queue && !http_service(c) && i < queue->servers.n; i++)
			add_pid(c, pids, &n, queue->servers.v[i].pid);
		return n;
	}
	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (b->certain != first->certain || b->cause != first->cause)
			continue;
		for (size_t k = 0; k < b->holds.n; k++)
			if (b->cause != IU_CAUSE_ORPHANED_HANDLE)
				add_pid(c, pids, &n, snapshot->holds.v[b->holds.v[k]].pid);
		if (b->cause == IU_CAUSE_ORPHANED_HANDLE)
			add_heirs(c, b, pids, &n);
	}
	return n;
}

/* ---- containers, rules and ranges ---- */

/* netsh names the four tables by where they listen and where they connect to. */
static const char *proxy_table(const struct iu_port_proxy *proxy)
{
	bool to6 = proxy->to_ipv6 == IU_UNKNOWN ? proxy->connect_to && strchr(proxy->connect_to, ':')
						: proxy->to_ipv6 == IU_YES;

	if (proxy->listen.family == IU_FAMILY_IPV6)
		return to6 ? "v6tov6" : "v6tov4";
	return to6 ? "v4tov6" : "v4tov4";
}

/* The rule at the socket in the way, else at the addresses that are asked for. */
static const struct iu_port_proxy *proxy_rule(
	const struct iu_lever_context *c, const struct iu_blocker *b)
{
	const struct iu_question *q = c->question;
	const struct iu_port_proxy *proxy =
		b ? iu_windows_proxy(c->snapshot, &b->socket.local, q->target.port) : NULL;
	struct iu_address address = q->target.address;

	if (proxy || q->target.family != IU_FAMILY_ANY) {
		if (address.family == IU_FAMILY_ANY)
			address = iu_address_wildcard(q->target.family);
		return proxy ? proxy : iu_windows_proxy(c->snapshot, &address, q->target.port);
	}
	for (size_t i = 0; i < 2 && !proxy; i++) {
		address = iu_address_wildcard(i ? IU_FAMILY_IPV6 : IU_FAMILY_IPV4);
		proxy = iu_windows_proxy(c->snapshot, &address, q->target.port);
	}
	return proxy;
}

bool iu_windows_lever_proxy(const struct iu_lever_context *c, const struct iu_blocker *b,
	struct iu_lever *ret_lever)
{
	const struct iu_port_proxy *proxy = proxy_rule(c, b);
	struct iu_lever lever = {.kind = IU_STEP_DELETE_PORTPROXY,
		.needs_root = !iu_windows_is_elevated(c->snapshot)};
	char text[IU_ADDRESS_TEXT];

	if (!proxy)
		return false;
	lever.proxy = (struct iu_step_proxy){
		.table = proxy_table(proxy),
		.listen = proxy->listen,
		.any = proxy->any,
		.port = proxy->port,
		.connect_to = proxy->connect_to,
		.connect_port = proxy->connect_port,
	};
	iu_lever_words(c->arena, &lever, "netsh", "interface", "portproxy", "delete",
		lever.proxy.table, port_word(c, "listenport=%u"),
		iu_phrase(c->arena, "listenaddress=%s",
			proxy->any ? "*" : iu_address_format(&proxy->listen, text)),
		NULL);
	*ret_lever = lever;
	return true;
}

bool iu_windows_lever_exclude(const struct iu_lever_context *c, struct iu_lever *ret_lever)
{
	const struct iu_question *q = c->question;
	const struct iu_exclusion *e =
		iu_windows_exclusion(c->snapshot, q->target.protocol, q->target.port);
	struct iu_lever lever = {.kind = IU_STEP_EXCLUDE_PORT,
		.needs_root = !iu_windows_is_elevated(c->snapshot),
		.exclusion = {.protocol = q->target.protocol, .first = q->target.port, .count = 1}};

	if (!e || iu_exclusion_maker(e) != IU_EXCLUDED_WINNAT)
		return false;
	iu_lever_words(c->arena, &lever, "cmd", "/c",
		iu_phrase(c->arena,
			"net stop winnat & netsh int ipv4 add excludedportrange protocol=%s startport=%u numberofports=1 store=persistent & net start winnat",
			protocol_word(c), (unsigned int)q->target.port),
		NULL);
	*ret_lever = lever;
	return true;
}

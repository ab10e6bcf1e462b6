/* engine/windows/plan.c - the steps that would free a port on Windows */
#include "engine/windows/plan.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/windows/conflict.h"
#include "engine/windows/levers.h"
#include "engine/windows/quote.h"
#include "engine/windows/state.h"
#include "engine/phrase.h"
#include "knowledge/protected.h"

#define SERVES_MAX 6

static struct iu_step *add_step(struct iu_planning *p, const struct iu_lever *lever)
{
	struct iu_step *step = iu_planning_step(p, lever);

	step->risk = IU_RISK_MEDIUM;
	return step;
}

static void refuse(struct iu_planning *p, int32_t pid, const char *what, const char *why,
	const char *next)
{
	for (size_t i = 0; i < p->plan.refusals.n; i++)
		if (p->plan.refusals.v[i].pid == pid && !strcmp(p->plan.refusals.v[i].what, what))
			return;
	iu_planning_refuse(p, pid, what, why, next);
}

static const struct iu_remedy *remedy_of(const struct iu_planning *p, enum iu_remedy_id id)
{
	for (size_t i = 0; i < p->verdict->remedies.n; i++)
		if (p->verdict->remedies.v[i].id == id)
			return &p->verdict->remedies.v[i];
	return NULL;
}

/* What one process has besides; a service's neighbours in its svchost are not stopped with it. */
static void add_serves(struct iu_planning *p, struct iu_step *step, int32_t pid)
{
	const struct iu_snapshot *all = p->everything;

	for (size_t i = 0; all && pid > 0 && i < all->sockets.n; i++) {
		const struct iu_socket *s = &all->sockets.v[i];

		if (iu_windows_owner(all, s) != pid ||
			(s->state != IU_STATE_LISTEN && s->state != IU_STATE_BOUND) ||
			(s->port == p->question->target.port &&
				s->protocol == p->question->target.protocol))
			continue;
		if (step->serves.n == SERVES_MAX) {
			iu_strings_add(p->arena, &step->serves, "more");
			return;
		}
		iu_strings_add(p->arena, &step->serves,
			iu_phrase(p->arena, "%s %s", iu_protocol_name(s->protocol),
				iu_phrase_endpoint(p->arena, s)));
	}
}

/* ---- services ---- */

static bool in_list(const struct iu_planning *p, const char *name)
{
	for (size_t i = 0; name && i < p->rules->protected_names.n; i++)
		if (!strcasecmp(p->rules->protected_names.v[i], name))
			return true;
	return false;
}

static const char *why_not_service(const struct iu_planning *p, const char *name)
{
	const char *why = iu_protected_service(name);

	if (why)
		return why;
	if (in_list(p, name))
		return "your own list of protected programs names it";
	if (p->rules->own_unit && !strcasecmp(p->rules->own_unit, name))
		return "inuse runs in it itself";
	return NULL;
}

/* The service itself and all that stop with it. */
static void check_service(
	struct iu_planning *p, const char *name, const struct iu_service *service)
{
	const char *why = why_not_service(p, name);

	if (why) {
		refuse(p, 0,
			iu_phrase(p->arena, "the service %s is left alone",
				iu_safe(p->arena, name, 60)),
			why, NULL);
		return;
	}
	for (size_t i = 0; service && i < service->dependents.n; i++) {
		why = why_not_service(p, service->dependents.v[i]);
		if (!why)
			continue;
		refuse(p, 0,
			iu_phrase(p->arena, "the service %s is left alone",
				iu_safe(p->arena, name, 60)),
			iu_phrase(p->arena, "with it %s would stop: %s",
				iu_safe(p->arena, service->dependents.v[i], 60), why),
			NULL);
		return;
	}
}

static bool is_service_planned(const struct iu_planning *p, const char *name)
{
	for (size_t i = 0; i < p->plan.steps.n; i++)
		if (p->plan.steps.v[i].lever.kind == IU_STEP_STOP_SERVICE &&
			!strcasecmp(p->plan.steps.v[i].lever.service.name, name))
			return true;
	return false;
}

static void tell_service(
	struct iu_planning *p, struct iu_step *step, const struct iu_service *service)
{
	const char *name = iu_safe(p->arena, step->lever.service.name, 60);

	for (size_t i = 0; service && i < service->dependents.n; i++) {
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena, "the service %s depends on it and stops, too",
				iu_safe(p->arena, service->dependents.v[i], 60)));
	}
	if (p->verdict->cause == IU_CAUSE_ALG_RESERVED)
		iu_strings_add(p->arena, &step->losses,
			"FTP through the shared connection stops working");
	if ((!service || service->start != IU_SERVICE_START_DISABLED))
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena, service && service->start == IU_SERVICE_START_DEMAND
					? "%s may be started again by whatever needs it; undo: net start %s"
					: "%s comes back with the next start of Windows unless it is disabled; undo: net start %s",
				name,
				iu_windows_quote(p->arena, &step->lever.service.name, 1)));
}

static void stop_service(struct iu_planning *p, const struct iu_lever *lever)
{
	const char *name = lever->service.name;
	const struct iu_service *service = iu_windows_service(p->snapshot, name);
	size_t refused = p->plan.refusals.n;
	struct iu_step *step;

	check_service(p, name, service);
	if (p->plan.refusals.n > refused || is_service_planned(p, name))
		return;
	step = add_step(p, lever);
	step->what = iu_phrase(p->arena, "stop the service %s%s%s%s", iu_safe(p->arena, name, 60),
		service && service->display ? " (" : "",
		service && service->display ? iu_safe(p->arena, service->display, 60) : "",
		service && service->display ? ")" : "");
	if (service && !service->shared)
		add_serves(p, step, service->pid);
	tell_service(p, step, service);
}

/* Before it is stopped: when that alone has freed the port, the steps behind it are needless. */
static void disable_service(struct iu_planning *p, const char *name)
{
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!iu_windows_lever_disable(&c, name, &lever))
		return;
	step = add_step(p, &lever);
	step->what = iu_phrase(p->arena,
		"keep the service %s from starting again%s: start type disabled; inuse free --undo restores it",
		iu_safe(p->arena, lever.service.name, 60),
		strcmp(name, lever.service.name) ? " (for every user, from the next sign-in on)" : "");
	iu_strings_add(p->arena, &step->losses,
		"whatever needs the service does not get it any more");
}

static void stop_service_for(struct iu_planning *p, const struct iu_lever *lever)
{
	if (p->rules->disable)
		disable_service(p, lever->service.name);
	stop_service(p, lever);
}

/* ---- processes ---- */

static const char *why_not(const struct iu_planning *p, const struct iu_process *process)
{
	const char *name = process->name ? process->name : iu_text_base_name(process->exe, "\\");
	const char *why = name ? iu_protected_windows(name) : NULL;

	if (process->pid <= IU_WINDOWS_SYSTEM_PID)
		return "it is Windows itself";
	if (process->pid == p->snapshot->host.pid)
		return "it is inuse itself";
	if (iu_planning_is_ancestor(p, process->pid))
		return "inuse was started from it: it would end its own console or session";
	if (why)
		return why;
	if (in_list(p, name) || in_list(p, process->exe))
		return "your own list of protected programs names it";
	if (iu_windows_same_account(process->user, p->snapshot->host.user) == IU_YES ||
		p->rules->force)
		return NULL;
	if (!process->user || !p->snapshot->host.user)
		return "whose it is could not be told, and another account's is left alone";
	return iu_phrase(p->arena, "it belongs to another account: %s",
		iu_safe(p->arena, process->user, 60));
}

static void check_process(struct iu_planning *p, const struct iu_process *process)
{
	const char *why = why_not(p, process), *next = NULL;
	const struct iu_remedy *remedy;

	if (!why)
		return;
	/* where the process stands for somebody else, the remedy says whom to end instead */
	remedy = p->verdict->remedies.n ? &p->verdict->remedies.v[0] : NULL;
	if (remedy && (remedy->id != IU_REMEDY_STOP_PROCESS || !remedy->acts))
		next = remedy->summary;
	refuse(p, process->pid,
		iu_phrase(p->arena, "%s is left alone", iu_phrase_process(p->arena, process)), why,
		next);
}

static void terminate(struct iu_planning *p, const struct iu_socket *s, uint64_t inode,
	const struct iu_process *process)
{
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!iu_windows_lever_process(&c, s, inode, process, &lever))
		return;
	if (p->rules->force)
		iu_strings_add(p->arena, &lever.argv, "/F");
	step = add_step(p, &lever);
	step->kill = p->rules->force;
	step->what = iu_phrase(p->arena, "ask %s to end: its windows are closed, its console gets Ctrl-C%s%s%s",
		iu_phrase_process(p->arena, process),
		step->kill ? iu_phrase(p->arena, " (and Windows ends it when it has not ended after %u s)",
				     p->rules->grace_seconds) : "",
		process->command.n || process->exe ? "; it is " : "",
		process->command.n || process->exe ? iu_windows_quote_process(p->arena, process) : "");
	add_serves(p, step, process->pid);
}

/* A service that has inherited the handle is none that listens there: who ends it must know. */
static void refuse_heir(struct iu_planning *p, const struct iu_process *heir,
	const struct iu_service *service)
{
	const char *words[] = {"net", "stop", service->name};

	refuse(p, heir->pid,
		iu_phrase(p->arena, "%s is left alone", iu_phrase_process(p->arena, heir)),
		iu_phrase(p->arena, "it is the process of the service %s",
			iu_safe(p->arena, service->name, 60)),
		iu_windows_quote(p->arena, words, IU_COUNT(words)));
}

static void end_holders(struct iu_planning *p, const struct iu_blocker *b)
{
	size_t refused, count;

	if (!b->holds.n) {
		refuse(p, 0, "nothing is stopped",
			"which process holds the socket cannot be seen from here", NULL);
		return;
	}
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_hold *hold = &p->snapshot->holds.v[b->holds.v[i]];
		const struct iu_process *process = iu_snapshot_process(p->snapshot, hold->pid);
		const struct iu_service *service = NULL;

		/* the owner is gone; who has inherited from it comes behind */
		if (!process && b->cause == IU_CAUSE_ORPHANED_HANDLE)
			continue;
		if (!process) {
			refuse(p, hold->pid,
				iu_phrase(p->arena, "pid %d is left alone", (int)hold->pid),
				"nothing could be learned about it", NULL);
			continue;
		}
		if (iu_planning_ends(p, hold->pid))
			continue;
		refused = p->plan.refusals.n;
		if (b->cause == IU_CAUSE_ORPHANED_HANDLE)
			service = iu_windows_service_at(p->snapshot, hold->pid,
				p->question->target.port, p->question->target.protocol, &count);
		if (service)
			refuse_heir(p, process, service);
		else
			check_process(p, process);
		if (p->plan.refusals.n == refused)
			terminate(p, &b->socket, hold->inode, process);
	}
}

/* ---- the other levers ---- */

static void delete_rule(struct iu_planning *p, const struct iu_blocker *b)
{
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!iu_windows_lever_proxy(&c, b, &lever)) {
		refuse(p, 0, "no rule is deleted", "which one it is could not be told",
			"netsh interface portproxy show all");
		return;
	}
	step = add_step(p, &lever);
	step->risk = IU_RISK_LOW;
	step->what = iu_phrase(p->arena, "delete the port proxy rule that leads to %s port %u",
		lever.proxy.connect_to ? iu_safe(p->arena, lever.proxy.connect_to, 60) : "an address",
		(unsigned int)lever.proxy.connect_port);
}

static void exclude_port(struct iu_planning *p)
{
	const struct iu_remedy *remedy = remedy_of(p, IU_REMEDY_EXCLUDE_PORT);
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!iu_windows_lever_exclude(&c, &lever)) {
		refuse(p, 0, "no range is changed",
			"only blocks of WinNAT can be asked to let a port go",
			remedy ? remedy->summary : "whoever reserved it has to let go");
		return;
	}
	if (!p->rules->force) {
		refuse(p, 0, "WinNAT is left alone",
			"WSL and Docker would have no network from then on until wsl --shutdown or a restart of Windows",
			iu_phrase(p->arena, "inuse free --force %u",
				(unsigned int)lever.exclusion.first));
		return;
	}
	step = add_step(p, &lever);
	step->risk = IU_RISK_HIGH;
	step->what = iu_phrase(p->arena,
		"stop WinNAT, exclude port %u by hand so that it stays yours, start WinNAT again",
		(unsigned int)lever.exclusion.first);
	iu_strings_add(p->arena, &step->losses,
		"WSL and Docker have no network from then on until wsl --shutdown or a restart of Windows");
}

/* No container engine of Windows is asked: whoever has Docker Desktop sees there which one it is. */
static void leave_container(struct iu_planning *p)
{
	refuse(p, 0, "the container is left alone",
		"which one publishes the port only its engine knows, and inuse asks none on Windows",
		p->question->target.port
			? iu_phrase(p->arena, "docker ps --filter publish=%u, then docker stop with its name",
				  (unsigned int)p->question->target.port)
			: "stop it in Docker Desktop");
}

static void wait_for_closing(struct iu_planning *p)
{
	struct iu_step *step;

	if (p->plan.steps.n)
		return;
	step = add_step(p, &(struct iu_lever){.kind = IU_STEP_WAIT});
	step->risk = IU_RISK_NONE;
	step->what = "wait until Windows forgets the closed connections, at most 4 minutes";
}

static void refuse_http(struct iu_planning *p)
{
	refuse(p, IU_WINDOWS_SYSTEM_PID, "pid 4 is left alone",
		"it is Windows itself, and for whom its HTTP server has the port could not be told",
		"netsh http show servicestate view=requestq");
}

/* The program that serves the URL, where it is no service. */
static void end_servers(struct iu_planning *p)
{
	const char *url;
	const struct iu_http_queue *queue =
		iu_windows_queue(p->snapshot, p->question->target.port, &url);
	const struct iu_socket none = {.protocol = IU_PROTOCOL_TCP, .timer_ms = -1};
	size_t refused;

	if (!queue || !queue->servers.n) {
		refuse_http(p);
		return;
	}
	for (size_t i = 0; i < queue->servers.n; i++) {
		const struct iu_process *process =
			iu_snapshot_process(p->snapshot, queue->servers.v[i].pid);

		if (!process) {
			refuse_http(p);
			return;
		}
		refused = p->plan.refusals.n;
		check_process(p, process);
		if (p->plan.refusals.n == refused && !iu_planning_ends(p, process->pid))
			terminate(p, &none, 0, process);
	}
}

/* @remedy: what helps instead, where the cause has words of its own. */
static void refuse_cause(
	struct iu_planning *p, enum iu_cause cause, const struct iu_remedy *remedy)
{
	struct iu_refusal refusal = iu_planning_refusal(p->snapshot, cause);
	bool general = !iu_cause_rule(p->snapshot, cause)->refusal.what;

	refuse(p, 0, refusal.what, refusal.why,
		remedy && !general ? remedy->summary : NULL);
}

static void pull_lever(struct iu_planning *p, enum iu_cause cause, const struct iu_blocker *b)
{
	struct iu_lever_context c = iu_planning_levers(p);
	const struct iu_remedy *first =
		p->verdict->remedies.n ? &p->verdict->remedies.v[0] : NULL;
	struct iu_lever service;
	size_t from = 0;

	if (cause == p->verdict->cause && remedy_of(p, IU_REMEDY_STOP_SERVICE) &&
		iu_windows_lever_service(&c, cause, b, &service)) {
		stop_service_for(p, &service);
		return;
	}
	switch (iu_cause_rule(p->snapshot, cause)->lever) {
	case IU_WAY_PROXY_RULE: delete_rule(p, b); return;
	case IU_WAY_CONTAINER: leave_container(p); return;
	case IU_WAY_TIME: wait_for_closing(p); return;
	case IU_WAY_RANGE: exclude_port(p); return;
	case IU_WAY_URL: end_servers(p); return;
	case IU_WAY_SERVICE:
		refuse_cause(p, cause, remedy_of(p, IU_REMEDY_STOP_SERVICE));
		return;
	case IU_WAY_HANDLE:
		if (b && iu_windows_heir(p->snapshot, &b->socket, &from)) {
			end_holders(p, b);
			return;
		}
		break;
	case IU_WAY_HOLDERS:
	case IU_WAY_PROCESSES:
	case IU_WAY_FILE:
	case IU_WAY_LOCK:
		if (b) {
			end_holders(p, b);
			return;
		}
		break;
	case IU_WAY_NONE:
	/* of Linux alone */
	case IU_WAY_ACTIVATOR:
	case IU_WAY_MESSAGE:
	case IU_WAY_RING:
	case IU_WAY_ADDRESS: break;
	}
	refuse_cause(p, cause, first);
}

void iu_windows_plan(struct iu_planning *p)
{
	const struct iu_verdict *verdict = p->verdict;
	/* what no socket shows is none of those that are in the way */
	bool by_blockers = verdict->blockers.n && verdict->cause == verdict->blockers.v[0].cause &&
			   iu_cause_rule(p->snapshot, verdict->cause)->applies;

	if (!by_blockers) {
		pull_lever(p, verdict->cause, NULL);
		return;
	}
	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		/* What perhaps is in the way is not touched for that. */
		if (b->certain == IU_YES)
			pull_lever(p, b->cause, b);
	}
}

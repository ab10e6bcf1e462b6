/* engine/linux/plan.c - the steps that would free a port or a path on Linux */
#include "engine/linux/plan.h"

#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/linux/levers.h"
#include "engine/linux/spared.h"
#include "engine/lock.h"
#include "engine/machine.h"
#include "engine/phrase.h"
#include "engine/restarter.h"
#include "knowledge/engines.h"
#include "knowledge/protected.h"
#include "knowledge/supervisors.h"

#define NAME_COLUMNS 60
/* Other sockets of a target that are named; the rest is counted. */
#define SERVES_MAX 6
/* So soon most of those start a program again that do it at all. */
#define BACK_MS 2000
#define PARENT_MS 3000 /* of a program nobody knows: a pause of a second or two, and the start */
/* After the last TIME-WAIT timer the kernel may take a moment longer (its wheel is coarse). */
#define TIMER_SLACK_MS 1500

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* ---- who is left alone ---- */

static bool may_end_user(const struct iu_planning *p, uint32_t uid)
{
	for (size_t i = 0; i < p->rules->uid_count; i++)
		if (p->rules->uids[i] == uid)
			return true;
	return uid == p->snapshot->host.uid || (p->rules->asks && iu_linux_is_privileged(p->snapshot));
}

static bool may_end_owner(const struct iu_planning *p, const struct iu_process *process)
{
	return process->uid_known && may_end_user(p, process->uid);
}

static bool is_kernel_thread(const struct iu_process *process)
{
	return !process->exe && !process->command.n && process->state != IU_PROCESS_ZOMBIE &&
	       (process->ppid == 2 || process->pid == 2);
}

static bool in_user_list(const struct iu_planning *p, const char *name)
{
	for (size_t i = 0; name && i < p->rules->protected_names.n; i++)
		if (!strcmp(p->rules->protected_names.v[i], name))
			return true;
	return false;
}

/* Whatever of a process the user's own list may name. */
static const char *why_listed(const struct iu_planning *p, const struct iu_process *process)
{
	const char *const names[] = {process->name, process->exe, iu_text_base_name(process->exe, "/"),
		process->unit, process->container, process->container_name};

	for (size_t i = 0; i < IU_COUNT(names); i++)
		if (in_user_list(p, names[i]))
			return iu_phrase(p->arena, "your own list of protected programs names %s",
				iu_safe(p->arena, names[i], NAME_COLUMNS));
	return NULL;
}

/* Why a process is never ended; NULL: it may be. */
static const char *why_not(const struct iu_planning *p, const struct iu_process *process)
{
	if (process->pid == 1)
		return "pid 1 keeps the whole system running";
	if (p->snapshot->host.foreign_pids)
		return "/proc shows the processes of an outer PID namespace, and their numbers mean others here";
	if (is_kernel_thread(process))
		return "it is a thread of the kernel";
	if (process->pid == p->snapshot->host.pid)
		return "it is inuse itself";
	if (p->rules->ancestors_unknown)
		return "it could not be told whether inuse was started from it";
	if (iu_planning_is_ancestor(p, process->pid))
		return "inuse was started from it: it would end its own shell, terminal or session";
	return why_listed(p, process);
}

static bool holds_it(const struct iu_planning *p, const struct iu_blocker *b, int32_t pid)
{
	for (size_t i = 0; i < b->holds.n; i++)
		if (p->snapshot->holds.v[b->holds.v[i]].pid == pid)
			return true;
	return false;
}

/* A worker runs as another user than its master, and belongs to whoever started that. */
static bool belongs_to_allowed(
	const struct iu_planning *p, const struct iu_blocker *b, const struct iu_process *process)
{
	const struct iu_process *parent = iu_snapshot_process(p->snapshot, process->ppid);

	return may_end_owner(p, process) ||
	       (parent && parent->pid != process->pid && holds_it(p, b, parent->pid) &&
		       may_end_owner(p, parent));
}

/* The sentence of a supervisor stands in the reason already. */
static const char *what_instead(const struct iu_planning *p, const struct iu_spared *spared)
{
	if (!spared->instead || (spared->why && strstr(spared->why, "keeps other programs")))
		return NULL;
	return spared->command.n ? iu_phrase(p->arena, "%s: %s", spared->instead,
					   iu_phrase_shell(p->arena, spared->command.v, spared->command.n))
				 : spared->instead;
}

static void check_process(
	struct iu_planning *p, const struct iu_blocker *b, const struct iu_process *process)
{
	const char *who = iu_phrase(p->arena, "%s is left alone", iu_phrase_process(p->arena, process));
	const char *user, *why = why_not(p, process);
	struct iu_spared spared = iu_linux_spared(p->arena, p->question, process);

	if (why || spared.why) {
		iu_planning_refuse(p, process->pid, who, why ? why : spared.why,
			why ? NULL : what_instead(p, &spared));
		return;
	}
	if (belongs_to_allowed(p, b, process))
		return;
	if (!iu_linux_is_privileged(p->snapshot)) {
		iu_planning_refuse(p, process->pid, who,
			iu_phrase(p->arena, "it belongs to %s, and only root may stop it",
				iu_phrase_user(p->arena, process->user, process->uid_known,
					process->uid)),
			process->user ? iu_phrase(p->arena, "sudo %s --user %s %s",
						iu_phrase_free_line(p->arena, p->question),
						iu_safe(p->arena, process->user, NAME_COLUMNS),
						iu_phrase_asked_line(p->arena, p->question))
				      : NULL);
		return;
	}
	user = iu_phrase_user(p->arena, process->user, process->uid_known, process->uid);
	iu_planning_refuse(p, process->pid, who, iu_phrase(p->arena, "it belongs to %s", user),
		process->uid_known
			? iu_phrase(p->arena, "%s --user %s %s",
				  iu_phrase_free_line(p->arena, p->question),
				  process->user ? iu_safe(p->arena, process->user, NAME_COLUMNS)
						: iu_phrase(p->arena, "%u", process->uid),
				  iu_phrase_asked_line(p->arena, p->question))
			: NULL);
}

/* ---- what else a target has, and what is lost ---- */

static bool is_served(enum iu_state state)
{
	return state == IU_STATE_LISTEN || state == IU_STATE_BOUND;
}

static bool is_blocker(const struct iu_planning *p, uint64_t inode)
{
	for (size_t i = 0; i < p->verdict->blockers.n; i++)
		if (p->verdict->blockers.v[i].socket.inode == inode)
			return true;
	return false;
}

static const struct iu_socket *socket_of(const struct iu_snapshot *snapshot, uint64_t inode)
{
	for (size_t i = 0; inode && i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].inode == inode)
			return &snapshot->sockets.v[i];
	return NULL;
}

static bool has_string(const struct iu_strings *strings, const char *text)
{
	for (size_t i = 0; i < strings->n; i++)
		if (!strcmp(strings->v[i], text))
			return true;
	return false;
}

/* Other sockets of @pid, or of every process of @unit. */
static void add_serves(struct iu_planning *p, struct iu_step *step, int32_t pid, const char *unit)
{
	const struct iu_snapshot *all = p->everything;
	size_t more = 0;

	for (size_t i = 0; all && i < all->holds.n; i++) {
		const struct iu_hold *hold = &all->holds.v[i];
		const struct iu_process *process = iu_snapshot_process(all, hold->pid);
		const struct iu_socket *s;
		const char *text;

		if (unit ? !process || !same(process->unit, unit) : hold->pid != pid)
			continue;
		s = is_blocker(p, hold->inode) ? NULL : socket_of(all, hold->inode);
		if (!s || !is_served(s->state) || (!s->port && !s->path_len))
			continue;
		text = iu_phrase(p->arena, "%s %s", iu_protocol_name(s->protocol),
			iu_phrase_endpoint(p->arena, s));
		if (has_string(&step->serves, text))
			continue;
		if (step->serves.n < SERVES_MAX)
			iu_strings_add(p->arena, &step->serves, text);
		else
			more++;
	}
	if (more)
		iu_strings_add(p->arena, &step->serves, iu_phrase(p->arena, "%zu more", more));
}

static void add_connections(struct iu_planning *p, struct iu_step *step)
{
	size_t n = 0;

	for (size_t i = 0; i < p->snapshot->sockets.n; i++) {
		const struct iu_socket *s = &p->snapshot->sockets.v[i];

		n += s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_ESTABLISHED &&
		     s->port == p->question->target.port &&
		     p->question->target.protocol == IU_PROTOCOL_TCP;
	}
	if (!n)
		return;
	iu_strings_add(p->arena, &step->losses,
		n == 1 ? "one open connection on this port breaks off"
		       : iu_phrase(p->arena, "%zu open connections on this port break off", n));
}

/* ---- the levers ---- */

static const char *how_it_starts(struct iu_arena *arena, const struct iu_restarter *restarter)
{
	const char *who = restarter->parent ? iu_restarter_name(arena, restarter->parent) : NULL;

	switch (restarter->kind) {
	case IU_RESTARTER_NONE: break;
	case IU_RESTARTER_KNOWN:
		return iu_phrase(arena, restarter->row->on_change ? "%s starts it again when a file changes"
								   : "%s may start it again", who);
	case IU_RESTARTER_SHOWN:
		return iu_phrase(arena, restarter->direct ? "its parent, %s, waits for it and may start it again"
							  : "%s, further up, waits for it and may start it again", who);
	case IU_RESTARTER_ALIVE:
		return iu_phrase(arena, "its parent, %s, lives and may start it again", who);
	}
	return NULL;
}

/* Who would start it again, and how long that is waited for. */
static void add_restarter(struct iu_planning *p, struct iu_step *step, const struct iu_process *process)
{
	struct iu_restarter restarter = iu_restarter_of(&p->plan, p->rules, process);
	const char *how = how_it_starts(p->arena, &restarter);

	if (!how)
		return;
	step->comes_back = true;
	step->back_ms = !restarter.row ? PARENT_MS
			: restarter.row->slow_ms ? restarter.row->slow_ms : BACK_MS;
	iu_strings_add(p->arena, &step->losses,
		iu_phrase(p->arena, "%s; then: %s", how, iu_restarter_stop(p->arena, &restarter)));
}

/* Whose it is where it is not the one who looks; the card has the rest. */
static const char *describe(struct iu_planning *p, const struct iu_process *process)
{
	const char *text = iu_phrase_process(p->arena, process);

	if (process->uid == p->snapshot->host.uid && process->uid_known)
		return text;
	return iu_phrase(p->arena, "%s of %s", text,
		iu_phrase_user(p->arena, process->user, process->uid_known, process->uid));
}

/* An ssh with a shell at its other end: without -N, on a terminal. */
static bool is_typed_in(const struct iu_process *process)
{
	bool idle = !process->tty || !process->name || strcmp(process->name, "ssh") != 0;

	for (size_t i = 1; i < process->command.n && !idle; i++)
		idle = process->command.v[i][0] == '-' && process->command.v[i][1] != 'o' &&
		       strchr(process->command.v[i], 'N') != NULL;
	return !idle;
}

/* What else an ssh is for, and the narrower way. */
static void add_session(struct iu_planning *p, struct iu_step *step, const struct iu_process *process)
{
	struct iu_spared forward = iu_spared_forward(p->arena, p->question, process);
	const char *alone = what_instead(p, &forward);

	if (alone)
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena, "its own session and all its other forwards end with it; to %s", alone));
	else if (is_typed_in(process))
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena,
				"its own session ends with it; the forward alone: ~C in its terminal, then -KL%u",
				(unsigned int)p->question->target.port));
}

static void terminate(struct iu_planning *p, const struct iu_blocker *b, const struct iu_hold *hold,
	const struct iu_process *process, bool if_it_stays)
{
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!iu_linux_lever_process(&c, b, hold, process, &lever))
		return;
	step = iu_planning_step(p, &lever);
	step->risk = IU_RISK_MEDIUM;
	step->if_it_stays = if_it_stays;
	step->kill = p->rules->force;
	step->what = iu_phrase(p->arena, "%s %s with SIGTERM%s%s",
		if_it_stays ? "if it is still there then, stop" : "stop", describe(p, process),
		step->lever.process.resume ? " and SIGCONT, so that it hears it" : "",
		!step->kill ? ""
			    : iu_phrase(p->arena, ", after %u s with SIGKILL", p->rules->grace_seconds));
	add_serves(p, step, process->pid, NULL);
	if (iu_machine_of(process))
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena, "it pulls the plug of %s: what its guest has not written is lost",
				iu_machine_phrase(p->arena, process)));
	if (!if_it_stays)
		add_connections(p, step);
	if (process->state == IU_PROCESS_FROZEN)
		iu_strings_add(p->arena, &step->losses,
			"its cgroup is frozen: what it does on SIGTERM it does once it is thawed (systemctl thaw UNIT, docker unpause NAME)");
	add_session(p, step, process);
	if (!if_it_stays)
		add_restarter(p, step, process);
	if (step->lever.process.resume)
		iu_strings_add(p->arena, &p->plan.hints,
			iu_phrase(p->arena,
				"or let it go on: fg in its terminal, or kill -CONT %d",
				(int)process->pid));
}

/* The one that the others descend from first: it would start them again. */
static bool is_leader(
	const struct iu_planning *p, const struct iu_blocker *b, const struct iu_process *process)
{
	return process->ppid <= 1 || process->ppid == process->pid ||
	       !holds_it(p, b, process->ppid);
}

/* SIGTERM is no shutdown of a guest: it is done where somebody says so a second time. */
static bool spare_machine(struct iu_planning *p, const struct iu_process *process)
{
	const char *machine = iu_machine_phrase(p->arena, process);

	if (!machine || p->rules->force)
		return false;
	iu_planning_refuse(p, process->pid,
		iu_phrase(p->arena, "%s is left alone", iu_phrase_process(p->arena, process)),
		iu_phrase(p->arena, "it runs %s, and a signal would pull its plug: what the guest has not written would be lost",
			machine),
		iu_phrase(p->arena, "%s; or pull its plug: inuse free --force %s",
			iu_machine_shut_down(p->arena, process), iu_phrase_asked_line(p->arena, p->question)));
	return true;
}

static void end_process(
	struct iu_planning *p, const struct iu_blocker *b, const struct iu_hold *hold, bool follower)
{
	const struct iu_process *process = iu_snapshot_process(p->snapshot, hold->pid);
	size_t refused = p->plan.refusals.n;

	if (!process) {
		iu_planning_refuse(p, hold->pid,
			iu_phrase(p->arena, "pid %d is left alone", (int)hold->pid),
			"nothing could be learned about it", NULL);
		return;
	}
	if (iu_planning_ends(p, hold->pid))
		return;
	check_process(p, b, process);
	if (p->plan.refusals.n > refused || spare_machine(p, process))
		return;
	terminate(p, b, hold, process, follower);
}

static void signal_holders(struct iu_planning *p, const struct iu_blocker *b)
{
	bool leaders;
	int pass;

	for (pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < b->holds.n; i++) {
			const struct iu_hold *hold = &p->snapshot->holds.v[b->holds.v[i]];
			const struct iu_process *process =
				iu_snapshot_process(p->snapshot, hold->pid);

			leaders = !process || is_leader(p, b, process);
			if (leaders == (pass == 0))
				end_process(p, b, hold, p->plan.steps.n > 0);
		}
}

static const struct iu_unit_facts *unit_facts(
	const struct iu_planning *p, const struct iu_step_unit *unit)
{
	for (size_t i = 0; i < p->rules->units.n; i++) {
		const struct iu_unit_facts *facts = &p->rules->units.v[i];

		if (facts->user == unit->user && (!unit->user || facts->uid == unit->uid) &&
			same(facts->name, unit->name))
			return facts;
	}
	return NULL;
}

static void tell_unit(struct iu_planning *p, struct iu_step *step)
{
	const struct iu_unit_facts *facts = unit_facts(p, &step->lever.unit);

	if (!facts) {
		iu_strings_add(p->arena, &step->losses,
			"if the unit is enabled, it comes back with the next boot or login");
		return;
	}
	if (facts->silent)
		iu_strings_add(p->arena, &step->losses,
			"systemd does not answer: it may not stop the unit, and what would start it again is not known");
	if (facts->restart && strcmp(facts->restart, "no") != 0)
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena,
				"it has Restart=%s: stopped as a unit it stays down, killed it would come back",
				iu_safe(p->arena, facts->restart, 20)));
	if (facts->triggered_by && !step->lever.unit.second)
		iu_strings_add(p->arena, &step->losses,
			iu_phrase(p->arena, "%s would start it again: stop that too if it should stay down",
				iu_safe(p->arena, facts->triggered_by, 100)));
}

static bool is_unit_planned(const struct iu_planning *p, const struct iu_step_unit *unit)
{
	for (size_t i = 0; i < p->plan.steps.n; i++) {
		const struct iu_step_unit *other = &p->plan.steps.v[i].lever.unit;

		if (p->plan.steps.v[i].lever.kind == IU_STEP_STOP_UNIT && other->user == unit->user &&
			(!unit->user || other->uid == unit->uid) &&
			same(other->name, unit->name))
			return true;
	}
	return false;
}

static void stop_unit(struct iu_planning *p, const struct iu_lever *lever)
{
	const struct iu_step_unit *unit = &lever->unit;
	struct iu_step *step;

	if (is_unit_planned(p, unit))
		return;
	step = iu_planning_step(p, lever);
	step->risk = IU_RISK_MEDIUM;
	step->what = iu_phrase(p->arena, "stop the %sunit%s %s%s%s", unit->user ? "user " : "",
		unit->second ? "s" : "", iu_safe(p->arena, unit->name, 80),
		unit->second ? " and " : "", unit->second ? iu_safe(p->arena, unit->second, 80) : "");
	add_serves(p, step, 0, unit->second ? unit->second : unit->name);
	add_connections(p, step);
	tell_unit(p, step);
}

/* Whether ending the unit does no harm to anybody else, us included. */
static bool may_stop_unit(const struct iu_planning *p, const char *unit)
{
	return !iu_protected_unit(unit) && !in_user_list(p, unit) &&
	       !same(unit, p->rules->own_unit);
}

/* The unit of a holder that may be stopped, by us; with @any by whomever. */
static bool unit_of(struct iu_planning *p, const struct iu_blocker *b,
	const struct iu_process *process, bool any, struct iu_lever *ret_lever)
{
	struct iu_lever_context c = iu_planning_levers(p);
	uint32_t own = p->snapshot->host.uid;

	if (!iu_linux_lever_unit(&c, b, process, process->unit, ret_lever) ||
		!may_stop_unit(p, process->unit))
		return false;
	/* A user's systemd listens to that user and to root (bus_check_peercred()). */
	return any || !ret_lever->unit.user || ret_lever->unit.uid == own || own == 0;
}

static void stop_holder(struct iu_planning *p, const struct iu_blocker *b, const struct iu_hold *hold);

static void stop_holders(struct iu_planning *p, const struct iu_blocker *b)
{
	struct iu_lever lever;
	bool units = false;

	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *process = iu_snapshot_process(
			p->snapshot, p->snapshot->holds.v[b->holds.v[i]].pid);

		units |= process && (process->container || unit_of(p, b, process, true, &lever));
	}
	if (!units) {
		signal_holders(p, b);
		return;
	}
	for (size_t i = 0; i < b->holds.n; i++)
		stop_holder(p, b, &p->snapshot->holds.v[b->holds.v[i]]);
}

static bool is_container_planned(const struct iu_planning *p, const char *id)
{
	for (size_t i = 0; i < p->plan.steps.n; i++)
		if (p->plan.steps.v[i].lever.kind == IU_STEP_STOP_CONTAINER &&
			(!id || same(p->plan.steps.v[i].lever.container.id, id)))
			return true;
	return false;
}

static void stop_container(struct iu_planning *p, const struct iu_lever *lever)
{
	const struct iu_step_container *container = &lever->container;
	struct iu_step *step;

	if (is_container_planned(p, container->id))
		return;
	step = iu_planning_step(p, lever);
	step->lever.needs_root = false; /* the engine says whom it obeys */
	step->risk = IU_RISK_MEDIUM;
	step->what = container->id
		? iu_phrase(p->arena, "stop the container %s of %s",
			  iu_phrase_container(p->arena, container->id, container->name),
			  container->program)
		: iu_phrase(p->arena, "stop the container that publishes port %u (%s finds it)",
			  (unsigned int)p->question->target.port, container->program);
	iu_strings_add(p->arena, &step->losses,
		"everything else that runs in the container ends, too");
}

/* A rootless engine knows the containers of its own user, and no others. */
static void refuse_rootless(struct iu_planning *p, uint32_t uid, const struct iu_strings *argv)
{
	iu_planning_refuse(p, 0, "the container is left alone",
		iu_phrase(p->arena, "its engine runs for the user %u, and obeys that user only",
			(unsigned int)uid),
		argv && argv->n
			? iu_phrase(p->arena, "as that user: sudo -u '#%u' env XDG_RUNTIME_DIR=/run/user/%u %s",
				  (unsigned int)uid, (unsigned int)uid,
				  iu_phrase_shell(p->arena, argv->v, argv->n))
			: iu_phrase(p->arena, "as that user: %s %s",
				  iu_phrase_free_line(p->arena, p->question),
				  iu_phrase_asked_line(p->arena, p->question)));
}

static void refuse_container(struct iu_planning *p, const struct iu_lever *lever)
{
	const struct iu_step_container *container = &lever->container;
	const struct iu_engine_row *row = iu_engine(container->engine);

	if (row && row->by_hand) {
		iu_planning_refuse(p, 0,
			iu_phrase(p->arena, "%s is left alone", iu_safe(p->arena, container->id, 64)),
			iu_phrase(p->arena, "it is a whole machine or container of %s, and how that ends is not for inuse to decide",
				container->engine),
			iu_phrase(p->arena, "%s%s%s",
				iu_phrase_shell(p->arena, lever->argv.v, lever->argv.n),
				row->also ? "; " : "", row->also ? row->also : ""));
		return;
	}

	iu_planning_refuse(p, 0,
		iu_phrase(p->arena, "the container %s is left alone",
			iu_safe(p->arena, container->id, 24)),
		iu_phrase(p->arena, "there is no safe way from here to stop one of %s",
			container->engine ? iu_safe(p->arena, container->engine, 20)
					  : "this engine"),
		row && row->pods
			? "delete or scale down its pod with kubectl: the node would start it again"
			: "stop it with the client of its engine");
}

/* A container's client takes it away for good; that of a pod's is started again by its node. */
static bool obeys_client(const struct iu_step_container *container)
{
	const struct iu_engine_row *row = iu_engine(container->engine);

	return container->program && !(row && (row->pods || row->by_hand));
}

/* The engine that stops it may be gone itself; whoever may not be ended is left to it. */
static void end_if_it_stays(
	struct iu_planning *p, const struct iu_blocker *b, const struct iu_process *process)
{
	size_t refused = p->plan.refusals.n;

	check_process(p, b, process);
	if (p->plan.refusals.n > refused) {
		p->plan.refusals.n = refused;
		return;
	}
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_hold *hold = &p->snapshot->holds.v[b->holds.v[i]];

		if (hold->pid == process->pid && !iu_planning_ends(p, hold->pid))
			terminate(p, b, hold, process, true);
	}
}

/* A container of a process: by whom its engine can be told to stop it. */
static void stop_container_of(
	struct iu_planning *p, const struct iu_blocker *b, const struct iu_process *process)
{
	struct iu_lever_context c = iu_planning_levers(p);
	const char *why = why_listed(p, process);
	struct iu_lever lever;

	if (why) {
		iu_planning_refuse(p, 0, "the container is left alone", why, NULL);
		return;
	}
	if (!iu_linux_lever_container(&c, b, process, &lever))
		return;
	if (!process->engine || !obeys_client(&lever.container)) {
		refuse_container(p, &lever);
		return;
	}
	if (lever.container.owner_known && lever.container.owner != p->snapshot->host.uid) {
		refuse_rootless(p, lever.container.owner, &lever.argv);
		return;
	}
	stop_container(p, &lever);
	/* an engine that answers has told the name */
	if (!process->container_name)
		end_if_it_stays(p, b, process);
}

static void stop_holder(struct iu_planning *p, const struct iu_blocker *b, const struct iu_hold *hold)
{
	const struct iu_process *process = iu_snapshot_process(p->snapshot, hold->pid);
	size_t refused = p->plan.refusals.n;
	struct iu_lever lever;

	if (!process) {
		end_process(p, b, hold, p->plan.steps.n > 0);
		return;
	}
	check_process(p, b, process);
	if (p->plan.refusals.n > refused)
		return;
	if (process->container && !same(process->container, p->rules->own_container)) {
		stop_container_of(p, b, process);
		return;
	}
	if (!unit_of(p, b, process, false, &lever)) {
		end_process(p, b, hold, p->plan.steps.n > 0);
		return;
	}
	stop_unit(p, &lever);
}

/* What Docker itself keeps goes with its container, surely; others outlive theirs now and then. */
static bool may_be_left_over(const struct iu_process *process)
{
	const struct iu_proxy_row *proxy = process ? iu_proxy_of(process) : NULL;

	return proxy && proxy->kind == IU_PROXY_CONTAINER && process->left_over == IU_UNKNOWN &&
	       process->command.n && proxy->shows && !proxy->of_engine && !proxy->shared;
}

/* Docker's proxy and its like: the container, and the process only where there is none any more. */
static void stop_published(struct iu_planning *p, const struct iu_blocker *b)
{
	const struct iu_process *process = iu_lever_holder(p->snapshot, b);
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	bool named = iu_linux_lever_container(&c, b, process, &lever);

	if (named && same(lever.container.id, p->rules->own_container)) {
		signal_holders(p, b);
		return;
	}
	if (iu_linux_lever_device(&c, b, process, &lever)) {
		iu_planning_refuse(p, 0, "the proxy device is left alone",
			"it belongs to the configuration of its container, which would only start it again",
			iu_phrase_shell(p->arena, lever.argv.v, lever.argv.n));
		return;
	}
	if (process && process->container && process->engine) {
		stop_container_of(p, b, process);
		return;
	}
	/* Who publishes the port of a rootless container runs as its user. */
	if (process && process->uid_known && process->uid != 0 &&
		process->uid != p->snapshot->host.uid) {
		refuse_rootless(p, process->uid, NULL);
		return;
	}
	if (process && process->left_over == IU_YES) {
		signal_holders(p, b);
		return;
	}
	if (p->question->target.port &&
		(named || iu_linux_lever_published(&c, b, process, &lever)) &&
		obeys_client(&lever.container)) {
		stop_container(p, &lever);
		/* where its engine knows of no such container, or is not there, it serves nobody */
		if (!named && may_be_left_over(process))
			signal_holders(p, b);
		return;
	}
	iu_planning_refuse(p, 0, "the container is left alone",
		"which engine runs it could not be told", "stop it with the client of its engine");
}

/* Another user's systemd: root may speak to it, and has to name that user. */
static void refuse_manager(struct iu_planning *p, const struct iu_step_unit *unit)
{
	const char *uid = iu_phrase(p->arena, "%u", (unsigned int)unit->uid);

	if (p->snapshot->host.uid != 0) {
		iu_planning_refuse(p, 0, "nothing is stopped",
			iu_phrase(p->arena,
				"the systemd of user %s listens there, and it hears that user and root only",
				uid),
			iu_phrase(p->arena, "sudo %s --user %s %s",
				iu_phrase_free_line(p->arena, p->question), uid,
				iu_phrase_asked_line(p->arena, p->question)));
		return;
	}
	iu_planning_refuse(p, 0,
		iu_phrase(p->arena, "%s is left alone", iu_safe(p->arena, unit->name, 80)),
		iu_phrase(p->arena, "it belongs to %s", uid),
		iu_phrase(p->arena, "%s --user %s %s", iu_phrase_free_line(p->arena, p->question), uid,
			iu_phrase_asked_line(p->arena, p->question)));
}

/* A unit that systemd keeps the socket for, or had it made. */
static void stop_kept(struct iu_planning *p, const struct iu_lever *lever)
{
	const struct iu_step_unit *unit = &lever->unit;
	uint32_t own = p->snapshot->host.uid;

	if (unit->user && (!may_end_user(p, unit->uid) || (own != 0 && unit->uid != own))) {
		refuse_manager(p, unit);
		return;
	}
	if (!may_stop_unit(p, unit->name)) {
		iu_planning_refuse(p, 0,
			iu_phrase(p->arena, "%s is left alone", iu_safe(p->arena, unit->name, 80)),
			iu_protected_unit(unit->name) ? iu_protected_unit(unit->name)
						      : "it is protected, or we run in it ourselves",
			NULL);
		return;
	}
	stop_unit(p, lever);
}

static void stop_activation(struct iu_planning *p, const struct iu_blocker *b)
{
	struct iu_lever_context c = iu_planning_levers(p);
	const struct iu_step_unit *told = &p->rules->activator;
	const struct iu_process *process;
	struct iu_lever lever;

	if (iu_linux_lever_activator(&c, b, &process, &lever)) {
		if (lever.kind == IU_STEP_STOP_UNIT)
			stop_kept(p, &lever);
		else
			signal_holders(p, b);
	} else if (told->name && iu_linux_lever_named(&c, told, &lever)) {
		stop_kept(p, &lever);
	} else {
		iu_planning_refuse(p, 0, "nothing is stopped",
			p->rules->activator_silent
				? "systemd listens there, and it does not answer: for which unit could not be told"
				: "systemd listens there, and for which unit could not be told",
			"systemctl list-sockets --all shows it; then systemctl stop that .socket unit");
	}
}

static void close_what_is_left(struct iu_planning *p, const struct iu_lever *lever)
{
	struct iu_step *step = iu_planning_step(p, lever);

	step->what = iu_phrase(p->arena,
		"have the kernel drop %zu closed connection%s that no process has any more (SOCK_DESTROY)",
		lever->sockets.n, lever->sockets.n == 1 ? "" : "s");
	iu_strings_add(p->arena, &step->losses,
		"bytes that the other side has not got yet are lost; TIME-WAIT's guard against stray packets ends early");
}

static void wait_for_closing(struct iu_planning *p)
{
	struct iu_step *step = iu_planning_step(p, &(struct iu_lever){.kind = IU_STEP_WAIT});
	int64_t longest = 0;

	for (size_t i = 0; i < p->verdict->blockers.n; i++) {
		const struct iu_socket *s = &p->verdict->blockers.v[i].socket;
		bool sure = s->state == IU_STATE_TIME_WAIT || s->mini;

		if (!sure || s->timer_ms < 0)
			longest = -1;
		else if (longest >= 0 && s->timer_ms > longest)
			longest = s->timer_ms;
	}
	step->risk = IU_RISK_NONE;
	step->wait_ms = longest < 0 ? -1 : longest + TIMER_SLACK_MS;
	step->what = longest < 0
		? "wait until the kernel gives up on the closing connections, mostly a minute or two"
		: iu_phrase(p->arena, "wait %lld s, until the closed connections are gone by themselves",
			  (long long)((longest + 999) / 1000));
}

/* Nobody is left to be stopped: time does it, or on demand the kernel. */
static void wait_or_destroy(struct iu_planning *p, const struct iu_blocker *b)
{
	struct iu_lever_context c = iu_planning_levers(p);
	bool may_drop = p->snapshot->host.cap_net_admin == IU_YES;
	struct iu_lever lever;

	for (size_t i = 0; i < p->plan.steps.n; i++)
		if (p->plan.steps.v[i].lever.kind == IU_STEP_WAIT ||
			p->plan.steps.v[i].lever.kind == IU_STEP_DESTROY)
			return;
	if (p->plan.steps.n) /* whoever ends leaves more of them: see what is left afterwards */
		return;
	if (b->socket.inode) {
		signal_holders(p, b);
	} else if (p->rules->force && may_drop && iu_linux_lever_closed(&c, &lever)) {
		close_what_is_left(p, &lever);
	} else {
		if (p->rules->force && !may_drop)
			iu_strings_add(p->arena, &p->plan.hints,
				"dropping them at once (--force) needs root");
		wait_for_closing(p);
	}
}

/* Without the lock of a server that runs a second one would start on the same data. */
static void refuse_lock(struct iu_planning *p, const struct iu_lock *lock)
{
	const struct iu_process *holder = iu_snapshot_process(p->snapshot, lock->holder);
	const char *next = NULL;

	if (holder && lock->writer == IU_YES && !iu_protected_process(holder))
		next = iu_phrase(p->arena, "end that program, and it removes its lock: kill %d",
			(int)lock->holder);
	else if (lock->writer != IU_YES)
		next = iu_phrase(p->arena, "if you know that its program is gone: rm -- %s",
			iu_phrase_shell(p->arena, (const char *const[]){lock->path}, 1));
	iu_planning_refuse(p, 0,
		iu_phrase(p->arena, "the lock %s is left alone", iu_safe(p->arena, lock->path, 120)),
		iu_lock_phrase(p->arena, p->snapshot, lock), next);
}

static void add_file_step(struct iu_planning *p, const struct iu_lever *lever)
{
	struct iu_step *step = iu_planning_step(p, lever);

	step->what = iu_phrase(p->arena,
		"remove the dead socket file %s (if it is still the same, and still nobody is bound to it)",
		iu_safe(p->arena, lever->file.path, 120));
}

static void add_lock_step(struct iu_planning *p, const struct iu_path *file)
{
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!iu_linux_lever_lock(&c, file, &lever))
		return;
	step = iu_planning_step(p, &lever);
	step->what = iu_phrase(p->arena,
		"remove the lock %s (if it still names process %d, and that still is not the program that wrote it)",
		iu_safe(p->arena, lever.file.path, 120), (int)lever.file.lock_pid);
	if (file->lock.outer)
		iu_strings_add(p->arena, &step->losses,
			"processes outside of this PID namespace are not seen: where another container uses the same file, its program may run");
}

/* The lock, and with it the socket that it stands beside, so that none of the two is left. */
static void remove_lock(struct iu_planning *p, const struct iu_blocker *b)
{
	const struct iu_path *file = iu_snapshot_path(p->snapshot, b->socket.path, b->socket.path_len);
	const struct iu_path *socket = file ? iu_lock_socket(p->snapshot, file) : NULL;
	struct iu_lever_context c = iu_planning_levers(p);
	bool is_socket = socket && !socket->lstat_errno && socket->kind == IU_FILE_SOCKET;
	const char *why, *instead;
	struct iu_lever lever;

	if (!file || !iu_lock_is_stale(&file->lock)) {
		if (file)
			refuse_lock(p, &file->lock);
		return;
	}
	if (iu_lock_is_served(p->snapshot, file)) {
		iu_planning_refuse(p, 0, "the lock is left alone",
			"the socket that it stands beside is in use, or that could not be ruled out",
			iu_phrase(p->arena, "inuse %s",
				iu_safe(p->arena, iu_arena_strndup(p->arena, socket->path, socket->path_len), 120)));
		return;
	}
	why = iu_linux_lever_why_kept(file, &instead);
	if (why) {
		iu_planning_refuse(p, 0, "the lock is left alone", why, instead);
		return;
	}
	if (is_socket && iu_linux_lever_path(&c, socket, &lever))
		add_file_step(p, &lever);
	add_lock_step(p, file);
}

static void remove_file(struct iu_planning *p, const struct iu_blocker *b)
{
	const struct iu_path *file = iu_snapshot_path(
		p->snapshot, p->question->target.path, p->question->target.path_len);
	struct iu_lever_context c = iu_planning_levers(p);
	const char *instead = NULL, *why = file ? iu_linux_lever_why_kept(file, &instead) : NULL;
	struct iu_lever lever;

	(void)b;
	if (why) {
		iu_planning_refuse(p, 0, "the socket file is left alone", why, instead);
		return;
	}
	if (!file || file->alive != IU_NO || file->shared || !iu_linux_lever_file(&c, &lever)) {
		iu_planning_refuse(p, 0, "the socket file is left alone",
			"it could not be made certain that nobody is bound to it",
			"ask again as its owner or as root");
		return;
	}
	if (iu_lock_is_there(file) && !iu_lock_is_stale(&file->lock)) {
		refuse_lock(p, &file->lock);
		return;
	}
	add_lock_step(p, file); /* what was asked for is removed last: then all is done */
	add_file_step(p, &lever);
}

static bool is_unreachable(const struct iu_planning *p, uint64_t inode)
{
	for (size_t i = 0; i < p->snapshot->in_flight.n; i++)
		if (p->snapshot->in_flight.v[i].inode == inode && p->snapshot->in_flight.v[i].cycle)
			return true;
	return false;
}

/* Held without a descriptor: by a process, by systemd for a service, or by nobody any more. */
static void release_hidden(struct iu_planning *p, const struct iu_blocker *b)
{
	struct iu_lever_context c = iu_planning_levers(p);
	bool is_message = iu_cause_rule(p->snapshot, b->cause)->lever == IU_WAY_MESSAGE;
	struct iu_lever lever;
	struct iu_step *step;

	if (is_unreachable(p, b->socket.inode)) {
		step = iu_planning_step(p, &(struct iu_lever){.kind = IU_STEP_COLLECT_GARBAGE});
		step->what = "have the kernel collect the messages that no process can reach (for that a pair of UNIX sockets of our own is opened and closed)";
		return;
	}
	if (is_message && iu_linux_lever_store(&c, b, &lever)) {
		stop_kept(p, &lever);
		return;
	}
	if (b->holds.n) {
		stop_holders(p, b);
		return;
	}
	iu_planning_refuse(p, 0, "nothing is stopped",
		"no process is known for certain to keep the socket",
		is_message
			? "a message that no process can reach goes when any program closes a UNIX socket"
			: NULL);
}

static void refuse_blocker(struct iu_planning *p, const struct iu_blocker *b)
{
	const struct iu_path *file = b->socket.state == IU_STATE_FILE
		? iu_snapshot_path(p->snapshot, b->socket.path, b->socket.path_len) : NULL;

	if (file && file->shared && file->alive == IU_NO)
		iu_planning_refuse(p, 0, "the socket file is left alone",
			iu_phrase(p->arena, file->shared_elsewhere
					? "%s shows its directory elsewhere, too, and whoever is bound to it there is not seen here"
					: "it lies on %s, which others serve, too: that nobody here is bound to it does not mean that nobody is",
				iu_safe(p->arena, file->shared, 40)),
			"ask where else it is served, or use another path");
	else
		iu_planning_refuse_cause(p, b->cause);
}

static void wait_for_address(struct iu_planning *p)
{
	struct iu_step *step = iu_planning_step(p, &(struct iu_lever){.kind = IU_STEP_WAIT});

	step->risk = IU_RISK_NONE;
	step->wait_ms = 5000;
	step->what = "wait for the duplicate address detection to end, a second or two";
}

/* Most servers leave their socket file behind, and then that is in the way. */
static void remove_file_after(struct iu_planning *p)
{
	struct iu_lever_context c = iu_planning_levers(p);
	struct iu_lever lever;
	struct iu_step *step;

	if (!p->plan.steps.n || p->plan.steps.v[0].lever.kind == IU_STEP_REMOVE_FILE ||
		!iu_linux_lever_file(&c, &lever))
		return;
	step = iu_planning_step(p, &lever);
	step->lever.needs_root = false; /* whoever may end its owner may remove it */
	step->if_it_stays = true;
	step->what = iu_phrase(p->arena, "if its socket file %s is left behind: remove it",
		iu_safe(p->arena, lever.file.path, 120));
}

static void (*const levers[])(struct iu_planning *p, const struct iu_blocker *b) = {
	[IU_WAY_NONE] = refuse_blocker,
	[IU_WAY_HOLDERS] = stop_holders,
	[IU_WAY_PROCESSES] = signal_holders,
	[IU_WAY_TIME] = wait_or_destroy,
	[IU_WAY_ACTIVATOR] = stop_activation,
	[IU_WAY_CONTAINER] = stop_published,
	[IU_WAY_MESSAGE] = release_hidden,
	[IU_WAY_RING] = release_hidden,
	[IU_WAY_FILE] = remove_file,
	[IU_WAY_LOCK] = remove_lock,
	[IU_WAY_ADDRESS] = refuse_blocker,
	/* of Windows alone */
	[IU_WAY_SERVICE] = refuse_blocker,
	[IU_WAY_URL] = refuse_blocker,
	[IU_WAY_PROXY_RULE] = refuse_blocker,
	[IU_WAY_RANGE] = refuse_blocker,
	[IU_WAY_HANDLE] = refuse_blocker,
};

static void plan_blockers(struct iu_planning *p)
{
	const struct iu_verdict *verdict = p->verdict;
	bool no_socket = !iu_cause_rule(p->snapshot, verdict->cause)->applies;

	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		/* What perhaps is in the way is not touched for that. */
		if (b->certain != IU_YES)
			continue;
		/* An exhausted range names its blockers by what they are: none of them is meant. */
		if (no_socket) {
			iu_planning_refuse_cause(p, verdict->cause);
			return;
		}
		levers[iu_cause_rule(p->snapshot, b->cause)->lever](p, b);
	}
	remove_file_after(p);
}

void iu_linux_plan(struct iu_planning *p)
{
	enum iu_cause cause = p->verdict->cause;

	if (p->verdict->status == IU_STATUS_IN_USE)
		plan_blockers(p);
	else if (iu_cause_rule(p->snapshot, cause)->lever == IU_WAY_ADDRESS && !p->verdict->endless)
		wait_for_address(p);
	else
		iu_planning_refuse_cause(p, cause);
}

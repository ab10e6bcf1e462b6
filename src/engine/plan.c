/* engine/plan.c - from a verdict to the steps that would free what was asked for */
#include "engine/plan.h"

#include <string.h>

#include "base/err.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "base/text.h"
#include "engine/phrase.h"
#include "engine/planning.h"
#include "engine/remedies.h"
#include "engine/restarter.h"
#include "engine/rules.h"
#include "knowledge/snippets.h"

/* Ways that the programmer or the administrator has. */
static void add_hints(struct iu_planning *p)
{
	unsigned long count, k;
	const struct iu_snippet *snippets = iu_snippets(&count);
	size_t i;

	for (i = 0; i < p->verdict->remedies.n; i++) {
		const struct iu_remedy *remedy = &p->verdict->remedies.v[i];
		const char *text = remedy->summary;

		switch (remedy->id) {
		case IU_REMEDY_STOP_UNIT:
		case IU_REMEDY_STOP_CONTAINER:
		case IU_REMEDY_STOP_PROCESS:
		case IU_REMEDY_RESUME_JOB:
		case IU_REMEDY_WAIT:
		case IU_REMEDY_DESTROY_SOCKET:
		case IU_REMEDY_STOP_SERVICE:
		case IU_REMEDY_DELETE_PORTPROXY:
		case IU_REMEDY_EXCLUDE_PORT:
		case IU_REMEDY_REMOVE_LOCK_FILE:
		case IU_REMEDY_REMOVE_SOCKET_FILE: continue; /* steps of the plan, or refused */
		default: break;
		}
		if (iu_remedy_raw(remedy)->n)
			text = iu_phrase(p->arena, "%s: %s", text,
				iu_rules_of(p->snapshot)->quote(p->arena,
					iu_remedy_raw(remedy)->v, iu_remedy_raw(remedy)->n));
		iu_strings_add(p->arena, &p->plan.hints, text);
		for (k = 0; k < count; k++)
			if (snippets[k].remedy == remedy->id)
				iu_strings_add(p->arena, &p->plan.hints,
					iu_phrase(p->arena, "%s: %s", snippets[k].language,
						snippets[k].code));
	}
}

/* "node (pid 7) belongs to alice": of two sentences with one subject one. */
static const char *why_not(struct iu_arena *arena, const struct iu_refusal *refusal)
{
	static const char alone[] = " is left alone";
	const char *what = refusal->what, *why = refusal->why, *end = strstr(what, alone);

	if (!strncmp(what, "nothing is ", 11))
		return why;
	if (!end || end[sizeof(alone) - 1])
		return iu_phrase(arena, "%s: %s", what, why);
	what = iu_phrase(arena, "%.*s", (int)(end - what), what);
	return !strncmp(why, "it ", 3) ? iu_phrase(arena, "%s %s", what, why + 3)
				       : iu_phrase(arena, "%s: %s", what, why);
}

static void say_headline(struct iu_planning *p)
{
	const char *text = iu_safe(p->arena, p->question->target.text, 120);

	switch (p->plan.kind) {
	case IU_PLAN_NOTHING:
		p->plan.headline =
			iu_phrase(p->arena, "Nothing to do: %s is free.", text);
		break;
	case IU_PLAN_READY:
		p->plan.headline = p->plan.steps.n == 1
			? iu_phrase(p->arena, "One step frees %s.", text)
			: iu_phrase(p->arena, "%zu steps, taken only as far as needed, free %s.",
				  p->plan.steps.n, text);
		break;
	case IU_PLAN_REFUSED:
		p->plan.headline = iu_phrase(p->arena, "Not freed: %s.",
			why_not(p->arena, &p->plan.refusals.v[0]));
		break;
	case IU_PLAN_UNKNOWN:
		p->plan.headline = iu_phrase(p->arena,
			"Not freed: can't tell what is in the way of %s.", text);
		break;
	}
}

/* A connection that was refused, a port of another machine: whoever listens there is in nobody's way. */
static int plan_no_bind(struct iu_planning *p, struct iu_plan *ret_plan)
{
	bool connect = iu_connect_is(p->question);

	p->plan.kind = IU_PLAN_REFUSED;
	iu_planning_refuse(p, 0, "nothing is ended",
		connect ? "it is connect() that failed, and no bind(): whoever has that port is not in "
			  "the way"
			: "it is no port or socket path of this machine",
		NULL);
	if (p->arena->failed)
		return IU_E_NOMEM;
	say_headline(p);
	*ret_plan = p->plan;
	return p->arena->failed ? IU_E_NOMEM : 0;
}

/* What is to be left alone is written there, and could not be read. */
static void refuse_list(struct iu_planning *p)
{
	iu_planning_refuse(p, 0, "nothing is done",
		iu_phrase(p->arena, "the list of protected programs could not be read: %s",
			iu_safe(p->arena, p->rules->list_error, 160)), NULL);
}

int iu_plan(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_snapshot *everything,
	const struct iu_verdict *verdict, const struct iu_plan_rules *rules,
	struct iu_plan *ret_plan)
{
	struct iu_planning p = {.arena = arena,
		.question = question,
		.snapshot = snapshot,
		.everything = everything,
		.verdict = verdict,
		.rules = rules};
	bool bind = !iu_connect_is(question) && !iu_elsewhere_is(question);

	if (!bind)
		return plan_no_bind(&p, ret_plan);
	switch (verdict->status) {
	case IU_STATUS_FREE: p.plan.kind = IU_PLAN_NOTHING; break;
	case IU_STATUS_UNKNOWN: p.plan.kind = IU_PLAN_UNKNOWN; break;
	case IU_STATUS_IN_USE:
	case IU_STATUS_DENIED:
	case IU_STATUS_UNAVAILABLE:
		p.plan.kind = IU_PLAN_READY;
		if (rules->list_error)
			refuse_list(&p);
		else
			iu_rules_of(snapshot)->plan(&p);
		break;
	}
	if (p.plan.kind == IU_PLAN_READY && !p.plan.steps.n && !p.plan.refusals.n)
		iu_planning_refuse_cause(&p, verdict->cause);
	if (p.plan.refusals.n) {
		p.plan.kind = IU_PLAN_REFUSED;
		p.plan.steps.n = 0; /* not the half of it either */
	}
	if (p.plan.kind != IU_PLAN_NOTHING)
		add_hints(&p);
	if (arena->failed)
		return IU_E_NOMEM;
	say_headline(&p);
	*ret_plan = p.plan;
	return arena->failed ? IU_E_NOMEM : 0;
}

/* ---- the plan for people ---- */

static void add_part(struct iu_arena *arena, struct iu_explanation *explanation, const char *label,
	const char *line)
{
	struct iu_explanation_part *part = explanation->parts.n ? &explanation->parts.v[explanation->parts.n - 1] : NULL;

	if (!part || strcmp(part->label, label) != 0) {
		part = iu_list_add(arena, &explanation->parts);
		*part = (struct iu_explanation_part){.label = label};
	}
	iu_strings_add(arena, &part->lines, line);
}

static void add_parts(struct iu_arena *arena, struct iu_explanation *explanation, const char *label,
	const struct iu_strings *lines)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		add_part(arena, explanation, label, lines->v[i]);
}

/* What could be done instead: a command, or words. */
static void add_next(struct iu_arena *arena, struct iu_explanation *explanation, const struct iu_refusal *refusal)
{
	struct iu_explanation_step *step;
	bool is_command;

	if (!refusal->next)
		return;
	is_command = !strncmp(refusal->next, "inuse ", 6) || !strncmp(refusal->next, "sudo ", 5);
	step = iu_list_add(arena, &explanation->steps);
	step->text = is_command ? "to stop it all the same" : refusal->next;
	step->command = is_command ? refusal->next : NULL;
}

int iu_plan_tell(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_plan *plan, const struct iu_verdict *verdict,
	struct iu_explanation *ret_story)
{
	struct iu_explanation explanation = {.status = verdict->status,
		.headline = plan->kind == IU_PLAN_READY ? verdict->headline : plan->headline,
		.steps_title = plan->kind == IU_PLAN_READY ? "What will be done:" : "What helps:"};
	size_t i;

	for (i = 0; i < plan->steps.n; i++)
		add_parts(arena, &explanation, "also has", &plan->steps.v[i].serves);
	for (i = 0; i < plan->steps.n; i++)
		add_parts(arena, &explanation, "warning", &plan->steps.v[i].losses);
	for (i = 1; i < plan->refusals.n; i++)
		add_part(arena, &explanation, "refused", why_not(arena, &plan->refusals.v[i]));
	for (i = 0; i < plan->refusals.n; i++)
		add_next(arena, &explanation, &plan->refusals.v[i]);
	add_parts(arena, &explanation, "instead", &plan->hints);
	if (plan->hints.n && explanation.parts.n)
		explanation.parts.v[explanation.parts.n - 1].detail = plan->kind == IU_PLAN_READY;
	for (i = 0; i < plan->steps.n; i++) {
		const struct iu_step *step = &plan->steps.v[i];
		struct iu_explanation_step *slot = iu_list_add(arena, &explanation.steps);

		slot->text = step->what;
		if (step->lever.argv.n)
			slot->command = iu_rules_of(snapshot)->quote(
				arena, step->lever.argv.v, step->lever.argv.n);
	}
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_story = explanation;
	return 0;
}

/* ---- a new holder after the planned ones ---- */

static bool was_target(const struct iu_plan *plan, const struct iu_process *process)
{
	size_t i;

	for (i = 0; i < plan->steps.n; i++)
		if (plan->steps.v[i].lever.kind == IU_STEP_TERMINATE &&
			plan->steps.v[i].lever.process.pid == process->pid &&
			plan->steps.v[i].lever.process.start_ticks == process->start_ticks)
			return true;
	return false;
}

static bool was_there(const struct iu_snapshot *before, const struct iu_process *process)
{
	const struct iu_process *old = iu_snapshot_process(before, process->pid);

	return old && old->start_ticks == process->start_ticks;
}

/* Somebody that was seen before anything was done is younger: no new process, whatever it has now. */
static bool ran_before(const struct iu_snapshot *before, const struct iu_process *process)
{
	for (size_t i = 0; process->start_ticks && i < before->processes.n; i++)
		if (before->processes.v[i].start_ticks > process->start_ticks)
			return true;
	return false;
}

static bool is_service(const char *unit)
{
	const char *dot = strrchr(unit, '.');

	return dot && !strcmp(dot, ".service");
}

static const char *who_starts_it(struct iu_arena *arena, const struct iu_plan *plan,
	const struct iu_plan_rules *rules, const struct iu_process *process)
{
	struct iu_restarter restarter = iu_restarter_of(plan, rules, process);

	if (restarter.kind == IU_RESTARTER_KNOWN || restarter.kind == IU_RESTARTER_SHOWN)
		return iu_phrase(arena, "%s starts it again: %s",
			iu_restarter_name(arena, restarter.parent), iu_restarter_stop(arena, &restarter));
	if (process->unit && is_service(process->unit))
		return iu_phrase(arena, "%s starts it again: systemctl stop %s",
			iu_safe(arena, process->unit, 80), iu_safe(arena, process->unit, 80));
	if (restarter.kind == IU_RESTARTER_ALIVE)
		return iu_phrase(arena, "%s started it: stop that first",
			iu_restarter_name(arena, restarter.parent));
	return "who starts it could not be seen";
}

int iu_plan_respawned(struct iu_arena *arena, const struct iu_plan *plan,
	const struct iu_plan_rules *rules,
	const struct iu_snapshot *before, const struct iu_snapshot *now,
	const struct iu_verdict *verdict, const char **ret_text)
{
	const char *text = NULL;
	size_t i, k;

	for (i = 0; i < verdict->blockers.n && !text; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		for (k = 0; k < b->holds.n && !text; k++) {
			const struct iu_process *process = iu_snapshot_process(
				now, now->holds.v[b->holds.v[k]].pid);

			if (!process || was_target(plan, process) || was_there(before, process))
				continue;
			if (ran_before(before, process))
				text = iu_phrase(arena, "%s has it now: it ran before, and opened it itself",
					iu_phrase_process(arena, process));
			else
				text = iu_phrase(arena, "a new process has it now, %s; %s",
					iu_phrase_process(arena, process),
					who_starts_it(arena, plan, rules, process));
		}
	}
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_text = text;
	return 0;
}

/* engine/restarter.c - who above a process would start it again */
#include "engine/restarter.h"

#include <string.h>

#include "base/text.h"
#include "engine/phrase.h"
#include "knowledge/supervisors.h"
#include "knowledge/wrappers.h"

static bool is_above_us(const struct iu_plan_rules *rules, int32_t pid)
{
	for (size_t i = 0; i < rules->ancestor_count; i++)
		if (rules->ancestors[i] == pid)
			return true;
	return false;
}

static bool is_ended(const struct iu_plan *plan, int32_t pid)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.v[i].lever.kind == IU_STEP_TERMINATE &&
			plan->steps.v[i].lever.process.pid == pid)
			return true;
	return false;
}

/*
 * Whoever starts nothing again: a shell in which somebody types, or that only waits for what it
 * started. A systemd is the parent of what lost its own, too, and starts only units again.
 */
static bool only_waits(const struct iu_process *process, const struct iu_parent *parent)
{
	if (parent->name && !strcmp(parent->name, "systemd"))
		return !iu_text_has_end(process->unit, ".service");
	return parent->loops == IU_NO || (process->tty && parent->pid == process->sid);
}

static enum iu_restarter_kind kind_of(const struct iu_process *process, const struct iu_parent *parent)
{
	if (iu_supervisor_parent(parent))
		return only_waits(process, parent) ? IU_RESTARTER_NONE : IU_RESTARTER_KNOWN;
	/* the first of a terminal is where somebody types, unless it was started for this very command */
	if (iu_wrapper_is(parent) || parent->loops == IU_NO ||
		(process->tty && parent->pid == process->sid && parent->names != IU_YES))
		return IU_RESTARTER_NONE;
	if ((parent->waits == IU_YES && (parent->names == IU_YES || parent->repeats == IU_YES)) ||
		(parent->waits == IU_UNKNOWN && parent->names == IU_YES))
		return IU_RESTARTER_SHOWN;
	return IU_RESTARTER_ALIVE;
}

struct iu_restarter iu_restarter_of(const struct iu_plan *plan, const struct iu_plan_rules *rules,
	const struct iu_process *process)
{
	struct iu_restarter best = {.kind = IU_RESTARTER_NONE};
	bool direct = true;

	for (size_t i = 0; i < process->parents.n; i++) {
		const struct iu_parent *parent = &process->parents.v[i];
		struct iu_restarter one = {.parent = parent, .direct = direct};

		if (is_above_us(rules, parent->pid))
			break;
		if (is_ended(plan, parent->pid))
			continue;
		one.kind = kind_of(process, parent);
		one.row = one.kind == IU_RESTARTER_KNOWN ? iu_supervisor_parent(parent) : NULL;
		if (one.kind == IU_RESTARTER_KNOWN || one.kind == IU_RESTARTER_SHOWN)
			return one;
		if (one.kind == IU_RESTARTER_ALIVE) {
			best = best.parent ? best : one;
			direct = false;
		}
	}
	return best;
}

const char *iu_restarter_stop(struct iu_arena *arena, const struct iu_restarter *restarter)
{
	int pid = (int)restarter->parent->pid;

	/* without a terminal Ctrl-C is no way */
	if (!restarter->row)
		return iu_phrase(arena, "end that first (kill %d)", pid);
	return restarter->row->ends ? iu_phrase(arena, "%s, or kill %d", restarter->row->stop, pid)
				    : restarter->row->stop;
}

const char *iu_restarter_name(struct iu_arena *arena, const struct iu_parent *parent)
{
	const struct iu_supervisor_row *row = iu_supervisor_parent(parent);

	if (row && row->argument)
		return iu_phrase(arena, "%s %s (pid %d)", row->program, row->argument, (int)parent->pid);
	return iu_phrase(arena, "%s (pid %d)",
		iu_safe(arena, parent->script ? parent->script : parent->name, 40), (int)parent->pid);
}

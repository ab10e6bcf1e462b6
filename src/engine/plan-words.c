/* engine/plan-words.c - what is asked before a plan, and told of each of its steps */
#include <string.h>

#include "base/text.h"
#include "engine/phrase.h"
#include "engine/plan.h"

#define NAME_COLUMNS 60

/* "node (8014)" */
static const char *process_name(struct iu_arena *arena, const struct iu_snapshot *snapshot, int32_t pid)
{
	const struct iu_process *p = iu_snapshot_process(snapshot, pid);

	return p && p->name ? iu_phrase(arena, "%s (%d)", iu_phrase_safe(arena, p->name, IU_NAME_COLUMNS), (int)pid)
			    : iu_phrase(arena, "pid %d", (int)pid);
}

static const char *container_name(struct iu_arena *arena, const struct iu_step_container *container)
{
	return container->id ? iu_phrase(arena, "container %s",
				       iu_phrase_container(arena, container->id, container->name))
			     : "the container";
}

/* What a step is about: "node (8014)", "web.service". */
static const char *subject(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_lever *lever)
{
	switch (lever->kind) {
	case IU_STEP_TERMINATE: return process_name(arena, snapshot, lever->process.pid);
	case IU_STEP_STOP_UNIT: return iu_safe(arena, lever->unit.name, NAME_COLUMNS);
	case IU_STEP_STOP_CONTAINER: return container_name(arena, &lever->container);
	case IU_STEP_REMOVE_FILE: return iu_safe(arena, lever->file.path, IU_PATH_COLUMNS);
	case IU_STEP_STOP_SERVICE:
	case IU_STEP_DISABLE_SERVICE: return iu_safe(arena, lever->service.name, NAME_COLUMNS);
	case IU_STEP_DESTROY: return "the old connection";
	case IU_STEP_WAIT:
	case IU_STEP_COLLECT_GARBAGE:
	case IU_STEP_DELETE_PORTPROXY:
	case IU_STEP_EXCLUDE_PORT: break;
	}
	return NULL;
}

static const char *owner(struct iu_arena *arena, const struct iu_snapshot *snapshot, int32_t pid)
{
	const struct iu_process *p = iu_snapshot_process(snapshot, pid);

	if (!p || (!p->user && !p->uid_known))
		return "";
	return iu_phrase(arena, " of %s", iu_phrase_user(arena, p->user, p->uid_known, p->uid));
}

/* "Stop nginx (812) of root and 3 more?" where it is about programs alone. */
static const char *question_of_many(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_plan *plan)
{
	int32_t first = plan->steps.v[0].lever.process.pid;
	size_t programs = 0;

	for (size_t i = 0; i < plan->steps.n; i++)
		programs += plan->steps.v[i].lever.kind == IU_STEP_TERMINATE;
	if (programs < plan->steps.n)
		return iu_phrase(arena, "Do these %zu steps?", plan->steps.n);
	return iu_phrase(arena, "Stop %s%s and %zu more?", process_name(arena, snapshot, first),
		owner(arena, snapshot, first), programs - 1);
}

const char *iu_plan_words_question(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_plan *plan)
{
	const struct iu_lever *lever = plan->steps.n ? &plan->steps.v[0].lever : NULL;

	if (!lever)
		return "Do it?";
	if (plan->steps.n > 1)
		return question_of_many(arena, snapshot, plan);
	switch (lever->kind) {
	case IU_STEP_TERMINATE:
		return iu_phrase(arena, "Stop %s%s?", process_name(arena, snapshot, lever->process.pid),
			owner(arena, snapshot, lever->process.pid));
	case IU_STEP_STOP_UNIT:
	case IU_STEP_STOP_CONTAINER:
	case IU_STEP_STOP_SERVICE: return iu_phrase(arena, "Stop %s?", subject(arena, snapshot, lever));
	case IU_STEP_REMOVE_FILE: return iu_phrase(arena, "Remove %s?", subject(arena, snapshot, lever));
	case IU_STEP_DESTROY: return "Drop the old connection?";
	case IU_STEP_WAIT: return "Wait until it is gone?";
	case IU_STEP_DISABLE_SERVICE:
	case IU_STEP_COLLECT_GARBAGE:
	case IU_STEP_DELETE_PORTPROXY:
	case IU_STEP_EXCLUDE_PORT: break;
	}
	return "Do it?";
}

/* What has happened to it, where that has a verb of its own. */
static const char *verb(const struct iu_step *step, const struct iu_step_result *result)
{
	switch (step->lever.kind) {
	case IU_STEP_TERMINATE: return result->killed ? "killed with SIGKILL" : "ended after SIGTERM";
	case IU_STEP_STOP_UNIT:
	case IU_STEP_STOP_CONTAINER:
	case IU_STEP_STOP_SERVICE: return "stopped";
	case IU_STEP_REMOVE_FILE: return "removed";
	case IU_STEP_DISABLE_SERVICE: return "disabled";
	case IU_STEP_DESTROY: return "dropped";
	case IU_STEP_WAIT:
	case IU_STEP_COLLECT_GARBAGE:
	case IU_STEP_DELETE_PORTPROXY:
	case IU_STEP_EXCLUDE_PORT: break;
	}
	return "done";
}

const char *iu_plan_words_result(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_step *step, const struct iu_step_result *result)
{
	const char *what = subject(arena, snapshot, &step->lever);

	if (step->lever.kind == IU_STEP_WAIT && result->kind == IU_RESULT_DONE)
		return iu_phrase(arena, "waited %lld s", (long long)((result->took_ms + 500) / 1000));
	if (result->kind == IU_RESULT_GONE)
		return iu_phrase(arena, "%s had gone already", what ? what : step->what);
	if (result->kind != IU_RESULT_DONE)
		return NULL;
	return iu_phrase(arena, "%s%s %s (%lld.%lld s)", what ? what : step->what, what ? "" : ":",
		verb(step, result), (long long)(result->took_ms / 1000),
		(long long)(result->took_ms % 1000 / 100));
}

const char *iu_plan_words_still(struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_step *step)
{
	return iu_phrase(arena, "%s is still running after SIGTERM",
		process_name(arena, snapshot, step->lever.process.pid));
}

const char *iu_plan_words_kill(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_question *question, const struct iu_step *step)
{
	const struct iu_process *p = iu_snapshot_process(snapshot, step->lever.process.pid);
	struct iu_strings words = {0};

	if (step->lever.needs_root)
		iu_strings_add(arena, &words, "sudo");
	iu_strings_add(arena, &words, "inuse");
	iu_strings_add(arena, &words, "free");
	iu_strings_add(arena, &words, "--force");
	if (p && p->uid_known && p->uid != snapshot->host.uid && p->user) {
		iu_strings_add(arena, &words, "--user");
		iu_strings_add(arena, &words, p->user);
	}
	iu_strings_add(arena, &words, iu_phrase_target(arena, question));
	return iu_phrase_shell(arena, words.v, words.n);
}

/* engine/planning.h - a plan in the making, and what the planners of all systems share */
#ifndef IU_ENGINE_PLANNING_H
#define IU_ENGINE_PLANNING_H

#include "engine/levers.h"

struct iu_supervisor_row;

struct iu_planning {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot, *everything; /* see iu_plan() */
	const struct iu_verdict *verdict;
	const struct iu_plan_rules *rules;
	struct iu_plan plan;
};

/** iu_planning_step() - appends a step of low risk that pulls a lever. */
struct iu_step *iu_planning_step(struct iu_planning *p, const struct iu_lever *lever);

/** iu_planning_levers() - what levers are made of. */
struct iu_lever_context iu_planning_levers(const struct iu_planning *p);

/**
 * iu_planning_refuse() - why something is left alone
 * @pid: what is said of a process is said once, whatever the reason; 0: not about a process
 * @next: what could be done instead, or NULL
 */
void iu_planning_refuse(struct iu_planning *p, int32_t pid, const char *what, const char *why,
	const char *next);

/** iu_planning_refusal() - why nothing is ended for a cause: its own words, or the general ones. */
struct iu_refusal iu_planning_refusal(const struct iu_snapshot *snapshot, enum iu_cause cause);

/** iu_planning_refuse_cause() - refuses with them. */
void iu_planning_refuse_cause(struct iu_planning *p, enum iu_cause cause);

/** iu_planning_ends() - a step asks the process to end. */
bool iu_planning_ends(const struct iu_planning *p, int32_t pid);

/** iu_planning_is_ancestor() - inuse was started from the process. */
bool iu_planning_is_ancestor(const struct iu_planning *p, int32_t pid);

#endif

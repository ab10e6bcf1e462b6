/* engine/plan.h - from a verdict to the steps that would free what was asked for */
#ifndef IU_ENGINE_PLAN_H
#define IU_ENGINE_PLAN_H

#include "model/plan.h"
#include "model/question.h"

/**
 * iu_plan() - which steps free it, best lever first; or why none is taken
 * @verdict: the answer to @question, made of @snapshot
 * @everything: every bound socket with its holders, to say what else a target serves; may be NULL
 * @rules: what must be left alone, and what the user allows
 *
 * Only holders of sockets that are certainly in the way become targets. One refusal is enough for
 * the plan to be refused as a whole. Everything lives in @arena or is borrowed from the snapshots.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_plan(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_snapshot *everything,
	const struct iu_verdict *verdict, const struct iu_plan_rules *rules,
	struct iu_plan *ret_plan);

/**
 * iu_plan_tell() - the plan in words, ready for any renderer for people
 * @snapshot: the one that the plan was made of
 *
 * Returns: 0, IU_E_NOMEM.
 */
int iu_plan_tell(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_plan *plan, const struct iu_verdict *verdict,
	struct iu_explanation *ret_story);

/** iu_plan_words_question() - "Stop node (8014) of alice?": what is asked before it is carried out. */
const char *iu_plan_words_question(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_plan *plan);

/**
 * iu_plan_words_result() - "node (8014) ended after SIGTERM (0.1 s)"
 * Returns: NULL where it went another way than planned: whoever tells the end tells that.
 */
const char *iu_plan_words_result(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_step *step, const struct iu_step_result *result);

/** iu_plan_words_still() - "node (8014) is still running after SIGTERM" */
const char *iu_plan_words_still(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_step *step);

/** iu_plan_words_kill() - the command that kills what a step has asked in vain. */
const char *iu_plan_words_kill(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_question *question, const struct iu_step *step);

/**
 * iu_plan_respawned() - who started a new holder after the planned ones were gone
 * @plan: what was applied; @rules: of it
 * @before: the snapshot of the plan; @now, @verdict: the look after it
 * @ret_text: receives a sentence, NULL: no new holder is there
 *
 * Returns: 0, IU_E_NOMEM.
 */
int iu_plan_respawned(struct iu_arena *arena, const struct iu_plan *plan,
	const struct iu_plan_rules *rules,
	const struct iu_snapshot *before, const struct iu_snapshot *now,
	const struct iu_verdict *verdict, const char **ret_text);

#endif

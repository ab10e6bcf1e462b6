/* engine/engine.h - from questions and a snapshot to answers; no system call below this line */
#ifndef IU_ENGINE_ENGINE_H
#define IU_ENGINE_ENGINE_H

#include "model/needs.h"
#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

/**
 * iu_needs_next() - which facts are still wanted to answer @questions
 * @snapshot: what is known so far; an empty one asks for the first round
 *
 * The first round wants sockets, limits, addresses and paths; the second, made from the sockets
 * that may block, wants their holders and options; the third whether anybody waits on them, of those whose
 * holders may have inherited them.
 * Returns: 0 with ret_wants->facts == 0 when nothing more is wanted, IU_E_NOMEM.
 */
int iu_needs_next(struct iu_arena *arena, const struct iu_questions *questions,
	const struct iu_snapshot *snapshot, struct iu_needs *ret_wants);

/**
 * iu_probes_wanted() - the binds worth asking of the kernel for one question
 * @probes: receives them, done == false; the list grows in @arena
 *
 * With IU_PROBE_AUTO only where asking can change nothing (contract): no socket holds the port
 * number at all; or the rules say for certain that the bind fails; or the rules cannot decide and
 * only TIME-WAIT or closing connections are left. Also asks whether a remedy (SO_REUSEADDR,
 * another port) works now, under the same conditions. Never for UNIX paths. What the kernel said
 * to the socket that asks (symptom.from_call) is one of them, done already.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_probes_wanted(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_probes *probes);

/**
 * iu_decide() - the verdict on one question
 * Everything in the verdict lives in @arena or is borrowed from @snapshot, which must outlive it.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *ret_verdict);

/**
 * iu_describe() - the verdict in words, ready for any renderer for people
 * Returns: 0, IU_E_NOMEM.
 */
int iu_describe(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	struct iu_explanation *ret_story);

#endif

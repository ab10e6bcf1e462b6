/* engine/levers.h - what lets go of a port when it is pulled */
#ifndef IU_ENGINE_LEVERS_H
#define IU_ENGINE_LEVERS_H

#include "model/plan.h"
#include "model/question.h"

/*
 * A lever is made of a blocker or of one of its holders, by the functions in the folder of each
 * system, and nowhere else: remedies word it, the plan judges and orders it, and neither reads the
 * words of the other.
 */
struct iu_lever_context {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
};

/** iu_lever_words() - sets the command of a lever; the first NULL ends it. */
void iu_lever_words(struct iu_arena *arena, struct iu_lever *lever, ...);

/** iu_lever_holder() - the first holder of a blocker of which something is known, or NULL. */
const struct iu_process *iu_lever_holder(
	const struct iu_snapshot *snapshot, const struct iu_blocker *blocker);

#endif

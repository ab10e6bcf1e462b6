/* engine/remedies.h - what helps, in steps that can be done now */
#ifndef IU_ENGINE_REMEDIES_H
#define IU_ENGINE_REMEDIES_H

#include "engine/evaluation.h"
#include "model/verdict.h"

/**
 * iu_remedies() - the concrete remedies for the verdict's cause, best first
 * @evaluation: NULL for UNIX sockets
 *
 * A remedy that cannot help here (no unit known, tried in vain, nothing to kill) is left out.
 */
void iu_remedies(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict);

/** iu_remedy_raw() - what does it without inuse: `raw` where command is inuse's own, else command. */
const struct iu_strings *iu_remedy_raw(const struct iu_remedy *remedy);

#endif

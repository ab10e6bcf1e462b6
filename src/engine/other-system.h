/* engine/other-system.h - a message of another system: no look at this one can answer it */
#ifndef IU_ENGINE_OTHER_SYSTEM_H
#define IU_ENGINE_OTHER_SYSTEM_H

#include "model/verdict.h"

/** iu_other_system_is() - whether the question's message is of another system than the snapshot's. */
bool iu_other_system_is(const struct iu_question *question, const struct iu_snapshot *snapshot);

/** iu_other_system_decide() - the verdict: it cannot be told here. */
void iu_other_system_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict);

/** iu_other_system_describe() - what the error means there, and how to ask there. Returns: 0, IU_E_NOMEM. */
int iu_other_system_describe(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	struct iu_explanation *ret_story);

/** iu_other_system_doubt() - says so where a message and the verdict differ. */
void iu_other_system_doubt(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict);

/** iu_other_system_describe_message() - what the message says: "127.0.0.1:80/tcp, EADDRINUSE (98, Linux)". */
const char *iu_other_system_describe_message(struct iu_arena *arena, const struct iu_question *question);

#endif

/* engine/foreign.h - a message of another system: no look at this one can answer it */
#ifndef IU_ENGINE_FOREIGN_H
#define IU_ENGINE_FOREIGN_H

#include "model/verdict.h"

/** iu_is_foreign() - whether the question's message is of another system than the snapshot's. */
bool iu_is_foreign(const struct iu_question *question, const struct iu_snapshot *snapshot);

/** iu_decide_foreign() - the verdict: it cannot be told here. Returns: 0, IU_E_NOMEM. */
int iu_decide_foreign(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict);

/** iu_tell_foreign() - what the error means there, and how to ask there. Returns: 0, IU_E_NOMEM. */
int iu_tell_foreign(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	struct iu_story *ret_story);

/**
 * iu_doubt_message() - says so where a message and the verdict differ
 * Returns: 0, IU_E_NOMEM.
 */
int iu_doubt_message(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict);

/** iu_tell_message() - what the message says: "127.0.0.1:80/tcp, EADDRINUSE (98, Linux)". */
const char *iu_tell_message(struct iu_arena *arena, const struct iu_question *question);

#endif

/* watch/explain.h - why a call has failed: the engine's answer to what was seen at that moment */
#ifndef IU_WATCH_EXPLAIN_H
#define IU_WATCH_EXPLAIN_H

#include "os/failures.h"
#include "session/session.h"

/**
 * iu_explain_failure() - completes what was seen with what is still to be seen, and asks the engine
 * @session: its snapshot is that of iu_failures_next()
 * @failure: its question is asked; *@ret_answer points to it
 * @hung: nothing more is looked at, as a look does not end: what was seen has to do
 * @arena: owns the answer, besides session and failure
 * Returns: 0, IU_E_NOMEM, IU_E_SYSTEM: no further one can be explained.
 */
int iu_explain_failure(struct iu_failures *failures, struct iu_failure *failure, bool hung,
	struct iu_session *session, struct iu_arena *arena, struct iu_answer *ret_answer);

#endif

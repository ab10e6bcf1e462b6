/* session/wait.h - asks the same question again until the answer is the one waited for */
#ifndef IU_SESSION_WAIT_H
#define IU_SESSION_WAIT_H

#include "model/question.h"
#include "model/verdict.h"

enum iu_waited { IU_WAITED_DONE, IU_WAITED_TIME_UP, IU_WAITED_STOPPED };

/* Who is told, and who may end it; any of them may be NULL. */
struct iu_wait_events {
	void *context;
	/* every quarter of a second; @left_ms: at most so long, -1: not known */
	void (*progress)(void *context, const struct iu_verdict *verdict, int64_t left_ms);
	bool (*stopped)(void *context);
};

/**
 * iu_wait_for() - returns the moment @question can be bound; @listening: the moment somebody listens
 * @deadline_ms: on the clock of iu_os_now_ms(); INT64_MAX: none
 *
 * The ends of holders (pidfd), changes at a path (inotify), TIME-WAIT timers and a look-up of the
 * very socket wake it; a slow look of everything is the net under them.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_wait_for(const struct iu_question *question, bool listening, int64_t deadline_ms,
	const struct iu_wait_events *events, enum iu_waited *ret_waited);

#endif

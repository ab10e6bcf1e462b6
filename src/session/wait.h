/* session/wait.h - asks the same question again until the answer is the one waited for */
#ifndef IU_SESSION_WAIT_H
#define IU_SESSION_WAIT_H

#include "model/question.h"
#include "model/verdict.h"

/* ENDLESS: to wait changes nothing (verdict->endless), which is said at once. */
enum iu_waited { IU_WAITED_DONE, IU_WAITED_TIME_UP, IU_WAITED_STOPPED, IU_WAITED_ENDLESS };

/* Who is told, and who may end it; any of them may be NULL. */
struct iu_wait_events {
	void *context;
	/*
	 * Every quarter of a second. @verdict: the first that is still waited for; @more: how many
	 * besides it; @left_ms: at most so long, -1: not known.
	 */
	/* @what: "waiting for 8080/tcp: python3 (4763) listens" */
	void (*progress)(void *context, const struct iu_verdict *verdict, const char *what, size_t more,
		int64_t left_ms);
	bool (*stopped)(void *context);
};

/**
 * iu_wait_for() - returns the moment all @questions can be bound; @listening: when somebody listens
 *	at each
 * @deadline_ms: on the clock of iu_os_now_ms(); INT64_MAX: none
 *
 * All of them in one look: what was free a while ago does not count. The ends of holders (pidfd),
 * freed sockets (sock_diag), changes at a path (inotify), TIME-WAIT timers and a look-up of the
 * very socket wake it; a slow look of everything is the net under them.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_wait_for(const struct iu_questions *questions, bool listening, int64_t deadline_ms,
	const struct iu_wait_events *events, enum iu_waited *ret_waited);

/* The same for a program with an event loop. */
struct iu_wait;

/**
 * iu_wait_new() - nothing is looked at yet
 * @questions: borrowed until the end of it
 * Returns: 0, IU_E_NOTSUP: not on this system, IU_E_NOMEM, IU_E_*.
 */
int iu_wait_new(const struct iu_questions *questions, bool listening, struct iu_wait **ret_wait);

/** iu_wait_fd() - readable when iu_wait_check() is due; always the same one. */
int iu_wait_fd(const struct iu_wait *wait);

/**
 * iu_wait_check() - looks where something may have changed, and never waits
 * @ret_waited: IU_WAITED_TIME_UP: not yet
 * Returns: 0, IU_E_NOMEM.
 */
int iu_wait_check(struct iu_wait *wait, enum iu_waited *ret_waited);

/** iu_wait_headline() - what is waited for; NULL: not looked yet. */
const char *iu_wait_headline(const struct iu_wait *wait);

/** iu_wait_free() - NULL is fine. */
void iu_wait_free(struct iu_wait *wait);

#endif

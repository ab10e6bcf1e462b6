/* run/linux/question.h - the question `why` for a call, with what is known of the one who asks */
#ifndef IU_RUN_LINUX_QUESTION_H
#define IU_RUN_LINUX_QUESTION_H

#include "run/linux/case.h"

/* One answer and all it needs. */
struct iu_run_question {
	struct iu_arena arena;
	struct iu_question question;
	struct iu_session session;
	struct iu_answer answer;
};

/**
 * iu_run_question_ask() - why the call of @c fails
 * @error: what the kernel said, 0: not known
 * Returns: 0, IU_E_*; *@ret_asked is only then the caller's to end.
 */
int iu_run_question_ask(const struct iu_run_supervisor *s, const struct iu_run_case *c, int error,
	struct iu_run_question *ret_asked);

/** iu_run_question_intro() - "redis-server (pid 42) cannot bind 0.0.0.0:6379/tcp (EADDRINUSE)" */
const char *iu_run_question_intro(
	struct iu_run_question *asked, const struct iu_run_case *c, int error);

/** iu_run_question_target() - "0.0.0.0:6379/tcp"; escaped. */
const char *iu_run_question_target(struct iu_run_question *asked);

/** iu_run_question_end() - frees it. */
void iu_run_question_end(struct iu_run_question *asked);

/** iu_run_question_name() - of the program that called; escaped. */
const char *iu_run_question_name(struct iu_arena *arena, const struct iu_run_case *c);

/** iu_run_question_allowed() - whether who asks by a library belongs to the command, or is of our user. */
bool iu_run_question_allowed(const struct iu_run_supervisor *s, const struct iu_run_case *c);

#endif

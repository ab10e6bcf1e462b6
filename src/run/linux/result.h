/* run/linux/result.h - what a call of the command was told, where the port is not the reason */
#ifndef IU_RUN_LINUX_RESULT_H
#define IU_RUN_LINUX_RESULT_H

#include "run/linux/question.h"
#include "run/linux/case.h"

/**
 * iu_run_result_apply() - the program's own result is the truth: an answer that says otherwise is replaced
 * @error: what bind() or listen() said to the program
 *
 * EADDRINUSE is left: what was in the way may have gone since, and the answer says so.
 */
void iu_run_result_apply(const struct iu_run_supervisor *s, const struct iu_run_case *c, int error,
	struct iu_run_question *asked);

/** iu_run_result_why() - the reason in words, without a final point. Static. */
const char *iu_run_result_why(const struct iu_run_case *c, int error);

/** iu_run_result_line() - what can be said of a protocol, or an address, that is not looked at. */
const char *iu_run_result_line(
	struct iu_arena *arena, const struct iu_run_case *c, const char *name, int error);

#endif

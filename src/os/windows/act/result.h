/* os/windows/act/result.h - how a step went, in words */
#ifndef IU_OS_WINDOWS_ACT_RESULT_H
#define IU_OS_WINDOWS_ACT_RESULT_H

#include "model/plan.h"
#include "os/windows/system.h"

/** iu_result_say() - sets kind, error number and a formatted detail. */
void iu_result_say(struct iu_step_result *result, enum iu_result_kind kind, DWORD error,
	const char *format, ...) IU_PRINTF(4, 5);

/** iu_result_system() - FAILED or DENIED by what the system said of @what. */
void iu_result_system(struct iu_step_result *result, DWORD error, const char *what);

#endif

/* os/linux/act/identity.h - is it still the same process, and does it still hold the same socket */
#ifndef IU_OS_LINUX_ACT_IDENTITY_H
#define IU_OS_LINUX_ACT_IDENTITY_H

#include "model/plan.h"

/**
 * iu_identity_open() - a handle on exactly the process of a plan
 * @ret_pidfd: receives it
 * @ret_result: GONE, CHANGED, DENIED or FAILED with the detail, when it is not to be had
 * Returns: 0, or -1 with *ret_result written.
 */
int iu_identity_open(const struct iu_step_process *target, int *ret_pidfd,
	struct iu_step_result *ret_result);

/**
 * iu_identity_check() - the same process with the same socket, as far as we may look
 * Without rights to its descriptors it has to be that process at least. Pid 1 may be asked about, too.
 * Returns: 0, or -1 with *ret_result written.
 */
int iu_identity_check(const struct iu_step_process *target, struct iu_step_result *ret_result);

/** iu_identity_signal() - sends a signal through the handle. Returns: 0, or -1 with *ret_result. */
int iu_identity_signal(int pidfd, int signal_number, struct iu_step_result *ret_result);

/** iu_result_say() - sets kind, errno and a formatted detail. */
void iu_result_say(struct iu_step_result *result, enum iu_result_kind kind, int error,
	const char *format, ...) IU_PRINTF(4, 5);

#endif

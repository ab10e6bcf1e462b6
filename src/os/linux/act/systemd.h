/* os/linux/act/systemd.h - units of the system's and of a user's systemd */
#ifndef IU_OS_LINUX_ACT_SYSTEMD_H
#define IU_OS_LINUX_ACT_SYSTEMD_H

#include "model/plan.h"

/** iu_systemd_stop() - stops the unit, and the second one, and waits until both are down. */
void iu_systemd_stop(const struct iu_step_unit *unit, struct iu_step_result *ret_result);

/**
 * iu_systemd_has() - the unit's systemd says that the process is of that unit
 * Returns: false with *ret_result written where it says another one, or none.
 */
bool iu_systemd_has(
	const struct iu_step_unit *unit, int32_t pid, struct iu_step_result *ret_result);

#endif

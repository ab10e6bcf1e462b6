/* os/windows/act/acts.h - the acts behind iu_os_apply() */
#ifndef IU_OS_WINDOWS_ACT_ACTS_H
#define IU_OS_WINDOWS_ACT_ACTS_H

#include "os/windows/act/result.h"

/**
 * iu_act_end_process() - asks a process to end, or ends it; see iu_os_apply()
 * @may_kill: it may be terminated where it has no window and no console to be asked through
 * @force: terminate it at once
 */
void iu_act_end_process(const struct iu_step_process *target, bool may_kill, bool force,
	struct iu_step_result *result, int *ret_handle);

/** iu_act_stop_service() - stops it with what depends on it, and waits as the manager says. */
void iu_act_stop_service(const struct iu_step_service *target, struct iu_step_result *result);

/** iu_act_disable_service() - start type disabled; what it was is remembered. */
void iu_act_disable_service(const struct iu_step_service *target, struct iu_step_result *result);

/** iu_act_delete_proxy() - removes a rule of the port proxy that still is what the plan says. */
void iu_act_delete_proxy(const struct iu_step_proxy *target, struct iu_step_result *result);

/** iu_act_exclude() - stops winnat, excludes the ports, starts winnat whatever came of it. */
void iu_act_exclude(const struct iu_step_exclusion *target, struct iu_step_result *result);

#endif

/* os/linux/host/sysctl.h - port ranges and bind policies of the network namespace */
#ifndef IU_OS_LINUX_HOST_SYSCTL_H
#define IU_OS_LINUX_HOST_SYSCTL_H

#include <stddef.h>

#include "model/snapshot.h"

/**
 * iu_sysctl_range() - "32768\t60999\n"
 * Returns: 0, IU_E_PROTO (numbers out of range, or the first above the last).
 */
int iu_sysctl_range(const char *bytes, size_t len, int32_t *ret_first, int32_t *ret_last);

/**
 * iu_sysctl_reserved() - "8080,9000-9010\n" into sysctls->reserved; empty is fine
 * Returns: 0, IU_E_PROTO (what was read before the fault stays), IU_E_NOMEM.
 */
int iu_sysctl_reserved(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_sysctls *sysctls);

/** iu_sysctl_number() - one number of at most @max; -1 where there is none. */
int32_t iu_sysctl_number(const char *bytes, size_t len, int32_t max);

#endif

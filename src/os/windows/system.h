/* os/windows/system.h - time and accounts of Windows as the model has them */
#ifndef IU_OS_WINDOWS_SYSTEM_H
#define IU_OS_WINDOWS_SYSTEM_H

#include "base/windows-api.h"

/** iu_seconds_of() - FILETIME's number as seconds since 1970; -1 for 0. */
int64_t iu_seconds_of(uint64_t filetime);

static inline uint64_t iu_ticks_of(FILETIME time)
{
	return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

/**
 * iu_socket() - a socket that no program inherits which is started meanwhile
 *
 * Those of socket() are inherited by default, and whoever starts programs in another thread of the process
 * that the library lives in would hand ours on.
 */
SOCKET iu_socket(int family, int type, int protocol);

/**
 * iu_sid_number() - an account as a number: the same exactly when the SID is the same
 *
 * The rules and the plan compare users by number, as POSIX has them.
 */
uint32_t iu_sid_number(PSID sid);

#endif

/* os/windows/process/debugging.h - the right to open processes of other accounts, while it is needed */
#ifndef IU_OS_WINDOWS_PROCESS_DEBUGGING_H
#define IU_OS_WINDOWS_PROCESS_DEBUGGING_H

#include <stdbool.h>

#include "os/windows/system.h"

/* What iu_debugging_begin() has changed; PrivilegeCount 0: nothing. */
struct iu_debugging {
	TOKEN_PRIVILEGES before;
};

/**
 * iu_debugging_begin(), iu_debugging_end() - SeDebugPrivilege, which administrators have, but switched off
 *
 * Without it the account, the path and the handles of another account's process stay closed to an
 * elevated program, too. Only as long as it is needed: it opens every other door, and programs that are
 * started meanwhile inherit it. Where it is on already, or nobody has it, nothing changes.
 */
void iu_debugging_begin(struct iu_debugging *debugging);
void iu_debugging_end(struct iu_debugging *debugging);

#endif

/* run/linux/see.h - whether the kernel has done a call, where nobody but the program is told */
#ifndef IU_RUN_LINUX_SEE_H
#define IU_RUN_LINUX_SEE_H

#include "run/linux/case.h"

/**
 * iu_run_see() - waits until the kernel has done the call, and looks whether the socket has an address
 * @done: it has
 * Returns: 0, or what it most likely said; -1: it could not be seen.
 */
int iu_run_see(struct iu_run_case *c, bool done);

#endif

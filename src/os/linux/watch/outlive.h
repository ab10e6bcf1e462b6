/* os/linux/watch/outlive.h - work in a process of its own, which is begun anew where a look of it hangs */
#ifndef IU_OS_LINUX_WATCH_OUTLIVE_H
#define IU_OS_LINUX_WATCH_OUTLIVE_H

#include <stddef.h>

/** iu_outlive_share() - zeroed memory that is the same in all of those processes; NULL: there is none. */
void *iu_outlive_share(size_t size);

/**
 * iu_outlive() - runs @work in a child until it returns, and again each time that the child exits with @hung
 *
 * Signals that stop a program are passed on to the child; it ends when we do. Returns: 0: it has returned,
 * or was stopped; IU_E_SYSTEM: it has died, or none could be made.
 */
int iu_outlive(void (*work)(void *context), void *context, int hung);

#endif

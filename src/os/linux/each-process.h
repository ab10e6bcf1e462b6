/* os/linux/each-process.h - a walk over all processes that /proc lists */
#ifndef IU_OS_LINUX_EACH_PROCESS_H
#define IU_OS_LINUX_EACH_PROCESS_H

#include <stdint.h>

/** Called for a process. @name: its directory in /proc. Returns: 0, anything else ends the walk. */
typedef int iu_each_process_visit(void *context, int32_t pid, const char *name);

/**
 * iu_each_process() - calls @visit for each process, in the order of /proc
 * @proc: descriptor of /proc
 *
 * Returns: 0: for all that were there, what @visit returned if that was not 0, IU_E_NOMEM, or why the list could not be read.
 */
int iu_each_process(int proc, iu_each_process_visit *visit, void *context);

#endif

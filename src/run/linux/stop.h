/* run/linux/stop.h - stops a thread right behind its call, where it has not read the result yet */
#ifndef IU_RUN_LINUX_STOP_H
#define IU_RUN_LINUX_STOP_H

#include "run/linux/case.h"

/**
 * iu_run_stop_prepare() - makes this process the tracer of the thread that waits for its call
 * Nobody is told: its parent sees no stop, the program no signal. Who ends sets it free.
 * @ahead: the stop is asked for before the call, so that it cannot be missed. Only where the wait for us is
 * ended by fatal signals alone, and the call by none (a file system may break it off).
 * Returns: false where another one traces it, or this process may not.
 */
bool iu_run_stop_prepare(const struct iu_run_case *c, bool ahead);

/**
 * iu_run_stop_behind() - after the call was let go: stops the thread when it comes out of the kernel
 * @ahead: the stop was asked for
 * @ret_error: what the call returned, 0 or an errno; -1: that cannot be told on this architecture
 * Returns: whether it stands. It stands until iu_run_stop_end().
 */
bool iu_run_stop_behind(struct iu_run_case *c, bool ahead, int *ret_error);
void iu_run_stop_end(const struct iu_run_case *c);

#endif

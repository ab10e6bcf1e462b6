/* run/linux/worker.h - a process of its own for one call that failed */
#ifndef IU_RUN_LINUX_WORKER_H
#define IU_RUN_LINUX_WORKER_H

#include "run/linux/case.h"

/** iu_run_worker() - in a process of its own: finds out, helps, tells, answers the notice. */
void iu_run_worker(const struct iu_run_supervisor *s, struct iu_run_case *c);

/** iu_run_worker_is_muted() - this very failure was looked at a moment ago: a program that tries again. */
bool iu_run_worker_is_muted(const struct iu_run_supervisor *s, const struct iu_run_case *c);

#endif

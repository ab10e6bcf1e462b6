/* run/linux/supervise.h - the process that answers for the calls of a command */
#ifndef IU_RUN_LINUX_SUPERVISE_H
#define IU_RUN_LINUX_SUPERVISE_H

#include "run/linux/filter.h"
#include "run/run.h"

/** iu_run_supervise() - answers until nobody is left who could ask. Ends the process. */
_Noreturn void iu_run_supervise(const struct iu_run *run, const struct iu_run_table *table,
	int control, int32_t command);

#endif

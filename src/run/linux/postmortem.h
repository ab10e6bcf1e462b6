/* run/linux/postmortem.h - where nobody tells of the calls: the command as a child, explained from what it printed */
#ifndef IU_RUN_LINUX_POSTMORTEM_H
#define IU_RUN_LINUX_POSTMORTEM_H

#include "run/run.h"

/**
 * iu_run_postmortem() - runs the command as a child, passes its standard error on, and explains a failure
 * @ret_status: as wait() gives it
 *
 * The command shares our process group and terminal; signals sent to us are handed on, and when it
 * is stopped, so are we. Returns: 0, or the errno of what could not be started.
 */
int iu_run_postmortem(struct iu_run *run, int *ret_status);

#endif

/* os/linux/process/process.h - what /proc says about one process */
#ifndef IU_OS_LINUX_PROCESS_PROCESS_H
#define IU_OS_LINUX_PROCESS_PROCESS_H

#include <stddef.h>

#include "os/linux/scan.h"

/**
 * iu_process_read() - adds the facts about @pid to the snapshot, unless they are there
 * Returns: 0, IU_E_GONE: it ended meanwhile, IU_E_NOMEM.
 */
int iu_process_read(struct iu_scan *scan, int32_t pid);

struct iu_bpf_process;

/**
 * iu_process_listed() - the same of a process of which the kernel has told what a row of a list shows
 *
 * Where more is wanted it is read, and is of the very process that was told of.
 * Returns: 0, IU_E_GONE: it ended meanwhile, IU_E_NOMEM.
 */
int iu_process_listed(struct iu_scan *scan, const struct iu_bpf_process *told);

/** iu_process_command() - its arguments, out of /proc. Returns: 0, also when it has none, IU_E_NOMEM. */
int iu_process_command(struct iu_scan *scan, struct iu_process *process);

#endif

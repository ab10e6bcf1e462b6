/* os/linux/holders/listed.h - what a list shows of sockets and holders, asked of the kernel where it answers */
#ifndef IU_OS_LINUX_HOLDERS_LISTED_H
#define IU_OS_LINUX_HOLDERS_LISTED_H

#include "os/linux/bpf/rows.h"
#include "os/linux/scan.h"

/**
 * iu_listed_open() - whether the kernel is asked for this list; sets look->listed
 *
 * Then sock_diag is asked for listeners only, and iu_collect_listed() adds the TCP sockets that are
 * bound only: for those sock_diag walks over every socket of the machine.
 * Returns: 1, 0: not possible here, or not worth while; IU_E_NOMEM.
 */
int iu_listed_open(struct iu_scan *scan);

/** What iu_listed_holders() does with each descriptor; < 0 ends the walk. */
typedef int iu_listed_sink(
	void *context, const struct iu_hold *hold, const struct iu_bpf_process *process);

/**
 * iu_listed_holders() - the descriptors that lead to sockets which listen or are bound
 * @sink: is given them in the order of pids, threads and numbers
 * Returns: 1: all of them, 0: the kernel was not asked, or did not say; what @sink returned.
 */
int iu_listed_holders(struct iu_scan *scan, iu_listed_sink *sink, void *context);

/** iu_listed_close() - ends it; look->listed may be NULL. */
void iu_listed_close(struct iu_scan *scan);

#endif

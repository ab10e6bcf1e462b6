/* os/linux/sockets/bound.h - for lists: which sockets are bound only, asked of the kernel where it answers */
#ifndef IU_OS_LINUX_SOCKETS_BOUND_H
#define IU_OS_LINUX_SOCKETS_BOUND_H

#include "os/linux/bpf/rows.h"
#include "os/linux/scan.h"

/**
 * iu_bound_open() - whether the kernel is asked for this list; sets scan->bound
 *
 * Then sock_diag is asked for listeners only, and iu_collect_bound() adds the TCP sockets that are
 * bound only: for those sock_diag walks over every socket of the machine.
 * Returns: 1, 0: not possible here, or not worth while; IU_E_NOMEM.
 */
int iu_bound_open(struct iu_scan *scan);

/** iu_bound_files() - of the sockets that listen or are bound; NULL: the kernel was not asked */
const struct iu_bpf_file_set *iu_bound_files(const struct iu_scan *scan);

#endif

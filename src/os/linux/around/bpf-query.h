/* os/linux/around/bpf-query.h - which BPF programs of others have a say in bind() and in who gets packets */
#ifndef IU_OS_LINUX_AROUND_BPF_QUERY_H
#define IU_OS_LINUX_AROUND_BPF_QUERY_H

#include "os/linux/scan.h"

/**
 * iu_bpf_query_binds() - the programs of the asker's cgroup, and of all above it, that see a bind()
 * Returns: 0, IU_E_ACCESS: only who administers the network may ask, other IU_E_*.
 */
int iu_bpf_query_binds(struct iu_scan *scan);

/** iu_bpf_query_lookups() - the sk_lookup programs of our network namespace, as takers. Returns: the same. */
int iu_bpf_query_lookups(struct iu_scan *scan);

#endif

/* os/linux/holders/evidence.h - what /proc and netlink leave open, answered by the kernel's memory */
#ifndef IU_OS_LINUX_HOLDERS_EVIDENCE_H
#define IU_OS_LINUX_HOLDERS_EVIDENCE_H

#include "os/linux/bpf/bpf.h"
#include "os/linux/scan.h"

/**
 * iu_collect_evidence() - asks BPF iterators what the collectors before it left open
 *
 * Runs for IU_FACT_EVIDENCE, and for IU_FACT_HOLDERS where a wanted socket has no known holder or a
 * process could not be read; then only, since loading takes 10 ms and more. Fills in options
 * (IU_SOURCE_BPF), holds, in_flight, registered and caches. Where BPF may not be used the rest is
 * as it was, and a gap says so if the question would have needed it.
 */
iu_collector iu_collect_evidence;

#endif

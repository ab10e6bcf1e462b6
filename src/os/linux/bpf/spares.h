/* os/linux/bpf/spares.h - what a process that looks again and again has loaded, between two looks */
#ifndef IU_OS_LINUX_BPF_SPARES_H
#define IU_OS_LINUX_BPF_SPARES_H

#include <stdbool.h>

#include "base/compat.h"
#include "os/linux/bpf/object.h"

/*
 * A library remembers nothing: only the program links spares.c.
 *
 * iu_bpf_spares_begin() - from now on the one thread that looks keeps what it had to load, until the process ends.
 * iu_bpf_spare_take() - Returns: one of that type, with whatever its maps have; NULL: there is none.
 * iu_bpf_spare_put() - Returns: whether it is kept.
 */
IU_OPTIONAL void iu_bpf_spares_begin(void);
IU_OPTIONAL struct iu_bpf *iu_bpf_spare_take(const struct iu_bpf_type *type);
IU_OPTIONAL bool iu_bpf_spare_put(struct iu_bpf *bpf);

#endif

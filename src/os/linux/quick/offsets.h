/* os/linux/quick/offsets.h - where members of the kernel's structures lie */
#ifndef IU_OS_LINUX_QUICK_OFFSETS_H
#define IU_OS_LINUX_QUICK_OFFSETS_H

#include <stdint.h>

#include "os/linux/quick/shared.h"

struct iu_quick_kernel {
	struct iu_quick_offsets at;
	uint32_t iter_task_file; /* BTF id of bpf_iter_task_file(): what that walk attaches to */
};

/**
 * iu_quick_kernel() - the offsets in the running kernel
 *
 * Out of /run/inuse/kernel, when root wrote it for this very kernel, else out of the kernel's BTF
 * (20 ms), after which root writes that file.
 * Returns: 0, IU_E_NOTSUP: no BTF or no libbpf, or the kernel has other structures.
 */
int iu_quick_kernel(struct iu_quick_kernel *ret_kernel);

#endif

/* os/linux/quick/offsets.h - where members of the kernel's structures lie */
#ifndef IU_OS_LINUX_QUICK_OFFSETS_H
#define IU_OS_LINUX_QUICK_OFFSETS_H

#include <stddef.h>
#include <stdint.h>

#include "os/linux/quick/shared.h"

struct iu_quick_kernel {
	struct iu_quick_offsets at;
	uint32_t iter_task_file; /* BTF id of bpf_iter_task_file(): what that walk attaches to */
};

/* What is looked for, in order of structures. */
struct iu_quick_member {
	const char *structure, *path;
	size_t offset; /* in struct iu_quick_offsets: where its place is written */
};

enum {
#define X(name, structure, path) +1
	IU_QUICK_MEMBERS = 0 IU_QUICK_OFFSETS(X)
#undef X
};

extern const struct iu_quick_member iu_quick_members[IU_QUICK_MEMBERS];

/**
 * iu_quick_kernel() - the offsets in the running kernel
 *
 * Out of /run/inuse/kernel, when root wrote it for this very kernel, else out of the kernel's BTF
 * (7 ms), after which root writes that file.
 * Returns: 0, IU_E_NOTSUP: no BTF, or the kernel has other structures, IU_E_NOMEM.
 */
int iu_quick_kernel(struct iu_quick_kernel *ret_kernel);

/**
 * iu_quick_references() - where a file counts its references, and how many more there are than that
 *
 * Since 6.13 the counter is one less (file_ref_t).
 */
static inline void iu_quick_references(
	const struct iu_quick_offsets *at, uint32_t *ret_at, uint32_t *ret_less)
{
	*ret_less = at->file_ref != IU_QUICK_NONE;
	*ret_at = *ret_less ? at->file_ref : at->file_count;
}

#endif

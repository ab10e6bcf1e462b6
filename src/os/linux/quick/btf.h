/* os/linux/quick/btf.h - finds members in the kernel's own description of its types */
#ifndef IU_OS_LINUX_QUICK_BTF_H
#define IU_OS_LINUX_QUICK_BTF_H

#include <stddef.h>
#include <stdint.h>

#include "os/linux/quick/offsets.h"

/* Where the bytes come from; of a kernel there are 5 MiB and more. */
struct iu_btf_source {
	/* Returns: how many of @size bytes at @at there were. */
	size_t (*read)(void *context, void *bytes, size_t size, uint64_t at);
	void *context;
};

/**
 * iu_btf_find() - where the members of iu_quick_members lie
 *
 * Of members that may be missing (?) the place is IU_QUICK_NONE. Takes about 1 MiB meanwhile.
 * Returns: 0, IU_E_NOTSUP: no BTF of a known kind, or something is missing; IU_E_PROTO: lengths that
 * cannot be; IU_E_NOMEM. Source of the format: Documentation/bpf/btf.rst of Linux.
 */
int iu_btf_find(const struct iu_btf_source *source, struct iu_quick_kernel *ret_kernel);

#endif

/* os/linux/watch/hooks.h - the sets of hooks there are, loaded and attached */
#ifndef IU_OS_LINUX_WATCH_HOOKS_H
#define IU_OS_LINUX_WATCH_HOOKS_H

#include "base/text.h"
#include "model/failure.h"
#include "os/linux/bpf/object.h"
#include "os/linux/watch/rows.h"

#define IU_HOOKS_MAX 5
#define IU_HOOKS_RING_BYTES ((size_t)1 << 23)

struct iu_hooks {
	const struct iu_failure_source *source;
	bool by_attempts; /* a failure is only found some time after */
	struct iu_bpf *bpf;
	int links[IU_HOOKS_MAX];
	struct iu_watch_memory *memory;
};

/**
 * iu_hooks_open() - the best set that this kernel takes
 * @root: descriptor of the root of cgroup2, -1: none
 * @reader: our own pid as /proc counts it
 * @why: on failure receives what each set was told
 * Returns: 0, IU_E_ACCESS, IU_E_NOTSUP, IU_E_NOMEM.
 */
int iu_hooks_open(int root, int32_t reader, struct iu_hooks *ret_hooks, struct iu_text *why);

/** iu_hooks_ring() - the descriptor of the ring that they write to. */
int iu_hooks_ring(const struct iu_hooks *hooks);

/** iu_hooks_sweep() - has told what nobody else tells: failures of threads that did not try again, repeats. */
void iu_hooks_sweep(struct iu_hooks *hooks);

/** iu_hooks_close() - detaches; one of zeroes is fine. */
void iu_hooks_close(struct iu_hooks *hooks);

#endif

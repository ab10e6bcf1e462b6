// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/pids.bpf.h - numbers of processes as the reader of /proc counts them */
#ifndef IU_OS_LINUX_BPF_PIDS_BPF_H
#define IU_OS_LINUX_BPF_PIDS_BPF_H

#include "os/linux/bpf/kernel.h"

#define PID_LEVELS 32 /* MAX_PID_NS_LEVEL */

static __always_inline void read_upid(struct upid *to, struct pid *pid, __u32 level)
{
	void *at = (void *)pid + bpf_core_field_offset(struct pid, numbers) + level * sizeof(struct upid);

	bpf_probe_read_kernel(to, sizeof(*to), at);
}

/*
 * Run by the reader itself, whose number is @reader. /proc may be mounted for an outer PID namespace than ours:
 * the innermost where the number fits.
 */
static __always_inline void find_reader(__s32 reader, __u64 *ret_space, __u32 *ret_level)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level), i;

	for (i = 0; i <= PID_LEVELS && i <= level; i++) {
		struct upid upid = {0};

		read_upid(&upid, pid, i);
		if (upid.nr == reader) {
			*ret_space = (__u64)upid.ns;
			*ret_level = i;
		}
	}
}

/* Of one that is as deep as @level; 0: the reader does not see it. */
static __always_inline __s32 number_at(struct pid *pid, __u64 space, __u32 level)
{
	struct upid upid = {0};

	read_upid(&upid, pid, level & (2 * PID_LEVELS - 1)); /* the verifier wants a bound */
	return (__u64)upid.ns == space ? upid.nr : 0;
}

/* 0: the reader does not see it. */
static __always_inline __s32 number_of(struct pid *pid, __u64 space, __u32 level)
{
	return !pid || BPF_CORE_READ(pid, level) < level ? 0 : number_at(pid, space, level);
}

#endif

// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/descriptors.bpf.c - which places in the descriptor tables of all processes have a file */
#include "os/linux/bpf/kernel.h"
#include "os/linux/bpf/rows.h"

struct iu_bpf_descriptors_memory descriptors;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IU_BPF_PROCESSES);
	__type(key, __u32);
	__type(value, struct iu_bpf_process);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IU_BPF_DESCRIPTORS);
	__type(key, __u32);
	__type(value, struct iu_bpf_descriptor);
} rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct iu_bpf_filter);
} filter SEC(".maps");

/* A member of a structure that lies in another one, from where that structure begins. */
#define INODE(member)                                                                              \
	(bpf_core_field_offset(struct socket_alloc, vfs_inode.member) -                            \
		bpf_core_field_offset(struct socket_alloc, vfs_inode))
#define TABLE(member)                                                                              \
	(bpf_core_field_offset(struct files_struct, fdtab.member) -                                \
		bpf_core_field_offset(struct files_struct, fdtab))

static __always_inline __u64 read_pointer(__u64 at)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)at);
	return value;
}

static __always_inline __u32 read_u32(__u64 at)
{
	__u32 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)at);
	return value;
}

static __always_inline void open_table(struct task_struct *task, struct files_struct *files, __u32 users)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	__u64 table = (__u64)BPF_CORE_READ(files, fdt);

	walk->task = (__u64)task;
	walk->opened = (__u64)files;
	walk->users = users;
	walk->table = read_pointer(table + TABLE(fd));
	walk->chunks = read_u32(table + TABLE(max_fds)) / IU_BPF_CHUNK;
	walk->chunk = 0;
	walk->tid = BPF_CORE_READ(task, pid);
}

/*
 * From the idle task, where the list begins, to the end, where new ones are added: whoever hands a
 * file on to a new process is passed before that one.
 */
static __always_inline void next_process(void)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	struct task_struct *leader = (struct task_struct *)walk->leader;
	struct signal_struct *signal;

	leader = AROUND(BPF_CORE_READ(leader, tasks.next), task_struct, tasks);
	walk->leader = (__u64)leader;
	if (!walk->first) {
		if (!BPF_CORE_READ(leader, pid))
			walk->first = (__u64)leader;
		return;
	}
	walk->last = (__u64)leader == walk->first;
	if (walk->cred && walk->cred != (__u64)BPF_CORE_READ(leader, real_cred))
		return;
	walk->noted = 0;
	walk->sharing = 0;
	walk->files = (__u64)BPF_CORE_READ(leader, files);
	signal = BPF_CORE_READ(leader, signal);
	walk->threads = (__u64)signal + bpf_core_field_offset(struct signal_struct, thread_head);
	walk->thread = read_pointer(walk->threads);
}

/*
 * Most threads share the table of their leader, which is looked into when it is known how many do.
 * A leader that has ended has none: its threads may.
 */
static __always_inline void next_thread(void)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	struct task_struct *task = AROUND(walk->thread, task_struct, thread_node);
	struct files_struct *files;

	if (walk->thread == walk->threads) {
		walk->thread = 0;
		task = (struct task_struct *)walk->leader;
		files = (struct files_struct *)walk->files;
		if (files)
			open_table(task, files, walk->sharing);
		return;
	}
	walk->thread = read_pointer(walk->thread);
	descriptors.threads++;
	files = BPF_CORE_READ(task, files);
	if ((__u64)files == walk->files)
		walk->sharing++;
	else if (files)
		open_table(task, files, 1);
}

/* Of one that ends the table is freed at once, after it was taken from the task. */
static __always_inline bool is_open(void)
{
	struct task_struct *task = (struct task_struct *)descriptors.walk.task;

	return (__u64)BPF_CORE_READ(task, files) == descriptors.walk.opened;
}

static __always_inline void read_chunk(void)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	__u32 at, zero = 0, left = 0, mask = descriptors.mask;
	struct iu_bpf_filter *wanted = bpf_map_lookup_elem(&filter, &zero);

	/* every table has places for a multiple of 64 descriptors (alloc_fdtable()) */
	if (!wanted ||
		bpf_probe_read_kernel(walk->place, sizeof(walk->place),
			(void *)(walk->table + (__u64)walk->chunk * sizeof(walk->place))) < 0) {
		descriptors.faults += is_open();
		walk->chunk = walk->chunks;
		return;
	}
#pragma unroll
	for (at = 0; at < IU_BPF_CHUNK; at++) {
		__u64 file = walk->place[at], byte = IU_BPF_FILTER_BYTE(file, mask);

		left |= (__u32)(wanted->bits[byte & (IU_BPF_FILTER - 1)] >> IU_BPF_FILTER_BIT(file) & 1)
			<< at;
		__asm__ volatile("" : "+r"(left)::"memory"); /* no reads ahead: the stack is small */
	}
	walk->left = left;
	walk->chunk++;
}

/* Whether it is one of the files, and not only has the bit of one: a binary search without branches. */
static __always_inline bool is_wanted(__u64 file)
{
	__u64 at = 0;
	__u32 step;

#pragma unroll
	for (step = IU_BPF_FILES_MAX / 2; step; step /= 2) {
		__u64 below = (descriptors.file[(at + step) & (IU_BPF_FILES_MAX - 1)] - file - 1) >> 63;

		__asm__ volatile("" : "+r"(below));
		at += step * below;
	}
	return descriptors.file[at & (IU_BPF_FILES_MAX - 1)] == file;
}

static __always_inline void note_process(void)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	struct task_struct *leader = (struct task_struct *)walk->leader;
	__u32 at = descriptors.processes++;
	struct iu_bpf_process *process = bpf_map_lookup_elem(&processes, &at);
	const struct cred *cred;

	walk->noted = 1;
	walk->pid = BPF_CORE_READ(leader, tgid);
	if (!process)
		return;
	cred = BPF_CORE_READ(leader, real_cred);
	process->pid = walk->pid;
	process->uid = BPF_CORE_READ(cred, euid.val);
	process->started = BPF_CORE_READ(leader, start_boottime);
	process->groups = (__u64)BPF_CORE_READ(leader, cgroups);
	bpf_core_read(process->name, sizeof(process->name), &leader->comm);
}

static __always_inline void note_descriptor(__u32 fd, __u64 inode)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	__u32 at = descriptors.descriptors++;
	struct iu_bpf_descriptor *row = bpf_map_lookup_elem(&rows, &at);

	if (!row)
		return;
	row->inode = inode;
	row->process = descriptors.processes - 1;
	row->pid = walk->pid;
	row->tid = walk->tid;
	row->fd = fd;
}

/* The lowest bit that is set. */
static __always_inline __u32 lowest(__u32 bits)
{
	bits = (bits & -bits) - 1;
	bits -= bits >> 1 & 0x55555555;
	bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f;
	return bits * 0x01010101 >> 24;
}

/* One place whose file has a bit in the filter, as other files may have by chance. */
static __always_inline void on_place(void)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;
	struct files_struct *files = (struct files_struct *)walk->opened;
	__u32 left = walk->left, bit = lowest(left), fd = (walk->chunk - 1) * IU_BPF_CHUNK + bit;
	__u64 place = walk->place[bit & (IU_BPF_CHUNK - 1)], inode, number = 0;
	struct file *file = (struct file *)place;
	bool wanted = !descriptors.files || is_wanted(place);
	__u16 mode = 0;

	walk->left = left & (left - 1);
	if (!wanted && place != walk->canary)
		return;
	inode = (__u64)BPF_CORE_READ(file, f_inode);
	bpf_probe_read_kernel(&mode, sizeof(mode), (void *)(inode + INODE(i_mode)));
	bpf_probe_read_kernel(&number, sizeof(number), (void *)(inode + INODE(i_ino)));
	/* files are used again at once: it counts while the place still has this one */
	if ((mode & S_IFMT) != S_IFSOCK || read_pointer(walk->table + fd * POINTER) != place ||
		!is_open())
		return;
	if (!walk->noted)
		note_process();
	note_descriptor(fd, number);
	if (place == walk->canary)
		return;
	descriptors.seen++;
	if ((__u32)BPF_CORE_READ(files, count.counter) != walk->users)
		descriptors.expected = 0;
}

/* One flat loop over processes, their threads, and the tables of these. */
static long tables_step(__u32 i, void *unused)
{
	struct iu_bpf_descriptors_walk *walk = &descriptors.walk;

	if (walk->left) {
		on_place();
		return descriptors.expected && descriptors.seen == descriptors.expected;
	}
	if (walk->chunk < walk->chunks) {
		read_chunk();
	} else if (walk->thread) {
		next_thread();
	} else if (!walk->last) {
		next_process();
	} else if (walk->cred) { /* once more, and everywhere */
		walk->cred = walk->last = 0;
		descriptors.descriptors = descriptors.processes = descriptors.threads = 0;
		descriptors.seen = 0;
	} else {
		descriptors.ended = 1;
		return 1;
	}
	return 0;
}

/* A file of the reader itself, so that it knows whether the walk sees what is there. */
static __always_inline void want_canary(struct task_struct *task)
{
	struct files_struct *files = BPF_CORE_READ(task, files);
	__u64 table = read_pointer((__u64)BPF_CORE_READ(files, fdt) + TABLE(fd));
	__u64 file = read_pointer(table + (descriptors.canary & 0xfffff) * POINTER);
	__u32 zero = 0;
	struct iu_bpf_filter *wanted = bpf_map_lookup_elem(&filter, &zero);

	descriptors.walk.canary = file;
	if (wanted)
		wanted->bits[IU_BPF_FILTER_BYTE(file, descriptors.mask) & (IU_BPF_FILTER - 1)] |=
			1 << IU_BPF_FILTER_BIT(file);
}

/*
 * A raw tracepoint may be run by hand, and then holds RCU's lock: what leaves the lists of processes
 * meanwhile stays readable, and the way from there back into the list.
 */
SEC("raw_tp/sys_enter")
int inuse_holders(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	want_canary(task);
	descriptors.walk.leader = (__u64)BPF_CORE_READ(task, group_leader);
	descriptors.walk.cred = descriptors.cred;
	bpf_loop(IU_BPF_STEPS, tables_step, NULL, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

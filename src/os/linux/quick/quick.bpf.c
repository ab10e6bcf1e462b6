// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/quick/quick.bpf.c - who owns a port, and which descriptors lead there, in microseconds */
#include "os/linux/quick/read.bpf.h"
#include "os/linux/quick/shared.h"

/*
 * Loaded by quick.c and not by libbpf, which takes 13 ms: so there is one variable, every read is a
 * probe_read with an offset out of it, each program lies in a section of its own with all that it
 * calls, and nothing is relocated.
 */
struct iu_quick quick SEC(".bss");

/* ---- the owners of a port ---- */

static __always_inline void fill_full(struct iu_quick_row *row, __u64 sk)
{
	__u64 socket = read_pointer(sk, quick.at.sk_socket);
	__u64 cgroup = read_pointer(sk, quick.at.sk_cgroup);

	row->uid = read_u32(sk, quick.at.sk_uid);
	row->userlocks = read_u8(sk, quick.at.sk_userlocks);
	row->file = read_pointer(socket, quick.at.socket_file);
	row->pollers = 0;
	quick.walk.wq = read_pointer(sk, quick.at.sk_wq);
	quick.walk.waiter = quick.walk.wq
		? read_pointer(quick.walk.wq, quick.at.wq_waiters) : 0;
	row->cred = read_pointer(row->file, quick.at.file_cred);
	row->references = read_pointer(row->file, quick.references_at) + quick.references_less;
	row->inode = read_pointer(socket, quick.at.socket_ino);
	row->cgroup = read_pointer(read_pointer(cgroup, quick.at.cgroup_kn), quick.at.kn_id);
}

/* Whole structures are handed over and taken apart outside: each read costs the verifier 10 us. */
static __always_inline void on_owner(__u64 sk)
{
	__u32 at = quick.rows;
	__u8 state = read_u8(sk, quick.at.sk_state);
	struct iu_quick_row *row = &quick.row[at & (IU_QUICK_ROWS - 1)];

	/* room is kept for what is looked at first: listeners, and what is bound only */
	if (at >= (state == TCP_LISTEN || state == TCP_CLOSE ? IU_QUICK_ROWS : IU_QUICK_SOME)) {
		quick.rest[state & (IU_QUICK_STATES - 1)]++;
		return;
	}
	quick.walk.row = at;
	quick.rows = at + 1;
	bpf_probe_read_kernel(row->common, sizeof(row->common), (void *)sk);
	row->file = row->inode = row->references = 0;
	if (state != TCP_TIME_WAIT)
		fill_full(row, sk);
}

/*
 * poll() and select() take a reference to the file while they wait. What else waits has no such
 * entry: there something else lies before and behind.
 */
static __always_inline void on_waiter(__u64 node)
{
	struct iu_quick_row *row = &quick.row[quick.walk.row & (IU_QUICK_ROWS - 1)];
	__u64 entry = node - (quick.at.wait_entry >> 3) - (quick.at.poll_wait >> 3);

	if (read_pointer(entry, quick.at.poll_file) == row->file &&
		read_pointer(entry, quick.at.poll_queue) == quick.walk.wq)
		row->pollers++;
}

static long owners_step(__u32 i, void *unused);

/* The list that bind() itself looks through: inet_csk_get_port(). */
/* First in its section: there the kernel starts. */
SEC("quick/owners")
int owners(void *context)
{
	__u64 task = (__u64)bpf_get_current_task(), hash, bucket;
	__u32 slot;

	quick.walk.tb2_at = quick.walk.sk_at = quick.walk.waiter = 0;
	quick.walk.net = read_pointer(
		read_pointer(task, quick.at.task_nsproxy), quick.at.nsproxy_net);
	hash = read_pointer(quick.walk.net, quick.at.net_hashinfo);
	slot = (quick.port + read_u32(quick.walk.net, quick.at.net_hash_mix)) &
		(read_u32(hash, quick.at.hash_bhash_size) - 1);
	/* struct inet_bind_hashbucket ends with the head of its chain */
	bucket = read_pointer(hash, quick.at.hash_bhash) +
		(__u64)slot * ((quick.at.bucket_chain >> 3) + sizeof(__u64));
	quick.walk.tb_at = read_pointer(bucket, quick.at.bucket_chain);
	bpf_loop(IU_QUICK_STEPS, owners_step, NULL, 0);
	return 0;
}

/* One flat loop over buckets, their addresses and their sockets: nested ones cost the verifier ms. */
SEC("quick/owners") static long owners_step(__u32 i, void *unused)
{
	quick.steps = i + 1;
	if (quick.walk.waiter) {
		if (quick.walk.waiter == quick.walk.wq + (quick.at.wq_waiters >> 3)) {
			quick.walk.waiter = 0;
			return 0;
		}
		on_waiter(quick.walk.waiter);
		quick.walk.waiter = read_pointer(quick.walk.waiter, 0);
	} else if (quick.walk.sk_at) {
		on_owner(quick.walk.sk_at - (quick.at.sk_node >> 3));
		quick.walk.sk_at = read_pointer(quick.walk.sk_at, 0);
	} else if (quick.walk.tb2_at) {
		__u64 tb2 = quick.walk.tb2_at - (quick.at.tb2_node >> 3);

		quick.walk.sk_at = read_pointer(tb2, quick.at.tb2_owners);
		quick.walk.tb2_at = read_pointer(quick.walk.tb2_at, 0);
	} else if (quick.walk.tb_at) {
		__u64 tb = quick.walk.tb_at - (quick.at.tb_node >> 3);

		if (read_u16(tb, quick.at.tb_port) == quick.port &&
			read_pointer(tb, quick.at.tb_net) == quick.walk.net) {
			bpf_probe_read_kernel(quick.bucket, sizeof(quick.bucket), (void *)tb);
			quick.buckets++;
			if (quick.at.tb_bhash2 != IU_QUICK_NONE)
				quick.walk.tb2_at = read_pointer(tb, quick.at.tb_bhash2);
			else
				quick.walk.sk_at = read_pointer(tb, quick.at.tb_owners);
		}
		quick.walk.tb_at = read_pointer(quick.walk.tb_at, 0);
	} else {
		return 1;
	}
	return 0;
}

/* ---- descriptors ---- */

static long tables_step(__u32 i, void *unused);

/*
 * First in its section. The kernel runs this under RCU: what leaves its lists meanwhile stays
 * readable, and the way from there back into the list.
 */
SEC("quick/descriptors")
int descriptors(void *context)
{
	__u64 task = (__u64)bpf_get_current_task(), table, file;

	table = read_pointer(read_pointer(task, quick.at.task_files), quick.at.files_fdt);
	table = read_pointer(table, quick.at.fdt_fd);
	file = read_pointer(table + (quick.canary & 0xffff) * sizeof(__u64), 0);
	quick.canary_inode =
		read_pointer(read_pointer(file, quick.at.file_inode), quick.at.inode_ino);
	quick.walk.thread = quick.walk.chunk = quick.walk.chunks = quick.walk.last = 0;
	quick.walk.first = 0;
	quick.walk.leader = read_pointer(task, quick.at.task_leader);
	quick.walk.cred = quick.cred;
	bpf_loop(IU_QUICK_TABLE_STEPS, tables_step, NULL, 0);
	return 0;
}

static __always_inline void open_table(__u64 task, __u64 files, __u32 users)
{
	__u64 table = read_pointer(files, quick.at.files_fdt);

	quick.walk.table = read_pointer(table, quick.at.fdt_fd);
	quick.walk.chunks = read_u32(table, quick.at.fdt_max) / IU_QUICK_CHUNK;
	quick.walk.chunk = 0;
	quick.walk.alone = read_u32(files, quick.at.files_count) == users;
	quick.walk.tid = read_u32(task, quick.at.task_pid);
}

/*
 * From the idle task, where the list begins, to the end, where new ones are added: whoever hands a
 * file on to a new process is passed before that one.
 */
static __always_inline void next_process(void)
{
	__u64 leader = read_pointer(quick.walk.leader, quick.at.task_tasks) - (quick.at.task_tasks >> 3);
	__u64 signal;

	quick.walk.leader = leader;
	if (!quick.walk.first) {
		if (!read_u32(leader, quick.at.task_pid))
			quick.walk.first = leader;
		return;
	}
	quick.walk.last = leader == quick.walk.first;
	if (quick.walk.cred && quick.walk.cred != read_pointer(leader, quick.at.task_cred))
		return;
	signal = read_pointer(leader, quick.at.task_signal);
	quick.threads += read_u32(signal, quick.at.signal_count);
	quick.walk.pid = read_u32(leader, quick.at.task_tgid);
	quick.walk.files = read_pointer(leader, quick.at.task_files);
	quick.walk.threads = signal + (quick.at.signal_threads >> 3);
	quick.walk.thread = read_pointer(quick.walk.threads, 0);
	quick.walk.sharing = 0;
}

/*
 * Most threads share the table of their leader, which is looked into when it is known how many do.
 * A leader that has ended has none: its threads may.
 */
static __always_inline void next_thread(void)
{
	__u64 task, files;

	if (quick.walk.thread == quick.walk.threads) {
		quick.walk.thread = 0;
		if (quick.walk.files)
			open_table(quick.walk.leader, quick.walk.files, quick.walk.sharing);
		return;
	}
	task = quick.walk.thread - (quick.at.task_thread >> 3);
	quick.walk.thread = read_pointer(quick.walk.thread, 0);
	files = read_pointer(task, quick.at.task_files);
	if (files == quick.walk.files)
		quick.walk.sharing++;
	else if (files)
		open_table(task, files, 1);
}

static __always_inline void note_hit(__u64 mask)
{
	__u32 at = quick.hits++;

	if (at < IU_QUICK_HITS) {
		struct iu_quick_hit *hit = &quick.hit[at & (IU_QUICK_HITS - 1)];

		hit->pid = quick.walk.pid;
		hit->tid = quick.walk.tid;
		hit->first = quick.walk.chunk * IU_QUICK_CHUNK;
		hit->mask = mask;
	}
	if (!quick.walk.alone)
		quick.expected = 0;
	quick.seen += count_bits((__u32)mask);
}

static __always_inline void look_into(void)
{
	__u64 mask = 0, multiply = quick.multiply;
	__u32 at, shift = quick.shift & 63;

	/* every table has places for a multiple of 64 descriptors (alloc_fdtable()) */
	if (bpf_probe_read_kernel(quick.scratch, sizeof(quick.scratch),
		    (void *)(quick.walk.table + (__u64)quick.walk.chunk * sizeof(quick.scratch))) < 0) {
		quick.faults++;
		quick.walk.chunk = quick.walk.chunks;
		return;
	}
#pragma unroll
	for (at = 0; at < IU_QUICK_CHUNK; at++) {
		__u64 file = quick.scratch[at];
		__u64 slot = IU_QUICK_SLOT(file, multiply, shift) & (IU_QUICK_SLOTS - 1);

		/* bit 63 is set where they differ; a branch would be two ways for the verifier to go */
		file ^= quick.wanted[slot];
		file |= -file;
		__asm__ volatile("" : "+r"(file));
		mask |= file >> 63 << at;
		__asm__ volatile("" : "+r"(mask)::"memory"); /* no reads ahead: the stack is small */
	}
	mask ^= 0xffffffff;
	if (mask)
		note_hit(mask);
	quick.walk.chunk++;
}

/* One flat loop over processes, their threads, and the tables of these. */
SEC("quick/descriptors") static long tables_step(__u32 i, void *unused)
{
	if (quick.walk.chunk < quick.walk.chunks) {
		look_into();
		return quick.expected && quick.seen == quick.expected;
	}
	if (quick.walk.thread) {
		next_thread();
	} else if (!quick.walk.last) {
		next_process();
	} else if (quick.walk.cred) { /* once more, and everywhere */
		quick.walk.cred = quick.walk.last = 0;
		quick.hits = quick.seen = quick.threads = 0;
	} else {
		quick.whole = 1;
		return 1;
	}
	return 0;
}

/* ---- every descriptor of a socket ---- */

struct meta {
	struct seq_file *seq;
};

/* struct bpf_iter__task_file */
struct file_context {
	struct meta *meta;
	__u64 task;
	__u64 fd; /* 32 bits of it */
	__u64 file;
};

/* Of threads the kernel shows only those that do not share the table of their leader. */
SEC("quick/sockets")
int sockets(struct file_context *context)
{
	__u64 task = context->task, file = context->file, inode;
	struct iu_quick_descriptor row = {0};

	if (!task || !file)
		return 0;
	inode = read_pointer(file, quick.at.file_inode);
	if ((read_u16(inode, quick.at.inode_mode) & S_IFMT) != S_IFSOCK)
		return 0;
	row.inode = read_pointer(inode, quick.at.inode_ino);
	row.tid = read_u32(task, quick.at.task_pid);
	row.pid = read_u32(task, quick.at.task_tgid);
	row.fd = *(volatile __u32 *)&context->fd;
	bpf_seq_write(context->meta->seq, &row, sizeof(row));
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

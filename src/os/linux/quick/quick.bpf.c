// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/quick/quick.bpf.c - who owns a port, and which descriptors lead there, in microseconds */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "os/linux/quick/read.bpf.h"
#include "os/linux/quick/shared.h"

/*
 * Loaded by quick.c and not by libbpf, which takes 13 ms: so there is one variable, every read is a
 * probe_read with an offset out of it, each program lies in a section of its own with all that it
 * calls, and nothing is relocated.
 */
struct iu_quick quick SEC(".bss");

#define TCP_TIME_WAIT 6
#define TCP_CLOSE     7
#define TCP_LISTEN    10

/* ---- the owners of a port ---- */

struct owners_walk {
	__u64 net, tb_at, tb2_at, sk_at; /* the last three are nodes of lists */
};

static __always_inline void fill_full(struct iu_quick_row *row, __u64 sk)
{
	__u64 socket = read_pointer(sk, quick.at.sk_socket);
	__u64 cgroup = read_pointer(sk, quick.at.sk_cgroup);

	row->uid = read_u32(sk, quick.at.sk_uid);
	row->userlocks = read_u8(sk, quick.at.sk_userlocks);
	row->file = read_pointer(socket, quick.at.socket_file);
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
	quick.rows = at + 1;
	bpf_probe_read_kernel(row->common, sizeof(row->common), (void *)sk);
	row->file = row->inode = 0;
	if (state != TCP_TIME_WAIT)
		fill_full(row, sk);
}

static long owners_step(__u32 i, struct owners_walk *walk);

/* The list that bind() itself looks through: inet_csk_get_port(). */
/* First in its section: there the kernel starts. */
SEC("quick/owners")
int owners(void *context)
{
	struct owners_walk walk = {0};
	__u64 task = (__u64)bpf_get_current_task(), hash, bucket;
	__u32 slot;

	walk.net = read_pointer(
		read_pointer(task, quick.at.task_nsproxy), quick.at.nsproxy_net);
	hash = read_pointer(walk.net, quick.at.net_hashinfo);
	slot = (quick.port + read_u32(walk.net, quick.at.net_hash_mix)) &
		(read_u32(hash, quick.at.hash_bhash_size) - 1);
	/* struct inet_bind_hashbucket ends with the head of its chain */
	bucket = read_pointer(hash, quick.at.hash_bhash) +
		(__u64)slot * ((quick.at.bucket_chain >> 3) + sizeof(__u64));
	walk.tb_at = read_pointer(bucket, quick.at.bucket_chain);
	bpf_loop(IU_QUICK_STEPS, owners_step, &walk, 0);
	return 0;
}

/* One flat loop over buckets, their addresses and their sockets: nested ones cost the verifier ms. */
SEC("quick/owners") static long owners_step(__u32 i, struct owners_walk *walk)
{
	quick.steps = i + 1;
	if (walk->sk_at) {
		on_owner(walk->sk_at - (quick.at.sk_node >> 3));
		walk->sk_at = read_pointer(walk->sk_at, 0);
	} else if (walk->tb2_at) {
		__u64 tb2 = walk->tb2_at - (quick.at.tb2_node >> 3);

		walk->sk_at = read_pointer(tb2, quick.at.tb2_owners);
		walk->tb2_at = read_pointer(walk->tb2_at, 0);
	} else if (walk->tb_at) {
		__u64 tb = walk->tb_at - (quick.at.tb_node >> 3);

		if (read_u16(tb, quick.at.tb_port) == quick.port &&
			read_pointer(tb, quick.at.tb_net) == walk->net) {
			bpf_probe_read_kernel(quick.bucket, sizeof(quick.bucket), (void *)tb);
			quick.buckets++;
			walk->tb2_at = read_pointer(tb, quick.at.tb_bhash2);
		}
		walk->tb_at = read_pointer(walk->tb_at, 0);
	} else {
		return 1;
	}
	return 0;
}

/* ---- descriptors ---- */

struct table_walk {
	__u64 table; /* array of pointers to struct file */
	__s32 pid, tid;
};

struct context {
	__u64 meta;
	__u64 task;
};

static long table_step(__u32 i, struct table_walk *walk);

/* A file of the reader itself, so that it knows whether the walk sees what is there. */
static __always_inline void want_canary(__u64 table)
{
	__u64 file = read_pointer(table + (quick.canary & 0xffff) * sizeof(__u64), 0);

	quick.filter[IU_QUICK_BYTE(file)] |= 1 << IU_QUICK_BIT(file);
}

/* First in its section. All threads come by; most share the table of their leader. */
SEC("quick/descriptors")
int descriptors(struct context *context)
{
	__u64 task = context->task, leader, files, fdt;
	struct table_walk walk = {0};

	if (!task)
		return 0;
	leader = read_pointer(task, quick.at.task_leader);
	files = read_pointer(task, quick.at.task_files);
	if (!files || (leader != task && read_pointer(leader, quick.at.task_files) == files))
		return 0;
	quick.tasks++;
	fdt = read_pointer(files, quick.at.files_fdt);
	walk.table = read_pointer(fdt, quick.at.fdt_fd);
	walk.tid = read_u32(task, quick.at.task_pid);
	walk.pid = read_u32(task, quick.at.task_tgid);
	if (task == (__u64)bpf_get_current_task())
		want_canary(walk.table);
	bpf_loop(read_u32(fdt, quick.at.fdt_max) / IU_QUICK_CHUNK, table_step, &walk, 0);
	return 0;
}

SEC("quick/descriptors") static long table_step(__u32 i, struct table_walk *walk)
{
	__u32 first = i * IU_QUICK_CHUNK, at;
	__u64 mask = 0;

	/* every table has places for a multiple of 64 descriptors (alloc_fdtable()) */
	if (bpf_probe_read_kernel(quick.scratch, sizeof(quick.scratch),
		    (void *)(walk->table + first * sizeof(__u64))) < 0) {
		quick.faults++;
		return 1;
	}
#pragma unroll
	for (at = 0; at < IU_QUICK_CHUNK; at++) {
		__u64 file = quick.scratch[at];

		mask |= (__u64)(quick.filter[IU_QUICK_BYTE(file)] >> IU_QUICK_BIT(file) & 1) << at;
		__asm__ volatile("" : "+r"(mask)::"memory"); /* no reads ahead: the stack is small */
	}
	if (!mask)
		return 0;
	at = quick.hits++;
	if (at < IU_QUICK_HITS) {
		struct iu_quick_hit *hit = &quick.hit[at & (IU_QUICK_HITS - 1)];

		hit->pid = walk->pid;
		hit->tid = walk->tid;
		hit->first = first;
		hit->mask = mask;
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

#define S_IFMT	 0170000
#define S_IFSOCK 0140000

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

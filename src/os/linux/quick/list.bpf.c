// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/quick/list.bpf.c - for lists: which sockets are bound, and which descriptors lead to them */
#include "os/linux/quick/list-shared.h"
#include "os/linux/quick/read.bpf.h"

/* Loaded by list.c, as quick.bpf.c is by quick.c: the same rules hold. */
struct iu_quick_list list SEC(".bss");

#define BUCKET	(2 * POINTER) /* of TCP a lock and the head of a list, of UDP the other way round */

/* An index that the verifier can see is below a power of two, and that stays so. */
static __always_inline __u64 below(__u32 at, __u32 limit)
{
	__u64 index = at & (limit - 1);

	__asm__ volatile("" : "+r"(index));
	return index & (limit - 1);
}

/* ---- sockets ---- */

enum table { TCP, UDP, UNIX, TABLES };

/* A member of what was read last: a pointer, or a number that begins there. */
static __always_inline __u64 in_common(__u32 bits)
{
	return list.common[bits >> 6 & (IU_LIST_COMMON - 1)] >> (bits & 63);
}

/* Which is the lowest bit that is set. */
static __always_inline __u32 lowest(__u32 bits)
{
	return count_bits((bits & -bits) - 1);
}

static __always_inline void want(__u64 file)
{
	if (!file)
		return;
	list.filter[IU_LIST_BYTE(file)] |= 1 << IU_LIST_BIT(file);
}

static __always_inline void on_bound(__u64 sk, __u64 socket, __u64 file)
{
	__u64 cgroup = read_pointer(sk, list.at.sk_cgroup);
	__u32 at = list.bounds++;
	struct iu_quick_row *row = at < IU_LIST_NEAR_BOUND
		? &list.near_bound[below(at, IU_LIST_NEAR_BOUND)]
		: &list.bound[below(at, IU_LIST_BOUND)];

	bpf_probe_read_kernel(row->common, sizeof(row->common), (void *)sk);
	row->uid = read_u32(sk, list.at.sk_uid);
	row->userlocks = read_u8(sk, list.at.sk_userlocks);
	row->file = file != 0;
	row->inode = read_pointer(socket, list.at.socket_ino);
	row->cgroup = read_pointer(read_pointer(cgroup, list.at.cgroup_kn), list.at.kn_id);
}

static __always_inline void on_socket(__u32 table, __u64 sk)
{
	__u64 socket, file;
	__u8 state;

	if (table == UNIX && !read_pointer(sk, list.at.unix_addr))
		return;
	socket = read_pointer(sk, list.at.sk_socket);
	file = read_pointer(socket, list.at.socket_file);
	want(file);
	state = read_u8(sk, list.at.sk_state);
	/* by now it may be another one in the same memory, of another namespace */
	if (table == TCP && state == TCP_CLOSE &&
		read_pointer(sk, list.at.sk_net) == list.sockets.net)
		on_bound(sk, socket, file);
}

static __always_inline void begin(struct iu_chain *chain, __u64 head)
{
	chain->head = chain->from = head;
	chain->at = read_pointer(head, 0);
}

static __always_inline void stray(struct iu_chain *chain)
{
	list.strays++;
	begin(chain, chain->head);
}

static __always_inline void open_table(struct iu_sockets_walk *walk)
{
	__u64 hash;

	walk->slot = walk->filled = walk->over = 0;
	if (walk->table == TCP) {
		hash = read_pointer(walk->net, list.at.net_hashinfo);
		walk->slots = read_u32(hash, list.at.hash_bhash_size);
		walk->base = read_pointer(hash, list.at.hash_bhash) + (list.at.bucket_chain >> 3);
	} else if (walk->table == UDP) {
		hash = read_pointer(walk->net, list.at.net_udp);
		walk->slots = read_u32(hash, list.at.udp_mask) + 1;
		walk->base = read_pointer(hash, list.at.udp_hash);
	} else {
		walk->slots = UNIX_BUCKETS;
		walk->base = read_pointer(walk->net, list.at.net_unix);
	}
}

/* Which of the next buckets have anything. */
static __always_inline void read_chunk(struct iu_sockets_walk *walk)
{
	__u32 filled = 0, i;

	walk->chunk = walk->slot;
	walk->slot += IU_LIST_CHUNK;
	bpf_probe_read_kernel(list.scratch, sizeof(list.scratch),
		(void *)(walk->base + (__u64)walk->chunk * BUCKET));
#pragma unroll
	for (i = 0; i < IU_LIST_CHUNK; i++) {
		__u64 head = list.scratch[2 * i];

		filled |= (__u32)((head | -head) >> 63) << i;
		__asm__ volatile("" : "+r"(filled)::"memory"); /* no reads ahead: the stack is small */
	}
	walk->filled = filled;
}

/* The next bucket that has something; none of a chunk that has nothing. */
static __always_inline void next_bucket(struct iu_sockets_walk *walk)
{
	__u32 filled = walk->filled, slot;

	if (walk->table == UNIX) {
		if (walk->slot >= walk->slots)
			walk->over = 1;
		else
			begin(&walk->buckets, walk->base + (__u64)walk->slot++ * POINTER);
	} else if (walk->table == UDP && list.udp_ports < IU_LIST_PORTS) {
		slot = list.udp_port[walk->slot & (IU_LIST_PORTS - 1)] + walk->mix;
		if (walk->slot++ >= list.udp_ports)
			walk->over = 1;
		else
			begin(&walk->buckets,
				walk->base + (__u64)(slot & (walk->slots - 1)) * BUCKET);
	} else if (filled) {
		walk->filled = filled & (filled - 1);
		begin(&walk->buckets, walk->base + (__u64)(walk->chunk + lowest(filled)) * BUCKET);
	} else if (walk->slot >= walk->slots) {
		walk->over = 1;
	} else {
		read_chunk(walk);
	}
}

/* A port; those that only connect() ever chose have nobody who is bound only. */
static __always_inline void next_port(struct iu_sockets_walk *walk)
{
	__u64 tb = walk->buckets.at - (list.at.tb_node >> 3);

	bpf_probe_read_kernel(list.common, sizeof(list.common), (void *)tb);
	if (in_common(list.at.tb_node + 64) != walk->buckets.from) {
		stray(&walk->buckets);
		return;
	}
	walk->buckets.from = walk->buckets.at;
	walk->buckets.at = in_common(list.at.tb_node);
	if (in_common(list.at.tb_net) == walk->net &&
		((in_common(list.at.tb_fastreuse) & 0xff) != 0xff ||
			(in_common(list.at.tb_fastreuseport) & 0xff) != 0xff))
		begin(&walk->addresses, tb + (list.at.tb_bhash2 >> 3));
}

static __always_inline void next_address(struct iu_sockets_walk *walk)
{
	__u64 at = walk->addresses.at, next = read_pointer(at, 0);

	if (read_pointer(at, 64) != walk->addresses.from) {
		stray(&walk->addresses);
		return;
	}
	walk->pending = at - (list.at.tb2_node >> 3) + (list.at.tb2_owners >> 3);
	walk->addresses.from = at;
	walk->addresses.at = next;
}

/* A socket of UDP or UNIX. */
static __always_inline void next_socket(struct iu_sockets_walk *walk)
{
	__u64 at = walk->buckets.at, next = read_pointer(at, 0);

	if (read_pointer(at, 64) != walk->buckets.from) {
		stray(&walk->buckets);
		return;
	}
	walk->buckets.from = at;
	walk->buckets.at = next;
	on_socket(walk->table, at - (list.at.sk_list >> 3));
}

static long sockets_step(__u32 i, void *unused);
static long chain_read(__u32 i, void *unused);
static long chain_next(__u32 i, void *unused);

/* First in its section: there the kernel starts. */
SEC("quick/list_sockets")
int list_sockets(void *context)
{
	struct iu_sockets_walk *walk = &list.sockets;
	__u64 task = (__u64)bpf_get_current_task();

	walk->net = read_pointer(read_pointer(task, list.at.task_nsproxy), list.at.nsproxy_net);
	walk->mix = read_u32(walk->net, list.at.net_hash_mix);
	open_table(walk);
	bpf_loop(IU_LIST_STEPS, sockets_step, (void *)0, 0);
	return 0;
}

/* One after the other, and nothing between depends on what the others read. */
SEC("quick/list_sockets") static long chain_read(__u32 i, void *unused)
{
	struct iu_chain *chain = &list.sockets.chain[i & (IU_LIST_CHAINS - 1)];

	if (chain->at)
		bpf_probe_read_kernel(chain->read, sizeof(chain->read),
			(void *)(chain->at - (list.at.sk_node >> 3) + (list.at.sk_state >> 6) * 8));
	return 0;
}

SEC("quick/list_sockets") static long chain_next(__u32 i, void *unused)
{
	struct iu_sockets_walk *walk = &list.sockets;
	struct iu_chain *chain = &walk->chain[i & (IU_LIST_CHAINS - 1)];
	__u8 state = chain->read[0] >> (list.at.sk_state & 63);

	if (!chain->at) {
		if (walk->pending) {
			begin(chain, walk->pending);
			walk->pending = 0;
		}
	} else if (chain->read[2] != chain->from) {
		stray(chain);
	} else {
		if (state == TCP_CLOSE || state == TCP_LISTEN)
			walk->found[walk->founds++ & (IU_LIST_CHAINS - 1)] =
				chain->at - (list.at.sk_node >> 3);
		chain->from = chain->at;
		chain->at = chain->read[1];
	}
	walk->active |= chain->at != 0;
	return 0;
}

/* One flat loop over tables, buckets, ports and their addresses; beside it the lists of sockets. */
SEC("quick/list_sockets") static long sockets_step(__u32 i, void *unused)
{
	struct iu_sockets_walk *walk = &list.sockets;

	if (list.strays > IU_LIST_STRAYS)
		return 1;
	if (walk->founds) {
		on_socket(TCP, walk->found[--walk->founds & (IU_LIST_CHAINS - 1)]);
		return 0;
	}
	if (walk->table == TCP && (walk->active || walk->pending)) {
		walk->active = 0;
		bpf_loop(IU_LIST_CHAINS, chain_read, (void *)0, 0);
		bpf_loop(IU_LIST_CHAINS, chain_next, (void *)0, 0);
		if (walk->pending)
			return 0;
	}
	if (walk->addresses.at) {
		next_address(walk);
	} else if (walk->buckets.at) {
		if (walk->table == TCP)
			next_port(walk);
		else
			next_socket(walk);
	} else if (!walk->over) {
		next_bucket(walk);
	} else if (!walk->active && !walk->founds) {
		if (++walk->table == TABLES)
			return list.ended = 1;
		open_table(walk);
	}
	return 0;
}

/* ---- descriptors ---- */

static long tables_step(__u32 i, void *unused);

/* A file of the reader itself, so that it knows whether the walk sees what is there. */
static __always_inline void want_canary(__u64 task)
{
	__u64 fdt = read_pointer(read_pointer(task, list.at.task_files), list.at.files_fdt);

	want(read_pointer(read_pointer(fdt, list.at.fdt_fd) + (list.canary & 0xffff) * POINTER, 0));
}

/* First in its section. Under RCU: what leaves the lists of processes meanwhile leads back to them. */
SEC("quick/list_holders")
int list_holders(void *context)
{
	struct iu_tables_walk *walk = &list.tables;
	__u64 task = (__u64)bpf_get_current_task();

	want_canary(task);
	walk->leader = read_pointer(task, list.at.task_leader);
	bpf_loop(IU_LIST_STEPS, tables_step, (void *)0, 0);
	return 0;
}

static __always_inline void open_files(struct iu_tables_walk *walk, __u64 task, __u64 files)
{
	__u64 fdt = read_pointer(files, list.at.files_fdt);

	walk->task = task;
	walk->opened = files;
	walk->table = read_pointer(fdt, list.at.fdt_fd);
	walk->chunks = read_u32(fdt, list.at.fdt_max) / IU_LIST_CHUNK;
	walk->chunk = 0;
	walk->tid = read_u32(task, list.at.task_pid);
}

/*
 * From the idle task, where the list begins, to the end, where new ones are added: whoever hands a
 * socket to a child and ends has that child behind it.
 */
static __always_inline void next_process(struct iu_tables_walk *walk)
{
	__u64 leader = read_pointer(walk->leader, list.at.task_tasks) - (list.at.task_tasks >> 3);
	__u64 signal = read_pointer(leader, list.at.task_signal);

	walk->leader = leader;
	if (!walk->first) {
		if (!read_u32(leader, list.at.task_pid))
			walk->first = leader;
		return;
	}
	walk->last = leader == walk->first;
	walk->noted = 0;
	walk->files = read_pointer(leader, list.at.task_files);
	if (read_u32(signal, list.at.signal_count) > 1) {
		walk->threads = signal + (list.at.signal_threads >> 3);
		walk->thread = read_pointer(walk->threads, 0);
	}
	if (walk->files)
		open_files(walk, leader, walk->files);
}

/* Most threads share the table of their leader. One that ended has none: its threads may. */
static __always_inline void next_thread(struct iu_tables_walk *walk)
{
	__u64 task = walk->thread - (list.at.task_thread >> 3), files;

	walk->thread = read_pointer(walk->thread, 0);
	if (walk->thread == walk->threads)
		walk->thread = 0;
	files = read_pointer(task, list.at.task_files);
	if (files && files != walk->files)
		open_files(walk, task, files);
}

/* Of one that ends the table is freed at once, after it was taken from the task. */
static __always_inline __u32 is_open(const struct iu_tables_walk *walk)
{
	return read_pointer(walk->task, list.at.task_files) == walk->opened;
}

static __always_inline void read_chunk_of(struct iu_tables_walk *walk)
{
	__u32 at, left = 0;

	/* every table has places for a multiple of 64 descriptors (alloc_fdtable()) */
	if (bpf_probe_read_kernel(list.scratch, IU_LIST_CHUNK * POINTER,
		    (void *)(walk->table + (__u64)walk->chunk * IU_LIST_CHUNK * POINTER)) < 0) {
		list.faults += is_open(walk);
		walk->chunk = walk->chunks;
		return;
	}
#pragma unroll
	for (at = 0; at < IU_LIST_CHUNK; at++) {
		__u64 file = list.scratch[at];

		left |= (__u32)(list.filter[IU_LIST_BYTE(file)] >> IU_LIST_BIT(file) & 1) << at;
		__asm__ volatile("" : "+r"(left)::"memory");
	}
	walk->left = left;
	walk->chunk++;
}

static __always_inline void note_process(struct iu_tables_walk *walk)
{
	__u32 at = list.processes++;
	struct iu_quick_process *process = at < IU_LIST_NEAR
		? &list.near_process[below(at, IU_LIST_NEAR)]
		: &list.process[below(at, IU_LIST_PROCESSES)];

	walk->noted = 1;
	walk->pid = process->pid = read_u32(walk->leader, list.at.task_tgid);
	process->uid = read_u32(read_pointer(walk->leader, list.at.task_cred), list.at.cred_euid);
	process->started = read_pointer(walk->leader, list.at.task_start);
	process->groups = read_pointer(walk->leader, list.at.task_cgroups);
	bpf_probe_read_kernel(process->name, sizeof(process->name),
		(void *)(walk->leader + (list.at.task_comm >> 3)));
}

/* One place whose file has a bit in the filter, as other files may have by chance. */
static __always_inline void on_place(struct iu_tables_walk *walk)
{
	__u32 left = walk->left, bit, fd, at;
	__u64 file, inode, number;

	bit = lowest(left);
	fd = (walk->chunk - 1) * IU_LIST_CHUNK + bit;
	walk->left = left & (left - 1);
	file = list.scratch[bit & (IU_LIST_CHUNK - 1)];
	inode = read_pointer(file, list.at.file_inode);
	number = read_pointer(inode, list.at.inode_ino);
	if ((read_u16(inode, list.at.inode_mode) & S_IFMT) != S_IFSOCK)
		return;
	/* files are used again at once: it counts while the place still has this one */
	if (read_pointer(walk->table + fd * POINTER, 0) != file || !is_open(walk))
		return;
	if (!walk->noted)
		note_process(walk);
	at = list.hits++;
	if (at < IU_LIST_HITS) {
		struct iu_quick_held *hit = at < IU_LIST_NEAR ? &list.near_hit[below(at, IU_LIST_NEAR)]
							      : &list.hit[below(at, IU_LIST_HITS)];

		hit->inode = number;
		hit->process = list.processes - 1;
		hit->pid = walk->pid;
		hit->tid = walk->tid;
		hit->fd = fd;
	}
}

/* One flat loop over processes, their threads, and the tables of these. */
SEC("quick/list_holders") static long tables_step(__u32 i, void *unused)
{
	struct iu_tables_walk *walk = &list.tables;

	if (walk->left) {
		on_place(walk);
	} else if (walk->chunk < walk->chunks) {
		read_chunk_of(walk);
	} else if (walk->thread) {
		next_thread(walk);
	} else if (!walk->last) {
		next_process(walk);
	} else {
		list.ended = 1;
		return 1;
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

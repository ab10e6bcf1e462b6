// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/quick/named.bpf.c - the files of UDP and UNIX sockets that are known by their inodes */
#include "os/linux/quick/named-shared.h"
#include "os/linux/quick/read.bpf.h"

/* Loaded by named.c, as quick.bpf.c is by quick.c: the same rules hold. */
struct iu_named named SEC(".bss");

#define UDP_BUCKET (2 * POINTER) /* the head of a list, then a count and a lock */

enum table { UDP, UNIX };

static __always_inline void begin(__u64 head)
{
	named.head = named.from = head;
	named.node = read_pointer(head, 0);
}

/* The next list, as the kernel finds it: udp_hashslot(), unix_abstract_hash() and its sisters. */
static __always_inline int next_bucket(void)
{
	__u32 slot = named.slot++, port;
	__u64 udp;

	if (named.table == UDP) {
		if (slot >= named.ports) {
			named.table = UNIX;
			named.slot = named.paths ? 0 : UNIX_BUCKETS;
			return 0;
		}
		udp = read_pointer(named.net, named.at.net_udp);
		port = named.port[slot & (IU_NAMED_PORTS - 1)] +
			read_u32(named.net, named.at.net_hash_mix);
		begin(read_pointer(udp, named.at.udp_hash) +
			(__u64)(port & read_u32(udp, named.at.udp_mask)) * UDP_BUCKET);
		return 0;
	}
	if (slot >= UNIX_BUCKETS)
		return named.ended = 1;
	begin(read_pointer(named.net, named.at.net_unix) + (__u64)slot * POINTER);
	return 0;
}

static __always_inline void on_socket(__u64 sk)
{
	__u64 socket = read_pointer(sk, named.at.sk_socket);
	__u64 inode = read_pointer(socket, named.at.socket_ino);
	__u32 at, bit = inode & (IU_NAMED_FILTER - 1);
	struct iu_named_row *row;

	if (!socket || !(named.filter[bit >> 3] >> (bit & 7) & 1))
		return;
	at = named.rows++;
	row = &named.row[at & (IU_NAMED_ROWS - 1)];
	row->inode = inode;
	row->file = read_pointer(socket, named.at.socket_file);
	row->cred = read_pointer(row->file, named.at.file_cred);
	row->references = read_pointer(row->file, named.references_at) + named.references_less;
}

/*
 * Lists are read without their locks. Each node says where the pointer to it lies: as long as it
 * does, nothing was passed over.
 */
static __always_inline void next_socket(void)
{
	__u64 at = named.node;

	if (read_pointer(at, 8 * POINTER) != named.from) {
		named.strays++;
		begin(named.head);
		return;
	}
	named.from = at;
	named.node = read_pointer(at, 0);
	on_socket(at - (named.at.sk_list >> 3));
}

static long named_step(__u32 i, void *unused);

/* First in its section: there the kernel starts. */
SEC("quick/named_files")
int named_files(void *context)
{
	__u64 task = (__u64)bpf_get_current_task();

	named.net = read_pointer(read_pointer(task, named.at.task_nsproxy), named.at.nsproxy_net);
	named.node = named.slot = named.table = 0;
	bpf_loop(IU_NAMED_STEPS, named_step, (void *)0, 0);
	return 0;
}

SEC("quick/named_files") static long named_step(__u32 i, void *unused)
{
	if (named.strays > IU_NAMED_STRAYS)
		return 1;
	if (!named.node)
		return next_bucket();
	next_socket();
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

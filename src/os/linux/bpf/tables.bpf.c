// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/tables.bpf.c - the sockets that are bound, out of the kernel's tables of all */
#include "os/linux/bpf/socket.bpf.h"

struct iu_bpf_tables_memory tables;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IU_BPF_SOCKETS);
	__type(key, __u32);
	__type(value, struct iu_bpf_socket);
} rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct iu_bpf_filter);
} filter SEC(".maps");

static __always_inline struct iu_bpf_socket *add_row(void)
{
	__u32 at = tables.rows++;

	return bpf_map_lookup_elem(&rows, &at);
}

/* A member of a port's bucket, of which the start was read as a whole. */
#define IN_BUCKET(member)                                                                          \
	((void *)(tables.walk.bucket + (bpf_core_field_offset(struct inet_bind_bucket, member) &  \
						(sizeof(tables.walk.bucket) - 1))))
#define BEHIND_BUCKET(member)                                                                      \
	(bpf_core_field_offset(struct inet_bind_bucket, member) + 2 * POINTER >                    \
		sizeof(tables.walk.bucket))

/* The word with the state of a socket, and whether its node in the list of owners is the next one. */
#define STATE_WORD  (SOCK_OFFSET(__sk_common.skc_state) & ~(POINTER - 1))
#define STATE_BYTE  (SOCK_OFFSET(__sk_common.skc_state) & (POINTER - 1))
#define STATE_IS_BY                                                                                \
	(SOCK_OFFSET(__sk_common.skc_bind_node) == STATE_WORD + POINTER)

/* An index that the verifier can see is below a power of two, and that stays so. */
static __always_inline __u64 below(__u32 at, __u32 limit)
{
	__u64 index = at & (limit - 1);

	__asm__ volatile("" : "+r"(index));
	return index & (limit - 1);
}

/* How many bits are set. */
static __always_inline __u32 count_bits(__u32 bits)
{
	bits -= bits >> 1 & 0x55555555;
	bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f;
	return bits * 0x01010101 >> 24;
}

/* Which is the lowest bit that is set. */
static __always_inline __u32 lowest(__u32 bits)
{
	return count_bits((bits & -bits) - 1);
}

static __always_inline void want(__u64 file)
{
	struct iu_bpf_filter *wanted;
	__u32 zero = 0;

	wanted = file ? bpf_map_lookup_elem(&filter, &zero) : NULL;
	if (wanted)
		wanted->bits[IU_BPF_FILTER_BYTE(file, tables.mask & (IU_BPF_FILTER - 1))] |=
			1 << IU_BPF_FILTER_BIT(file);
}

static __always_inline void on_bound(struct sock *sk, __u64 file)
{
	struct iu_bpf_socket *row = add_row();

	if (!row)
		return;
	read_tcp(row, sk);
	row->file = file != 0;
}

static __always_inline void on_wanted(struct sock *sk)
{
	__u64 inode = inode_of(sk), bit = inode & (IU_BPF_INODES - 1);
	struct iu_bpf_socket *row;

	if (!inode || !(tables.inode[bit >> 3] >> (bit & 7) & 1))
		return;
	row = add_row();
	if (!row)
		return;
	read_file(row, sk);
	row->inode = inode;
}

static __always_inline void on_socket(struct iu_bpf_tables_walk *walk, struct sock *sk)
{
	struct socket_alloc *socket;
	__u64 file;

	if (tables.by_inode) {
		on_wanted(sk);
		return;
	}
	if (walk->table == IU_BPF_UNIX_TABLE && !BPF_CORE_READ((struct unix_sock *)sk, addr))
		return;
	socket = (void *)SOCK(sk, sk_socket);
	file = (__u64)BPF_CORE_READ(socket, socket.file);
	want(file);
	/* by now it may be another one in the same memory, of another namespace */
	if (walk->table == IU_BPF_TCP_TABLE &&
		SOCK(sk, __sk_common.skc_state) == TCP_CLOSE &&
		(__u64)SOCK(sk, __sk_common.skc_net.net) == tables.net)
		on_bound(sk, file);
}

static __always_inline void begin(struct iu_bpf_chain *chain, __u64 head)
{
	chain->head = chain->from = head;
	chain->at = read_pointer(head);
}

static __always_inline void stray(struct iu_bpf_chain *chain)
{
	tables.strays++;
	begin(chain, chain->head);
}

static __always_inline void open_table(struct iu_bpf_tables_walk *walk)
{
	struct net *net = (struct net *)tables.net;

	walk->slot = walk->filled = walk->over = 0;
	if (!(tables.tables >> walk->table & 1)) {
		walk->over = 1;
	} else if (walk->table == IU_BPF_TCP_TABLE) {
		struct inet_hashinfo *hash = BPF_CORE_READ(net, ipv4.tcp_death_row.hashinfo);

		walk->slots = BPF_CORE_READ(hash, bhash_size);
		walk->base = (__u64)BPF_CORE_READ(hash, bhash) + CHAIN;
	} else if (walk->table == IU_BPF_UDP_TABLE) {
		struct udp_table *table = BPF_CORE_READ(net, ipv4.udp_table);

		walk->slots = BPF_CORE_READ(table, mask) + 1;
		walk->base = (__u64)BPF_CORE_READ(table, hash);
	} else {
		walk->slots = UNIX_BUCKETS;
		walk->base = (__u64)BPF_CORE_READ(net, unx.table.buckets);
	}
}

/* Which of the next buckets have anything. */
static __always_inline void read_chunk(struct iu_bpf_tables_walk *walk)
{
	__u32 filled = 0, i;

	walk->chunk = walk->slot;
	walk->slot += IU_BPF_CHUNK;
	bpf_probe_read_kernel(walk->heads, sizeof(walk->heads),
		(void *)(walk->base + (__u64)walk->chunk * BUCKET));
#pragma unroll
	for (i = 0; i < IU_BPF_CHUNK; i++) {
		__u64 head = walk->heads[2 * i];

		filled |= (__u32)((head | -head) >> 63) << i;
		__asm__ volatile("" : "+r"(filled)::"memory"); /* no reads ahead: the stack is small */
	}
	walk->filled = filled;
}

/* The next bucket that has something; none of a chunk that has nothing. */
static __always_inline void next_bucket(struct iu_bpf_tables_walk *walk)
{
	__u32 filled = walk->filled, slot;

	if (walk->table == IU_BPF_UNIX_TABLE) {
		if (walk->slot >= walk->slots)
			walk->over = 1;
		else
			begin(&walk->buckets, walk->base + (__u64)walk->slot++ * POINTER);
	} else if (walk->table == IU_BPF_UDP_TABLE && tables.udp_ports < IU_BPF_PORTS) {
		slot = tables.udp_port[walk->slot & (IU_BPF_PORTS - 1)] + tables.mix;
		if (walk->slot++ >= tables.udp_ports)
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
static __always_inline void next_port(struct iu_bpf_tables_walk *walk)
{
	struct inet_bind_bucket *bucket = AROUND(walk->buckets.at, inet_bind_bucket, node);
	struct hlist_node *node = IN_BUCKET(node);

	bpf_probe_read_kernel(walk->bucket, sizeof(walk->bucket), bucket);
	if ((__u64)node->pprev != walk->buckets.from) {
		stray(&walk->buckets);
		return;
	}
	walk->buckets.from = walk->buckets.at;
	walk->buckets.at = (__u64)node->next;
	if (*(__u64 *)IN_BUCKET(ib_net.net) == tables.net &&
		(*(__s8 *)IN_BUCKET(fastreuse) != -1 || *(__s8 *)IN_BUCKET(fastreuseport) != -1))
		begin(&walk->addresses,
			(__u64)bucket + bpf_core_field_offset(struct inet_bind_bucket, bhash2));
}

/* Goes on in a list. Returns: the node that was passed, 0: it begins anew. */
static __always_inline __u64 next_node(struct iu_bpf_chain *chain)
{
	__u64 at = chain->at, next = read_pointer(at);

	if (read_pointer(at + POINTER) != chain->from) {
		stray(chain);
		return 0;
	}
	chain->from = at;
	chain->at = next;
	return at;
}

static __always_inline void next_address(struct iu_bpf_tables_walk *walk)
{
	__u64 at = next_node(&walk->addresses);

	if (at)
		walk->pending = (__u64)AROUND(at, inet_bind2_bucket, bhash_node) +
			bpf_core_field_offset(struct inet_bind2_bucket, owners);
}

/* A socket of UDP or UNIX. */
static __always_inline void next_socket(struct iu_bpf_tables_walk *walk)
{
	__u64 at = next_node(&walk->buckets);

	if (at)
		on_socket(walk, SOCK_AROUND(at, __sk_common.skc_node));
}

/* One after the other, and nothing between depends on what the others read. */
static long chain_read(__u32 i, void *unused)
{
	struct iu_bpf_chain *chain = &tables.walk.chain[below(i, IU_BPF_CHAINS)];
	__u64 sk;

	if (!chain->at)
		return 0;
	sk = (__u64)SOCK_AROUND(chain->at, __sk_common.skc_bind_node);
	if (STATE_IS_BY) {
		bpf_probe_read_kernel(chain->read, sizeof(chain->read), (void *)(sk + STATE_WORD));
	} else {
		chain->read[0] = read_pointer(sk + STATE_WORD);
		bpf_probe_read_kernel(&chain->read[1], 2 * POINTER, (void *)chain->at);
	}
	return 0;
}

static long chain_next(__u32 i, void *unused)
{
	struct iu_bpf_tables_walk *walk = &tables.walk;
	struct iu_bpf_chain *chain = &walk->chain[below(i, IU_BPF_CHAINS)];
	__u8 state = ((__u8 *)chain->read)[STATE_BYTE];

	if (!chain->at) {
		if (walk->pending) {
			begin(chain, walk->pending);
			walk->pending = 0;
		}
	} else if (chain->read[2] != chain->from) {
		stray(chain);
	} else {
		if (state == TCP_CLOSE || state == TCP_LISTEN)
			walk->found[below(walk->founds++, IU_BPF_CHAINS)] =
				(__u64)SOCK_AROUND(chain->at, __sk_common.skc_bind_node);
		chain->from = chain->at;
		chain->at = chain->read[1];
	}
	walk->active |= chain->at != 0;
	return 0;
}

/* One flat loop over tables, buckets, ports and their addresses; beside it the lists of tables. */
static long tables_step(__u32 i, void *unused)
{
	struct iu_bpf_tables_walk *walk = &tables.walk;

	if (tables.strays > IU_BPF_STRAYS)
		return 1;
	if (walk->founds) {
		on_socket(walk, (struct sock *)walk->found[below(--walk->founds, IU_BPF_CHAINS)]);
		return 0;
	}
	if (walk->table == IU_BPF_TCP_TABLE && (walk->active || walk->pending)) {
		walk->active = 0;
		bpf_loop(IU_BPF_CHAINS, chain_read, NULL, 0);
		bpf_loop(IU_BPF_CHAINS, chain_next, NULL, 0);
		if (walk->pending)
			return 0;
	}
	if (walk->addresses.at) {
		next_address(walk);
	} else if (walk->buckets.at) {
		if (walk->table == IU_BPF_TCP_TABLE)
			next_port(walk);
		else
			next_socket(walk);
	} else if (!walk->over) {
		next_bucket(walk);
	} else if (!walk->active && !walk->founds) {
		if (++walk->table == IU_BPF_TABLES)
			return tables.ended = 1;
		open_table(walk);
	}
	return 0;
}

/* Whether this kernel has all the structures that lead there, as they are known here. */
static __always_inline bool knows_tables(void)
{
	const struct inet_bind_bucket *bucket = NULL;
	const struct net *net = NULL;

	if (!knows_buckets() || !bpf_core_field_exists(net->ipv4.udp_table) ||
		!bpf_core_field_exists(net->unx.table.buckets))
		return false;
	return !(tables.tables & 1 << IU_BPF_TCP_TABLE) ||
	       (bpf_core_field_exists(bucket->bhash2) && !BEHIND_BUCKET(node) &&
		       !BEHIND_BUCKET(ib_net) && !BEHIND_BUCKET(fastreuseport));
}

/*
 * All TCP ports, UDP and UNIX sockets of our network namespace: notes the files of those that listen
 * or are bound, and which TCP sockets are bound only; or the files of wanted UDP and UNIX sockets.
 * A raw tracepoint, as in bucket.bpf.c.
 */
SEC("raw_tp/sys_enter")
int inuse_tables(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);

	if (!knows_tables()) {
		tables.unknown = 1;
		return 0;
	}
	tables.net = (__u64)net;
	tables.mix = BPF_CORE_READ(net, hash_mix);
	open_table(&tables.walk);
	bpf_loop(IU_BPF_STEPS, tables_step, NULL, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

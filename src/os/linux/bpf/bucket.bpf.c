// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/bucket.bpf.c - the TCP sockets that own a port, out of the kernel's list of them */
#include "os/linux/bpf/socket.bpf.h"

struct iu_bpf_bucket_memory bucket;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IU_BPF_OWNERS);
	__type(key, __u32);
	__type(value, struct iu_bpf_socket);
} rows SEC(".maps");

static __always_inline struct iu_bpf_socket *add_row(void)
{
	__u32 at = bucket.rows++;

	return bpf_map_lookup_elem(&rows, &at);
}

/* Where a queue of waiters has the head of its list, and an entry of poll() in it its members. */
#define WAITERS                                                                                    \
	(bpf_core_field_offset(struct socket_alloc, socket.wq.wait.head) -                         \
		bpf_core_field_offset(struct socket_alloc, socket.wq))
#define BESIDE_NODE(member)                                                                        \
	((__u64)bpf_core_field_offset(struct poll_wqueues, inline_entries[0].member) -             \
		bpf_core_field_offset(struct poll_wqueues, inline_entries[0].wait.entry))

static __always_inline void on_owner(struct sock *sk)
{
	struct iu_bpf_bucket_walk *walk = &bucket.walk;
	__u8 state = SOCK(sk, __sk_common.skc_state);
	struct iu_bpf_socket *row;

	/* room is kept for what is looked at first: listeners, and what is bound only */
	if (bucket.rows >= (state == TCP_LISTEN || state == TCP_CLOSE ? IU_BPF_OWNERS : IU_BPF_SOME)) {
		bucket.rest[state & (IU_BPF_STATES - 1)]++;
		return;
	}
	walk->row = bucket.rows;
	row = add_row();
	if (!row)
		return;
	read_tcp(row, sk);
	if (row->mini)
		return;
	read_file(row, sk);
	walk->file = row->file;
	walk->wait = (__u64)SOCK(sk, sk_wq);
	walk->waiter = walk->wait ? read_pointer(walk->wait + WAITERS) : 0;
}

/*
 * poll() and select() take a reference to the file while they wait. What else waits has no such
 * entry: there something else lies before and behind.
 */
static __always_inline void on_waiter(__u64 node)
{
	__u32 at = bucket.walk.row;
	struct iu_bpf_socket *row = bpf_map_lookup_elem(&rows, &at);

	if (row && read_pointer(node + BESIDE_NODE(filp)) == bucket.walk.file &&
		read_pointer(node + BESIDE_NODE(wait_address)) == bucket.walk.wait)
		row->pollers++;
}

static __always_inline void next_waiter(void)
{
	struct iu_bpf_bucket_walk *walk = &bucket.walk;

	if (walk->waiter == walk->wait + WAITERS) {
		walk->waiter = 0;
		return;
	}
	on_waiter(walk->waiter);
	walk->waiter = read_pointer(walk->waiter);
}

static __always_inline void next_bucket_of_hash(void)
{
	struct iu_bpf_bucket_walk *walk = &bucket.walk;
	struct inet_bind_bucket *port = AROUND(walk->port_at, inet_bind_bucket, node);

	walk->port_at = read_pointer(walk->port_at);
	if (BPF_CORE_READ(port, port) != bucket.port ||
		(__u64)BPF_CORE_READ(port, ib_net.net) != bucket.net)
		return;
	read_cache(&bucket.cache, port);
	if (bpf_core_field_exists(port->bhash2))
		walk->address_at = (__u64)BPF_CORE_READ(port, bhash2.first);
	else if (bpf_core_field_exists(port->owners))
		walk->socket_at = (__u64)BPF_CORE_READ(port, owners.first);
	else
		bucket.unknown = 1;
}

/* Before 6.8 there are none below a port: the verifier has to see that they are not read then. */
static __always_inline bool has_addresses(void)
{
	return bpf_core_field_exists(((struct inet_bind2_bucket *)NULL)->bhash_node);
}

/* Ports that nobody owns are passed: the neighbours of a port, of which most are free. */
static __always_inline void next_port(void)
{
	__u64 slot = (bucket.port + bucket.walk.mix) & bucket.walk.mask;

	bucket.walk.port_at = read_pointer(bucket.walk.slots + slot * BUCKET + CHAIN);
}

/* One flat loop over ports, their addresses and their sockets: nested ones cost the verifier ms. */
static long bucket_step(__u32 i, void *unused)
{
	struct iu_bpf_bucket_walk *walk = &bucket.walk;

	if (walk->waiter) {
		next_waiter();
	} else if (walk->socket_at) {
		on_owner(SOCK_AROUND(walk->socket_at, __sk_common.skc_bind_node));
		walk->socket_at = read_pointer(walk->socket_at);
	} else if (has_addresses() && walk->address_at) {
		struct inet_bind2_bucket *address =
			AROUND(walk->address_at, inet_bind2_bucket, bhash_node);

		walk->socket_at = (__u64)BPF_CORE_READ(address, owners.first);
		walk->address_at = read_pointer(walk->address_at);
	} else if (walk->port_at) {
		next_bucket_of_hash();
	} else if (bucket.rows == 0 && bucket.port < bucket.last) {
		bucket.port++;
		next_port();
	} else {
		bucket.ended = 1;
		return 1;
	}
	return 0;
}

/*
 * The list that bind() itself looks through: inet_csk_get_port(). A raw tracepoint may be run by hand,
 * and then holds RCU's lock: what leaves the list meanwhile stays readable.
 */
SEC("raw_tp/sys_enter")
int inuse_bucket(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);
	struct inet_hashinfo *hash = BPF_CORE_READ(net, ipv4.tcp_death_row.hashinfo);

	if (!knows_buckets()) {
		bucket.unknown = 1;
		return 0;
	}
	bucket.net = (__u64)net;
	bucket.walk.slots = (__u64)BPF_CORE_READ(hash, bhash);
	bucket.walk.mask = BPF_CORE_READ(hash, bhash_size) - 1;
	bucket.walk.mix = BPF_CORE_READ(net, hash_mix);
	next_port();
	bpf_loop(IU_BPF_STEPS, bucket_step, NULL, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

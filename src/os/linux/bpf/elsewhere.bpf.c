// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/elsewhere.bpf.c - whether another network namespace has a socket on a port */
#include "os/linux/bpf/socket.bpf.h"

struct iu_bpf_elsewhere_memory elsewhere;

/*
 * Of all namespaces the kernel keeps one list, whose head lies in none of them. What lies around a node
 * is a namespace when its operations are those of ours; the head alone is not.
 */
static __always_inline void next_namespace(void)
{
	struct iu_bpf_elsewhere_walk *walk = &elsewhere.walk;
	struct net *net = AROUND(walk->node, net, list);
	__u64 slot;

	walk->node = read_pointer(walk->node);
	if ((__u64)BPF_CORE_READ(net, ns.ops) != walk->operations) {
		elsewhere.unknown |= walk->heads++ > 0;
		return;
	}
	walk->net = (__u64)net;
	slot = (elsewhere.port + BPF_CORE_READ(net, hash_mix)) & walk->mask;
	walk->at = read_pointer(walk->slots + slot * BUCKET);
}

static __always_inline void on_bucket(__u64 at)
{
	struct inet_bind_bucket *port = AROUND(at, inet_bind_bucket, node);

	elsewhere.found |= BPF_CORE_READ(port, port) == elsewhere.port &&
			   (__u64)BPF_CORE_READ(port, ib_net.net) == elsewhere.walk.net;
}

static __always_inline void on_socket(__u64 at)
{
	struct sock *sk = SOCK_AROUND(at, __sk_common.skc_node);

	elsewhere.found |= SOCK(sk, __sk_common.skc_num) == elsewhere.port &&
			   (__u64)SOCK(sk, __sk_common.skc_net.net) == elsewhere.walk.net;
}

/* One flat loop over namespaces and the sockets, or ports, that have the same hash there. */
static long elsewhere_step(__u32 i, void *unused)
{
	struct iu_bpf_elsewhere_walk *walk = &elsewhere.walk;

	if (walk->at) {
		if (elsewhere.udp)
			on_socket(walk->at);
		else
			on_bucket(walk->at);
		walk->at = read_pointer(walk->at);
	} else if (walk->node != walk->own) {
		next_namespace();
	} else {
		elsewhere.ended = 1;
		return 1;
	}
	return elsewhere.found || elsewhere.unknown;
}

/* Before 6.2 no namespace knows the table of UDP. */
static __always_inline bool open_table(struct net *net)
{
	struct iu_bpf_elsewhere_walk *walk = &elsewhere.walk;

	if (!elsewhere.udp) {
		struct inet_hashinfo *hash = BPF_CORE_READ(net, ipv4.tcp_death_row.hashinfo);

		walk->slots = (__u64)BPF_CORE_READ(hash, bhash) + CHAIN;
		walk->mask = BPF_CORE_READ(hash, bhash_size) - 1;
		return true;
	}
	if (bpf_core_field_exists(net->ipv4.udp_table)) {
		struct udp_table *table = BPF_CORE_READ(net, ipv4.udp_table);

		walk->slots = (__u64)BPF_CORE_READ(table, hash);
		walk->mask = BPF_CORE_READ(table, mask);
		return true;
	}
	return false;
}

/* The hash tables are those of the whole machine, as in bucket.bpf.c; the lists are read in the same way. */
SEC("raw_tp/sys_enter")
int inuse_elsewhere(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);
	struct iu_bpf_elsewhere_walk *walk = &elsewhere.walk;

	walk->operations = (__u64)BPF_CORE_READ(net, ns.ops);
	if (!knows_buckets() || !walk->operations || !open_table(net)) {
		elsewhere.unknown = 1;
		return 0;
	}
	walk->own = (__u64)net + bpf_core_field_offset(struct net, list);
	walk->node = read_pointer(walk->own);
	bpf_loop(IU_BPF_STEPS, elsewhere_step, NULL, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

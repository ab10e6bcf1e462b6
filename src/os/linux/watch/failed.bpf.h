// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/failed.bpf.h - what all hooks do: note who asks and who owns the port, count, tell */
#ifndef IU_OS_LINUX_WATCH_FAILED_BPF_H
#define IU_OS_LINUX_WATCH_FAILED_BPF_H

#include "os/linux/bpf/socket.bpf.h"
#include "os/linux/bpf/pids.bpf.h"
#include "os/linux/watch/rows.h"

#define RING_BYTES   (1 << 23)
#define KEYS_MAX     4096
#define PENDING_MAX  8192
#define LISTENERS_MAX 4096
#define SECOND	     1000000000ull
#define FORGET	     (10 * SECOND)
#define OWNER_STEPS  512
#define UDP_STEPS    1024

#define CAP_NET_BIND_SERVICE 10

/* Bits of inet_sock.inet_flags, since 6.6. */
#define FLAG_FREEBIND  (1ul << 11)
#define FLAG_TRANSPARENT (1ul << 15)
#define FLAG_NO_PORT   (1ul << 18)

struct iu_watch_memory memory;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} ring SEC(".maps");

struct count {
	__u64 told, last; /* when */
	__u64 more;	  /* since then */
	__u64 cgroup;	  /* of the last one */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, KEYS_MAX);
	__type(key, struct iu_watch_key);
	__type(value, struct count);
} counts SEC(".maps");

/* By the inode of a socket that has begun to listen. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LISTENERS_MAX);
	__type(key, __u64);
	__type(value, struct iu_watch_owner);
} listeners SEC(".maps");

/* An attempt. One of all who see it may tell it: who sets @open to 0. */
struct attempt {
	__u64 open; /* its time, so that it is no other one of the same place; 0: taken */
	struct iu_watch_event event;
};

/* More than a stack has room for. One hook a processor; whoever interrupts it is counted as lost. */
struct scratch {
	__u32 busy, spare;
	__u64 self, net; /* struct sock of the one who asks, struct net */
	__u64 slot, port_at, address_at, socket_at;
	struct attempt attempt;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

#define ADD(counter, n) __sync_fetch_and_add(&memory.counter, n)

static __always_inline __s32 pid_of(struct pid *pid)
{
	return number_of(pid, memory.reader_space, memory.reader_level);
}

/* ---- who asks ---- */

static __always_inline bool may_bind_low(struct task_struct *task, struct net *net)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct user_namespace *has = BPF_CORE_READ(cred, user_ns), *owner = BPF_CORE_READ(net, user_ns);
	__u64 capabilities = 0;

	bpf_core_read(&capabilities, sizeof(capabilities), &cred->cap_effective);
	if (!(capabilities >> CAP_NET_BIND_SERVICE & 1))
		return false;
	return has == owner || BPF_CORE_READ(has, level) < BPF_CORE_READ(owner, level);
}

static __always_inline bool has_flag(struct sock *sk, __u64 flag)
{
	struct inet_sock *inet = (struct inet_sock *)sk;

	if (bpf_core_field_exists(inet->inet_flags))
		return BPF_CORE_READ(inet, inet_flags) & flag;
	if (flag == FLAG_NO_PORT)
		return BPF_CORE_READ_BITFIELD_PROBED(inet, bind_address_no_port);
	return BPF_CORE_READ_BITFIELD_PROBED(inet, freebind) ||
	       BPF_CORE_READ_BITFIELD_PROBED(inet, transparent);
}

static __always_inline void note_owner(struct iu_watch_owner *owner)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	owner->started = BPF_CORE_READ(leader, start_boottime);
	owner->pid = pid_of(BPF_CORE_READ(leader, thread_pid));
	owner->spare = 0;
	BPF_CORE_READ_INTO(&owner->comm, leader, comm);
}

static __always_inline struct kernfs_node *above(struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ(node, parent);
}

static __always_inline __u32 name_hash(struct kernfs_node *node)
{
	return node ? BPF_CORE_READ(node, hash) : 0;
}

static __always_inline void note_process(struct iu_watch_event *e, struct net *net)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);

	e->head.time = bpf_ktime_get_boot_ns();
	e->head.cgroup = BPF_CORE_READ(node, id);
	e->head.key.group = name_hash(node) | (__u64)name_hash(above(node)) << 32;
	BPF_CORE_READ_INTO(&e->head.key.comm, leader, comm);
	e->started = BPF_CORE_READ(leader, start_boottime);
	e->pid = pid_of(BPF_CORE_READ(leader, thread_pid));
	e->tid = pid_of(BPF_CORE_READ(task, thread_pid));
	e->uid = BPF_CORE_READ(task, real_cred, euid.val);
	if (may_bind_low(task, net))
		e->flags |= IU_WATCH_MAY_LOW;
}

/* A unit that fails again and again has another cgroup each time: by now nobody knows what this one was called. */
static __always_inline void note_groups(struct iu_watch_event *e, struct task_struct *task)
{
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);

	for (int i = 0; i < IU_WATCH_GROUPS && node; i++) {
		bpf_probe_read_kernel_str(e->groups[i], IU_WATCH_GROUP, BPF_CORE_READ(node, name));
		node = above(node);
	}
}

/* The command line and the name of the program: it may be gone before anybody can look. */
static __always_inline void note_program(struct iu_watch_event *e)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *file = mm ? BPF_CORE_READ(mm, exe_file) : NULL;
	__u64 start, len;

	note_groups(e, task);
	e->pgid = pid_of(BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]));
	e->sid = pid_of(BPF_CORE_READ(task, signal, pids[PIDTYPE_SID]));
	if (!mm || e->arguments_len)
		return;
	start = BPF_CORE_READ(mm, arg_start);
	len = BPF_CORE_READ(mm, arg_end) - start;
	if (len > IU_WATCH_ARGUMENTS)
		len = IU_WATCH_ARGUMENTS;
	if (len && bpf_probe_read_user(e->arguments, len, (void *)start) == 0)
		e->arguments_len = len;
	if (file)
		bpf_probe_read_kernel_str(e->exe, sizeof(e->exe),
			BPF_CORE_READ(file, f_path.dentry, d_name.name));
}

static __always_inline void note_socket(struct scratch *s, struct iu_watch_event *e, struct sock *sk)
{
	struct net *net = SOCK(sk, __sk_common.skc_net.net);

	s->self = (__u64)sk;
	s->net = (__u64)net;
	e->head.key.netns_cookie = BPF_CORE_READ(net, net_cookie);
	e->netns = e->head.key.place = BPF_CORE_READ(net, ns.inum);
	e->low_ports = BPF_CORE_READ(net, ipv4.sysctl_ip_prot_sock);
	e->ifindex = SOCK(sk, __sk_common.skc_bound_dev_if);
	e->type = SOCK(sk, sk_type);
	e->flags = (SOCK_BITS(sk, __sk_common.skc_reuse) ? IU_WATCH_REUSE : 0) |
		   (SOCK_BITS(sk, __sk_common.skc_reuseport) ? IU_WATCH_REUSEPORT : 0) |
		   (SOCK_BITS(sk, __sk_common.skc_ipv6only) ? IU_WATCH_V6ONLY : 0);
	note_process(e, net);
}

static __always_inline void note_inet(struct iu_watch_event *e, struct sock *sk)
{
	__u16 protocol = SOCK(sk, sk_protocol);

	e->head.key.protocol = protocol == PROTOCOL_MPTCP ? PROTOCOL_TCP : protocol;
	e->flags |= has_flag(sk, FLAG_FREEBIND | FLAG_TRANSPARENT) ? IU_WATCH_NONLOCAL : 0;
}

/* ---- who owns the port: as the lists are at this moment, without their locks ---- */

/* Room is kept for what is looked at first: a listener takes the place of a connection. */
static __always_inline __u32 row_for(struct iu_watch_event *e, __u8 state)
{
	if (e->rows < IU_WATCH_BLOCKERS)
		return e->rows++;
	if (state != TCP_LISTEN && state != TCP_CLOSE)
		return IU_WATCH_BLOCKERS;
	for (__u32 i = 0; i < IU_WATCH_BLOCKERS; i++)
		if (e->blockers[i].state != TCP_LISTEN && e->blockers[i].state != TCP_CLOSE)
			return i;
	return IU_WATCH_BLOCKERS;
}

static __always_inline void on_owner(struct scratch *s, struct sock *sk, __u16 protocol)
{
	struct iu_watch_event *e = &s->attempt.event;
	struct iu_watch_owner *owner;
	struct iu_bpf_socket *row;
	__u64 inode;
	__u32 at;

	if ((__u64)sk == s->self)
		return;
	e->owners++;
	at = row_for(e, SOCK(sk, __sk_common.skc_state));
	if (at >= IU_WATCH_BLOCKERS)
		return;
	row = &e->blockers[at & (IU_WATCH_BLOCKERS - 1)];
	__builtin_memset(row, 0, sizeof(*row));
	if (protocol == PROTOCOL_TCP) {
		read_tcp(row, sk);
	} else {
		read_common(row, sk);
		read_full(row, sk);
		row->cgroup = cgroup_of(sk);
	}
	row->protocol = protocol;
	__builtin_memset(&e->holders[at & (IU_WATCH_BLOCKERS - 1)], 0, sizeof(*owner));
	inode = row->inode;
	owner = inode ? bpf_map_lookup_elem(&listeners, &inode) : NULL;
	if (owner)
		e->holders[at & (IU_WATCH_BLOCKERS - 1)] = *owner;
}

static __always_inline bool has_addresses(void)
{
	return bpf_core_field_exists(((struct inet_bind2_bucket *)NULL)->bhash_node);
}

static __always_inline void next_port(struct scratch *s)
{
	struct inet_bind_bucket *port = AROUND(s->port_at, inet_bind_bucket, node);

	s->port_at = read_pointer(s->port_at);
	if (BPF_CORE_READ(port, port) != s->attempt.event.head.key.port ||
		(__u64)BPF_CORE_READ(port, ib_net.net) != s->net)
		return;
	s->port_at = 0;
	read_cache(&s->attempt.event.cache, port);
	if (bpf_core_field_exists(port->bhash2))
		s->address_at = (__u64)BPF_CORE_READ(port, bhash2.first);
	else if (bpf_core_field_exists(port->owners))
		s->socket_at = (__u64)BPF_CORE_READ(port, owners.first);
}

/* One flat loop over ports, their addresses and their sockets, as in bucket.bpf.c. */
static long tcp_step(__u32 unused, struct scratch **on_stack)
{
	struct scratch *s = *on_stack;

	(void)unused;
	if (s->socket_at) {
		on_owner(s, SOCK_AROUND(s->socket_at, __sk_common.skc_bind_node), PROTOCOL_TCP);
		s->socket_at = read_pointer(s->socket_at);
	} else if (has_addresses() && s->address_at) {
		struct inet_bind2_bucket *address = AROUND(s->address_at, inet_bind2_bucket, bhash_node);

		s->socket_at = (__u64)BPF_CORE_READ(address, owners.first);
		s->address_at = read_pointer(s->address_at);
	} else if (s->port_at) {
		next_port(s);
	} else {
		s->attempt.event.flags |= IU_WATCH_WALKED;
		return 1;
	}
	return 0;
}

static long udp_step(__u32 unused, struct scratch **on_stack)
{
	struct scratch *s = *on_stack;
	struct sock *sk;

	(void)unused;
	if (!s->socket_at) {
		s->attempt.event.flags |= IU_WATCH_WALKED;
		return 1;
	}
	sk = SOCK_AROUND(s->socket_at, __sk_common.skc_node);
	s->socket_at = read_pointer(s->socket_at);
	if (SOCK(sk, __sk_common.skc_num) == s->attempt.event.head.key.port &&
		(__u64)SOCK(sk, __sk_common.skc_net.net) == s->net)
		on_owner(s, sk, PROTOCOL_UDP);
	return 0;
}

static __always_inline struct udp_table *udp_table_of(struct sock *sk, struct net *net)
{
	struct proto *proto;

	if (bpf_core_field_exists(net->ipv4.udp_table))
		return BPF_CORE_READ(net, ipv4.udp_table);
	proto = SOCK(sk, __sk_common.skc_prot);
	return BPF_CORE_READ(proto, h.udp_table);
}

static __always_inline void walk(struct scratch *s)
{
	struct iu_watch_event *e = &s->attempt.event;
	struct sock *sk = (struct sock *)s->self;
	struct net *net = (struct net *)s->net;
	__u32 mix = BPF_CORE_READ(net, hash_mix);
	__u64 slot;

	s->port_at = s->address_at = s->socket_at = 0;
	if (!e->head.key.port || !knows_buckets())
		return;
	if (e->head.key.protocol == PROTOCOL_TCP) {
		struct inet_hashinfo *hash = BPF_CORE_READ(net, ipv4.tcp_death_row.hashinfo);

		slot = (e->head.key.port + mix) & (BPF_CORE_READ(hash, bhash_size) - 1);
		s->port_at = read_pointer((__u64)BPF_CORE_READ(hash, bhash) + slot * BUCKET + CHAIN);
		bpf_loop(OWNER_STEPS, tcp_step, &s, 0);
	} else if (e->head.key.protocol == PROTOCOL_UDP) {
		struct udp_table *table = udp_table_of(sk, net);

		slot = (e->head.key.port + mix) & BPF_CORE_READ(table, mask);
		s->socket_at = read_pointer((__u64)BPF_CORE_READ(table, hash) + slot * BUCKET);
		bpf_loop(UDP_STEPS, udp_step, &s, 0);
	}
}

/* ---- telling ---- */

static __always_inline struct scratch *begin(void)
{
	__u32 zero = 0;
	struct scratch *s = bpf_map_lookup_elem(&scratches, &zero);

	if (!s)
		return NULL;
	if (s->busy) {
		ADD(unfollowed, 1);
		return NULL;
	}
	s->busy = 1;
	__builtin_memset(&s->attempt.event.head, 0, sizeof(s->attempt.event.head));
	s->attempt.event.owners = s->attempt.event.rows = 0;
	s->attempt.event.arguments_len = s->attempt.event.path_len = 0;
	s->attempt.event.pgid = s->attempt.event.sid = 0;
	s->attempt.event.exe[0] = 0;
	for (int i = 0; i < IU_WATCH_GROUPS; i++)
		s->attempt.event.groups[i][0] = 0;
	s->attempt.event.cache.known = 0;
	return s;
}

/* Whether the same was told less than a second ago, and only has to be counted. */
static __always_inline bool is_repeat(const struct iu_watch_event *e)
{
	struct count *count = bpf_map_lookup_elem(&counts, &e->head.key);

	return count && e->head.time - count->told < SECOND;
}

static __always_inline void tell(struct iu_watch_event *e)
{
	struct count fresh = {.told = e->head.time, .last = e->head.time, .cgroup = e->head.cgroup}, *count;

	ADD(failed, 1);
	count = bpf_map_lookup_elem(&counts, &e->head.key);
	if (!count) {
		bpf_map_update_elem(&counts, &e->head.key, &fresh, BPF_NOEXIST);
	} else if (e->head.time - count->told < SECOND) {
		__sync_fetch_and_add(&count->more, 1);
		count->last = e->head.time;
		count->cgroup = e->head.cgroup;
		return;
	} else {
		count->told = count->last = e->head.time;
		e->head.repeats = __sync_lock_test_and_set(&count->more, 0);
	}
	e->head.kind = IU_WATCH_FAILED;
	e->head.size = sizeof(*e);
	if (bpf_ringbuf_output(&ring, e, sizeof(*e), 0))
		ADD(lost, 1);
	else
		ADD(told, 1);
}

/* The end of a hook that has seen a failure; @owned: it is a port, which somebody may own. */
static __always_inline void finish(struct scratch *s, bool owned)
{
	struct iu_watch_event *e = &s->attempt.event;

	if (!is_repeat(e)) {
		if (owned)
			walk(s);
		note_program(e);
	}
	tell(e);
	s->busy = 0;
}

static __always_inline void finish_listen(struct scratch *s, struct sock *sk, int error)
{
	struct iu_watch_event *e = &s->attempt.event;

	note_socket(s, e, sk);
	note_inet(e, sk);
	e->head.key.call = IU_WATCH_LISTEN;
	e->head.key.error = error;
	e->head.key.family = SOCK(sk, __sk_common.skc_family);
	e->head.key.port = SOCK(sk, __sk_common.skc_num);
	if (e->head.key.family == AF_INET6)
		SOCK_COPY(e->head.key.address, 16, sk, __sk_common.skc_v6_rcv_saddr);
	else
		SOCK_COPY(e->head.key.address, 4, sk, __sk_common.skc_rcv_saddr);
	finish(s, true);
}

/* ---- by the reader, now and then ---- */

/* What has come since the look began is not in the past. */
static __always_inline bool is_past(__u64 now, __u64 time, __u64 by)
{
	return now > time && now - time > by;
}

static long sweep_count(void *map, const struct iu_watch_key *key, struct count *count, __u64 *now)
{
	struct iu_watch_head head = {.kind = IU_WATCH_REPEATED, .size = sizeof(head)};
	__u64 more;

	if (!is_past(*now, count->told, SECOND))
		return 0;
	more = __sync_lock_test_and_set(&count->more, 0);
	if (more) {
		head.time = count->last;
		head.repeats = more;
		head.cgroup = count->cgroup;
		head.key = *key;
		if (bpf_ringbuf_output(&ring, &head, sizeof(head), 0))
			__sync_fetch_and_add(&count->more, more);
	} else if (is_past(*now, count->last, FORGET)) {
		bpf_map_delete_elem(map, key);
	}
	return 0;
}

static __always_inline void sweep_counts(void)
{
	__u64 now = bpf_ktime_get_boot_ns();

	bpf_for_each_map_elem(&counts, sweep_count, &now, 0);
}

#endif

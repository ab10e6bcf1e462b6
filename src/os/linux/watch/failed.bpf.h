// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/failed.bpf.h - what all hooks do: note who asks and who owns the port, count, tell */
#ifndef IU_OS_LINUX_WATCH_FAILED_BPF_H
#define IU_OS_LINUX_WATCH_FAILED_BPF_H

#include "os/linux/bpf/socket.bpf.h"
#include "os/linux/bpf/pids.bpf.h"
#include "os/linux/watch/rows.h"

#define RING_BYTES   (1 << 23)
#define KEYS_MAX     4096
#define LISTENERS_MAX 8192 /* a power of two */
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

/* A socket that has begun to listen: in a place by its inode, where a later one may follow it. */
struct listener {
	__u64 inode; /* 0: the rest does not count */
	struct iu_watch_owner owner;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LISTENERS_MAX);
	__type(key, __u32);
	__type(value, struct listener);
} listeners SEC(".maps");

/* More than a stack has room for. One hook a processor; whoever interrupts it is counted as lost. */
struct scratch {
	__u32 busy, spare;
	__u64 self, net; /* struct sock of the one who asks, struct net */
	__u64 port_at, address_at, socket_at;
	struct iu_watch_event event;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

#define ADD(counter, n) __sync_fetch_and_add(&memory.counter, n)

/*
 * ---- who asks ----
 *
 * Of the running task, and of all that it leads to, members are loaded without a call: a bind() that works pays
 * for each read, and one by probe_read costs as much as twenty of these.
 */

static __always_inline __s32 pid_of(struct pid *pid)
{
	return pid->level < memory.reader_level ? 0
						: number_at(pid, memory.reader_space, memory.reader_level);
}

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
	struct task_struct *leader = bpf_get_current_task_btf()->group_leader;

	owner->started = leader->start_boottime;
	owner->pid = pid_of(leader->thread_pid);
	owner->spare = 0;
	bpf_core_read(owner->comm, sizeof(owner->comm), &leader->comm);
}

static __always_inline struct listener *listener_at(__u64 inode)
{
	__u32 at = inode & (LISTENERS_MAX - 1);

	return bpf_map_lookup_elem(&listeners, &at);
}

static __always_inline void note_listener(struct sock *sk)
{
	__u64 inode = inode_of(sk);
	struct listener *listener = listener_at(inode);

	if (!inode || !listener)
		return;
	__sync_lock_test_and_set(&listener->inode, 0);
	note_owner(&listener->owner);
	__sync_lock_test_and_set(&listener->inode, inode);
}

static __always_inline struct kernfs_node *above(struct kernfs_node *node)
{
	if (bpf_core_field_exists(node->__parent))
		return BPF_CORE_READ(node, __parent);
	return BPF_CORE_READ(node, parent);
}

static __always_inline __u64 name_hashes(struct kernfs_node *node)
{
	struct kernfs_node *parent =
		bpf_core_field_exists(node->__parent) ? node->__parent : node->parent;

	return node->hash | (parent ? (__u64)parent->hash << 32 : 0);
}

static __always_inline void note_process(struct iu_watch_event *e)
{
	struct task_struct *task = bpf_get_current_task_btf(), *leader = task->group_leader;
	struct kernfs_node *node = task->cgroups->dfl_cgrp->kn;
	const struct cred *cred = task->real_cred;

	e->head.time = bpf_ktime_get_boot_ns();
	e->head.cgroup = node->id;
	e->head.key.group = name_hashes(node);
	bpf_core_read(e->head.key.comm, sizeof(e->head.key.comm), &leader->comm);
	e->started = leader->start_boottime;
	e->pid = pid_of(leader->thread_pid);
	e->tid = task == leader ? e->pid : pid_of(task->thread_pid);
	e->uid = cred ? cred->euid.val : 0;
}

/* A unit that fails again and again has another cgroup each time: by now nobody knows what this one was called. */
static __always_inline void note_groups(struct iu_watch_event *e, struct task_struct *task)
{
	struct kernfs_node *node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn);

	for (__u32 i = 0; i < IU_WATCH_GROUPS && node; i++) {
		bpf_probe_read_kernel_str(e->groups[i], IU_WATCH_GROUP, BPF_CORE_READ(node, name));
		node = above(node);
		e->depth = i + 1;
	}
}

/* The command line and the name of the program: it may be gone before anybody can look. */
static __always_inline void note_program(struct iu_watch_event *e)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct signal_struct *signal = bpf_get_current_task_btf()->signal;
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *file = mm ? BPF_CORE_READ(mm, exe_file) : NULL;
	__u64 start, len;

	note_groups(e, task);
	e->pgid = pid_of(signal->pids[PIDTYPE_PGID]);
	e->sid = pid_of(signal->pids[PIDTYPE_SID]);
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

#define LOADED(from, member) ((from)->member)

/* What a network namespace says, in the way that its pointer allows. */
#define NOTE_NET(s, e, from, read)                                                                 \
	do {                                                                                       \
		(s)->net = (__u64)(from);                                                          \
		(e)->head.key.netns_cookie = read(from, net_cookie);                               \
		(e)->netns = (e)->head.key.place = read(from, ns.inum);                            \
		(e)->low_ports = read(from, ipv4.sysctl_ip_prot_sock);                             \
	} while (0)

static __always_inline void note_options(struct iu_watch_event *e, struct sock *sk)
{
	e->flags |= (SOCK_BITS(sk, __sk_common.skc_reuse) ? IU_WATCH_REUSE : 0) |
		    (SOCK_BITS(sk, __sk_common.skc_reuseport) ? IU_WATCH_REUSEPORT : 0) |
		    (SOCK_BITS(sk, __sk_common.skc_ipv6only) ? IU_WATCH_V6ONLY : 0);
}

static __always_inline void note_right(struct scratch *s)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	if (may_bind_low(task, (struct net *)s->net))
		s->event.flags |= IU_WATCH_MAY_LOW;
}

static __always_inline void note_socket(struct scratch *s, struct iu_watch_event *e, struct sock *sk)
{
	struct net *net = SOCK(sk, __sk_common.skc_net.net);

	s->self = (__u64)sk;
	NOTE_NET(s, e, net, BPF_CORE_READ);
	e->ifindex = SOCK(sk, __sk_common.skc_bound_dev_if);
	e->type = SOCK(sk, sk_type);
	note_options(e, sk);
	note_process(e);
	note_right(s);
}

static __always_inline __u16 asked_protocol(__u16 protocol)
{
	return protocol == PROTOCOL_MPTCP ? PROTOCOL_TCP : protocol;
}

static __always_inline void note_nonlocal(struct iu_watch_event *e, struct sock *sk)
{
	e->flags |= has_flag(sk, FLAG_FREEBIND | FLAG_TRANSPARENT) ? IU_WATCH_NONLOCAL : 0;
}

static __always_inline void note_inet(struct iu_watch_event *e, struct sock *sk)
{
	e->head.key.protocol = asked_protocol(SOCK(sk, sk_protocol));
	note_nonlocal(e, sk);
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
	struct iu_watch_event *e = &s->event;
	struct iu_watch_owner *holder;
	struct iu_bpf_socket *row;
	struct listener *listener;
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
	holder = &e->holders[at & (IU_WATCH_BLOCKERS - 1)];
	listener = listener_at(row->inode);
	if (listener)
		*holder = listener->owner;
	if (!row->inode || !listener || *(volatile __u64 *)&listener->inode != row->inode)
		__builtin_memset(holder, 0, sizeof(*holder));
}

static __always_inline bool has_addresses(void)
{
	return bpf_core_field_exists(((struct inet_bind2_bucket *)NULL)->bhash_node);
}

static __always_inline void next_port(struct scratch *s)
{
	struct inet_bind_bucket *port = AROUND(s->port_at, inet_bind_bucket, node);

	s->port_at = read_pointer(s->port_at);
	if (BPF_CORE_READ(port, port) != s->event.head.key.port ||
		(__u64)BPF_CORE_READ(port, ib_net.net) != s->net)
		return;
	s->port_at = 0;
	read_cache(&s->event.cache, port);
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
		s->event.flags |= IU_WATCH_WALKED;
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
		s->event.flags |= IU_WATCH_WALKED;
		return 1;
	}
	sk = SOCK_AROUND(s->socket_at, __sk_common.skc_node);
	s->socket_at = read_pointer(s->socket_at);
	if (SOCK(sk, __sk_common.skc_num) == s->event.head.key.port &&
		(__u64)SOCK(sk, __sk_common.skc_net.net) == s->net)
		on_owner(s, sk, PROTOCOL_UDP);
	return 0;
}

/* Above what any kernel has: the verifier wants to know how far behind the table's begin a slot may lie. */
#define SLOTS_MAX (1u << 20)

/* Before 6.2 there is one table of UDP for all. */
static __always_inline void find_old_list(struct scratch *s)
{
	struct sock *sk = (struct sock *)s->self;
	struct proto *proto = SOCK(sk, __sk_common.skc_prot);
	struct udp_table *table = BPF_CORE_READ(proto, h.udp_table);
	struct net *net = (struct net *)s->net; /* not within the macro, which would look for scratch in the kernel */
	__u32 mix = BPF_CORE_READ(net, hash_mix), slot;

	slot = (s->event.head.key.port + mix) & BPF_CORE_READ(table, mask);
	s->socket_at = read_pointer((__u64)BPF_CORE_READ(table, hash) + slot * BUCKET);
}

/* Where the list is that sockets of this port are in; its first element goes to where the walk begins. */
#define FIND_LIST(s, from, read)                                                                   \
	do {                                                                                       \
		__u32 key_ = (s)->event.head.key.port + read(from, hash_mix), slot_;               \
                                                                                                   \
		if ((s)->event.head.key.protocol == PROTOCOL_TCP) {                                \
			struct inet_hashinfo *hash_ = read(from, ipv4.tcp_death_row.hashinfo);     \
                                                                                                   \
			slot_ = key_ & (read(hash_, bhash_size) - 1) & (SLOTS_MAX - 1);            \
			(s)->port_at = read_pointer((__u64)read(hash_, bhash) + slot_ * BUCKET + CHAIN); \
		} else if ((s)->event.head.key.protocol != PROTOCOL_UDP) {                         \
			break;                                                                     \
		} else if (bpf_core_field_exists((from)->ipv4.udp_table)) {                        \
			struct udp_table *table_ = read(from, ipv4.udp_table);                     \
                                                                                                   \
			slot_ = key_ & read(table_, mask) & (SLOTS_MAX - 1);                       \
			(s)->socket_at = read_pointer((__u64)read(table_, hash) + slot_ * BUCKET); \
		} else {                                                                           \
			find_old_list(s);                                                          \
		}                                                                                  \
	} while (0)

static __always_inline bool has_list(struct scratch *s)
{
	s->port_at = s->address_at = s->socket_at = 0;
	return s->event.head.key.port && knows_buckets();
}

static __always_inline void find_list(struct scratch *s)
{
	struct net *net = (struct net *)s->net;

	if (has_list(s))
		FIND_LIST(s, net, BPF_CORE_READ);
}

/* From where find_list() has been. */
static __always_inline void walk(struct scratch *s)
{
	if (!s->event.head.key.port || !knows_buckets())
		return;
	if (s->event.head.key.protocol == PROTOCOL_TCP)
		bpf_loop(OWNER_STEPS, tcp_step, &s, 0);
	else if (s->event.head.key.protocol == PROTOCOL_UDP)
		bpf_loop(UDP_STEPS, udp_step, &s, 0);
}

/* ---- telling ---- */

static __always_inline void clear(struct iu_watch_event *e)
{
	__builtin_memset(&e->head, 0, sizeof(e->head));
	e->flags = e->owners = e->rows = e->depth = 0;
	e->arguments_len = e->path_len = 0;
	e->pgid = e->sid = 0;
	e->exe[0] = 0;
	e->cache.known = 0;
}

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
	clear(&s->event);
	return s;
}

/* By the clock of the first event: another processor may have told a later one meanwhile. */
static __always_inline bool is_told(const struct count *count, __u64 time)
{
	return (__s64)(time - count->told) < (__s64)SECOND;
}

/* Whether the same was told less than a second ago, and only has to be counted. */
static __always_inline bool is_repeat(const struct iu_watch_event *e)
{
	struct count *count = bpf_map_lookup_elem(&counts, &e->head.key);

	return count && is_told(count, e->head.time);
}

static __always_inline void tell(struct iu_watch_event *e)
{
	struct count fresh = {.told = e->head.time, .last = e->head.time, .cgroup = e->head.cgroup}, *count;

	ADD(failed, 1);
	count = bpf_map_lookup_elem(&counts, &e->head.key);
	if (!count) {
		bpf_map_update_elem(&counts, &e->head.key, &fresh, BPF_NOEXIST);
	} else if (is_told(count, e->head.time)) {
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
	struct iu_watch_event *e = &s->event;

	if (!is_repeat(e)) {
		if (owned) {
			find_list(s);
			walk(s);
		}
		note_program(e);
	}
	tell(e);
	s->busy = 0;
}

static __always_inline void finish_listen(struct scratch *s, struct sock *sk, int error)
{
	struct iu_watch_event *e = &s->event;

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

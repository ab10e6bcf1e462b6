// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/attempts.bpf.c - failed calls where no function can be hooked: what began and did not succeed */
#include "os/linux/watch/failed.bpf.h"

#include <bpf/bpf_tracing.h>

#define SETTLED 2000000ull /* nanoseconds after which an attempt that did not succeed has failed */

/*
 * bind4 and bind6 of the root cgroup see each attempt, post_bind4 and post_bind6 those that succeed; what
 * is left of a thread when it tries again, or some time later, has failed. The error is not told.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PENDING_MAX);
	__type(key, __u64);
	__type(value, struct attempt);
} attempts SEC(".maps");

static __always_inline bool take(struct attempt *attempt, __u64 time)
{
	return time && __sync_val_compare_and_swap(&attempt->open, time, 0) == time;
}

/* Whether it may well fail: then what is known of the program is needed. */
static __always_inline bool is_suspicious(const struct iu_watch_event *e)
{
	const struct iu_watch_key *key = &e->head.key;
	const __u32 *words = (const __u32 *)key->address;
	__u32 any = key->family == AF_INET6 ? words[0] | words[1] | words[2] | words[3] : words[0];

	if (e->owners || e->flags & IU_WATCH_BOUND || !key->port)
		return true;
	if (key->port < e->low_ports && !(e->flags & IU_WATCH_MAY_LOW))
		return true;
	return any && key->address[0] != 127;
}

static __always_inline int on_bind(struct bpf_sock_addr *ctx, struct scratch *s)
{
	struct iu_watch_event *e = &s->attempt.event;
	__u64 thread = bpf_get_current_pid_tgid();
	struct attempt *earlier;
	struct sock *sk;

	/* a number from here on: through the pointer no more than the helpers allow may be read */
	*(volatile __u64 *)&s->self = (__u64)ctx->sk;
	sk = (struct sock *)*(volatile __u64 *)&s->self;
	if (!sk)
		return 0;
	note_socket(s, e, sk);
	note_inet(e, sk);
	e->flags |= SOCK(sk, __sk_common.skc_num) || SOCK(sk, __sk_common.skc_state) != TCP_CLOSE
			    ? IU_WATCH_BOUND
			    : 0;
	e->head.key.call = IU_WATCH_BIND;
	e->head.key.port = bpf_ntohs(ctx->user_port);
	if (!e->head.key.port && has_flag(sk, FLAG_NO_PORT))
		return 0; /* succeeds without post_bind */
	walk(s);
	if (is_suspicious(e) && !is_repeat(e))
		note_program(e);
	earlier = bpf_map_lookup_elem(&attempts, &thread);
	if (earlier && take(earlier, earlier->open))
		tell(&earlier->event);
	s->attempt.open = e->head.time;
	if (bpf_map_update_elem(&attempts, &thread, &s->attempt, BPF_ANY))
		ADD(unfollowed, 1);
	else
		ADD(seen, 1);
	return 0;
}

SEC("cgroup/bind4")
int inuse_bind4(struct bpf_sock_addr *ctx)
{
	struct scratch *s = begin();

	if (!s)
		return 1;
	s->attempt.event.head.key.family = AF_INET;
	*(__u32 *)s->attempt.event.head.key.address = ctx->user_ip4;
	on_bind(ctx, s);
	s->busy = 0;
	return 1;
}

SEC("cgroup/bind6")
int inuse_bind6(struct bpf_sock_addr *ctx)
{
	struct scratch *s = begin();
	__u32 *words;

	if (!s)
		return 1;
	s->attempt.event.head.key.family = AF_INET6;
	words = (__u32 *)s->attempt.event.head.key.address;
	words[0] = ctx->user_ip6[0];
	words[1] = ctx->user_ip6[1];
	words[2] = ctx->user_ip6[2];
	words[3] = ctx->user_ip6[3];
	on_bind(ctx, s);
	s->busy = 0;
	return 1;
}

static __always_inline int on_success(void)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct attempt *attempt = bpf_map_lookup_elem(&attempts, &thread);

	if (!attempt || !take(attempt, attempt->open))
		return 1;
	bpf_map_delete_elem(&attempts, &thread);
	ADD(passed, 1);
	return 1;
}

SEC("cgroup/post_bind4")
int inuse_bound4(struct bpf_sock *ctx)
{
	return on_success();
}

SEC("cgroup/post_bind6")
int inuse_bound6(struct bpf_sock *ctx)
{
	return on_success();
}

/* ---- listen() ---- */

struct pt_regs___x86 {
	unsigned long ip, orig_ax;
} CO_RE;

struct pt_regs___arm {
	__u64 pc;
	__s32 syscallno;
} CO_RE;

/* A socket that has begun to listen, and in which call. */
struct listening {
	__u64 sk, at, call;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, LISTENERS_MAX);
	__type(key, __u64);
	__type(value, struct listening);
} starting SEC(".maps");

static __always_inline void read_call(struct listening *to)
{
	__u64 regs = (__u64)bpf_task_pt_regs(bpf_get_current_task_btf());
	struct pt_regs___x86 *x86 = (struct pt_regs___x86 *)regs;
	struct pt_regs___arm *arm = (struct pt_regs___arm *)regs;

	if (bpf_core_field_exists(x86->orig_ax)) {
		to->at = BPF_CORE_READ(x86, ip);
		to->call = BPF_CORE_READ(x86, orig_ax);
	} else if (bpf_core_field_exists(arm->syscallno)) {
		to->at = BPF_CORE_READ(arm, pc);
		to->call = BPF_CORE_READ(arm, syscallno);
	}
}

static __always_inline void on_refused_listener(struct sock *sk)
{
	struct scratch *s = begin();

	if (!s)
		return;
	ADD(seen, 1);
	finish_listen(s, sk, 98); /* EADDRINUSE: get_port() has failed */
}

/*
 * listen() makes a listener of the socket before it asks for the port, and takes that back when it is
 * refused: within the same call. Else somebody closes a listener.
 */
SEC("tp_btf/inet_sock_set_state")
int inuse_state(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int before = (int)ctx[1], after = (int)ctx[2];
	__u64 thread = bpf_get_current_pid_tgid(), inode;
	struct listening now = {.sk = (__u64)sk}, *then;
	struct iu_watch_owner owner;

	if (before == TCP_CLOSE && after == TCP_LISTEN) {
		read_call(&now);
		bpf_map_update_elem(&starting, &thread, &now, BPF_ANY);
		inode = inode_of(sk);
		note_owner(&owner);
		if (inode)
			bpf_map_update_elem(&listeners, &inode, &owner, BPF_ANY);
	} else if (before == TCP_LISTEN && after == TCP_CLOSE) {
		then = bpf_map_lookup_elem(&starting, &thread);
		if (!then || then->sk != now.sk)
			return 0;
		read_call(&now);
		if (then->at == now.at && then->call == now.call)
			on_refused_listener(sk);
		bpf_map_delete_elem(&starting, &thread);
	}
	return 0;
}

/* ---- what nobody asks about again ---- */

/* Removed only long after it was taken: the thread may be about to put another one in its place. */
static long sweep_attempt(void *map, const __u64 *thread, struct attempt *attempt, __u64 *now)
{
	__u64 open = *(volatile __u64 *)&attempt->open;

	if (!open && is_past(*now, attempt->event.head.time, SECOND))
		bpf_map_delete_elem(map, thread);
	else if (open && is_past(*now, open, SETTLED) && take(attempt, open))
		tell(&attempt->event);
	return 0;
}

SEC("raw_tp/sys_enter")
int inuse_sweep(void *ctx)
{
	__u64 now = bpf_ktime_get_boot_ns();

	if (!memory.reader_space)
		find_reader(memory.reader, &memory.reader_space, &memory.reader_level);
	bpf_for_each_map_elem(&attempts, sweep_attempt, &now, 0);
	sweep_counts();
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

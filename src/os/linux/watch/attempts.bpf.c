// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/attempts.bpf.c - failed calls where no function can be hooked: what began and did not succeed */
#include "os/linux/watch/failed.bpf.h"

#include <bpf/bpf_tracing.h>

#define SETTLED 2000000ull /* nanoseconds after which an attempt that did not succeed has failed */

#define PLACES 8192	   /* of attempts; a power of two */
#define WAYS   4	   /* each thread has so many of them, side by side, which it shares with others */
#define BUSY   0xffffffffu /* the number of no thread */

/*
 * bind4 and bind6 of the root cgroup see each attempt, post_bind4 and post_bind6 those that succeed; what
 * is left of a thread when it tries again, or some time later, has failed. The error is not told.
 *
 * An attempt is written where it stays, and a bind() that works takes no more than its claim back. A claim is a
 * thread below the time of its attempt, so that no later one is taken for it; 0: the place is free. One of all who
 * see it may tell it: who exchanges the claim.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, __u64);
} claims SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, struct scratch);
} places SEC(".maps");

/* A clock of 32 bits, of about a microsecond each. */
static __always_inline __u64 clock_of(__u64 time)
{
	return (__u32)(time >> 10);
}

static __always_inline bool exchange(__u64 *claim, __u64 from, __u64 to)
{
	return __sync_val_compare_and_swap(claim, from, to) == from;
}

static __always_inline __u64 *claim_of(__u32 thread, __u32 way, __u32 *ret_at)
{
	*ret_at = (thread * WAYS + way) & (PLACES - 1);
	return bpf_map_lookup_elem(&claims, ret_at);
}

/* Its place goes to who tells it, and is free then. */
static __always_inline bool tell_claimed(__u64 *claim, __u64 seen, __u32 at)
{
	struct scratch *s;

	if (!exchange(claim, seen, BUSY))
		return false;
	s = bpf_map_lookup_elem(&places, &at);
	if (s)
		tell(&s->event);
	__sync_lock_test_and_set(claim, 0);
	return true;
}

/* A place for an attempt of this thread; one that is left of it from before has failed. */
static __always_inline struct scratch *begin_attempt(__u32 thread, __u64 **ret_claim)
{
	__u64 *claim, seen;
	__u32 at;

	for (__u32 way = 0; way < WAYS; way++) {
		claim = claim_of(thread, way, &at);
		seen = claim ? *(volatile __u64 *)claim : 0;
		if (claim && (__u32)seen == thread && tell_claimed(claim, seen, at))
			break;
	}
	for (__u32 way = 0; way < WAYS; way++) {
		claim = claim_of(thread, way, &at);
		if (claim && !*(volatile __u64 *)claim && exchange(claim, 0, BUSY)) {
			*ret_claim = claim;
			return bpf_map_lookup_elem(&places, &at);
		}
	}
	ADD(unfollowed, 1);
	return NULL;
}

/* The task's network namespace is at hand; the socket may be of another one. */
static __always_inline void note_net(struct scratch *s, struct iu_watch_event *e, __u64 cookie, struct sock *sk)
{
	struct net *net = bpf_get_current_task_btf()->nsproxy->net_ns, *other;

	if (net->net_cookie == cookie) {
		NOTE_NET(s, e, net, LOADED);
		if (has_list(s))
			FIND_LIST(s, net, LOADED);
	} else {
		other = SOCK(sk, __sk_common.skc_net.net);
		NOTE_NET(s, e, other, BPF_CORE_READ);
		find_list(s);
	}
}

/* Whether anything is known that could make it fail: then all is noted, else what costs little. */
static __always_inline bool may_fail(struct scratch *s)
{
	const struct iu_watch_key *key = &s->event.head.key;
	const __u32 *words = (const __u32 *)key->address;
	__u32 any = key->family == AF_INET6 ? words[0] | words[1] | words[2] | words[3] : words[0];

	if (s->port_at || s->socket_at || s->event.flags & IU_WATCH_BOUND)
		return true;
	if (key->port && key->port < s->event.low_ports)
		note_right(s);
	if (key->port < s->event.low_ports && !(s->event.flags & IU_WATCH_MAY_LOW) && key->port)
		return true;
	return any && key->address[0] != 127;
}

/* Returns: whether it is an attempt that can be followed. */
static __always_inline bool note_attempt(struct bpf_sock_addr *ctx, struct bpf_sock *asks, struct scratch *s)
{
	struct iu_watch_event *e = &s->event;
	struct sock *sk;

	/* a number from here on: through the pointer no more than the helpers allow may be read */
	*(volatile __u64 *)&s->self = (__u64)asks;
	sk = (struct sock *)*(volatile __u64 *)&s->self;
	e->head.key.call = IU_WATCH_BIND;
	e->head.key.port = bpf_ntohs(ctx->user_port);
	e->head.key.protocol = asked_protocol(ctx->protocol);
	e->type = ctx->type;
	e->ifindex = asks->bound_dev_if;
	e->flags = asks->src_port || asks->state != TCP_CLOSE ? IU_WATCH_BOUND : 0;
	if (!e->head.key.port && has_flag(sk, FLAG_NO_PORT))
		return false; /* succeeds without post_bind */
	note_net(s, e, bpf_get_netns_cookie(ctx), sk);
	note_process(e);
	if (!may_fail(s)) {
		e->flags |= knows_buckets() ? IU_WATCH_WALKED : 0;
		return true;
	}
	if (is_repeat(e))
		return true;
	note_options(e, sk);
	note_nonlocal(e, sk);
	note_right(s);
	walk(s);
	note_program(e);
	return true;
}

static __always_inline int on_bind(struct bpf_sock_addr *ctx, __u16 family, const __u32 *address)
{
	struct bpf_sock *asks = ctx->sk;
	__u32 thread = bpf_get_current_pid_tgid();
	__u64 *claim = NULL, claimed = 0;
	struct scratch *s;

	if (!asks)
		return 1;
	s = begin_attempt(thread, &claim);
	if (!s || !claim)
		return 1;
	clear(&s->event);
	s->event.head.key.family = family;
	__builtin_memcpy(s->event.head.key.address, address, family == AF_INET6 ? 16 : 4);
	if (note_attempt(ctx, asks, s)) {
		ADD(seen, 1);
		claimed = thread | clock_of(s->event.head.time) << 32;
	}
	__sync_lock_test_and_set(claim, claimed);
	return 1;
}

SEC("cgroup/bind4")
int inuse_bind4(struct bpf_sock_addr *ctx)
{
	__u32 address = ctx->user_ip4;

	return on_bind(ctx, AF_INET, &address);
}

SEC("cgroup/bind6")
int inuse_bind6(struct bpf_sock_addr *ctx)
{
	__u32 address[4] = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]};

	return on_bind(ctx, AF_INET6, address);
}

static __always_inline int on_success(void)
{
	__u32 thread = bpf_get_current_pid_tgid(), at;
	__u64 *claim, seen;

	for (__u32 way = 0; way < WAYS; way++) {
		claim = claim_of(thread, way, &at);
		seen = claim ? *(volatile __u64 *)claim : 0;
		if (claim && (__u32)seen == thread && exchange(claim, seen, 0)) {
			ADD(passed, 1);
			break;
		}
	}
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

/* A socket that has begun to listen, and in which call: of a thread, until one with the same place comes. */
struct listening {
	__u64 thread, sk, at, call;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LISTENERS_MAX);
	__type(key, __u32);
	__type(value, struct listening);
} starting SEC(".maps");

static __always_inline void read_call(struct listening *to)
{
	long regs = bpf_task_pt_regs(bpf_get_current_task_btf());
	struct pt_regs___x86 *x86 = (struct pt_regs___x86 *)regs;
	struct pt_regs___arm *arm = (struct pt_regs___arm *)regs;

	if (bpf_core_field_exists(x86->orig_ax)) {
		to->at = x86->ip;
		to->call = x86->orig_ax;
	} else if (bpf_core_field_exists(arm->syscallno)) {
		to->at = arm->pc;
		to->call = arm->syscallno;
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
	struct listening now, *then;
	__u32 at;

	/* all other changes, of each connection: nothing is done for them */
	if (before + after != TCP_CLOSE + TCP_LISTEN || (before != TCP_CLOSE && before != TCP_LISTEN))
		return 0;
	now.thread = bpf_get_current_pid_tgid();
	now.sk = (__u64)sk;
	now.at = now.call = 0;
	read_call(&now);
	at = now.thread & (LISTENERS_MAX - 1);
	then = bpf_map_lookup_elem(&starting, &at);
	if (!then)
		return 0;
	if (after == TCP_LISTEN) {
		*then = now;
		note_listener(sk);
	} else if (then->thread == now.thread && then->sk == now.sk && then->at == now.at &&
		   then->call == now.call) {
		then->sk = 0;
		on_refused_listener(sk);
	}
	return 0;
}

/* ---- what nobody asks about again ---- */

static long sweep_claim(void *map, const __u32 *at, __u64 *claim, __u64 *now)
{
	__u64 seen = *(volatile __u64 *)claim;

	(void)map;
	if (seen && (__u32)seen != BUSY &&
		(__s32)(clock_of(*now) - (seen >> 32)) > (__s32)clock_of(SETTLED))
		tell_claimed(claim, seen, *at);
	return 0;
}

SEC("raw_tp/sys_enter")
int inuse_sweep(void *ctx)
{
	__u64 now = bpf_ktime_get_boot_ns();

	if (!memory.reader_space)
		find_reader(memory.reader, &memory.reader_space, &memory.reader_level);
	bpf_for_each_map_elem(&claims, sweep_claim, &now, 0);
	sweep_counts();
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

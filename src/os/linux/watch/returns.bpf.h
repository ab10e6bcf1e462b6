// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/returns.bpf.h - hooks where the kernel's functions return: they see the error itself */
#ifndef IU_OS_LINUX_WATCH_RETURNS_BPF_H
#define IU_OS_LINUX_WATCH_RETURNS_BPF_H

#include "os/linux/watch/failed.bpf.h"

/* What was asked: the kernel's copy of the address still has it, the socket does not any more. */
static __always_inline void read_address(struct iu_watch_event *e, __u64 address)
{
	struct iu_watch_key *key = &e->head.key;
	__u16 port = 0;

	bpf_probe_read_kernel(&key->family, sizeof(key->family), (void *)address);
	bpf_probe_read_kernel(&port, sizeof(port), (void *)(address + 2));
	key->port = bpf_ntohs(port);
	if (key->family == AF_INET6)
		bpf_probe_read_kernel(key->address, 16, (void *)(address + 8));
	else
		bpf_probe_read_kernel(key->address, 4, (void *)(address + 4));
}

static __always_inline int on_bind(struct sock *sk, __u64 address, int error)
{
	struct scratch *s;
	struct iu_watch_event *e;

	if (!error)
		return 0;
	ADD(seen, 1);
	s = begin();
	if (!s)
		return 0;
	e = &s->event;
	note_socket(s, e, sk);
	note_inet(e, sk);
	e->flags |= SOCK(sk, __sk_common.skc_num) ? IU_WATCH_BOUND : 0;
	read_address(e, address);
	e->head.key.call = IU_WATCH_BIND;
	e->head.key.error = -error;
	finish(s, true);
	return 0;
}

SEC("fexit/inet_csk_listen_start")
int inuse_listen(__u64 *ctx)
{
	struct sock *sk = (struct sock *)ctx[0];
	int error = (int)ctx[1];
	struct scratch *s;

	if (!error) {
		note_listener(sk);
		return 0;
	}
	ADD(seen, 1);
	s = begin();
	if (!s)
		return 0;
	finish_listen(s, sk, -error);
	return 0;
}

static __always_inline __u32 hash_of(const char *bytes)
{
	__u32 hash = 2166136261u;

	for (int i = 0; i < IU_WATCH_PATH; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
	return hash;
}

static __always_inline struct scratch *begin_unix(struct sock *sk, __u8 call, int error)
{
	struct scratch *s;
	struct iu_watch_event *e;

	ADD(seen, 1);
	s = begin();
	if (!s)
		return NULL;
	e = &s->event;
	note_socket(s, e, sk);
	e->head.key.call = call;
	e->head.key.error = -error;
	e->head.key.family = AF_UNIX;
	__builtin_memset(e->path, 0, sizeof(e->path));
	return s;
}

static __always_inline void read_path(struct iu_watch_event *e, __u64 address, __u32 len)
{
	len = len > 2 ? len - 2 : 0;
	asm volatile("" : "+r"(len)); /* the verifier has to see what is compared */
	if (len > IU_WATCH_PATH)
		len = 0;
	if (bpf_probe_read_kernel(e->path, len, (void *)(address + 2)) == 0)
		e->path_len = len;
}

static __always_inline void finish_unix(struct scratch *s)
{
	s->event.head.key.place = hash_of(s->event.path);
	finish(s, false);
}

SEC("fexit/unix_bind")
int inuse_unix(__u64 *ctx)
{
	struct socket *socket = (struct socket *)ctx[0];
	int error = (int)ctx[3];
	struct scratch *s;

	if (!error)
		return 0;
	s = begin_unix(BPF_CORE_READ((struct socket_alloc *)socket, socket.sk), IU_WATCH_BIND, error);
	if (!s)
		return 0;
	read_path(&s->event, ctx[1], (__u32)ctx[2]);
	finish_unix(s);
	return 0;
}

/* The name is what the socket has: none is a reason to refuse. */
SEC("fexit/unix_listen")
int inuse_unix_listen(__u64 *ctx)
{
	struct socket *socket = (struct socket *)ctx[0];
	int error = (int)ctx[2];
	struct unix_address *address;
	struct scratch *s;
	struct sock *sk;

	if (!error)
		return 0;
	sk = BPF_CORE_READ((struct socket_alloc *)socket, socket.sk);
	s = begin_unix(sk, IU_WATCH_LISTEN, error);
	if (!s)
		return 0;
	address = BPF_CORE_READ((struct unix_sock *)sk, addr);
	if (address) {
		s->event.flags |= IU_WATCH_BOUND;
		read_path(&s->event, (__u64)&address->name, (__u32)BPF_CORE_READ(address, len));
	}
	finish_unix(s);
	return 0;
}

SEC("raw_tp/sys_enter")
int inuse_sweep(void *unused)
{
	(void)unused;
	if (!memory.reader_space)
		find_reader(memory.reader, &memory.reader_space, &memory.reader_level);
	sweep_counts();
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#endif

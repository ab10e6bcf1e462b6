// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/returns-old.bpf.c - failed calls where inet_bind() returns: before there was inet_bind_sk() */
#include "os/linux/watch/returns.bpf.h"

static __always_inline struct sock *sock_of(__u64 socket)
{
	return (struct sock *)BPF_CORE_READ((struct socket_alloc *)socket, socket.sk);
}

SEC("fexit/inet_bind")
int inuse_bind4(__u64 *ctx)
{
	return on_bind(sock_of(ctx[0]), ctx[1], (int)ctx[3]);
}

SEC("fexit/inet6_bind")
int inuse_bind6(__u64 *ctx)
{
	return on_bind(sock_of(ctx[0]), ctx[1], (int)ctx[3]);
}

// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/watch/returns.bpf.c - failed calls where inet_bind_sk() returns: Linux 6.8 and later */
#include "os/linux/watch/returns.bpf.h"

SEC("fexit/inet_bind_sk")
int inuse_bind4(__u64 *ctx)
{
	return on_bind((struct sock *)ctx[0], ctx[1], (int)ctx[3]);
}

SEC("fexit/inet6_bind_sk")
int inuse_bind6(__u64 *ctx)
{
	return on_bind((struct sock *)ctx[0], ctx[1], (int)ctx[3]);
}

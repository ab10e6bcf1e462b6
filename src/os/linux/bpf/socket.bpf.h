// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/socket.bpf.h - a socket and its bind bucket, from the kernel's structures into rows */
#ifndef IU_OS_LINUX_BPF_SOCKET_BPF_H
#define IU_OS_LINUX_BPF_SOCKET_BPF_H

#include "os/linux/bpf/kernel.h"
#include "os/linux/bpf/rows.h"

#include <bpf/bpf_endian.h>

/*
 * Everything is read with probe_read: a load through a typed pointer makes the verifier search the
 * whole BTF of the kernel by name, 0.5 to 1 ms each. What is read that way may change meanwhile; a
 * wrong pointer reads as a fault, never as a crash. One structure after the other, see kernel.h.
 */

/* A bucket of a hash table: of TCP a lock and the head of a list, of UDP the other way round. */
#define BUCKET (2 * POINTER)
#define CHAIN  POINTER

/* Locks are larger in kernels that are made to find mistakes, and buckets with them. */
static __always_inline bool knows_buckets(void)
{
	return bpf_core_field_size(((struct inet_sock *)NULL)->sk.sk_receive_queue.lock) <= CHAIN;
}

static __always_inline __u64 read_pointer(__u64 at)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), (void *)at);
	return value;
}

static __always_inline __u64 inode_of(struct sock *sk)
{
	struct socket_alloc *socket = (void *)SOCK(sk, sk_socket);

	return socket ? BPF_CORE_READ(socket, vfs_inode.i_ino) : 0;
}

/* TIME-WAITs have only this part of a socket. */
static __always_inline void read_common(struct iu_bpf_socket *row, struct sock *sk)
{
	row->state = SOCK(sk, __sk_common.skc_state);
	row->family = SOCK(sk, __sk_common.skc_family);
	row->port = SOCK(sk, __sk_common.skc_num);
	row->peer_port = bpf_ntohs(SOCK(sk, __sk_common.skc_dport));
	row->cookie = SOCK(sk, __sk_common.skc_cookie.counter);
	row->ifindex = SOCK(sk, __sk_common.skc_bound_dev_if);
	row->reuse = SOCK_BITS(sk, __sk_common.skc_reuse);
	row->reuseport = SOCK_BITS(sk, __sk_common.skc_reuseport);
	row->v6only = SOCK_BITS(sk, __sk_common.skc_ipv6only);
	if (row->family == AF_INET6 && SOCK_HAS(__sk_common.skc_v6_daddr)) {
		SOCK_COPY(row->local, 16, sk, __sk_common.skc_v6_rcv_saddr);
		SOCK_COPY(row->peer, 16, sk, __sk_common.skc_v6_daddr);
	} else {
		SOCK_COPY(row->local, 4, sk, __sk_common.skc_rcv_saddr);
		SOCK_COPY(row->peer, 4, sk, __sk_common.skc_daddr);
	}
}

/* The rest, but for its file. */
static __always_inline void read_full(struct iu_bpf_socket *row, struct sock *sk)
{
	row->inode = inode_of(sk);
	row->uid = SOCK(sk, sk_uid.val);
	row->explicit_port =
		!!(SOCK_BITS(sk, sk_userlocks) & SOCK_BINDPORT_LOCK);
}

static __always_inline void read_mini(struct iu_bpf_socket *row, struct sock *sk)
{
	struct tcp_timewait_sock *wait = (struct tcp_timewait_sock *)sk;

	row->mini = 1;
	row->state = BPF_CORE_READ(wait, tw_sk.tw_substate);
}

static __always_inline __u64 cgroup_of(struct sock *sk)
{
	struct cgroup *cgroup;

	if (!SOCK_HAS(sk_cgrp_data.cgroup))
		return 0;
	cgroup = SOCK(sk, sk_cgrp_data.cgroup);
	return BPF_CORE_READ(cgroup, kn, id);
}

static __always_inline void read_cache(struct iu_bpf_cache *cache, struct inet_bind_bucket *bucket)
{
	cache->known = 1;
	cache->fastreuse = BPF_CORE_READ(bucket, fastreuse);
	cache->fastreuseport = BPF_CORE_READ(bucket, fastreuseport);
	cache->uid = BPF_CORE_READ(bucket, fastuid.val);
	cache->family = BPF_CORE_READ(bucket, fast_sk_family);
	cache->v6only = BPF_CORE_READ(bucket, fast_ipv6_only);
	if (cache->family == AF_INET6 && bpf_core_field_exists(bucket->fast_v6_rcv_saddr))
		bpf_core_read(cache->address, 16, &bucket->fast_v6_rcv_saddr);
	else
		bpf_core_read(cache->address, 4, &bucket->fast_rcv_saddr);
}

static __always_inline __u64 references_to(struct file *file)
{
	if (bpf_core_field_exists(file->f_ref.refcnt))
		return BPF_CORE_READ(file, f_ref.refcnt.counter) + 1;
	return BPF_CORE_READ(file, f_count.counter);
}

static __always_inline void read_tcp(struct iu_bpf_socket *row, struct sock *sk)
{
	row->protocol = PROTOCOL_TCP;
	row->mini = row->explicit_port = 0;
	row->uid = 0;
	row->file = row->cred = row->references = row->pollers = 0;
	row->inode = row->cgroup = 0;
	read_common(row, sk);
	if (row->state == TCP_TIME_WAIT) {
		read_mini(row, sk);
		return;
	}
	read_full(row, sk);
	row->cgroup = cgroup_of(sk);
}

static __always_inline void read_file(struct iu_bpf_socket *row, struct sock *sk)
{
	struct socket_alloc *socket = (void *)SOCK(sk, sk_socket);
	struct file *file = socket ? BPF_CORE_READ(socket, socket.file) : NULL;

	row->file = (__u64)file;
	row->cred = file ? (__u64)BPF_CORE_READ(file, f_cred) : 0;
	row->references = file ? references_to(file) : 0;
	row->pollers = 0;
}

#endif

// SPDX-License-Identifier: (MIT OR GPL-2.0-only)
/* os/linux/bpf/kernel.h - the few kernel structures that our BPF programs read, found by CO-RE */
#ifndef IU_OS_LINUX_BPF_KERNEL_H
#define IU_OS_LINUX_BPF_KERNEL_H

/*
 * Only names and types count: when a program is loaded the kernel looks up the true offsets in its own
 * BTF, so members that are not read are left out and their order is of no importance.
 *
 * A structure that a read starts from costs the load a pass over all types of the kernel, 0.2 ms,
 * unless the kernel knows it from an earlier read: it keeps 31 names, one for each hash (bpf_core_find_cands()).
 * So structures are read through others that begin with them, or contain them: a sock and its
 * sock_common through inet_sock, even where it is none (its kernfs_node has the hash of sock), socket
 * and inode through socket_alloc, inet_timewait_sock through tcp_timewait_sock.
 */
#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* Says to clang that offsets are the kernel's to fill in. */
#define CO_RE __attribute__((preserve_access_index))

#ifndef NULL
#define NULL ((void *)0)
#endif

#define S_IFMT		   0170000
#define S_IFSOCK	   0140000
#define AF_UNIX		   1
#define AF_INET		   2
#define AF_INET6	   10
#define TCP_TIME_WAIT	   6
#define TCP_CLOSE	   7
#define TCP_LISTEN	   10
#define TCP_NEW_SYN_RECV   12
#define PROTOCOL_TCP	   6
#define PROTOCOL_UDP	   17
#define PROTOCOL_MPTCP	   262
#define SOCK_BINDPORT_LOCK 8
#define POINTER		   sizeof(__u64)
#define PIDTYPE_PGID	   2
#define PIDTYPE_SID	   3

/* The structure of which @at is a member: container_of(). */
#define AROUND(at, type, member) ((struct type *)((__u64)(at)-bpf_core_field_offset(struct type, member)))

/* Members of any socket, of whatever family. */
#define SOCK(sk, member)	  BPF_CORE_READ((struct inet_sock *)(sk), sk.member)
#define SOCK_BITS(sk, member)	  BPF_CORE_READ_BITFIELD_PROBED((struct inet_sock *)(sk), sk.member)
#define SOCK_COPY(to, size, sk, member) bpf_core_read(to, size, &((struct inet_sock *)(sk))->sk.member)
#define SOCK_HAS(member)	  bpf_core_field_exists(((struct inet_sock *)NULL)->sk.member)
#define SOCK_OFFSET(member)	  bpf_core_field_offset(struct inet_sock, sk.member)
#define SOCK_AROUND(at, member)	  ((struct sock *)((__u64)(at)-SOCK_OFFSET(member)))

/* ---- lists: the same in every kernel ---- */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

typedef struct {
	unsigned int val;
} kuid_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

typedef struct {
	long long counter;
} atomic64_t;

/* ---- what the program types of bpf_helper_defs.h need by name ---- */

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

/* ---- processes and descriptors ---- */

struct pid_namespace;

struct upid { /* the same in every kernel that has BTF */
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
} CO_RE;

struct user_namespace {
	int level;
} CO_RE;

typedef struct {
	__u64 bits; /* of another name in each kernel, and of the same size: only its place is of interest */
} kernel_cap_t;

struct cred {
	kuid_t euid;
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
} CO_RE;

struct inode {
	unsigned short i_mode;
	unsigned long i_ino;
} CO_RE;

struct qstr {
	const unsigned char *name;
} CO_RE;

struct dentry {
	struct qstr d_name;
} CO_RE;

struct path {
	struct dentry *dentry;
} CO_RE;

typedef struct {
	atomic_long_t refcnt;
} file_ref_t;

struct file {
	struct inode *f_inode;
	const struct cred *f_cred;
	void *private_data;
	struct path f_path;
	file_ref_t f_ref;      /* since 6.13: one less than there are */
	atomic_long_t f_count; /* before */
} CO_RE;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} CO_RE;

struct files_struct {
	atomic_t count;
	struct fdtable *fdt, fdtab; /* the second of the same form, and read for that */
} CO_RE;

struct signal_struct {
	struct list_head thread_head;
	struct pid *pids[PIDTYPE_SID + 1]; /* of those that have a number of its own: group, session */
	int nr_threads;
} CO_RE;

struct vm_area_struct {
	struct file *vm_file;
} CO_RE;

/* ---- io_uring ---- */

struct io_rsrc_node {
	unsigned long file_ptr;
} CO_RE;

struct io_rsrc_data {
	unsigned int nr;
	struct io_rsrc_node **nodes;
} CO_RE;

struct io_file_table {
	struct io_rsrc_data data; /* since 6.13 */
	void *files;              /* before: array of struct io_fixed_file, one pointer each */
} CO_RE;

struct io_ring_ctx {
	struct io_file_table file_table;
	unsigned int nr_user_files; /* before 6.13 */
} CO_RE;

#define RINGS_REGISTERED 16 /* IO_RINGFD_REG_MAX */

struct io_uring_task {
	const struct io_ring_ctx *last;
	struct file *registered_rings[RINGS_REGISTERED];
} CO_RE;

struct nsproxy;
struct css_set;

struct mm_struct {
	unsigned long arg_start, arg_end;
	struct file *exe_file;
} CO_RE;

struct task_struct {
	struct mm_struct *mm;
	struct nsproxy *nsproxy;
	struct list_head tasks, thread_node;
	struct signal_struct *signal;
	const struct cred *real_cred;
	struct files_struct *files;
	struct css_set *cgroups;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct io_uring_task *io_uring;
	int pid, tgid;
	__u64 start_boottime;
	char comm[16];
} CO_RE;

/* ---- sockets ---- */

struct in6_addr {
	unsigned char bytes[16]; /* only its place is of interest */
};

typedef struct {
	struct net *net;
} possible_net_t;

struct proto;

struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuse : 4;
	unsigned char skc_reuseport : 1;
	unsigned char skc_ipv6only : 1;
	int skc_bound_dev_if;
	struct hlist_node skc_bind_node; /* in the list of those that own a port */
	struct hlist_node skc_node;	 /* of UDP and UNIX: in the list of all */
	possible_net_t skc_net;
	struct proto *skc_prot;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
} CO_RE;

struct sk_buff {
	struct sk_buff *next;
	struct sock *sk;
	char cb[48];
} CO_RE;

typedef struct {
	int any; /* only its size is of interest */
} spinlock_t;

struct sk_buff_head {
	struct sk_buff *next;
	spinlock_t lock;
} CO_RE;

struct wait_queue_head {
	struct list_head head;
} CO_RE;

struct wait_queue_entry {
	struct list_head entry;
} CO_RE;

struct poll_table_entry {
	struct file *filp;
	struct wait_queue_entry wait;
	struct wait_queue_head *wait_address;
} CO_RE;

struct poll_wqueues {
	struct poll_table_entry inline_entries[1];
} CO_RE;

struct socket_wq {
	struct wait_queue_head wait;
} CO_RE;

struct socket {
	struct file *file;
	struct sock *sk;
	struct socket_wq wq;
} CO_RE;

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
} CO_RE;

struct kernfs_node {
	__u64 id;
	unsigned int hash; /* of the name */
	const char *name;
	struct kernfs_node *__parent; /* since 6.15 */
	struct kernfs_node *parent;   /* before */
} CO_RE;

struct cgroup {
	struct kernfs_node *kn;
} CO_RE;

struct css_set {
	struct cgroup *dfl_cgrp; /* in cgroup2 */
} CO_RE;

struct sock_cgroup_data {
	struct cgroup *cgroup;
} CO_RE;

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	struct socket_wq *sk_wq;
	unsigned char sk_userlocks : 4; /* a whole byte in new kernels: read as a bit field */
	struct socket *sk_socket;
	struct sock_cgroup_data sk_cgrp_data;
	kuid_t sk_uid;
	__u16 sk_protocol, sk_type;
	struct pid *sk_peer_pid;
} CO_RE;

struct inet_sock {
	struct sock sk; /* at its start */
	unsigned long inet_flags; /* since 6.6; before the members below */
	unsigned char freebind : 1;
	unsigned char transparent : 1;
	unsigned char bind_address_no_port : 1;
} CO_RE;

struct inet_timewait_sock {
	unsigned char tw_substate;
	struct inet_bind_bucket *tw_tb;
} CO_RE;

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk; /* at its start */
} CO_RE;

struct udp_sock;

struct sockaddr_un {
	unsigned short sun_family;
} CO_RE;

struct unix_address {
	int len;
	struct sockaddr_un name[];
} CO_RE;

struct unix_sock {
	struct unix_address *addr;
} CO_RE;

struct scm_fp_list {
	short count;
	struct file *fp[1];
} CO_RE;

struct unix_skb_parms {
	struct scm_fp_list *fp;
} CO_RE;

/* ---- tables of sockets ---- */

struct inet_bind_bucket {
	possible_net_t ib_net;
	unsigned short port;
	signed char fastreuse, fastreuseport;
	kuid_t fastuid;
	struct in6_addr fast_v6_rcv_saddr;
	__be32 fast_rcv_saddr;
	unsigned short fast_sk_family;
	bool fast_ipv6_only;
	struct hlist_node node;
	struct hlist_head bhash2; /* since 6.8: its addresses, and their owners below them */
	struct hlist_head owners; /* before */
} CO_RE;

struct inet_bind2_bucket {
	struct hlist_node bhash_node;
	struct hlist_head owners;
} CO_RE;

struct inet_connection_sock {
	struct inet_bind_bucket *icsk_bind_hash;
} CO_RE;

struct inet_hashinfo {
	void *bhash; /* array of struct inet_bind_hashbucket, a lock and the head of a list */
	unsigned int bhash_size;
} CO_RE;

struct inet_timewait_death_row {
	struct inet_hashinfo *hashinfo;
} CO_RE;

struct udp_table {
	void *hash; /* of two words each, the head of a list first */
	unsigned int mask;
} CO_RE;

struct proto {
	union {
		struct udp_table *udp_table;
	} h;
} CO_RE;

struct netns_ipv4 {
	struct inet_timewait_death_row tcp_death_row;
	struct udp_table *udp_table; /* since 6.2: before there is one for all, to which a socket's proto leads */
	int sysctl_ip_prot_sock;
} CO_RE;

#define UNIX_BUCKETS 512 /* UNIX_HASH_SIZE */

struct unix_table {
	struct hlist_head *buckets;
} CO_RE;

struct netns_unix {
	struct unix_table table; /* since 6.0 */
} CO_RE;

struct proc_ns_operations;

struct ns_common {
	const struct proc_ns_operations *ops;
	unsigned int inum;
} CO_RE;

struct net {
	struct list_head list; /* of all */
	struct ns_common ns;
	struct user_namespace *user_ns;
	__u64 net_cookie;
	unsigned int hash_mix;
	struct netns_ipv4 ipv4;
	struct netns_unix unx;
} CO_RE;

struct nsproxy {
	struct net *net_ns;
} CO_RE;

/* ---- what each iterator hands over: part of the interface, members are only added ---- */

struct bpf_iter__tcp {
	struct bpf_iter_meta *meta;
	struct sock_common *sk_common;
};

struct bpf_iter__udp {
	struct bpf_iter_meta *meta;
	struct udp_sock *udp_sk;
};

struct bpf_iter__unix {
	struct bpf_iter_meta *meta;
	struct unix_sock *unix_sk;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__task_vma {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	struct vm_area_struct *vma;
};

#endif

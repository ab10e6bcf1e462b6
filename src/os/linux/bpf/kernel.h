/* os/linux/bpf/kernel.h - the few kernel structures that evidence.bpf.c reads, found by CO-RE */
#ifndef IU_OS_LINUX_BPF_KERNEL_H
#define IU_OS_LINUX_BPF_KERNEL_H

/*
 * Only names and types count: the loader looks the true offsets up in the BTF of the running
 * kernel, so members that are not read are left out and the order is of no importance.
 *
 * Each structure that a read starts from costs the loader a pass over all types of the kernel,
 * about 3 ms: what lies at the start of another structure is read through that one (sock_common
 * through sock, socket and inode through socket_alloc).
 */
#include <stdbool.h>
#include <linux/types.h>

/* Says to clang that offsets are the loader's to fill in; the kernel half sets it first. */
#ifndef CO_RE
#define CO_RE
#endif

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

struct file {
	struct inode *f_inode;
	void *private_data;
	struct path f_path;
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

struct task_struct {
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct io_uring_task *io_uring;
} CO_RE;

/* ---- sockets ---- */

typedef struct {
	unsigned int val;
} kuid_t;

struct in6_addr {
	unsigned char bytes[16]; /* only its place is of interest */
};

typedef struct {
	long long counter;
} atomic64_t;

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
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	atomic64_t skc_cookie;
} CO_RE;

struct sk_buff {
	struct sk_buff *next;
	struct sock *sk;
	char cb[48];
} CO_RE;

struct sk_buff_head {
	struct sk_buff *next;
} CO_RE;

struct socket {
	struct sock *sk;
} CO_RE;

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
} CO_RE;

struct sock {
	struct sock_common __sk_common;
	struct sk_buff_head sk_receive_queue;
	unsigned char sk_userlocks : 4; /* a whole byte in new kernels: read as a bit field */
	struct socket *sk_socket;
	kuid_t sk_uid;
	__u16 sk_protocol;
	struct pid *sk_peer_pid;
} CO_RE;

struct inet_bind_bucket {
	unsigned short port;
	signed char fastreuse, fastreuseport;
	kuid_t fastuid;
	struct in6_addr fast_v6_rcv_saddr;
	__be32 fast_rcv_saddr;
	unsigned short fast_sk_family;
	bool fast_ipv6_only;
} CO_RE;

struct inet_connection_sock {
	struct inet_bind_bucket *icsk_bind_hash;
} CO_RE;

struct inet_timewait_sock {
	unsigned char tw_substate;
	struct inet_bind_bucket *tw_tb;
} CO_RE;

struct udp_sock;

struct unix_sock {
	struct sock *peer;
} CO_RE;

struct scm_fp_list {
	short count;
	struct file *fp[1];
} CO_RE;

struct unix_skb_parms {
	struct scm_fp_list *fp;
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

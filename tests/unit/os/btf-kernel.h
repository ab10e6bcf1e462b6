/* tests/unit/os/btf-kernel.h - structures of a kernel that never was: test-btf looks for them in BTF */
#ifndef BTF_KERNEL_H
#define BTF_KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct list_head { struct list_head *next, *prev; };
struct hlist_head { void *first; };
typedef struct { u32 counter; } atomic_t;
typedef struct { u64 counter; } atomic64_t;
typedef const volatile struct hlist_head oddly_named;

struct udp_table { void *hash; u32 mask; };
struct unix_table { u64 locks; void *buckets; };
struct inet_hashinfo { u64 before[3]; void *bhash; u32 bhash_size; };
struct netns_ipv4 { u64 before[2]; struct { u32 count; struct inet_hashinfo *hashinfo; } tcp_death_row; };
struct net { u64 before[5]; u32 hash_mix; struct netns_ipv4 ipv4; struct { u64 before; struct unix_table table; } unx; };
struct nsproxy { u64 before[4]; struct net *net_ns; };
struct cred { u32 before[5]; u32 euid; };
struct signal_struct { u64 before; struct list_head thread_head; int nr_threads; };
struct task_struct {
	u64 before[7];
	struct list_head tasks;
	int pid, tgid;
	struct task_struct *group_leader;
	union {
		u64 other;
		struct { u32 spare; struct { u32 deep; struct signal_struct *signal; }; };
	};
	struct list_head thread_node;
	u64 start_boottime;
	const struct cred *real_cred;
	char comm[16];
	void *files;
	struct nsproxy *nsproxy;
	void *cgroups;
};
struct unix_sock { u64 before[100]; void *addr; };
struct inet_bind_hashbucket { u64 lock; oddly_named chain; };
struct inet_bind_bucket {
	void *ib_net; u16 port; signed char fastreuse, fastreuseport; u32 fastuid;
	u8 fast_v6_rcv_saddr[16]; u32 fast_rcv_saddr; u16 fast_sk_family; u8 fast_ipv6_only;
	struct list_head node; struct hlist_head owners;
};
struct inet_bind2_bucket { u64 before; struct hlist_head owners; };
struct sock_common {
	union { u64 skc_addrpair; struct { u32 skc_daddr, skc_rcv_saddr; }; };
	u16 skc_dport, skc_num, skc_family;
	volatile u8 skc_state;
	u8 skc_reuse : 4, skc_reuseport : 1, skc_ipv6only : 1;
	int skc_bound_dev_if;
	struct list_head skc_bind_node, skc_node;
	void *skc_net;
	u8 skc_v6_daddr[16], skc_v6_rcv_saddr[16];
	atomic64_t skc_cookie;
};
struct sock {
	struct sock_common common;
	u32 sk_uid; u8 sk_userlocks : 4; u16 sk_type; void *sk_socket, *sk_wq;
	struct { void *cgroup; } sk_cgrp_data;
};
struct wait_queue_head { u32 lock; struct list_head head; };
struct wait_queue_entry { u64 before[3]; struct list_head entry; };
struct socket_wq { struct wait_queue_head wait; };
struct poll_table_entry { void *filp; u32 key; struct wait_queue_entry wait; void *wait_address; };
struct inet_timewait_sock { struct sock_common common; u8 tw_substate; };
struct socket { u64 before[2]; void *file; };
struct inode { u16 i_mode; u64 i_ino; };
struct socket_alloc { struct socket socket; struct inode vfs_inode; };
struct cgroup { u64 before[9]; void *kn; };
struct kernfs_node { u64 before[6]; u64 id; };
struct file { u32 mode; struct inode *f_inode; const struct cred *f_cred; atomic64_t f_count; };
struct files_struct { atomic_t count; void *fdt; };
struct fdtable { u32 max_fds; void **fd; };

#endif

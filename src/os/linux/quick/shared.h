/* os/linux/quick/shared.h - the memory that the quick BPF programs and their loader share */
#ifndef IU_OS_LINUX_QUICK_SHARED_H
#define IU_OS_LINUX_QUICK_SHARED_H

#include "os/linux/bpf/rows.h"

/*
 * Where members lie in this kernel, in bits from the start of the structure: the loader fills them in
 * from the kernel's own description (BTF). X(name, structure, path); a path that begins with ? may be
 * missing: IU_QUICK_NONE. Linux 6.8 has put the owners of a port below its addresses (bhash2), 6.2 the
 * UDP table into the network namespace, and 6.13 counts the references of a file in another way.
 */
#define IU_QUICK_OFFSETS(X)                                                                        \
	X(task_nsproxy, "task_struct", "nsproxy")                                                  \
	X(task_tasks, "task_struct", "tasks")                                                      \
	X(task_thread, "task_struct", "thread_node")                                               \
	X(task_signal, "task_struct", "signal")                                                    \
	X(task_cred, "task_struct", "real_cred")                                                   \
	X(task_files, "task_struct", "files")                                                      \
	X(task_leader, "task_struct", "group_leader")                                              \
	X(task_pid, "task_struct", "pid")                                                          \
	X(task_tgid, "task_struct", "tgid")                                                        \
	X(task_start, "task_struct", "start_boottime")                                             \
	X(task_cgroups, "task_struct", "cgroups")                                                  \
	X(task_comm, "task_struct", "comm")                                                        \
	X(signal_threads, "signal_struct", "thread_head")                                          \
	X(signal_count, "signal_struct", "nr_threads")                                             \
	X(cred_euid, "cred", "euid")                                                               \
	X(nsproxy_net, "nsproxy", "net_ns")                                                        \
	X(net_hashinfo, "net", "ipv4.tcp_death_row.hashinfo")                                      \
	X(net_hash_mix, "net", "hash_mix")                                                         \
	X(net_udp, "net", "?ipv4.udp_table")                                                       \
	X(net_unix, "net", "unx.table.buckets")                                                    \
	X(udp_hash, "udp_table", "hash")                                                           \
	X(udp_mask, "udp_table", "mask")                                                           \
	X(unix_addr, "unix_sock", "addr")                                                          \
	X(hash_bhash, "inet_hashinfo", "bhash")                                                    \
	X(hash_bhash_size, "inet_hashinfo", "bhash_size")                                          \
	X(bucket_chain, "inet_bind_hashbucket", "chain")                                           \
	X(tb_net, "inet_bind_bucket", "ib_net")                                                    \
	X(tb_port, "inet_bind_bucket", "port")                                                     \
	X(tb_fastreuse, "inet_bind_bucket", "fastreuse")                                           \
	X(tb_fastreuseport, "inet_bind_bucket", "fastreuseport")                                   \
	X(tb_fastuid, "inet_bind_bucket", "fastuid")                                               \
	X(tb_fast_family, "inet_bind_bucket", "fast_sk_family")                                    \
	X(tb_fast_v6only, "inet_bind_bucket", "fast_ipv6_only")                                    \
	X(tb_fast_v6, "inet_bind_bucket", "fast_v6_rcv_saddr")                                     \
	X(tb_fast_v4, "inet_bind_bucket", "fast_rcv_saddr")                                        \
	X(tb_node, "inet_bind_bucket", "node")                                                     \
	X(tb_owners, "inet_bind_bucket", "?owners")                                                \
	X(tb_bhash2, "inet_bind_bucket", "?bhash2")                                                \
	X(tb2_node, "inet_bind2_bucket", "?bhash_node")                                            \
	X(tb2_owners, "inet_bind2_bucket", "?owners")                                              \
	X(sk_node, "sock_common", "skc_bind_node")                                                 \
	X(sk_daddr, "sock_common", "skc_daddr")                                                    \
	X(sk_saddr, "sock_common", "skc_rcv_saddr")                                                \
	X(sk_dport, "sock_common", "skc_dport")                                                    \
	X(sk_num, "sock_common", "skc_num")                                                        \
	X(sk_family, "sock_common", "skc_family")                                                  \
	X(sk_state, "sock_common", "skc_state")                                                    \
	X(sk_reuse, "sock_common", "skc_reuse")                                                    \
	X(sk_reuseport, "sock_common", "skc_reuseport")                                            \
	X(sk_v6only, "sock_common", "skc_ipv6only")                                                \
	X(sk_ifindex, "sock_common", "skc_bound_dev_if")                                           \
	X(sk_v6_daddr, "sock_common", "skc_v6_daddr")                                              \
	X(sk_v6_saddr, "sock_common", "skc_v6_rcv_saddr")                                          \
	X(sk_net, "sock_common", "skc_net")                                                        \
	X(sk_list, "sock_common", "skc_node")                                                      \
	X(sk_cookie, "sock_common", "skc_cookie")                                                  \
	X(sk_type, "sock", "sk_type")                                                              \
	X(sk_uid, "sock", "sk_uid")                                                                \
	X(sk_userlocks, "sock", "sk_userlocks")                                                    \
	X(sk_socket, "sock", "sk_socket")                                                          \
	X(sk_cgroup, "sock", "sk_cgrp_data.cgroup")                                                \
	X(sk_wq, "sock", "sk_wq")                                                                  \
	X(wq_waiters, "socket_wq", "wait.head")                                                    \
	X(wait_entry, "wait_queue_entry", "entry")                                                 \
	X(poll_file, "poll_table_entry", "filp")                                                   \
	X(poll_wait, "poll_table_entry", "wait")                                                   \
	X(poll_queue, "poll_table_entry", "wait_address")                                          \
	X(tw_substate, "inet_timewait_sock", "tw_substate")                                        \
	X(socket_file, "socket", "file")                                                           \
	X(socket_ino, "socket_alloc", "vfs_inode.i_ino")                                           \
	X(cgroup_kn, "cgroup", "kn")                                                               \
	X(kn_id, "kernfs_node", "id")                                                              \
	X(file_inode, "file", "f_inode")                                                           \
	X(file_cred, "file", "f_cred")                                                             \
	X(file_ref, "file", "?f_ref.refcnt.counter")                                               \
	X(file_count, "file", "?f_count.counter")                                                  \
	X(inode_mode, "inode", "i_mode")                                                           \
	X(inode_ino, "inode", "i_ino")                                                             \
	X(files_fdt, "files_struct", "fdt")                                                        \
	X(files_count, "files_struct", "count.counter")                                            \
	X(fdt_max, "fdtable", "max_fds")                                                           \
	X(fdt_fd, "fdtable", "fd")

struct iu_quick_offsets {
#define X(name, structure, path) __u32 name;
	IU_QUICK_OFFSETS(X)
#undef X
};

#define IU_QUICK_NONE 0xffffffffu

#define IU_QUICK_ROWS   256    /* sockets of a port that get a row of their own; a power of two */
#define IU_QUICK_SOME   192    /* of these at most so many connections and TIME-WAITs */
#define IU_QUICK_HITS   1024   /* places in descriptor tables; a power of two */
#define IU_QUICK_SLOTS  8192   /* of the table of wanted files; a power of two */
#define IU_QUICK_CHUNK  32     /* descriptors that are compared at a time */
#define IU_QUICK_STATES 16
#define IU_QUICK_SOCK   160    /* struct sock_common, and tw_substate behind it */
#define IU_QUICK_BUCKET 128

/* A socket as the kernel has it; the offsets tell what is where. */
struct iu_quick_row {
	__u8 common[IU_QUICK_SOCK];
	__u64 file; /* address of struct file: only to be looked for, never to be told */
	__u64 cred; /* and of the credentials it was opened with */
	__u64 references; /* how many there are to the file, descriptors and others; 0: not known */
	__u64 inode;
	__u64 cgroup; /* id of the cgroup where it was made */
	__u64 pollers; /* references of these that belong to threads which wait in poll() or select() */
	__u32 uid;
	__u32 userlocks;
};

/* Some of the IU_QUICK_CHUNK descriptors from @first on are of wanted files. */
struct iu_quick_hit {
	__s32 pid, tid; /* of the initial PID namespace */
	__u32 first;
	__u32 spare;
	__u64 mask;
};

/* A descriptor that leads to a socket; of one that is opened as a path, no holder's. */
struct iu_quick_descriptor {
	__u64 inode;
	__s32 pid, tid; /* of the initial PID namespace */
	__u32 fd;
	__u32 spare;
};

/*
 * Where the walks are. Here, and not on the programs' stacks, for the verifier: of a map it knows no
 * values, so that it follows a loop once, not once for each state that it could be in.
 */
struct iu_quick_walk {
	__u64 net, tb_at, tb2_at, sk_at; /* owners: the last three are nodes of lists */
	__u64 wq, waiter;      /* who waits on a socket, and a node of that list; 0: nobody left */
	__u64 row;	       /* of that socket */
	__u64 first, leader;   /* of all processes; the idle task, where the walk begins, and where it is */
	__u64 threads, thread; /* head of the list of a process, and the node that comes next */
	__u64 files;	       /* of the leader */
	__u64 table;	       /* array of pointers to struct file */
	__u64 cred;
	__u32 sharing; /* threads that have the leader's table */
	__u32 alone;   /* nobody else has this table */
	__u32 chunk, chunks, last;
	__s32 pid, tid;
};

struct iu_quick {
	__u64 stamp; /* of the kit */
	struct iu_quick_offsets at;
	__u32 iter_task_file; /* as in struct iu_quick_kernel */
	struct iu_quick_walk walk;
	/* asked */
	__u32 port, canary; /* canary: a descriptor of the reader */
	__u32 references_at, references_less; /* where a file has its counter, and that less one */
	__u64 cred;	/* look first only where processes have these; 0: everywhere at once */
	__u64 expected; /* with so many places found the walk is over; 0: never. A table that others share ends that */
	__u64 multiply; /* by which a file's address gives its slot */
	__u32 shift;
	/* told by the walk over the port's owners */
	__u32 rows;
	__u32 rest[IU_QUICK_STATES]; /* sockets of a state that got no row */
	__u32 steps;		     /* that were taken; IU_QUICK_STEPS: cut short */
	__u32 buckets;
	__u8 bucket[IU_QUICK_BUCKET]; /* struct inet_bind_bucket */
	/* told by the walk over descriptors */
	__u32 hits;    /* more than IU_QUICK_HITS: some were lost */
	__u32 threads; /* of the processes that were passed */
	__u32 faults;
	__u32 whole;	    /* it came round to where it began */
	__u64 seen;	    /* places */
	__u64 canary_inode; /* of the canary, as the walk reads it */
	__u64 scratch[IU_QUICK_CHUNK];
	__u64 wanted[IU_QUICK_SLOTS]; /* IU_QUICK_EMPTY, or the one address that belongs there */
	union {
		struct iu_quick_row row[IU_QUICK_ROWS];
		struct iu_quick_hit hit[IU_QUICK_HITS];
	};
};

#define IU_QUICK_STEPS (1 << 20)
#define IU_QUICK_TABLE_STEPS (1 << 23) /* as many as the kernel lets a loop take */

#define IU_QUICK_EMPTY 1 /* no address, and not that of a place without a file either */

/* The slot of a file's address. Whoever fills in @wanted chooses both so that no two share one. */
#define IU_QUICK_SLOT(file, multiply, shift) ((file) * (multiply) >> (shift))

#endif

/* os/linux/bpf/rows.h - what BPF programs write and user space reads */
#ifndef IU_OS_LINUX_BPF_ROWS_H
#define IU_OS_LINUX_BPF_ROWS_H

#include <linux/types.h>

/* Included by BPF code too: only types of <linux/types.h>, no padding that is not named. */

#define IU_BPF_STRAYS 256   /* lists that were changed while they were read, and begun anew */
#define IU_BPF_FILTER	   65536 /* bytes; a power of two */
#define IU_BPF_FILTER_NEAR 4096	 /* of them, where only a few files are looked for */

/*
 * A bit for each file that is looked for, by its address: other files may have the same one. Of a few
 * files only the first bytes are used, so that they stay in the processor's cache.
 */
struct iu_bpf_filter {
	__u8 bits[IU_BPF_FILTER];
};

#define IU_BPF_FILTER_BYTE(file, mask) ((file) >> 9 & (mask))
#define IU_BPF_FILTER_BIT(file)	       ((file) >> 6 & 7)

/* ---- sockets ---- */

/* A TCP or UDP socket. Of a UNIX socket only the file and the inode. */
struct iu_bpf_socket {
	__u64 file; /* address of its struct file: only to be looked for, never to be told; 0: none */
	__u64 cred; /* and of the credentials it was opened with */
	__u64 references; /* how many there are to the file, descriptors and others */
	__u64 pollers;	  /* of these belong to threads that wait in poll() or select() */
	__u64 cookie, inode;
	__u64 cgroup; /* id of the cgroup where it was made */
	__u8 local[16], peer[16]; /* IPv4: the first four */
	__u32 ifindex, uid;
	__u16 port, peer_port; /* host order */
	__u16 family;	       /* AF_INET or AF_INET6 */
	__u16 protocol;	       /* IPPROTO_TCP or IPPROTO_UDP */
	__u8 state;	       /* the kernel's number */
	__u8 mini; /* TIME-WAIT or FIN-WAIT-2 without a socket: no uid, no explicit port, no file */
	__u8 reuse, reuseport, v6only, explicit_port;
	__u8 spare[2];
};

/* The kernel's shortcut past the walk over all owners of a port: struct inet_bind_bucket. */
struct iu_bpf_cache {
	__u8 address[16];
	__u32 uid;
	__u16 family;
	__s8 fastreuse, fastreuseport;
	__u8 v6only;
	__u8 known; /* 0: nothing of this counts */
	__u8 spare[6];
};

#define IU_BPF_SOCKETS	1024 /* rows of tables.bpf.c */
#define IU_BPF_OWNERS	256  /* sockets of a port that get a row of their own */
#define IU_BPF_SOME	192  /* of these at most so many connections and TIME-WAITs */
#define IU_BPF_STATES	16   /* a power of two */
#define IU_BPF_PORTS	256  /* of UDP; a power of two */
#define IU_BPF_INODES	4096 /* bits, one for each hash of an inode; a power of two */
#define IU_BPF_CHAINS	8    /* a power of two */
#define IU_BPF_CHUNK	32   /* descriptors, or buckets of a hash table, that are read at a time */
#define IU_BPF_STEPS	(1 << 23) /* as many as the kernel lets a loop take */

enum iu_bpf_table { IU_BPF_TCP_TABLE, IU_BPF_UDP_TABLE, IU_BPF_UNIX_TABLE, IU_BPF_TABLES };

/*
 * Lists are read without their locks. Each node of them says where the pointer to it lies: as long as
 * it does, nothing was passed over. Else the list is begun anew.
 */
struct iu_bpf_chain {
	__u64 head;	/* where it begins */
	__u64 at, from; /* a node of it, and where the pointer to it lies; at 0: there is no more */
	__u64 read[3];	/* of TCP: what was read of the node */
	__u64 spare[2];
};

/*
 * Where a walk is. In memory, and not on the programs' stacks, for the verifier: of a map it knows no
 * values, so that it follows a loop once, not once for each state that it could be in.
 */
struct iu_bpf_bucket_walk {
	__u64 port_at, address_at, socket_at; /* nodes of lists */
	__u64 wait, waiter; /* who waits on a socket, and a node of that list; 0: nobody left */
	__u64 file;	    /* of that socket */
	__u64 slots, mask;  /* the hash table of ports */
	__u32 mix, row;
};

/* The memory of bucket.bpf.c. */
struct iu_bpf_bucket_memory {
	__u32 port, last; /* asked; told: the first port of them that has owners, or the last one */
	/* told */
	__u32 rows;
	__u32 ended;
	__u32 unknown; /* this kernel has other structures */
	__u32 rest[IU_BPF_STATES]; /* owners in a state that got no row */
	struct iu_bpf_cache cache;
	__u64 net;
	struct iu_bpf_bucket_walk walk;
};

struct iu_bpf_tables_walk {
	__u64 base;			       /* of the table */
	struct iu_bpf_chain buckets, addresses; /* of TCP: a bucket's ports, a port's addresses */
	/*
	 * Of TCP so many lists of sockets are read side by side: the next node of each is somewhere
	 * else in memory, and the processor waits for all of them at once.
	 */
	struct iu_bpf_chain chain[IU_BPF_CHAINS];
	__u64 pending;		     /* head of a list that waits for a chain to end */
	__u64 found[IU_BPF_CHAINS]; /* sockets to be looked at */
	__u32 founds, active;
	__u32 slots, slot;
	__u32 chunk, filled; /* its first slot, and a bit for each that is not empty */
	__u32 table, over;   /* over: no more buckets */
	__u64 heads[2 * IU_BPF_CHUNK];
	__u8 bucket[128]; /* the start of a port's struct inet_bind_bucket */
};

/* The memory of tables.bpf.c. */
struct iu_bpf_tables_memory {
	/* asked */
	__u32 tables;	 /* a bit for each enum iu_bpf_table to be walked through */
	__u32 by_inode;	 /* 1: rows of the wanted inodes, 0: the files of all, and what is bound only */
	__u32 udp_ports; /* IU_BPF_PORTS and more: all of them */
	__u32 mix;	 /* of the network namespace: goes into each hash */
	__u32 mask;	 /* bytes of the filter that are used, less one */
	__u32 spare;
	__u16 udp_port[IU_BPF_PORTS];
	__u8 inode[IU_BPF_INODES / 8];
	/* told */
	__u32 rows;   /* more than IU_BPF_SOCKETS: some were lost */
	__u32 strays; /* more than IU_BPF_STRAYS: given up */
	__u32 ended;
	__u32 unknown; /* this kernel has other structures */
	__u64 net;
	struct iu_bpf_tables_walk walk;
};

struct iu_bpf_elsewhere_walk {
	__u64 own, node;   /* where ours is in the list of namespaces, and the one that comes next */
	__u64 operations;  /* that every namespace of the kind has */
	__u64 net, at;	   /* the namespace that is looked at, and a node below the port's hash in it */
	__u64 slots, mask; /* the hash table */
	__u32 heads, spare;
};

/* The memory of elsewhere.bpf.c. */
struct iu_bpf_elsewhere_memory {
	__u32 port, udp; /* asked */
	/* told */
	__u32 found;
	__u32 ended;
	__u32 unknown; /* this kernel has other structures */
	__u32 spare;
	struct iu_bpf_elsewhere_walk walk;
};

/* ---- descriptors ---- */

#define IU_BPF_PROCESSES   8192	 /* that hold something */
#define IU_BPF_DESCRIPTORS 16384
#define IU_BPF_FILES_MAX	   256	 /* a power of two */

/* A process that has one of the wanted descriptors. */
struct iu_bpf_process {
	__s32 pid; /* of the initial PID namespace, as is @uid of the initial user namespace */
	__u32 uid; /* effective */
	__u64 started; /* nanoseconds since boot */
	__u64 groups;  /* equal for processes that are in the same cgroups of all hierarchies */
	char name[16];
};

struct iu_bpf_descriptor {
	__u64 inode;
	__u32 process; /* row of it */
	__s32 pid, tid; /* of the initial PID namespace */
	__u32 fd;
};

struct iu_bpf_descriptors_walk {
	__u64 first, leader;   /* of all processes: the idle task, 0: not found yet; where the walk is */
	__u64 threads, thread; /* head of the list of a process, and the node that comes next */
	__u64 files;	       /* of the leader */
	__u64 task, opened;    /* whose table it is, and what it is of: struct files_struct */
	__u64 table;	       /* array of pointers to struct file */
	__u64 cred, canary;    /* canary: its struct file */
	__u32 chunk, chunks, left; /* left: a bit for each place of the last chunk to look at */
	__u32 sharing, users;	   /* threads with the leader's table, and with the one that is read */
	__s32 pid, tid;
	__u32 noted, last;
	__u32 spare;
	__u64 place[IU_BPF_CHUNK];
};

/* The memory of descriptors.bpf.c. */
struct iu_bpf_descriptors_memory {
	/* asked */
	__u32 canary;	 /* a socket's descriptor of the reader, which the walk has to find */
	__u32 mask;	 /* bytes of the filter that are used, less one */
	__u64 cred;	 /* look first only where processes have these; 0: everywhere at once */
	__u64 expected;	 /* with so many places found the walk is over; 0: never. A table that others share ends that */
	__u32 files;	 /* how many are wanted; 0: whichever the filter lets pass */
	__u32 spare;
	__u64 file[IU_BPF_FILES_MAX]; /* sorted; behind them ~0 */
	/* told */
	__u32 processes, descriptors; /* more than there is room for: some were lost */
	__u32 threads;		      /* of the processes that were passed */
	__u32 faults;
	__u32 ended; /* it came round to where it began */
	__u32 spare_too;
	__u64 seen; /* places of wanted files */
	struct iu_bpf_descriptors_walk walk;
};

/* ---- what is hidden: rows of a stream ---- */

enum iu_row_kind {
	IU_ROW_HOLD = 1,   /* struct iu_row_hold: a descriptor */
	IU_ROW_MAPPED,     /* struct iu_row_hold: a mapping keeps the socket, fd is -1 */
	IU_ROW_REGISTERED, /* struct iu_row_hold: a registered file of io_uring, fd is -1 */
	IU_ROW_SOCKET,     /* struct iu_row_socket */
	IU_ROW_IN_FLIGHT,  /* struct iu_row_flight */
};

struct iu_row_head {
	__u32 kind;
	__u32 size; /* of the whole row */
};

struct iu_row_hold {
	struct iu_row_head head;
	__u64 inode;
	__s32 pid, tid; /* as the reader's PID namespace counts them; 0: not in it */
	__s32 fd;
	__u8 cloexec; /* 0: no, 1: yes, 2: not known */
	__u8 spare[3];
};

struct iu_row_socket {
	struct iu_row_head head;
	struct iu_bpf_socket socket;
	struct iu_bpf_cache cache;
};

/* A socket in a message of a UNIX socket's receive queue. */
struct iu_row_flight {
	struct iu_row_head head;
	__u64 inode;
	__u64 queue_inode; /* for a connection not accepted yet: of its listener */
	__s32 peer_pid;    /* who made the queue's connection, dead or alive; 0: not known */
	__u32 spare;
};

#define IU_BPF_HIDDEN_INODES 65536 /* bytes; a bit for each hash of an inode; a power of two */

/* The memory of hidden.bpf.c. */
struct iu_bpf_hidden_memory {
	/* asked */
	__s32 reader;  /* who reads, as /proc counts it: pids are told in that PID namespace */
	__u32 sockets; /* 1: of descriptors also what there is to say of their sockets, and rings */
	__u8 ports[8192]; /* a bit for each wanted port, in host order */
	/* found on the way */
	__u64 reader_space; /* struct pid_namespace of the reader */
	__u32 reader_level;
	__u32 spare;
	/* told */
	__u64 cut_short; /* loops that ran out of steps */
};

struct iu_bpf_inodes {
	__u8 bits[IU_BPF_HIDDEN_INODES];
};

#define IU_BPF_INODE_BIT(inode, bytes) ((inode) & ((bytes) * 8 - 1))

#endif

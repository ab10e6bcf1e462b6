/* os/linux/quick/list-shared.h - the memory that the BPF programs for lists and their loader share */
#ifndef IU_OS_LINUX_QUICK_LIST_SHARED_H
#define IU_OS_LINUX_QUICK_LIST_SHARED_H

#include "os/linux/quick/shared.h"

#define IU_LIST_BOUND     1024  /* TCP sockets that are bound only; a power of two */
#define IU_LIST_PORTS     256   /* of UDP; a power of two */
#define IU_LIST_PROCESSES 8192  /* that hold something; a power of two */
#define IU_LIST_HITS      16384 /* descriptors; a power of two */
#define IU_LIST_NEAR      256   /* of these that lie in the part which is always mapped; a power of two */
#define IU_LIST_NEAR_BOUND 32   /* … and of the first; a power of two */
#define IU_LIST_FILTER    65536 /* bytes, a bit for each hash of a pointer; a power of two */
#define IU_LIST_CHUNK     32    /* descriptors, or buckets of a hash table, that are read at a time */
#define IU_LIST_COMMON    16    /* words; a power of two */
#define IU_LIST_CHAINS    8     /* a power of two */
#define IU_LIST_STEPS     (1 << 22)
#define IU_LIST_STRAYS    256

/* A process that has one of the wanted descriptors. */
struct iu_quick_process {
	__s32 pid; /* of the initial PID namespace, as is @uid of the initial user namespace */
	__u32 uid; /* effective */
	__u64 started; /* nanoseconds since boot */
	__u64 groups;  /* equal for processes that are in the same cgroups of all hierarchies */
	char name[16];
};

struct iu_quick_held {
	__u64 inode;
	__u32 process; /* index */
	__s32 pid, tid;
	__u32 fd;
};

/*
 * Lists are read without their locks. Each node of them says where the pointer to it lies: as long as
 * it does, nothing was passed over. Else the list is begun anew.
 */
struct iu_chain {
	__u64 head;	/* where it begins */
	__u64 at, from; /* a node of it, and where the pointer to it lies; at 0: there is no more */
	__u64 read[3];	/* of TCP: what was read of the node */
	__u64 spare[2];
};

struct iu_sockets_walk {
	__u64 net, base; /* base: of the table */
	struct iu_chain buckets, ports, addresses; /* of TCP: a bucket's ports, a port's addresses */
	/*
	 * Of TCP so many lists of sockets are read side by side: the next node of each is somewhere
	 * else in memory, and the processor waits for all of them at once.
	 */
	struct iu_chain chain[IU_LIST_CHAINS];
	__u64 pending;		      /* head of a list that waits for a chain to end */
	__u64 found[IU_LIST_CHAINS]; /* sockets to be looked at */
	__u32 founds, active;
	__u32 mix, slots, slot;
	__u32 chunk, filled; /* its first slot, and a bit for each that is not empty */
	__u32 table, over;   /* over: no more buckets */
};

struct iu_tables_walk {
	__u64 first, leader;   /* of all processes: the idle task, 0: not found yet; where the walk is */
	__u64 threads, thread; /* head of the list of a process, and the node that comes next */
	__u64 files;	       /* of the leader */
	__u64 task, opened;    /* whose table it is, and what it is of: struct files_struct */
	__u64 table;	       /* array of pointers to struct file */
	__u32 chunk, chunks, left; /* left: a bit for each place of the last chunk to look at */
	__s32 pid, tid;
	__u32 noted, last;
};

struct iu_quick_list {
	__u64 stamp; /* of the kit */
	struct iu_quick_offsets at;
	/* asked */
	__u32 canary;    /* a socket's descriptor of the reader */
	__u32 udp_ports; /* IU_LIST_PORTS and more: all of them */
	__u16 udp_port[IU_LIST_PORTS];
	/* where the walks are: not on the stack, where the verifier follows each value that it may have */
	struct iu_sockets_walk sockets;
	struct iu_tables_walk tables;
	/* told by the walk over sockets */
	__u32 bounds; /* more than IU_LIST_BOUND: some were lost */
	__u32 strays; /* a list was changed while it was read, and begun anew */
	/* told by the walk over descriptors */
	__u32 processes, hits; /* more than there is room for: some were lost */
	__u32 faults;
	__u32 ended; /* told by both: they came to their end */
	__u64 scratch[2 * IU_LIST_CHUNK];
	__u64 common[IU_LIST_COMMON]; /* of a socket, or a port */
	__u8 filter[IU_LIST_FILTER];
	/* the first ones; to map the others takes longer than most lists */
	struct iu_quick_row near_bound[IU_LIST_NEAR_BOUND];
	struct iu_quick_process near_process[IU_LIST_NEAR];
	struct iu_quick_held near_hit[IU_LIST_NEAR];
	struct iu_quick_row bound[IU_LIST_BOUND];
	struct iu_quick_process process[IU_LIST_PROCESSES];
	struct iu_quick_held hit[IU_LIST_HITS];
};

#define IU_LIST_BYTE(pointer) ((pointer) >> 9 & (IU_LIST_FILTER - 1))
#define IU_LIST_BIT(pointer)  ((pointer) >> 6 & 7)

#endif

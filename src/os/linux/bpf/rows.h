/* os/linux/bpf/rows.h - what the kernel half writes and the user half reads */
#ifndef IU_OS_LINUX_BPF_ROWS_H
#define IU_OS_LINUX_BPF_ROWS_H

#include <linux/types.h>

/* Included by BPF code too: only types of <linux/types.h>, no padding that is not named. */

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
	__u64 cookie, inode;
	__u8 local[16], peer[16]; /* IPv4: the first four */
	__u8 cache_address[16];
	__u32 ifindex;
	__u32 uid, cache_uid;
	__u16 port, peer_port; /* host order */
	__u16 family;          /* AF_INET or AF_INET6 */
	__u16 protocol;        /* IPPROTO_TCP or IPPROTO_UDP */
	__u16 cache_family;
	__u8 state; /* the kernel's number */
	__u8 mini;  /* TIME-WAIT or FIN-WAIT-2 without a socket: no uid, no explicit port */
	__u8 reuse, reuseport, v6only, explicit_port;
	__u8 cache; /* the bind bucket was reached: the cache_* members count */
	__s8 fastreuse, fastreuseport;
	__u8 cache_v6only;
	__u8 spare[4];
};

/* A socket in a message of a UNIX socket's receive queue. */
struct iu_row_flight {
	struct iu_row_head head;
	__u64 inode;
	__u64 queue_inode; /* for a connection not accepted yet: of its listener */
	__s32 peer_pid;    /* who made the queue's connection, dead or alive; 0: not known */
	__u32 spare;
};

#endif

/* os/linux/watch/rows.h - what the hooks write of a failed bind() or listen(), and user space reads */
#ifndef IU_OS_LINUX_WATCH_ROWS_H
#define IU_OS_LINUX_WATCH_ROWS_H

#include <linux/types.h>

#include "os/linux/bpf/rows.h"

/* Included by BPF code too: only types of <linux/types.h>, no padding that is not named. */

#define IU_WATCH_BLOCKERS 4   /* a power of two */
#define IU_WATCH_ARGUMENTS 256 /* bytes; a power of two */
#define IU_WATCH_NAME	  64
#define IU_WATCH_PATH	  108
#define IU_WATCH_GROUPS	  6  /* the cgroup and those above it … */
#define IU_WATCH_GROUP	  64 /* … and bytes of each name */

enum iu_watch_kind { IU_WATCH_FAILED = 1, IU_WATCH_REPEATED = 2 };
enum iu_watch_call { IU_WATCH_BIND = 1, IU_WATCH_LISTEN = 2 };

/*
 * Failures with the same key are told once a second, and counted. A unit that is started again has another
 * cgroup of the same name.
 */
struct iu_watch_key {
	__u64 netns_cookie, group; /* group: hashes of the names of the cgroup and the one above it */
	__u8 address[16]; /* IPv4: the first four */
	char comm[16];
	__u32 place; /* of a UNIX path a hash of it, else the inode of the network namespace */
	__s32 error; /* a positive errno; 0: the hook does not say */
	__u16 port;   /* host order */
	__u16 family; /* AF_INET, AF_INET6, AF_UNIX */
	__u16 protocol; /* IPPROTO_*; of UNIX 0 */
	__u8 call;
	__u8 spare;
};

struct iu_watch_head {
	__u32 kind;
	__u32 size;    /* of the whole event */
	__u64 time;    /* nanoseconds since the system started */
	__u64 repeats; /* with that key since the one that was told last */
	__u64 cgroup;  /* its id */
	struct iu_watch_key key;
};

/* A program that began to listen while we watched. */
struct iu_watch_owner {
	__u64 started; /* nanoseconds since the system started */
	__s32 pid;     /* as the reader's PID namespace counts; 0: not known */
	__u32 spare;
	char comm[16];
};

enum iu_watch_flag {
	IU_WATCH_REUSE = 1 << 0,
	IU_WATCH_REUSEPORT = 1 << 1,
	IU_WATCH_V6ONLY = 1 << 2,
	IU_WATCH_NONLOCAL = 1 << 3, /* IP_FREEBIND or IP_TRANSPARENT */
	IU_WATCH_MAY_LOW = 1 << 4,  /* has CAP_NET_BIND_SERVICE there */
	IU_WATCH_BOUND = 1 << 5,    /* the socket had an address, or a connection, already */
	IU_WATCH_WALKED = 1 << 6,   /* the list of those that own the port was read to its end */
	IU_WATCH_ABSTRACT = 1 << 7,
};

struct iu_watch_event {
	struct iu_watch_head head;
	__u64 started; /* of the process */
	__u32 netns;   /* inode */
	__s32 pid, tid; /* as the reader's PID namespace counts; 0: not in it */
	__u32 uid;
	__u32 ifindex;
	__u32 flags;
	__u32 low_ports; /* the first port that needs no right */
	__u32 type;	 /* SOCK_STREAM … */
	__u32 owners;	 /* of the port; the first of them follow */
	__u32 rows;
	__u32 arguments_len, path_len;
	struct iu_bpf_socket blockers[IU_WATCH_BLOCKERS];
	struct iu_watch_owner holders[IU_WATCH_BLOCKERS];
	struct iu_bpf_cache cache;
	char exe[IU_WATCH_NAME]; /* last component */
	char path[IU_WATCH_PATH];
	__u32 depth; /* so many of these were noted */
	char groups[IU_WATCH_GROUPS][IU_WATCH_GROUP]; /* the root's name is empty */
	char arguments[IU_WATCH_ARGUMENTS]; /* of the command line, each with its NUL */
	__s32 pgid, sid; /* its group and session, as the reader counts; 0: not in it, or not noted */
};

/* The memory that the hooks and user space share. */
struct iu_watch_memory {
	/* asked */
	__s32 reader; /* who reads, as /proc counts it */
	/* found on the way */
	__u32 reader_level;
	__u64 reader_space; /* struct pid_namespace of the reader */
	/* told */
	__u64 seen;	/* calls of bind() that began, and of listen() that failed; fexit: only what failed */
	__u64 passed;	/* of them have succeeded */
	__u64 failed;	/* failures, told or counted */
	__u64 told;	/* events that were written */
	__u64 lost;	/* events for which there was no room */
	__u64 unfollowed; /* calls of which nobody knows how they ended */
};

#endif

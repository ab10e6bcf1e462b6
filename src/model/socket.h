/* model/socket.h - one socket as the system shows it */
#ifndef IU_MODEL_SOCKET_H
#define IU_MODEL_SOCKET_H

#include "model/address.h"

#define IU_STATES(X)                                                                               \
	X(UNKNOWN, "unknown")                                                                      \
	X(LISTEN, "listen")                                                                        \
	X(BOUND, "bound") /* TCP CLOSE with a port, UDP, UNIX bound: no listener, no peer */       \
	X(ESTABLISHED, "established")                                                              \
	X(SYN_SENT, "syn-sent")                                                                    \
	X(SYN_RECV, "syn-recv")                                                                    \
	X(CLOSE_WAIT, "close-wait")                                                                \
	X(FIN_WAIT1, "fin-wait-1")                                                                 \
	X(FIN_WAIT2, "fin-wait-2")                                                                 \
	X(CLOSING, "closing")                                                                      \
	X(LAST_ACK, "last-ack")                                                                    \
	X(TIME_WAIT, "time-wait")                                                                  \
	X(FILE, "file") /* no socket at all: only a file of the file system is in the way */

enum iu_state {
#define X(name, text) IU_STATE_##name,
	IU_STATES(X)
#undef X
};

/** iu_state_name() - "listen", "time-wait". Static. */
const char *iu_state_name(enum iu_state state);

enum iu_unix_type { IU_UNIX_UNKNOWN, IU_UNIX_STREAM, IU_UNIX_DGRAM, IU_UNIX_SEQPACKET };

/* Where the value of a socket option comes from. */
enum iu_source {
	IU_SOURCE_NONE,     /* not known */
	IU_SOURCE_KERNEL,   /* the socket dump said it */
	IU_SOURCE_READ,     /* read from a duplicate of the descriptor */
	IU_SOURCE_INFERRED, /* follows from other sockets that could not coexist otherwise */
	IU_SOURCE_BPF,      /* read in the kernel's memory by a BPF iterator */
	IU_SOURCE_PROC,     /* a file of /proc said it */
};

/*
 * Inodes from here on are made up: they tie a socket to its holders where the system has no inodes
 * or did not show them. They are never told to anybody.
 */
#define IU_INODE_MADE_UP (UINT64_C(1) << 62)

struct iu_socket {
	enum iu_protocol protocol;
	enum iu_family family;
	enum iu_state state;
	struct iu_address local; /* the current one: connect() narrows a wildcard */
	struct iu_address peer;  /* family IU_FAMILY_ANY: none */
	uint16_t port, peer_port;

	/*
	 * The kernel's small object for TIME-WAIT and for an orphan's FIN-WAIT-2: no owner, no uid,
	 * no inode; sharing rules treat it as TIME-WAIT (inet_timewait_sock).
	 */
	bool mini;

	uint64_t cookie;    /* identity: never repeats while the system runs; 0: not known */
	uint64_t inode;     /* 0: no process has it (TIME-WAIT, orphan, not accepted yet) */
	uint64_t cgroup_id; /* of the cgroup2 directory where it was made, 0: not known */
	int64_t timer_ms;   /* until the pending timer fires; for TIME-WAIT its end; -1: none */
	uint32_t uid;       /* sk_uid; meaningless unless uid_known */
	bool uid_known;
	uint32_t ifindex; /* SO_BINDTODEVICE, 0: none */
	uint32_t order;   /* place in the kernel's list of its family: UDP rules depend on it */
	uint32_t queue, backlog; /* listeners: connections that wait, and how many may */
	uint32_t drops; /* what the kernel threw away for want of room in it; never recorded */

	enum iu_tri reuseaddr, reuseport, v6only;
	enum iu_tri exclusive; /* SO_EXCLUSIVEADDRUSE, Windows only */
	enum iu_tri explicit_port; /* bind() named the port; IU_NO: the system chose it */
	enum iu_source options_source;
	/* Somebody waits on it: accept, poll, epoll, read. IU_NO only after looking at all holders. */
	enum iu_tri waited_on;

	/* UNIX */
	const char *path; /* bytes; abstract names without the leading NUL; NULL: unnamed */
	size_t path_len;
	bool abstract;
	enum iu_unix_type unix_type;
	uint64_t file_dev, file_ino; /* of the socket file the kernel has bound, 0: not known */

	/* Sockets alike that were not listed one by one: thousands of connections of one port. */
	uint32_t more_like_it;

	/* Windows: */
	int64_t since;        /* when it was bound, seconds since 1970; 0: not told */
	uint32_t service_tag; /* of the service that made it, within its process; 0: none */

	bool gone; /* it was seen at the moment that is asked about, and is not there any more (watch) */
	bool in_other_netns; /* it lives in another network namespace than the one that was looked at */

	/* Names that collectors add; NULL: not known or none. */
	const char *user, *device;
	const char *cgroup; /* path below the cgroup2 root; NULL also when the directory is gone */
	const char *unit, *container; /* unit: on Windows the service */
	const char *engine; /* of the container, where a capture tells it without a process */
};

struct iu_sockets {
	struct iu_socket *v;
	size_t n, cap;
};

#endif

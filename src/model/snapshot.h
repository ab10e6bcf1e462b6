/* model/snapshot.h - what was seen of a machine: the border between looking and thinking */
#ifndef IU_MODEL_SNAPSHOT_H
#define IU_MODEL_SNAPSHOT_H

#include "base/arena.h"
#include "model/process.h"
#include "model/question.h"
#include "model/socket.h"
#include "model/windows.h"

/* Kinds of facts; wants ask for them, `seen` says which were looked at completely. */
enum iu_fact {
	IU_FACT_HOST = 1 << 0,       /* system, user, capabilities */
	IU_FACT_SYSCTLS = 1 << 1,    /* port ranges and bind policies */
	IU_FACT_ADDRESSES = 1 << 2,  /* interfaces, their addresses, local routes */
	IU_FACT_TCP = 1 << 3,        /* TCP sockets of the wanted ports, every state */
	IU_FACT_BOUND = 1 << 4,      /* … those that are bound and neither listen nor connect */
	IU_FACT_UDP = 1 << 5,        /* UDP sockets of the wanted ports */
	IU_FACT_UNIX = 1 << 6,       /* UNIX sockets */
	IU_FACT_PATHS = 1 << 7,      /* the wanted paths */
	IU_FACT_HOLDERS = 1 << 8,    /* who holds the wanted inodes: every process was looked at */
	IU_FACT_OPTIONS = 1 << 9,    /* options of the wanted sockets, through their holders */
	IU_FACT_WAITERS = 1 << 10,    /* whether somebody waits on the wanted sockets */
	IU_FACT_EVIDENCE = 1 << 11,  /* what only the kernel's memory shows (BPF): costs 15 ms and more */
	/* Windows; see model/windows.h */
	IU_FACT_EXCLUSIONS = 1 << 12, /* excluded port ranges, administered and not */
	IU_FACT_SERVICES = 1 << 13,   /* services, their processes, states and start types */
	IU_FACT_HTTP = 1 << 14,       /* queues, URLs and listen list of HTTP.sys */
	IU_FACT_PROXIES = 1 << 15,    /* port proxy rules */
	IU_FACT_EVENTS = 1 << 16,     /* the event log's words about ports */
	IU_FACT_FILES = 1 << 17,      /* which files holders were started with */
	/* Linux */
	IU_FACT_POLICY = 1 << 18,     /* cgroup programs that see each bind() */
	IU_FACT_AROUND = 1 << 19,     /* rules that take a port away, and other network namespaces */
};

struct iu_host {
	const char *os; /* "linux", "windows" */
	const char *release, *hostname;
	uint32_t kernel;    /* major << 16 | minor << 8 | patch (patch at most 255); 0: not known */
	uint64_t netns;     /* inode of the network namespace, 0: not known */
	bool privileged;    /* may look into every process here */
	uint32_t uid;       /* effective uid of the one who looks */
	int32_t pid;        /* the process that looks: never an answer to "who is in the way" */
	bool foreign_pids;  /* /proc counts processes of an outer PID namespace: kill(2) means others */
	const char *user;
	enum iu_tri cap_net_bind, cap_net_admin, cap_sys_ptrace;
	/* Why a file's capabilities would not count; read only where a port needs one. */
	enum iu_tri no_new_privs, net_bind_dropped; /* dropped: not in the bounding set */
	bool sysctls_readonly; /* /proc/sys is mounted so that nothing can be written */
	enum iu_tri ipv6;   /* AF_INET6 sockets can be made */
	bool wsl;
	int64_t now;        /* seconds since 1970 */
	int init_is_manager; /* pid 1 is systemd */
	bool recorded;      /* another machine, or another time: never written into a capture */
};

/* Ports that the system never gives out by itself. */
struct iu_reserved {
	uint16_t first, last;
};

/* Values of -1 mean: not known. */
struct iu_sysctls {
	int32_t port_first, port_last;  /* net.ipv4.ip_local_port_range */
	IU_LIST(struct iu_reserved) reserved; /* ip_local_reserved_ports */
	int32_t unprivileged_port_start;
	int8_t nonlocal_bind4, nonlocal_bind6, bindv6only, autobind_reuse, l3mdev_accept;
	int8_t disable_ipv6, disable_ipv6_lo; /* net.ipv6.conf.all, .lo: IPv6 is there, without addresses */
	int32_t fin_timeout;
};

enum iu_local_kind {
	IU_LOCAL_ADDRESS,   /* of an interface */
	IU_LOCAL_ROUTE,     /* `ip route add local`: every address of the prefix may be bound */
	IU_LOCAL_BROADCAST, /* bindable too, for IPv4 */
};

struct iu_local {
	enum iu_local_kind kind;
	struct iu_address address;
	uint8_t bits;     /* prefix length for routes; 32 or 128 for addresses */
	uint32_t ifindex;
	bool tentative, dad_failed;
};

struct iu_interface {
	uint32_t ifindex;
	const char *name;
	uint32_t master; /* of a VRF or bridge, 0: none */
	uint32_t peer;   /* the other end (veth) or the one below (VLAN), here; 0: none */
	bool up;
	bool no_link;    /* up or not, it does not run: no carrier, nobody at the other end */
	bool no_ipv6;    /* net.ipv6.conf.NAME.disable_ipv6 */
};

enum iu_file_kind { IU_FILE_NONE, IU_FILE_SOCKET, IU_FILE_REGULAR, IU_FILE_DIRECTORY,
	IU_FILE_SYMLINK, IU_FILE_OTHER };

/*
 * A file with the number of a process, which a program reads before it binds anything: the path
 * itself, or what a server keeps beside its socket.
 */
struct iu_lock {
	const char *path;  /* NULL: there is none */
	uint64_t dev, ino;
	int64_t written;   /* seconds since 1970 */
	int32_t pid;       /* that it names; 0: no number was read */
	int32_t holder;    /* that process as it is called here; 0: none */
	enum iu_tri alive; /* a process of that number is there, in this PID namespace or one below */
	enum iu_tri writer; /* it may have written the file: its program does, and it is no younger */
	bool outer;        /* there may be PID namespaces above, whose processes are not seen */
};

/* What lies at a UNIX socket path. errno values of the system that was asked; 0: fine. */
struct iu_path {
	const char *path;
	size_t path_len;
	int32_t root_pid;  /* as this process sees it, in its root and mount namespace; 0: as we do */
	int lstat_errno;   /* 0: something is there; ENOENT: nothing */
	enum iu_file_kind kind;
	uint64_t dev, ino;
	int64_t made; /* seconds since 1970: a socket's file has the time of its bind(); 0: not known */
	uint32_t uid;
	const char *user;
	uint32_t gid, mode; /* permission bits, meaningful where something is there */
	const char *group;
	/*
	 * Whether any socket of any namespace is bound to the file: a connect() by a socket of
	 * another type never reaches it and says EPROTOTYPE (alive) or ECONNREFUSED (dead).
	 */
	enum iu_tri alive;
	int parent_errno;  /* why the directory cannot take a new file: ENOENT, EACCES, EROFS; 0: it can */
	/* Of the directory, for other users than the one who looks; 0: not known. Every one above it: o+x. */
	uint32_t parent_mode, parent_uid;
	bool parents_open;
	bool unanswered;   /* its file system did not answer: nothing of the above is known */
	/* Of the file system below it: "fuse.sshfs"; NULL: not known. */
	const char *fs_type;
	bool fs_readonly, fs_no_inodes, fs_no_blocks; /* statfs() has none left for the one who looks */
	/*
	 * A type of file system that others serve too, or that has this directory as a layer: the same
	 * file has another inode there, and who is bound to that one is not found here. NULL: none is
	 * known.
	 */
	const char *shared;
	bool shared_elsewhere;    /* it is another one than that of the path */
	enum iu_tri shared_alive; /* a socket is bound to the file there */
	bool mount_point;  /* something is mounted over it: it cannot be removed */
	bool kept;         /* it or its directory is immutable or append-only (chattr): nor then */
	struct iu_lock lock;
};

/* A bind() that was asked of the kernel, with the answer. Never listen(), closed at once. */
struct iu_probe {
	enum iu_protocol protocol;
	struct iu_address address;
	uint16_t port;
	bool reuseaddr, reuseport;
	bool exclusive; /* SO_EXCLUSIVEADDRUSE, Windows only */
	bool nonlocal;  /* with IP_FREEBIND, Linux only */
	enum iu_tri v6only;
	const char *device;
	uint32_t ifindex;
	bool done;
	int result; /* 0: bound; else the errno, on Windows the WSA number (10048) */
	/* It was bound, and not to what was asked for (a cgroup program): where to; port 0: no. */
	struct iu_address moved_address;
	uint16_t moved_port;
};

/* What of a gap has to be known again later. */
enum iu_gap_kind {
	IU_GAP_GENERAL,
	IU_GAP_DESCRIPTORS, /* those of one process … */
	IU_GAP_PROCESSES,   /* … and of so many that they were only counted */
	IU_GAP_TCP_RANGES,  /* excluded port ranges for TCP … */
	IU_GAP_UDP_RANGES,  /* … and for UDP */
};

/* What could not be seen. */
struct iu_gap {
	enum iu_gap_kind kind;
	enum iu_fact fact; /* which kind of facts is incomplete because of it */
	int32_t pid;       /* of the process it concerns, 0: none */
	const char *what, *why, *fix; /* sentences; why may be an errno name; fix NULL: nothing */
};

/* A process whose descriptors could not be read. */
struct iu_unreadable {
	int32_t pid;
	const char *name;
	bool uid_known;
	uint32_t uid;
	const char *cgroup;
	const char *why; /* errno name */
	uint64_t start_ticks; /* clock ticks since boot; 0: not known */
	bool nearby;	      /* its arguments name the folder of the socket, or the one that is asked from */
};

/*
 * A socket whose only reference is a message (SCM_RIGHTS) in the receive queue of a UNIX socket.
 * Where that one is in flight too, queue_inode is the outermost queue: the one that a process has.
 */
struct iu_in_flight {
	uint64_t inode;
	uint64_t queue_inode; /* of the UNIX socket whose queue has it, 0: not known */
	int32_t pid;          /* a holder of the queue, or the dead creator of a cycle; 0: not known */
	bool cycle;           /* the queue's only reference is in itself: no process can reach it */
	enum iu_source source;
};

/* A socket that a process holds through io_uring's registered files, with no descriptor. */
struct iu_registered {
	uint64_t inode;
	int32_t pid; /* 0: a process outside of this PID namespace */
	enum iu_source source;
};

#define IU_KERNEL_USERS(X)                                                                         \
	X(UNKNOWN, "unknown")                                                                      \
	X(VXLAN, "vxlan")                                                                          \
	X(GENEVE, "geneve")                                                                        \
	X(MPTCP, "mptcp")                                                                          \
	X(WIREGUARD, "wireguard")                                                                  \
	X(FOU, "fou")                                                                              \
	X(L2TP, "l2tp")                                                                            \
	X(NFSD, "nfsd")                                                                            \
	X(SCTP, "sctp")                                                                            \
	X(LOCKD, "lockd")

enum iu_kernel_user {
#define X(name, text) IU_KERNEL_##name,
	IU_KERNEL_USERS(X)
#undef X
};

/* A port that a part of the kernel says to use by itself: it has the socket, no process does. */
struct iu_kernel_use {
	enum iu_kernel_user user;
	enum iu_protocol protocol;
	uint16_t port;
	const char *name; /* of the interface; NULL: none */
	uint32_t id;      /* of the endpoint or tunnel */
};

/*
 * What the kernel remembers of the last SO_REUSEADDR or SO_REUSEPORT socket of a TCP port: its
 * shortcut past the look at all holders (struct inet_bind_bucket, sk_reuseport_match()).
 */
struct iu_reuse_cache {
	enum iu_protocol protocol; /* TCP: UDP has none */
	uint16_t port;
	bool fastreuse;       /* every binder had SO_REUSEADDR; dead since 6.8 */
	uint8_t fastreuseport; /* 0: closed, 1: open for every address, 2: for the address below */
	uint32_t uid;          /* whose SO_REUSEPORT sockets pass; the rest only with fastreuseport */
	struct iu_address address; /* its family is the family of the socket that left it */
	bool v6only;
};

/*
 * Where in the descriptor tables the sockets that were found may lie. Only between the rounds of one
 * look: it is looked at before it counts, and never written anywhere.
 */
struct iu_fd_candidate {
	int32_t pid, tid, fd;
};

struct iu_fd_candidates {
	struct iu_fd_candidate *v;
	size_t n, cap;
	uint64_t expected; /* descriptors that have to be there, for that tables were left out; 0: none were */
	bool known; /* every table was looked through for … */
	IU_LIST(uint64_t) inodes; /* … these sockets */
};

/* A BPF program that sees each bind() in the asker's cgroup: it may refuse it, or change where to. */
struct iu_bind_program {
	uint32_t id;
	const char *name;   /* as its maker called it, 15 bytes at most; NULL: not known */
	const char *attach; /* "bind4", "post_bind6" */
};

#define IU_TAKERS(X)                                                                               \
	X(NAT, "nat") /* DNAT, REDIRECT: another address or port gets it */                        \
	X(TPROXY, "tproxy") /* another socket gets it, whatever address it has */                  \
	X(IPVS, "ipvs")                                                                            \
	X(SK_LOOKUP, "sk-lookup") /* a BPF program of the network namespace chooses the socket */

enum iu_taker_kind {
#define X(name, text) IU_TAKER_##name,
	IU_TAKERS(X)
#undef X
};

/* What takes packets for a port before a socket sees them. */
struct iu_taker {
	enum iu_taker_kind kind;
	enum iu_protocol protocol;
	uint16_t first, last;      /* ports; of SK_LOOKUP nobody knows which: all */
	struct iu_address address; /* its own destination; family ANY: every one */
	struct iu_address to;      /* family ANY: this machine's own (REDIRECT), or not known */
	uint16_t to_port;          /* 0: the same, or not known */
	bool incoming, outgoing;   /* what comes in from outside; what this machine itself sends */
	const char *table, *chain; /* "ip nat", "DOCKER"; of SK_LOOKUP the name of the program */
	uint64_t handle;           /* of the rule, the number of the program; 0: none */
	bool legacy;               /* of the old tables: iptables-legacy shows it */
	/* Whether somebody has what it leads to, on this machine; who, and in which namespace. */
	enum iu_tri answered, there;
	int32_t pid;
	const char *netns;
};

/* A socket of another network namespace, and a process that is there. */
struct iu_far_socket {
	struct iu_socket socket;
	const char *netns; /* as `ip netns` calls it; NULL: it has no name */
	int32_t pid;
	const char *name;  /* of the holder; NULL: @pid is only somebody who is there */
};

/* An address of an interface in another network namespace. */
struct iu_far_address {
	struct iu_address address;
	const char *device; /* NULL: not known */
	const char *netns;
	int32_t pid;
};

struct iu_probes {
	struct iu_probe *v;
	size_t n, cap;
};

struct iu_snapshot {
	struct iu_arena arena; /* owns all of it */
	uint32_t seen;         /* IU_FACT_* that were looked at completely */
	struct iu_host host;
	struct iu_sysctls sysctls;
	IU_LIST(struct iu_local) locals;
	IU_LIST(struct iu_interface) interfaces;
	struct iu_sockets sockets;
	struct iu_holds holds;
	struct iu_processes processes;
	IU_LIST(struct iu_unreadable) unreadable;
	IU_LIST(struct iu_path) paths;
	IU_LIST(struct iu_in_flight) in_flight;
	IU_LIST(struct iu_registered) registered;
	IU_LIST(struct iu_suspect) suspects;
	IU_LIST(struct iu_kernel_use) kernel_uses;
	IU_LIST(struct iu_reuse_cache) caches;
	IU_LIST(struct iu_bind_program) bind_programs;
	IU_LIST(struct iu_taker) takers;
	IU_LIST(struct iu_far_socket) far_sockets;
	IU_LIST(struct iu_far_address) far_addresses;
	struct iu_probes probes;
	struct iu_windows windows;
	struct iu_fd_candidates fd_candidates;
	void *scan_cache; /* what os/ need not look at twice; in the arena */
	IU_LIST(struct iu_gap) gaps;
};

/** iu_snapshot_init() - an empty snapshot: nothing seen, nothing known. */
void iu_snapshot_init(struct iu_snapshot *snapshot);

/** iu_snapshot_free() - frees everything in it; NULL is fine. */
void iu_snapshot_free(struct iu_snapshot *snapshot);

/** iu_snapshot_process() - the process with this pid, or NULL. */
const struct iu_process *iu_snapshot_process(const struct iu_snapshot *snapshot, int32_t pid);

/** iu_snapshot_is_held() - whether somebody is known to have the socket. */
bool iu_snapshot_is_held(const struct iu_snapshot *snapshot, uint64_t inode);

/** iu_snapshot_path() - what is known of a UNIX path, or NULL. */
const struct iu_path *iu_snapshot_path(
	const struct iu_snapshot *snapshot, const char *path, size_t len);

/**
 * iu_snapshot_gap() - records what could not be seen; a repeated (what, why) is kept once
 * The three sentences are copied.
 */
void iu_snapshot_gap(struct iu_snapshot *snapshot, enum iu_fact fact, int32_t pid, const char *what,
	const char *why, const char *fix);

/** iu_snapshot_add_gap() - the same for a gap of any kind. */
void iu_snapshot_add_gap(struct iu_snapshot *snapshot, const struct iu_gap *gap);

/** iu_snapshot_drop_gaps() - forgets those of a kind: it was seen after all, or is told anew. */
void iu_snapshot_drop_gaps(struct iu_snapshot *snapshot, enum iu_gap_kind kind);

#endif

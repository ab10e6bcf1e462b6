/* os/linux/bpf/bpf.h - what the kernel's own memory says of sockets and holders, asked by BPF programs */
#ifndef IU_OS_LINUX_BPF_BPF_H
#define IU_OS_LINUX_BPF_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/linux/bpf/mode.h"
#include "os/linux/bpf/rows.h"

/*
 * Light skeletons: bpftool has put the programs, and a program that loads them, into a header; the
 * kernel relocates them. No library at run time, but Linux 5.17 and its BTF. Whatever fails, the
 * question is answered by /proc and sock_diag. Answered by no-bpf.c where inuse is built without BPF.
 *
 * Lists are walked without their locks: what comes or goes meanwhile may be missing or be there twice,
 * so every row is to be confirmed by /proc or sock_diag.
 *
 * INUSE_QUICK in the environment, for tests: "off" and "exhaustive" refuse all but what is hidden,
 * "once" keeps nothing in bpffs.
 */

/* Objects that are loaded, or kept in bpffs for whoever comes next. */
struct iu_bpf;

/** iu_bpf_allowed() - whether we have CAP_BPF and CAP_PERFMON. */
bool iu_bpf_allowed(void);

/** iu_bpf_keeps() - whether there is a bpffs with it, or for it, so that this run need not load. */
bool iu_bpf_keeps(enum iu_bpf_mode mode);

/** iu_bpf_close() - ends what was opened; what is kept stays. NULL is fine. */
void iu_bpf_close(struct iu_bpf *bpf);

/* ---- sockets ---- */

/**
 * iu_bpf_bucket_open(), iu_bpf_tables_open() - for the walk of the same name; one object at a time, for
 *	there is one lock
 * @ret_bpf: on success takes what iu_bpf_close() ends
 *
 * Returns: 0, IU_E_NOTSUP: built without BPF, or the kernel does not take them; IU_E_ACCESS: no
 * CAP_BPF and CAP_PERFMON; IU_E_NOMEM, IU_E_SYSTEM.
 */
int iu_bpf_bucket_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf);
int iu_bpf_tables_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf);

/* What one of the walks found: valid until the next one of this object. */
struct iu_bpf_found {
	const struct iu_bpf_socket *rows;
	size_t n;
	/* of a bind bucket */
	uint16_t port;
	const struct iu_bpf_cache *cache;
	const uint32_t *rest; /* by the kernel's numbers of states: owners that got no row */
};

/**
 * iu_bpf_bucket() - the TCP sockets that own a port in our network namespace
 * @first, @last: the first one of these ports that anybody owns is told; no rows: nobody owns one
 *
 * Returns: 0, IU_E_LIMIT: too many to be walked, IU_E_NOTSUP, IU_E_SYSTEM.
 */
int iu_bpf_bucket(struct iu_bpf *bpf, uint16_t first, uint16_t last, struct iu_bpf_found *ret_found);

/**
 * iu_bpf_elsewhere() - whether another network namespace of this machine has a socket on the port
 *
 * For a TCP port whatever owns it counts, TIME-WAITs and ports of connections too. Asked only where
 * it is kept in bpffs: to load it takes longer than a look at a few processes.
 * Returns: 1, 0: none has, IU_E_NOTSUP: it is not kept, or another kernel; IU_E_LIMIT, IU_E_*.
 */
int iu_bpf_elsewhere(enum iu_bpf_mode mode, bool udp, uint16_t port);

/* Files of sockets, with others that look like them: of the filter so many bytes are used. */
struct iu_bpf_file_set {
	size_t size; /* IU_BPF_FILTER_NEAR for a few hundred, else IU_BPF_FILTER */
	struct iu_bpf_filter filter;
};

/**
 * iu_bpf_bound() - walks the tables for TCP sockets that are bound, and neither listen nor are connected
 * @ports: the local ports of the UDP sockets that are wanted, @n of them
 * @ret_files: has a size, and takes the files of all TCP listeners, of these, and of UDP and UNIX
 *	sockets, for iu_bpf_holders_in()
 *
 * Each step is checked, so that nothing that is there all the time is missing. Returns: 0, IU_E_LIMIT:
 * more than there is room for, IU_E_AGAIN: they changed faster than they could be read, IU_E_NOTSUP:
 * before 6.8, IU_E_SYSTEM.
 */
int iu_bpf_bound(struct iu_bpf *bpf, const uint16_t *ports, size_t n, struct iu_bpf_found *ret_found,
	struct iu_bpf_file_set *ret_files);

/* A file that is looked for, as struct iu_bpf_socket has it. */
struct iu_bpf_file {
	uint64_t file, cred, references, pollers;
};

/* Sockets that are looked for: some of these UDP ports, and of UNIX. */
struct iu_bpf_wanted {
	const uint64_t *inodes;
	size_t n;
	uint16_t ports[64]; /* of UDP */
	size_t n_ports;
	bool paths;
};

/**
 * iu_bpf_files() - walks the tables for files of UDP and UNIX sockets of our network namespace, by inodes
 * @ret_files: room for @wanted->n, in their order; who waits in poll() is not counted in them
 *
 * Returns: 0: all of them, IU_E_GONE: not all are there, IU_E_LIMIT: more than there is room for,
 * IU_E_AGAIN: the lists changed faster than they could be read, IU_E_NOTSUP: before 6.2, IU_E_SYSTEM.
 */
int iu_bpf_files(
	struct iu_bpf *bpf, const struct iu_bpf_wanted *wanted, struct iu_bpf_file *ret_files);

/* ---- holders ---- */

/** iu_bpf_holders_open() - the walk through descriptor tables; as iu_bpf_bucket_open(). */
int iu_bpf_holders_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf);

/* Descriptors of sockets and the processes that have them: valid until the next walk of the object. */
struct iu_bpf_holders {
	const struct iu_bpf_descriptor *rows;
	size_t n;
	const struct iu_bpf_process *processes; /* row->process leads there */
	uint64_t expected; /* the walk ended with so many, as there are no others; 0: it saw everybody */
};

/**
 * iu_bpf_holders() - the places in the descriptor tables of all processes where files are
 * @files: @n of them, 1 to IU_BPF_FILES_MAX
 * @set: instead of them, for lists: descriptors of other sockets are then among the rows
 * @canary: a socket's descriptor of our own, which the walk has to find; it is among the rows, too
 *
 * A file counts its references: with as many places found there are no others, and the walk ends.
 * Processes are told as the initial PID namespace counts them: it has to be the reader's own.
 * Returns: 0, IU_E_PROTO: the walk did not see what is known to be there, IU_E_LIMIT: more than there
 * is room for, IU_E_SYSTEM.
 */
int iu_bpf_holders_of(struct iu_bpf *bpf, const struct iu_bpf_file *files, size_t n, int canary,
	struct iu_bpf_holders *ret_found);
int iu_bpf_holders_in(struct iu_bpf *bpf, const struct iu_bpf_file_set *set, int canary,
	struct iu_bpf_holders *ret_found);

/* ---- what is hidden ---- */

enum iu_bpf_walk {
	IU_BPF_TCP,	 /* sockets of the wanted ports that listen or are connected */
	IU_BPF_UDP,	 /* UDP sockets of the wanted ports */
	IU_BPF_FILES,	 /* descriptors of every process, private tables too; rings */
	IU_BPF_UNIX,	 /* descriptors in messages, of this network namespace */
	IU_BPF_RINGS,	 /* io_uring rings that are registered and have no descriptor */
	IU_BPF_MAPPINGS, /* mappings of sockets and of rings */
};

struct iu_bpf_ask {
	const uint8_t *ports;   /* 8192 bytes, a bit for each wanted port; NULL: none */
	int32_t reader;         /* our own pid as /proc counts it */
	const uint64_t *inodes; /* wanted; NULL: all */
	size_t n;
	bool brief; /* of IU_BPF_FILES only descriptors, and nothing of rings */
};

/** A row of the length that its head says, checked. Returns: 0, or < 0 to stop with that. */
typedef int iu_bpf_sink(void *context, const struct iu_row_head *row);

#define IU_BPF_RIGHTS  "it takes CAP_BPF and CAP_PERFMON"
#define IU_BPF_AVOIDED "calls that a sandbox may not know were left out"

/**
 * iu_bpf_hidden_open() - the walks over what neither /proc nor netlink show
 * @ask: borrowed for the call
 * @ret_bpf: on success takes what iu_bpf_close() ends
 * @ret_why: on failure receives a static sentence
 *
 * Returns: 0, IU_E_NOTSUP: built without BPF, no BTF, or the kernel is another one than the programs
 * know; IU_E_ACCESS: no CAP_BPF and CAP_PERFMON, or the kernel is locked down; IU_E_NOMEM,
 * IU_E_SYSTEM.
 */
int iu_bpf_hidden_open(enum iu_bpf_mode mode, const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf,
	const char **ret_why);

/** iu_bpf_hidden_want() - one more wanted inode. */
void iu_bpf_hidden_want(struct iu_bpf *bpf, uint64_t inode);

/**
 * iu_bpf_hidden_run() - one walk; rows of inodes that were not wanted may be among them
 * Pids are 0 where the reader's PID namespace has none. Returns: 0, IU_E_PROTO, IU_E_ACCESS,
 * IU_E_SYSTEM, IU_E_LIMIT: something was too long to be walked to its end; or what @sink returned.
 */
int iu_bpf_hidden_run(
	struct iu_bpf *bpf, enum iu_bpf_walk walk, iu_bpf_sink *sink, void *context);

/**
 * iu_rows_parse() - hands over each whole row of @bytes, whose kind and length are checked
 * @ret_used: receives how many bytes were whole rows; the rest is the start of the next one
 * Returns: 0, IU_E_PROTO, or what @sink returned.
 */
int iu_rows_parse(const void *bytes, size_t len, iu_bpf_sink *sink, void *context,
	size_t *ret_used);

#endif

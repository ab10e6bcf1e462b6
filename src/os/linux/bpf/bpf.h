/* os/linux/bpf/bpf.h - iterators inside the kernel; answered by bpf/evidence.c, or by its twin no-bpf.c */
#ifndef IU_OS_LINUX_BPF_BPF_H
#define IU_OS_LINUX_BPF_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/linux/bpf/rows.h"

/* Each is one walk, and one program to load: only those that are opened are loaded. */
enum iu_bpf_walk {
	IU_BPF_TCP = 1 << 0,      /* sockets of the wanted ports that listen or are connected */
	IU_BPF_UDP = 1 << 1,      /* UDP sockets of the wanted ports */
	IU_BPF_FILES = 1 << 2,    /* descriptors of every process, private tables too; rings */
	IU_BPF_UNIX = 1 << 3,     /* descriptors in messages, of this network namespace */
	IU_BPF_RINGS = 1 << 4,    /* io_uring rings that are registered and have no descriptor */
	IU_BPF_MAPPINGS = 1 << 5, /* mappings of sockets and of rings */
};

struct iu_bpf_ask {
	unsigned int walks;     /* IU_BPF_* */
	const uint8_t *ports;   /* 8192 bytes, a bit for each wanted port */
	int32_t reader;         /* our own pid as /proc counts it */
	const uint64_t *inodes; /* wanted */
	size_t n;
};

struct iu_bpf;

/** A row of the length that its head says, checked. Returns: 0, or < 0 to stop with that. */
typedef int iu_bpf_sink(void *context, const struct iu_row_head *row);

#define IU_BPF_RIGHTS "it takes CAP_BPF and CAP_PERFMON"

/** iu_bpf_allowed() - whether we have these capabilities. */
bool iu_bpf_allowed(void);

/**
 * iu_bpf_open() - loads the programs that @ask needs into the kernel: 10 ms and more
 * @ask: borrowed for the call
 * @ret_bpf: on success takes what iu_bpf_close() ends
 * @ret_why: on failure receives a static sentence
 *
 * Returns: 0, IU_E_NOTSUP: built without BPF, no BTF, or the kernel is another one than the programs
 * know; IU_E_ACCESS: no CAP_BPF and CAP_PERFMON, or the kernel is locked down; IU_E_NOMEM,
 * IU_E_SYSTEM.
 */
int iu_bpf_open(const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf, const char **ret_why);

/** iu_bpf_want() - one more wanted inode. Returns: 0, IU_E_LIMIT: the table is full. */
int iu_bpf_want(struct iu_bpf *bpf, uint64_t inode);

/**
 * iu_bpf_run() - one walk; pids are 0 where the reader's PID namespace has none
 * Returns: 0, IU_E_NOENT: not opened, IU_E_PROTO, IU_E_ACCESS, IU_E_SYSTEM, IU_E_LIMIT: something
 * was too long to be walked to its end; or what @sink returned.
 */
int iu_bpf_run(struct iu_bpf *bpf, enum iu_bpf_walk walk, iu_bpf_sink *sink, void *context);

/** iu_bpf_close() - unloads everything; NULL is fine. */
void iu_bpf_close(struct iu_bpf *bpf);

/**
 * iu_rows_parse() - hands over each whole row of @bytes, whose kind and length are checked
 * @ret_used: receives how many bytes were whole rows; the rest is the start of the next one
 * Returns: 0, IU_E_PROTO, or what @sink returned.
 */
int iu_rows_parse(const void *bytes, size_t len, iu_bpf_sink *sink, void *context,
	size_t *ret_used);

#endif

/* os/linux/bpf/object.h - a BPF object in the kernel: loaded, or taken from bpffs, where it is kept */
#ifndef IU_OS_LINUX_BPF_OBJECT_H
#define IU_OS_LINUX_BPF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "os/linux/bpf/mode.h"

#define IU_BPF_PARTS 8

/*
 * What bpftool made of one .bpf.c. Parts are its programs and its maps; each has a file in bpffs, for
 * root, so that no program is checked by the verifier a second time.
 */
struct iu_bpf_type {
	const char *name;
	const char *parts[IU_BPF_PARTS];
	size_t n;
	/* Loads all of it. @ret_fds: receives @n descriptors, in the order of @parts. Returns: 0, -errno. */
	int (*load)(int ret_fds[]);
};

/* One that is open. Its memory has one user at a time: who has it from bpffs holds a lock. */
struct iu_bpf {
	const struct iu_bpf_type *type;
	int folder; /* in bpffs, locked; -1: this is a copy of our own */
	bool loaded; /* whole */
	int fd[IU_BPF_PARTS];
	void *memory[IU_BPF_PARTS]; /* of maps */
	size_t mapped[IU_BPF_PARTS];
};

/**
 * iu_bpf_open(), iu_bpf_open_quick() - take what is kept in bpffs, or load it and keep it there
 * @ret_bpf: on success takes what iu_bpf_close() ends
 *
 * The lock is tried and never waited for: a concurrent run loads a copy of its own. The second one
 * heeds INUSE_QUICK where it forbids what /proc could answer more slowly.
 * Returns: 0, IU_E_NOTSUP: the kernel does not take it, IU_E_ACCESS, IU_E_NOMEM.
 */
int iu_bpf_open(const struct iu_bpf_type *type, enum iu_bpf_mode mode, struct iu_bpf **ret_bpf);
int iu_bpf_open_quick(
	const struct iu_bpf_type *type, enum iu_bpf_mode mode, struct iu_bpf **ret_bpf);

/** iu_bpf_load() - a copy of our own, without a look into bpffs; the same otherwise. */
int iu_bpf_load(const struct iu_bpf_type *type, struct iu_bpf **ret_bpf);

/**
 * iu_bpf_map() - the first @size bytes of a map, for reading and writing
 * To map all of a large one takes longer than most answers: it is asked for again where more is needed.
 * Returns: the memory, until the next call for this map; NULL: it cannot be mapped.
 */
void *iu_bpf_map(struct iu_bpf *bpf, size_t part, size_t size);

/** iu_bpf_run() - runs a raw tracepoint by hand, under RCU's lock. Returns: 0, IU_E_*. */
int iu_bpf_run(struct iu_bpf *bpf, size_t part);

/** iu_bpf_iterate() - Returns: a descriptor; the walk is done while it is read. IU_E_*. */
int iu_bpf_iterate(struct iu_bpf *bpf, size_t part);

/** iu_bpf_read() - Returns: bytes of what an iterator says, 0: the end, IU_E_SYSTEM. */
ssize_t iu_bpf_read(int iterator, void *bytes, size_t size);

/** iu_bpf_take() - moves descriptors of a skeleton to @ret_fds, so that it does not close them. */
void iu_bpf_take(int *const fds[], size_t n, int ret_fds[]);

#endif

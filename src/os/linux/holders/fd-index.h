/* os/linux/holders/fd-index.h - every descriptor of every process that leads to a socket */
#ifndef IU_OS_LINUX_HOLDERS_FD_INDEX_H
#define IU_OS_LINUX_HOLDERS_FD_INDEX_H

#include "os/linux/holders/proc-walk.h"

/* A descriptor that leads to a socket, in 12 bytes: there may be a million. */
struct iu_fd_index_row {
	uint32_t inode; /* of sockets they have 32 bits (get_next_ino()) */
	uint32_t table; /* index */
	int32_t fd;
};

/* A table of descriptors; those of one process follow each other. */
struct iu_fd_index_table {
	int32_t pid, tid;
	uint32_t portion;                 /* the last one that needed it */
	const struct iu_process *process; /* NULL: not read yet */
};

struct iu_fd_index {
	struct iu_fd_index_row *v; /* sorted by inode */
	size_t n, cap;
	struct iu_fd_index_table *table;
	size_t tables, tables_cap;
	bool unchecked; /* the kernel told it: /proc has not confirmed it yet */
	bool full; /* there are more than IU_FD_INDEX_MOST */
};

#define IU_FD_INDEX_MOST (2u << 20)

/**
 * iu_fd_index_make() - the index, asked of the kernel, or else of /proc
 * @ret_index: for iu_fd_index_free(), also after an error
 * Returns: 0, IU_E_NOMEM. What could not be looked at is a gap.
 */
int iu_fd_index_make(struct iu_scan *scan, struct iu_fd_index *ret_index);

/** iu_fd_index_free() - frees its lists */
void iu_fd_index_free(struct iu_fd_index *index);

/**
 * iu_fd_index_walk() - the holders of the wanted sockets, out of an index that the kernel tells
 * Returns: 1: all of them are noted, 0: the kernel does not tell, or it is not worth while; IU_E_NOMEM.
 */
int iu_fd_index_walk(struct iu_proc_walk *walk);

#endif

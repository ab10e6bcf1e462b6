/* os/linux/holders/find.h - which descriptors keep a socket alive */
#ifndef IU_OS_LINUX_HOLDERS_FIND_H
#define IU_OS_LINUX_HOLDERS_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "os/linux/scan.h"

/* A descriptor that leads to a socket, in 12 bytes: there may be a million. */
struct iu_held_row {
	uint32_t inode; /* of sockets they have 32 bits (get_next_ino()) */
	uint32_t table; /* index */
	int32_t fd;
};

/* A table of descriptors; those of one process follow each other. */
struct iu_held_table {
	int32_t pid, tid;
	uint32_t portion;                 /* the last one that needed it */
	const struct iu_process *process; /* NULL: not read yet */
};

struct iu_held {
	struct iu_held_row *v; /* sorted by inode */
	size_t n, cap;
	struct iu_held_table *table;
	size_t tables, tables_cap;
	bool unchecked; /* the kernel told it: /proc has not confirmed it yet */
	bool full; /* there are more than IU_HELD_MOST */
};

#define IU_HELD_MOST (2u << 20)

/** iu_holders_check() - whether descriptor @fd of the table leads to the socket, as /proc says now */
bool iu_holders_check(
	const struct iu_scan *scan, const struct iu_held_table *table, int32_t fd, uint64_t inode);

/**
 * iu_holders_table() - every descriptor of every process that leads to a socket
 * @ret_held: the two lists are the caller's to free(), also after an error
 * Returns: 0, IU_E_NOMEM. What could not be looked at is a gap.
 */
int iu_holders_table(struct iu_scan *scan, struct iu_held *ret_held);

#endif

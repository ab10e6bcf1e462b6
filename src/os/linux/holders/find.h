/* os/linux/holders/find.h - which descriptors keep a socket alive */
#ifndef IU_OS_LINUX_HOLDERS_FIND_H
#define IU_OS_LINUX_HOLDERS_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "os/linux/scan.h"

/**
 * iu_socket_link() - the inode of "socket:[12345]"
 * Returns: 1, or 0 for any other text.
 */
int iu_socket_link(const char *link, size_t len, uint64_t *ret_inode);

/**
 * iu_fdinfo_flags() - the open flags in /proc/PID/fdinfo/FD ("flags:\t02000002")
 * Returns: 0, IU_E_PROTO.
 */
int iu_fdinfo_flags(const char *bytes, size_t len, uint64_t *ret_flags);

/** iu_wants_inode() - whether holders of a socket are wanted; a linear search. */
bool iu_wants_inode(const struct iu_needs *needs, uint64_t inode);

/** iu_initial_pids() - whether our pids and those of /proc are those of the initial PID namespace. */
bool iu_initial_pids(const struct iu_scan *scan);

/** iu_is_listing() - whether everything is wanted, and of descriptors only that they are there. */
bool iu_is_listing(const struct iu_needs *needs);

/** iu_open_files() - whether at least so many files are open on this machine. */
bool iu_open_files(const struct iu_scan *scan, uint64_t least);

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

/* os/linux/holders/proc-walk.h - a walk over /proc for the descriptors that lead to wanted sockets */
#ifndef IU_OS_LINUX_HOLDERS_PROC_WALK_H
#define IU_OS_LINUX_HOLDERS_PROC_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "os/linux/file.h"
#include "os/linux/scan.h"

/* A wanted socket. */
struct iu_proc_walk_inode {
	uint64_t inode;
	bool held, counted;
	UT_hash_handle hh;
};

/* What the ways to find holders have in common. */
struct iu_proc_walk {
	struct iu_scan *scan;
	struct iu_proc_walk_inode *inodes;
	size_t n_held; /* of the inodes */
	size_t unreadable; /* processes */
	bool kcmp_refused;
	bool few_files; /* there was no descriptor left to read something of a process */
	bool cut;	 /* it ended before its end: iu_scan_over() */
	unsigned int links; /* descriptors looked at */
	bool told;	 /* the kernel told of all processes, whatever /proc shows */
	uint8_t *passed; /* a bit for each process that was looked into already; NULL: none */
	/* Given every descriptor that leads to a socket, instead of the wanted ones; NULL: nobody is. */
	int (*note)(void *context, const struct iu_hold *hold);
	void *context;
	struct iu_entries threads, descriptors; /* last: see iu_proc_walk_new() */
};

/* Called for a process; what it returns != 0 ends the walk. @name: in /proc. */
typedef int iu_proc_walk_visit(void *context, int32_t pid, const char *name);

/**
 * iu_proc_walk_new() - a walk of which all is zero but @scan, and the portions of directory entries that
 * only some of the ways use: their pages are not touched before
 *
 * Returns: the walk, for iu_proc_walk_end(); NULL: no memory.
 */
struct iu_proc_walk *iu_proc_walk_new(struct iu_scan *scan);

/** iu_proc_walk_begin() - takes over which sockets are wanted. Returns: 0, IU_E_NOMEM. */
int iu_proc_walk_begin(struct iu_proc_walk *walk);

/** iu_proc_walk_end() - frees the walk and what it has */
void iu_proc_walk_end(struct iu_proc_walk *walk);

/** iu_proc_walk_find() - Returns: the wanted socket, NULL: it is not wanted. */
struct iu_proc_walk_inode *iu_proc_walk_find(const struct iu_proc_walk *walk, uint64_t inode);

/** iu_proc_walk_hold() - notes a holder of a wanted socket. Returns: 0, IU_E_NOMEM. */
int iu_proc_walk_hold(struct iu_proc_walk *walk, const struct iu_hold *hold);

/** iu_proc_walk_forget() - takes back the holders that were noted after the first @n of the snapshot */
void iu_proc_walk_forget(struct iu_proc_walk *walk, size_t n);

/** iu_proc_walk_all_held() - whether each wanted socket has a holder */
bool iu_proc_walk_all_held(const struct iu_proc_walk *walk);

/** iu_proc_walk_each() - visits every process there is. Returns: 0, IU_E_*. */
int iu_proc_walk_each(struct iu_proc_walk *walk, iu_proc_walk_visit *visit, void *context);

/** iu_proc_walk_process() - looks into the tables of a process, and remembers that. Returns: 0, IU_E_NOMEM. */
int iu_proc_walk_process(struct iu_proc_walk *walk, int32_t pid);

/** iu_proc_walk_remember() - from now on processes are passed once. Returns: 0, IU_E_NOMEM. */
int iu_proc_walk_remember(struct iu_proc_walk *walk);

/** iu_proc_walk_passed() - whether it was looked into since */
bool iu_proc_walk_passed(const struct iu_proc_walk *walk, int32_t pid);

/** iu_proc_walk_all() - looks into all processes that were not looked into. Returns: 0, IU_E_*. */
int iu_proc_walk_all(struct iu_proc_walk *walk);

/**
 * iu_proc_walk_place() - one place of a descriptor table, as the kernel told it: what is there now?
 * @ret_inode: receives the socket that is there, 0: none, or it cannot be read
 *
 * A wanted one is noted. Returns: 0, IU_E_NOMEM.
 */
int iu_proc_walk_place(struct iu_proc_walk *walk, int32_t pid, int32_t tid, int32_t fd,
	uint64_t *ret_inode);

/** iu_proc_walk_leads() - whether a descriptor leads to the socket, as /proc says now */
bool iu_proc_walk_leads(
	const struct iu_scan *scan, int32_t pid, int32_t tid, int32_t fd, uint64_t inode);

/**
 * iu_proc_walk_tell() - gaps: what could not be looked into
 * @result: of the walk
 *
 * Sets whether IU_FACT_HOLDERS was seen. Returns: 0, IU_E_NOMEM.
 */
int iu_proc_walk_tell(struct iu_proc_walk *walk, int result);

#endif

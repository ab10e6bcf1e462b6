/* os/linux/host/locks.h - the process that a lock names */
#ifndef IU_OS_LINUX_HOST_LOCKS_H
#define IU_OS_LINUX_HOST_LOCKS_H

#include "os/linux/scan.h"

#define IU_LOCK_TEXT 32

/* What was read of a lock: plain data, for it may come from another process. */
struct iu_lock_found {
	char path[512]; /* empty: there is none */
	uint64_t dev, ino;
	int64_t written;
	char text[IU_LOCK_TEXT]; /* what it begins with */
	bool read;
};

/** iu_locks_read() - reads the lock that a path is, or that is kept beside it. Touches /proc never. */
void iu_locks_read(const char *path, bool regular, struct iu_lock_found *ret_found);

/** iu_locks_pid() - the number of the process in what a lock begins with; 0: none. */
int32_t iu_locks_pid(const char *text);

/**
 * iu_locks_look() - who the process in a lock is, and whether it may have written it
 * Returns: 0, IU_E_NOMEM.
 */
int iu_locks_look(struct iu_scan *scan, const struct iu_lock_found *found, struct iu_path *path);

#endif

/* knowledge/filesystems.h - what kinds of file systems mean for sockets, and for who looks at them */
#ifndef IU_KNOWLEDGE_FILESYSTEMS_H
#define IU_KNOWLEDGE_FILESYSTEMS_H

#include <stdbool.h>

#include "model/address.h"

struct iu_filesystem_row {
	const char *type; /* as in /proc/mounts */
	/*
	 * Somebody else answers for it (a process, a server, another machine), who may be gone: a look at
	 * it may wait for ever.
	 */
	bool waits;
	/* … and even what a process has open there is asked for anew (d_weak_revalidate()). */
	bool asks_again;
	/*
	 * The same file has another inode elsewhere: who binds a socket there is not found here, although
	 * the file is seen.
	 */
	bool shared;
	/* Whether bind() can make a socket there; IU_UNKNOWN: whoever serves it decides. */
	enum iu_tri sockets;
	bool nothing_new; /* a name that is not there is refused when it is looked up: ENOENT, not EPERM */
};

/**
 * iu_filesystem() - the row of a type; one that is not known has nothing but sockets: IU_UNKNOWN
 * "fuse.sshfs" is fuse. Static; never NULL.
 */
const struct iu_filesystem_row *iu_filesystem(const char *type);

#endif

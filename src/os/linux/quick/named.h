/* os/linux/quick/named.h - the files of UDP and UNIX sockets, asked of the kernel */
#ifndef IU_OS_LINUX_QUICK_NAMED_H
#define IU_OS_LINUX_QUICK_NAMED_H

#include <stdbool.h>

#include "os/linux/quick/quick.h"

/* What is looked for: some of the sockets of these ports, and of UNIX. */
struct iu_named_ask {
	const uint64_t *inodes;
	size_t n;
	uint16_t ports[64]; /* of UDP */
	size_t n_ports;
	bool paths;
};

/**
 * iu_quick_named() - finds the files of sockets of our network namespace by their inodes
 * @ret_files: room for @ask->n, in their order; to be given to iu_quick_descriptors(). Who waits in
 *	poll() is not counted in them.
 *
 * Returns: 0: all of them, IU_E_GONE: not all are there, IU_E_LIMIT: more than there is room for,
 * IU_E_AGAIN: the lists changed faster than they could be read, errors of iu_quick_open().
 */
int iu_quick_named(const struct iu_named_ask *ask, struct iu_quick_file *ret_files);

#endif

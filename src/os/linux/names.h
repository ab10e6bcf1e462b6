/* os/linux/names.h - the hosts file */
#ifndef IU_OS_LINUX_NAMES_H
#define IU_OS_LINUX_NAMES_H

#include <stddef.h>

#include "model/address.h"

/** iu_hosts_find() - the addresses of a name in the text of a hosts file; returns how many. */
size_t iu_hosts_find(
	const char *bytes, size_t len, const char *name, struct iu_address *ret, size_t max);

#endif

/* input/hosts.h - the hosts file, which has one form on every system */
#ifndef IU_INPUT_HOSTS_H
#define IU_INPUT_HOSTS_H

#include <stddef.h>

#include "model/address.h"

/* More than this of a hosts file is not read: lists that block advertisers have a tenth of it. */
#define IU_HOSTS_MAX (16 << 20)

/**
 * iu_hosts_find() - the addresses of a name in the text of a hosts file, each once
 * "localhost" is the loopback also where the file does not say so (RFC 6761).
 * Returns: how many, at most @max.
 */
size_t iu_hosts_find(
	const char *bytes, size_t len, const char *name, struct iu_address *ret, size_t max);

#endif

/* os/linux/around/far.h - who has a port or an address in the other network namespaces of this machine */
#ifndef IU_OS_LINUX_AROUND_FAR_H
#define IU_OS_LINUX_AROUND_FAR_H

#include "os/linux/scan.h"

/* What is looked for; the rows of @takers get their answers, what is found otherwise is added to lists. */
struct iu_far_wanted {
	const struct iu_endpoint *endpoints;
	size_t n;
};

/**
 * iu_far_look() - looks at the tables that each network namespace has in /proc, which nobody hides
 * Only namespaces in which a process runs that our /proc shows. Returns: 0, IU_E_NOMEM.
 */
int iu_far_look(struct iu_scan *scan, const struct iu_far_wanted *wanted);

/**
 * iu_far_trie_has() - whether /proc/net/fib_trie has an IPv4 address as one of the namespace's own
 * @bytes: of any content
 */
bool iu_far_trie_has(const char *bytes, size_t len, const struct iu_address *address);

/** iu_far_inet6_has() - the same of /proc/net/if_inet6; @device: receives the interface, 16 bytes. */
bool iu_far_inet6_has(const char *bytes, size_t len, const struct iu_address *address, char device[16]);

#endif

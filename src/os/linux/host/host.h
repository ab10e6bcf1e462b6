/* os/linux/host/host.h - the system itself: kernel, user, rights */
#ifndef IU_OS_LINUX_HOST_HOST_H
#define IU_OS_LINUX_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** iu_kernel_number() - major << 16 | minor << 8 | patch of "6.18.44-name"; 0: not readable. */
uint32_t iu_kernel_number(const char *release);

/** iu_kernel_version() - the same of the running kernel. */
uint32_t iu_kernel_version(void);

/**
 * iu_privileged() - whether every ordinary process of this machine may be looked into
 * Root of a user namespace of its own is nobody outside of it.
 */
bool iu_privileged(void);

/** iu_ipv6_possible() - whether AF_INET6 sockets can be made. */
bool iu_ipv6_possible(void);

#endif

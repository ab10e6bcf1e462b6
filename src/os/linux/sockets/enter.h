/* os/linux/sockets/enter.h - a netlink socket of another network namespace */
#ifndef IU_OS_LINUX_SOCKETS_ENTER_H
#define IU_OS_LINUX_SOCKETS_ENTER_H

#include "base/compat.h"
#include "os/linux/sockets/netlink.h"

/**
 * iu_enter_open() - iu_netlink_open() in another network namespace, which takes CAP_SYS_ADMIN
 * @netns: /proc/PID/ns/net; a thread of its own goes there, and only there
 *
 * A library starts no thread: only the program links enter.c.
 */
IU_OPTIONAL int iu_enter_open(int netns, int bus, struct iu_netlink *ret_netlink);

#endif

/* os/linux/host/addresses.h - interfaces, their addresses and local routes through rtnetlink */
#ifndef IU_OS_LINUX_HOST_ADDRESSES_H
#define IU_OS_LINUX_HOST_ADDRESSES_H

#include <linux/netlink.h>

#include "model/snapshot.h"

/*
 * Each adds what one message says; the message is checked to lie within the bytes received, its
 * inside is not trusted. Return: 0 (also for what is of no interest), IU_E_PROTO, IU_E_NOMEM.
 */
int iu_address_message(struct iu_snapshot *snapshot, const struct nlmsghdr *message);
int iu_route_message(struct iu_snapshot *snapshot, const struct nlmsghdr *message);
int iu_link_message(struct iu_snapshot *snapshot, const struct nlmsghdr *message);

#endif

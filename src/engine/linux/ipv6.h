/* engine/linux/ipv6.h - why an IPv6 address cannot be had: switched off, elsewhere, not checked yet */
#ifndef IU_ENGINE_LINUX_IPV6_H
#define IU_ENGINE_LINUX_IPV6_H

#include "engine/evaluation.h"

enum iu_ipv6 {
	IU_IPV6_ON,
	IU_IPV6_MISSING,  /* the kernel has none: no module, ipv6.disable=1 */
	IU_IPV6_REFUSED,  /* it has, and a filter refuses its sockets: RestrictAddressFamilies=, seccomp */
	IU_IPV6_DISABLED, /* sockets can be made, but no address is there: disable_ipv6 */
};

/** iu_linux_ipv6() - how it stands for an address that somebody asks for. */
enum iu_ipv6 iu_linux_ipv6(const struct iu_snapshot *snapshot, const struct iu_address *address);

/** iu_linux_ipv6_switch() - which net.ipv6.conf.NAME.disable_ipv6 keeps the address away; NULL: none. */
const char *iu_linux_ipv6_switch(const struct iu_snapshot *snapshot, const struct iu_address *address);

/** iu_linux_ipv6_text() - the address with the name of its interface. In @arena. */
const char *iu_linux_ipv6_text(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_address *address);

/** iu_linux_ipv6_asked() - the same for the one who asks, who may have been told EAFNOSUPPORT. */
enum iu_ipv6 iu_linux_ipv6_asked(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_address *address);

/** iu_linux_ipv6_stand_in() - the IPv4 address that does the same: 127.0.0.1 for ::1; ANY: none. */
struct iu_address iu_linux_ipv6_stand_in(const struct iu_address *address);

/** iu_linux_ipv6_elsewhere() - another interface that has the link-local address; NULL: none. */
const struct iu_local *iu_linux_ipv6_elsewhere(
	const struct iu_snapshot *snapshot, const struct iu_request *request);

/** iu_linux_ipv6_idle() - the interface on which the check of a tentative address cannot run; NULL: it runs. */
const struct iu_interface *iu_linux_ipv6_idle(
	const struct iu_snapshot *snapshot, const struct iu_address *address);

/** iu_linux_interface() - the interface with that number, or NULL. */
const struct iu_interface *iu_linux_interface(const struct iu_snapshot *snapshot, uint32_t ifindex);

#endif

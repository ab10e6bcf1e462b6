/* engine/linux/ipv6.c - why an IPv6 address cannot be had: switched off, elsewhere, not checked yet */
#include "engine/linux/ipv6.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "engine/phrase.h"

enum iu_ipv6 iu_linux_ipv6(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	const struct iu_sysctls *sysctls = &snapshot->sysctls;

	if (address->family != IU_FAMILY_IPV6)
		return IU_IPV6_ON;
	/* its own settings are there with it */
	if (snapshot->host.ipv6 == IU_NO)
		return sysctls->bindv6only >= 0 || sysctls->disable_ipv6 >= 0 ? IU_IPV6_REFUSED
									      : IU_IPV6_MISSING;
	if (iu_address_is_wildcard(address) || iu_address_space(address) == IU_SPACE_MAPPED)
		return IU_IPV6_ON;
	return iu_linux_ipv6_switch(snapshot, address) ? IU_IPV6_DISABLED : IU_IPV6_ON;
}

const char *iu_linux_ipv6_switch(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	const struct iu_interface *device = iu_linux_interface(snapshot, address->scope);

	if (iu_address_is_loopback(address))
		return snapshot->sysctls.disable_ipv6_lo > 0 ? "lo" : NULL;
	if (snapshot->sysctls.disable_ipv6 > 0)
		return "all";
	return device && device->no_ipv6 ? device->name : NULL;
}

const char *iu_linux_ipv6_text(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_address *address)
{
	const struct iu_interface *device = iu_linux_interface(snapshot, address->scope);
	struct iu_address plain = *address;
	char text[IU_ADDRESS_TEXT];

	if (device)
		plain.scope = 0;
	iu_address_format(&plain, text);
	return iu_phrase(arena, "%s%s%s", text, device ? "%" : "",
		device ? iu_safe(arena, device->name, 32) : "");
}

enum iu_ipv6 iu_linux_ipv6_asked(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	enum iu_ipv6 ipv6 = iu_linux_ipv6(snapshot, address);

	return ipv6 == IU_IPV6_ON && address->family == IU_FAMILY_IPV6 &&
			       question->symptom.from_capture == EAFNOSUPPORT
		? IU_IPV6_REFUSED
		: ipv6;
}

struct iu_address iu_linux_ipv6_stand_in(const struct iu_address *address)
{
	if (iu_address_is_wildcard(address))
		return iu_address_wildcard(IU_FAMILY_IPV4);
	if (iu_address_is_loopback(address))
		return iu_address_ipv4(0x7f000001u);
	return (struct iu_address){.family = IU_FAMILY_ANY};
}

const struct iu_local *iu_linux_ipv6_elsewhere(
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	const struct iu_address *address = &request->address;
	uint32_t device = address->scope ? address->scope : request->ifindex;

	if (address->family != IU_FAMILY_IPV6 || !iu_address_is_link_local(address) || !device)
		return NULL;
	for (size_t i = 0; i < snapshot->locals.n; i++) {
		const struct iu_local *local = &snapshot->locals.v[i];

		if (local->kind == IU_LOCAL_ADDRESS && local->address.family == IU_FAMILY_IPV6 &&
			local->ifindex != device &&
			!memcmp(local->address.bytes, address->bytes, sizeof(address->bytes)))
			return local;
	}
	return NULL;
}

const struct iu_interface *iu_linux_interface(const struct iu_snapshot *snapshot, uint32_t ifindex)
{
	for (size_t i = 0; i < snapshot->interfaces.n; i++)
		if (snapshot->interfaces.v[i].ifindex == ifindex)
			return &snapshot->interfaces.v[i];
	return NULL;
}

/* addrconf_dad_begin(): it starts when the interface is ready, and not before. */
const struct iu_interface *iu_linux_ipv6_idle(
	const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	for (size_t i = 0; i < snapshot->locals.n; i++) {
		const struct iu_local *local = &snapshot->locals.v[i];
		const struct iu_interface *interface;

		if (!local->tentative || local->dad_failed ||
			memcmp(local->address.bytes, address->bytes, sizeof(address->bytes)))
			continue;
		interface = iu_linux_interface(snapshot, local->ifindex);
		if (interface && interface->no_link)
			return interface;
	}
	return NULL;
}

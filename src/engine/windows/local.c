/* engine/windows/local.c - address and port before any other socket matters */
#include "engine/windows/local.h"

static bool is_local(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	/* the whole network 127.0.0.0/8 is there without a row of its own */
	if (iu_address_is_loopback(address))
		return true;
	for (size_t i = 0; i < snapshot->locals.n; i++)
		if (iu_address_equal(&snapshot->locals.v[i].address, address))
			return true;
	/* what has a socket is an address of this machine */
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].protocol != IU_PROTOCOL_UNIX &&
			iu_address_equal(&snapshot->sockets.v[i].local, address))
			return true;
	return false;
}

struct iu_local_check iu_windows_local_check(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	const struct iu_address *address = &request->address;
	bool v4 = address->family == IU_FAMILY_IPV4;

	(void)question; /* no port is privileged */
	if (!v4 && snapshot->host.ipv6 == IU_NO)
		return (struct iu_local_check){
			IU_NO, IU_WSAEAFNOSUPPORT, IU_CAUSE_NONE, IU_RULE_NONE};
	/* each of both options refuses the other (Wine's test, written against Windows) */
	if (request->reuseaddr && request->exclusive)
		return (struct iu_local_check){IU_NO, IU_WSAEINVAL, IU_CAUSE_NONE, IU_RULE_NONE};
	if (iu_address_is_wildcard(address) ||
		(iu_address_space(address) == IU_SPACE_MAPPED && !iu_address_v4(address)))
		return (struct iu_local_check){.ok = IU_YES};
	if (v4 && iu_address_v4(address) == UINT32_MAX)
		/* for a datagram socket without SO_BROADCAST, says bind()'s page */
		return (struct iu_local_check){IU_NO,
			request->protocol == IU_PROTOCOL_UDP ? IU_WSAEACCES : IU_WSAEADDRNOTAVAIL,
			IU_CAUSE_NONE, IU_RULE_NONE};
	if (is_local(snapshot, address))
		return (struct iu_local_check){.ok = IU_YES};
	if (!(snapshot->seen & IU_FACT_ADDRESSES))
		return (struct iu_local_check){.ok = IU_UNKNOWN};
	return (struct iu_local_check){IU_NO, IU_WSAEADDRNOTAVAIL, IU_CAUSE_ADDRESS_NOT_LOCAL,
		IU_RULE_ADDRESS_UNKNOWN};
}

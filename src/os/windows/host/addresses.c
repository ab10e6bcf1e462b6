/* os/windows/host/addresses.c - interfaces and their addresses */
#include "os/windows/host/addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/scan.h"

#define FIRST_BYTES 32768
#define TRIES	    4

void iu_address_of(const SOCKADDR *from, struct iu_address *ret)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)from;

	memset(ret, 0, sizeof(*ret));
	if (from && from->sa_family == AF_INET) {
		ret->family = IU_FAMILY_IPV4;
		memcpy(ret->bytes, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	} else if (from && from->sa_family == AF_INET6) {
		ret->family = IU_FAMILY_IPV6;
		memcpy(ret->bytes, &six->sin6_addr, 16);
		ret->scope = iu_address_is_link_local(ret) ? six->sin6_scope_id : 0;
	}
}

/* The list may grow between two calls. */
IP_ADAPTER_ADDRESSES *iu_adapters(void)
{
	const ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
	ULONG(WINAPI * get)(ULONG, ULONG, void *, IP_ADAPTER_ADDRESSES *, ULONG *);
	ULONG size = FIRST_BYTES, r = ERROR_BUFFER_OVERFLOW;
	IP_ADAPTER_ADDRESSES *list = NULL;

	iu_api_into(L"iphlpapi.dll", get, "GetAdaptersAddresses");
	if (!get)
		return NULL;

	for (int i = 0; i < TRIES && r == ERROR_BUFFER_OVERFLOW; i++) {
		free(list);
		list = malloc(size);
		r = list ? get(AF_UNSPEC, flags, NULL, list, &size)
			 : ERROR_NOT_ENOUGH_MEMORY;
	}
	if (r != ERROR_SUCCESS) {
		free(list);
		return NULL;
	}
	return list;
}

static bool has_scope(const struct iu_scopes *scopes, uint32_t number)
{
	for (size_t i = 0; i < scopes->list.n; i++)
		if (scopes->list.v[i] == number)
			return true;
	return false;
}

uint32_t iu_scope_of(const struct iu_scopes *scopes, uint32_t told)
{
	uint32_t swapped = ntohl(told);

	return !has_scope(scopes, told) && has_scope(scopes, swapped) ? swapped : told;
}

uint32_t iu_scan_scope(struct iu_scan *scan, uint32_t told)
{
	struct iu_scopes *scopes = &scan->scopes;
	IP_ADAPTER_ADDRESSES *list = scopes->read ? NULL : iu_adapters();

	for (const IP_ADAPTER_ADDRESSES *adapter = list; adapter; adapter = adapter->Next)
		*iu_list_add(&scan->snapshot->arena, &scopes->list) =
			adapter->Ipv6IfIndex ? adapter->Ipv6IfIndex : adapter->IfIndex;
	free(list);
	scopes->read = true;
	return iu_scope_of(scopes, told);
}

static void add_addresses(struct iu_scan *scan, const IP_ADAPTER_ADDRESSES *adapter)
{
	for (const IP_ADAPTER_UNICAST_ADDRESS *row = adapter->FirstUnicastAddress; row;
		row = row->Next) {
		struct iu_local *local = iu_list_add(&scan->snapshot->arena, &scan->snapshot->locals);

		iu_address_of(row->Address.lpSockaddr, &local->address);
		local->kind = IU_LOCAL_ADDRESS;
		local->bits = local->address.family == IU_FAMILY_IPV6 ? 128 : 32;
		local->ifindex = local->address.family == IU_FAMILY_IPV6 ? adapter->Ipv6IfIndex
									 : adapter->IfIndex;
		local->tentative = row->DadState == IpDadStateTentative;
		local->dad_failed = row->DadState == IpDadStateDuplicate;
	}
}

/* Every address of 127.0.0.0/8 may be bound, whatever the loopback interface says to have. */
static void add_loopback(struct iu_scan *scan)
{
	struct iu_local *local = iu_list_add(&scan->snapshot->arena, &scan->snapshot->locals);

	*local = (struct iu_local){
		.kind = IU_LOCAL_ROUTE, .address = iu_address_ipv4(0x7f000000), .bits = 8};
}

int iu_collect_addresses(struct iu_scan *scan)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	IP_ADAPTER_ADDRESSES *list;

	if (scan->snapshot->seen & IU_FACT_ADDRESSES)
		return 0;
	list = iu_adapters();
	if (!list) {
		iu_snapshot_gap(scan->snapshot, IU_FACT_ADDRESSES, 0,
			"the addresses of this machine", "GetAdaptersAddresses() failed", NULL);
		return 0;
	}
	add_loopback(scan);
	for (const IP_ADAPTER_ADDRESSES *adapter = list; adapter; adapter = adapter->Next) {
		struct iu_interface *row = iu_list_add(arena, &scan->snapshot->interfaces);

		row->ifindex = adapter->IfIndex ? adapter->IfIndex : adapter->Ipv6IfIndex;
		row->name = iu_utf8(arena, adapter->FriendlyName);
		row->up = adapter->OperStatus == IfOperStatusUp;
		add_addresses(scan, adapter);
	}
	free(list);
	iu_scan_seen(scan, IU_FACT_ADDRESSES, true);
	return 0;
}

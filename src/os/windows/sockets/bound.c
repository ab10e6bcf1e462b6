/* os/windows/sockets/bound.c - TCP sockets that are bound and neither listen nor connect */
#include "os/windows/sockets/bound.h"

#include <string.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/windows/system.h"

#include <iphlpapi.h>

/* What `netstat -q` calls; in no header. The table is in the heap given, the caller's to free. */
typedef ULONG WINAPI bound_table(void **table, HANDLE heap, ULONG flags);

/*
 * It lists the bindings of listeners and connections, too: the main table has those. A connection's binding
 * may still be on the wildcard; a listener's is the address it listens on, and another one is another socket.
 */
static bool is_known(const struct iu_scan *scan, const struct iu_socket *s, int32_t pid)
{
	const struct iu_sockets *sockets = &scan->snapshot->sockets;

	for (size_t i = 0; i < sockets->n; i++) {
		const struct iu_socket *known = &sockets->v[i];

		if (known->protocol == IU_PROTOCOL_TCP && known->port == s->port &&
			known->family == s->family && iu_owner_of(known->inode) == pid &&
			((known->state != IU_STATE_LISTEN && known->state != IU_STATE_BOUND) ||
				iu_address_equal(&known->local, &s->local)))
			return true;
	}
	return false;
}

static int add_row(struct iu_scan *scan, struct iu_socket *s, DWORD port, DWORD pid)
{
	s->protocol = IU_PROTOCOL_TCP;
	s->state = IU_STATE_BOUND;
	s->port = ntohs((uint16_t)port);
	if (!s->port || !iu_needs_port(scan->needs, s->port) || is_known(scan, s, (int32_t)pid))
		return 0;
	return iu_add_socket(scan, s, (int32_t)pid, 0);
}

int iu_bound_add4(struct iu_scan *scan, const void *table)
{
	const MIB_TCPTABLE2 *rows = table;
	int ret = 0;

	for (DWORD i = 0; i < rows->dwNumEntries && ret == 0; i++) {
		struct iu_socket s = {.family = IU_FAMILY_IPV4};

		s.local.family = IU_FAMILY_IPV4;
		memcpy(s.local.bytes, &rows->table[i].dwLocalAddr, 4);
		ret = add_row(scan, &s, rows->table[i].dwLocalPort, rows->table[i].dwOwningPid);
	}
	return ret;
}

static int add_bound6(struct iu_scan *scan, const void *table)
{
	const MIB_TCP6TABLE2 *rows = table;
	int ret = 0;

	for (DWORD i = 0; i < rows->dwNumEntries && ret == 0; i++) {
		struct iu_socket s = {.family = IU_FAMILY_IPV6};

		s.local.family = IU_FAMILY_IPV6;
		memcpy(s.local.bytes, &rows->table[i].LocalAddr, 16);
		if (iu_address_is_link_local(&s.local))
			s.local.scope = iu_scan_scope(scan, rows->table[i].dwLocalScopeId);
		ret = add_row(scan, &s, rows->table[i].dwLocalPort, rows->table[i].dwOwningPid);
	}
	return ret;
}

static const struct {
	const char *name;
	int (*add)(struct iu_scan *scan, const void *table);
} tables[] = {
	{"InternalGetBoundTcpEndpointTable", iu_bound_add4},
	{"InternalGetBoundTcp6EndpointTable", add_bound6},
};

int iu_collect_bound(struct iu_scan *scan)
{
	int ret = 0;

	if (scan->snapshot->seen & IU_FACT_BOUND || !(scan->needs->facts & IU_FACT_TCP))
		return 0;
	for (size_t i = 0; i < IU_COUNT(tables) && ret == 0; i++) {
		bound_table *get;
		void *table = NULL;

		iu_api_into(L"iphlpapi.dll", get, tables[i].name);
		if (!get || get(&table, GetProcessHeap(), 0) != ERROR_SUCCESS) {
			iu_snapshot_gap(scan->snapshot, IU_FACT_BOUND, 0,
				"TCP sockets that are bound but do not listen",
				get ? "the system refused to list them"
				    : "this system has no function that lists them",
				NULL);
			return 0;
		}
		if (table) {
			ret = tables[i].add(scan, table);
			HeapFree(GetProcessHeap(), 0, table);
		}
	}
	iu_scan_seen(scan, IU_FACT_BOUND, ret == 0);
	return ret;
}

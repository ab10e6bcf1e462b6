/* os/windows/sockets/tables.c - the system's tables of TCP and UDP sockets, with their owners */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/system.h"

#include <iphlpapi.h>

#define TRIES 6
#define SLACK 4096 /* the table may grow between the two calls */

static const enum iu_state states[] = {
	[MIB_TCP_STATE_LISTEN] = IU_STATE_LISTEN,
	[MIB_TCP_STATE_SYN_SENT] = IU_STATE_SYN_SENT,
	[MIB_TCP_STATE_SYN_RCVD] = IU_STATE_SYN_RECV,
	[MIB_TCP_STATE_ESTAB] = IU_STATE_ESTABLISHED,
	[MIB_TCP_STATE_FIN_WAIT1] = IU_STATE_FIN_WAIT1,
	[MIB_TCP_STATE_FIN_WAIT2] = IU_STATE_FIN_WAIT2,
	[MIB_TCP_STATE_CLOSE_WAIT] = IU_STATE_CLOSE_WAIT,
	[MIB_TCP_STATE_CLOSING] = IU_STATE_CLOSING,
	[MIB_TCP_STATE_LAST_ACK] = IU_STATE_LAST_ACK,
	[MIB_TCP_STATE_TIME_WAIT] = IU_STATE_TIME_WAIT,
};

static enum iu_state state_of(DWORD number)
{
	return number < IU_COUNT(states) ? states[number] : IU_STATE_UNKNOWN;
}

/* Ports lie in the low 16 bits in network order; what is above is not always zero. */
static uint16_t port_of(DWORD field)
{
	return ntohs((uint16_t)field);
}

static struct iu_address address4(DWORD bytes)
{
	struct iu_address address = {.family = IU_FAMILY_IPV4};

	memcpy(address.bytes, &bytes, 4);
	return address;
}

static struct iu_address address6(struct iu_scan *scan, const UCHAR bytes[16], DWORD scope)
{
	struct iu_address address = {.family = IU_FAMILY_IPV6};

	memcpy(address.bytes, bytes, 16);
	/* Wine leaves something there that is no scope. */
	address.scope = iu_address_is_link_local(&address) ? iu_scan_scope(scan, scope) : 0;
	return address;
}

static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ at[i]) * 1099511628211ull;
	return h;
}

static uint64_t number_of(const struct iu_socket *s, int32_t pid, uint64_t since)
{
	const uint32_t kind[] = {(uint32_t)s->protocol, (uint32_t)s->family, s->port, s->peer_port,
		s->state == IU_STATE_LISTEN, s->state == IU_STATE_BOUND};
	uint64_t h = hash_bytes(14695981039346656037ull, kind, sizeof(kind));

	h = hash_bytes(h, s->local.bytes, sizeof(s->local.bytes));
	h = hash_bytes(h, s->peer.bytes, sizeof(s->peer.bytes));
	h = hash_bytes(h, &since, sizeof(since));
	h = (h ^ h >> 32) & UINT32_MAX;
	return (uint64_t)(uint32_t)pid << 32 | (h ? h : 1);
}

static bool taken(const struct iu_sockets *sockets, uint64_t inode)
{
	for (size_t i = 0; i < sockets->n; i++)
		if (sockets->v[i].inode == inode)
			return true;
	return false;
}

int iu_add_socket(struct iu_scan *scan, struct iu_socket *socket, int32_t pid, uint64_t since)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_socket *slot;

	socket->timer_ms = -1;
	/* A listener whose owner is not told has one all the same; what closes may have none. */
	if (pid || socket->state == IU_STATE_LISTEN || socket->state == IU_STATE_BOUND)
		socket->inode = number_of(socket, pid, since);
	/* Two may say the same (SO_REUSEADDR); connections differ by their peers. */
	while ((socket->state == IU_STATE_LISTEN || socket->state == IU_STATE_BOUND) &&
		taken(&snapshot->sockets, socket->inode))
		socket->inode++;
	if (pid && !scan->needs->all_ports) {
		socket->user = iu_process_account(scan, pid, &socket->uid);
		socket->uid_known = socket->user != NULL;
	}
	slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	*slot = *socket;
	return 0;
}

static bool is_wanted(const struct iu_scan *scan, enum iu_state state, uint16_t port)
{
	if (scan->needs->all_ports && !scan->needs->connections && state != IU_STATE_LISTEN &&
		state != IU_STATE_BOUND)
		return false;
	return port && iu_needs_port(scan->needs, port);
}

/* When it was bound, and by which service: the tag is the low half of the first number. */
static void take_origin(struct iu_socket *s, LARGE_INTEGER created, const ULONGLONG *module)
{
	int64_t since = iu_seconds_of((uint64_t)created.QuadPart);

	s->since = since > 0 ? since : 0;
	s->service_tag = (uint32_t)module[0];
}

static int add_tcp4(struct iu_scan *scan, const void *table)
{
	const MIB_TCPTABLE_OWNER_MODULE *rows = table;
	int ret = 0;

	for (DWORD i = 0; i < rows->dwNumEntries && ret == 0; i++) {
		const MIB_TCPROW_OWNER_MODULE *row = &rows->table[i];
		struct iu_socket s = {.protocol = IU_PROTOCOL_TCP,
			.family = IU_FAMILY_IPV4,
			.state = state_of(row->dwState),
			.local = address4(row->dwLocalAddr),
			.port = port_of(row->dwLocalPort)};

		if (!is_wanted(scan, s.state, s.port))
			continue;
		if (s.state != IU_STATE_LISTEN) {
			s.peer = address4(row->dwRemoteAddr);
			s.peer_port = port_of(row->dwRemotePort);
		}
		s.mini = s.state == IU_STATE_TIME_WAIT;
		take_origin(&s, row->liCreateTimestamp, row->OwningModuleInfo);
		ret = iu_add_socket(scan, &s, (int32_t)row->dwOwningPid,
			(uint64_t)row->liCreateTimestamp.QuadPart);
	}
	return ret;
}

static int add_tcp6(struct iu_scan *scan, const void *table)
{
	const MIB_TCP6TABLE_OWNER_MODULE *rows = table;
	int ret = 0;

	for (DWORD i = 0; i < rows->dwNumEntries && ret == 0; i++) {
		const MIB_TCP6ROW_OWNER_MODULE *row = &rows->table[i];
		struct iu_socket s = {.protocol = IU_PROTOCOL_TCP,
			.family = IU_FAMILY_IPV6,
			.state = state_of(row->dwState),
			.local = address6(scan, row->ucLocalAddr, row->dwLocalScopeId),
			.port = port_of(row->dwLocalPort)};

		if (!is_wanted(scan, s.state, s.port))
			continue;
		if (s.state != IU_STATE_LISTEN) {
			s.peer = address6(scan, row->ucRemoteAddr, row->dwRemoteScopeId);
			s.peer_port = port_of(row->dwRemotePort);
		}
		s.mini = s.state == IU_STATE_TIME_WAIT;
		take_origin(&s, row->liCreateTimestamp, row->OwningModuleInfo);
		ret = iu_add_socket(scan, &s, (int32_t)row->dwOwningPid,
			(uint64_t)row->liCreateTimestamp.QuadPart);
	}
	return ret;
}

static int add_udp4(struct iu_scan *scan, const void *table)
{
	const MIB_UDPTABLE_OWNER_MODULE *rows = table;
	int ret = 0;

	for (DWORD i = 0; i < rows->dwNumEntries && ret == 0; i++) {
		const MIB_UDPROW_OWNER_MODULE *row = &rows->table[i];
		struct iu_socket s = {.protocol = IU_PROTOCOL_UDP,
			.family = IU_FAMILY_IPV4,
			.state = IU_STATE_BOUND,
			.local = address4(row->dwLocalAddr),
			.port = port_of(row->dwLocalPort)};

		take_origin(&s, row->liCreateTimestamp, row->OwningModuleInfo);
		if (is_wanted(scan, s.state, s.port))
			ret = iu_add_socket(scan, &s, (int32_t)row->dwOwningPid,
				(uint64_t)row->liCreateTimestamp.QuadPart);
	}
	return ret;
}

static int add_udp6(struct iu_scan *scan, const void *table)
{
	const MIB_UDP6TABLE_OWNER_MODULE *rows = table;
	int ret = 0;

	for (DWORD i = 0; i < rows->dwNumEntries && ret == 0; i++) {
		const MIB_UDP6ROW_OWNER_MODULE *row = &rows->table[i];
		struct iu_socket s = {.protocol = IU_PROTOCOL_UDP,
			.family = IU_FAMILY_IPV6,
			.state = IU_STATE_BOUND,
			.local = address6(scan, row->ucLocalAddr, row->dwLocalScopeId),
			.port = port_of(row->dwLocalPort)};

		take_origin(&s, row->liCreateTimestamp, row->OwningModuleInfo);
		if (is_wanted(scan, s.state, s.port))
			ret = iu_add_socket(scan, &s, (int32_t)row->dwOwningPid,
				(uint64_t)row->liCreateTimestamp.QuadPart);
	}
	return ret;
}

static const struct {
	enum iu_fact fact;
	const char *what;
	ULONG family;
	size_t row;    /* bytes: what the count says must fit into what was written */
	size_t header;
	int (*add)(struct iu_scan *scan, const void *table);
} tables[] = {
	{IU_FACT_TCP, "TCP sockets of IPv4", AF_INET, sizeof(MIB_TCPROW_OWNER_MODULE),
		offsetof(MIB_TCPTABLE_OWNER_MODULE, table), add_tcp4},
	{IU_FACT_TCP, "TCP sockets of IPv6", AF_INET6, sizeof(MIB_TCP6ROW_OWNER_MODULE),
		offsetof(MIB_TCP6TABLE_OWNER_MODULE, table), add_tcp6},
	{IU_FACT_UDP, "UDP sockets of IPv4", AF_INET, sizeof(MIB_UDPROW_OWNER_MODULE),
		offsetof(MIB_UDPTABLE_OWNER_MODULE, table), add_udp4},
	{IU_FACT_UDP, "UDP sockets of IPv6", AF_INET6, sizeof(MIB_UDP6ROW_OWNER_MODULE),
		offsetof(MIB_UDP6TABLE_OWNER_MODULE, table), add_udp6},
};

/* Returns: what the system said, 0: *ret_table is to be freed. */
static DWORD read_table(enum iu_fact fact, ULONG family, void **ret_table, size_t *ret_size)
{
	DWORD(WINAPI * tcp)(void *, DWORD *, BOOL, ULONG, TCP_TABLE_CLASS, ULONG);
	DWORD(WINAPI * udp)(void *, DWORD *, BOOL, ULONG, UDP_TABLE_CLASS, ULONG);
	DWORD size = 0, room = 0, r = ERROR_INSUFFICIENT_BUFFER;
	void *table = NULL;

	iu_api_into(L"iphlpapi.dll", tcp, "GetExtendedTcpTable");
	iu_api_into(L"iphlpapi.dll", udp, "GetExtendedUdpTable");
	if (!tcp || !udp)
		return ERROR_PROC_NOT_FOUND;
	for (int i = 0; i < TRIES && r == ERROR_INSUFFICIENT_BUFFER; i++) {
		free(table);
		room = size += SLACK;
		table = calloc(1, room);
		if (!table)
			return ERROR_NOT_ENOUGH_MEMORY;
		r = fact == IU_FACT_TCP
			? tcp(table, &size, TRUE, family, TCP_TABLE_OWNER_MODULE_ALL, 0)
			: udp(table, &size, TRUE, family, UDP_TABLE_OWNER_MODULE, 0);
	}
	if (r) {
		free(table);
		return r;
	}
	*ret_table = table;
	*ret_size = room;
	return 0;
}

static int add_table(struct iu_scan *scan, size_t i, bool *all)
{
	void *table = NULL;
	size_t size = 0;
	char why[64];
	DWORD count, error = read_table(tables[i].fact, tables[i].family, &table, &size);
	int ret;

	if (error == ERROR_NOT_SUPPORTED && tables[i].family == AF_INET6)
		return 0; /* no IPv6 on this machine */
	if (error) {
		*all = false;
		snprintf(why, sizeof(why), "the system says error %lu", error);
		if (error == ERROR_NOT_ENOUGH_MEMORY)
			return IU_E_NOMEM;
		iu_snapshot_gap(scan->snapshot, tables[i].fact, 0, tables[i].what, why, NULL);
		return 0;
	}
	memcpy(&count, table, sizeof(count));
	if (count > (size - tables[i].header) / tables[i].row)
		*(DWORD *)table = (DWORD)((size - tables[i].header) / tables[i].row);
	ret = tables[i].add(scan, table);
	free(table);
	return ret;
}

int iu_collect_inet(struct iu_scan *scan)
{
	uint32_t wanted = scan->needs->facts & (IU_FACT_TCP | IU_FACT_UDP);
	int ret = 0;

	/* The second round asks for owners of what the first one found. */
	wanted &= ~scan->snapshot->seen;
	for (size_t fact = IU_FACT_TCP; fact <= IU_FACT_UDP && ret == 0; fact <<= 1) {
		bool all = true;

		if (!(wanted & fact))
			continue;
		for (size_t i = 0; i < IU_COUNT(tables) && ret == 0; i++)
			if (tables[i].fact == (enum iu_fact)fact)
				ret = add_table(scan, i, &all);
		iu_scan_seen(scan, (uint32_t)fact, all && ret == 0);
	}
	return ret;
}

/* os/windows/scan.h - what one look at this machine shares between its collectors */
#ifndef IU_OS_WINDOWS_SCAN_H
#define IU_OS_WINDOWS_SCAN_H

#include "model/needs.h"
#include "model/snapshot.h"
#include "os/windows/process/accounts.h"

struct iu_process_list;
struct iu_socket_handles;

/* The numbers of the interfaces, as scopes of IPv6 name them. */
struct iu_scopes {
	IU_LIST(uint32_t) list;
	bool read;
};

/* Lives for one iu_os_collect(). Strings handed out live in the snapshot's arena. */
struct iu_scan {
	const struct iu_needs *needs;
	struct iu_snapshot *snapshot;
	struct iu_process_list *list; /* every process of the system, as it says itself; NULL: none */
	struct iu_socket_handles *handles; /* iu_scan_handles() */
	bool handles_read;
	struct iu_scopes scopes;     /* iu_scan_scope() */
	struct iu_accounts accounts; /* iu_account_name() */
};

/*
 * A collector does one job. It adds to the snapshot, records gaps, and sets its bit in `seen` when
 * it could look at everything. Returns: 0, IU_E_NOMEM.
 */
typedef int iu_collector(struct iu_scan *scan);

iu_collector iu_collect_host;
iu_collector iu_collect_addresses;
iu_collector iu_collect_inet;
iu_collector iu_collect_bound;
iu_collector iu_collect_unix;
iu_collector iu_collect_services;
iu_collector iu_collect_holders;
iu_collector iu_collect_options;
iu_collector iu_collect_exclusions;
iu_collector iu_collect_proxies;
iu_collector iu_collect_http;
iu_collector iu_collect_events;

/*
 * Windows names a socket's owner and nothing else that would tell one socket from another. A row
 * gets a number of its own: the owner, and a hash of what the row says, so that the same socket
 * has the same number at the next look.
 */
static inline int32_t iu_owner_of(uint64_t inode)
{
	return (int32_t)(inode >> 32);
}

/** iu_holds() - whether a process is known to hold the socket. */
bool iu_holds(const struct iu_snapshot *snapshot, uint64_t inode, int32_t pid);

/** iu_scan_handles() - the handles of all processes, read once a look; NULL: not to be had. */
struct iu_socket_handles *iu_scan_handles(struct iu_scan *scan);

/** iu_scan_scope() - iu_scope_of() with the interfaces of this machine, read once a look. */
uint32_t iu_scan_scope(struct iu_scan *scan, uint32_t told);

/**
 * iu_trace_holders() - who has a handle to a wanted socket whose owner is not told, or is gone
 *
 * Adds a hold and the process for each, and a gap where not everybody could be asked.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_trace_holders(struct iu_scan *scan);

/**
 * iu_is_successor() - the row names a process that has nothing to do with the socket: it was started
 *	later, and has no handle to it. The owner is gone then, and its number was given again.
 *
 * Clocks are set, so the times alone prove nothing. Returns: false also where it may not be asked.
 */
bool iu_is_successor(struct iu_scan *scan, const struct iu_socket *socket);

/**
 * iu_process_has() - whether a process has a handle to exactly this socket, by its address
 * Asks only that process. Returns: false also where it may not be asked.
 */
bool iu_process_has(int32_t pid, const struct iu_socket *socket);

/**
 * iu_add_socket() - adds a row with its number, unless it is there already
 * @pid: its owner; 0: nobody (TIME-WAIT), or not told
 * @since: when it was bound as the system says it, part of the identity; 0: not told
 * Returns: 0, IU_E_NOMEM.
 */
int iu_add_socket(struct iu_scan *scan, struct iu_socket *socket, int32_t pid, uint64_t since);

/** iu_scan_seen() - says whether all of @fact could be looked at. */
static inline void iu_scan_seen(struct iu_scan *scan, uint32_t fact, bool all)
{
	if (all)
		scan->snapshot->seen |= fact;
	else
		scan->snapshot->seen &= ~fact;
}

#endif

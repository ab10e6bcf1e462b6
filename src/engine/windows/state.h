/* engine/windows/state.h - what a snapshot of Windows says about a port besides its sockets */
#ifndef IU_ENGINE_WINDOWS_STATE_H
#define IU_ENGINE_WINDOWS_STATE_H

#include "model/question.h"
#include "model/snapshot.h"

/* The dynamic range begins there since Vista (RFC 6335); before, it was 1025-5000. */
#define IU_DYNAMIC_FIRST 49152

/* TCP ports that the Application Layer Gateway service reserves (KB943710). */
#define IU_ALG_FIRST 5001
#define IU_ALG_LAST  5032

/** iu_windows_before() - the version is known and older than @major.@minor. */
bool iu_windows_before(const struct iu_snapshot *snapshot, unsigned int major, unsigned int minor);

/**
 * iu_windows_exclusion() - the row that refuses an explicit bind() of the port, or NULL
 * Administered rows ("*") do not: they only keep the port out of the dynamic range.
 */
const struct iu_exclusion *iu_windows_exclusion(
	const struct iu_snapshot *snapshot, enum iu_protocol protocol, uint16_t port);

/* Who makes such a row: told by its size, and by nothing else that is documented. */
enum iu_exclusion_maker {
	IU_EXCLUDED_SINGLE, /* one port: HTTP.sys, or a reservation by a program */
	IU_EXCLUDED_WINNAT, /* blocks of 100: WinNAT for Hyper-V, Docker, WSL */
	IU_EXCLUDED_WSL,    /* 4096 in one: WSL in mirrored mode */
	IU_EXCLUDED_OTHER,
};

enum iu_exclusion_maker iu_exclusion_maker(const struct iu_exclusion *exclusion);

/** iu_windows_range() - the dynamic range of the protocol; false: not known. */
bool iu_windows_range(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct iu_port_range *ret_range);

/** iu_windows_broken_range() - it begins below 49152 on a system that has it there by default. */
bool iu_windows_broken_range(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct iu_port_range *ret_range);

/** iu_windows_service() - a service by name (not case sensitive), or NULL. */
const struct iu_service *iu_windows_service(const struct iu_snapshot *snapshot, const char *name);

/** iu_windows_running() - whether a service runs; IU_UNKNOWN: nobody looked. */
enum iu_tri iu_windows_running(const struct iu_snapshot *snapshot, const char *name);

/**
 * iu_windows_service_at() - the service of a process that has a port
 * @ret_count: how many services live in the process
 *
 * Where several do, the one that is known for the port (knowledge/windows-ports.h). NULL: none.
 */
const struct iu_service *iu_windows_service_at(const struct iu_snapshot *snapshot, int32_t pid,
	uint16_t port, enum iu_protocol protocol, size_t *ret_count);

/**
 * iu_windows_service_of() - the service of a socket: the one that its tag or a capture names
 *	(socket->unit), else as iu_windows_service_at()
 * @ret_count: how many it may be; 1 where the socket itself names it
 */
const struct iu_service *iu_windows_service_of(
	const struct iu_snapshot *snapshot, const struct iu_socket *s, size_t *ret_count);

/** iu_windows_queue() - the queue of HTTP.sys with a URL of the port, and that URL; or NULL. */
const struct iu_http_queue *iu_windows_queue(
	const struct iu_snapshot *snapshot, uint16_t port, const char **ret_url);

/** iu_windows_proxy() - the port proxy rule that listens on the port of an address, or NULL. */
const struct iu_port_proxy *iu_windows_proxy(
	const struct iu_snapshot *snapshot, const struct iu_address *address, uint16_t port);

/** iu_windows_http_row() - a socket of PID 4 that is none of the other drivers'. */
bool iu_windows_http_row(const struct iu_snapshot *snapshot, const struct iu_socket *s);

/** iu_windows_owner() - the pid of the socket's row, -1: not known. */
int32_t iu_windows_owner(const struct iu_snapshot *snapshot, const struct iu_socket *s);

/**
 * iu_windows_heir() - of a socket whose owner is gone: the next process that is known to have a handle
 * @from: 0 for the first; a place in snapshot->holds, moved on
 * Returns: NULL: there is none, or none that is known.
 */
const struct iu_process *iu_windows_heir(
	const struct iu_snapshot *snapshot, const struct iu_socket *s, size_t *from);

/** iu_windows_rows_seen() - every socket of the protocol that the system lists was looked at. */
bool iu_windows_rows_seen(const struct iu_question *question, const struct iu_snapshot *snapshot);

/** iu_windows_wanted() - IU_FACT_* without which "free" cannot be said of the question. */
uint32_t iu_windows_wanted(
	const struct iu_question *question, const struct iu_snapshot *snapshot);

#endif

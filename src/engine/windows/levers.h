/* engine/windows/levers.h - what lets go of a port on Windows */
#ifndef IU_ENGINE_WINDOWS_LEVERS_H
#define IU_ENGINE_WINDOWS_LEVERS_H

#include "engine/levers.h"

/* Processes that one taskkill is offered for. */
#define IU_WINDOWS_PIDS_MAX 16

/** iu_windows_is_elevated() - the one who looks may do what administrators may. */
bool iu_windows_is_elevated(const struct iu_snapshot *snapshot);

/* Each returns false where there is no such lever. */

/**
 * iu_windows_lever_service() - stops the one service that a cause speaks of, with its dependents
 * @b: the socket in the way; NULL: none shows
 *
 * None: several services that nothing tells apart, or one that is not to be stopped for that.
 */
bool iu_windows_lever_service(const struct iu_lever_context *c, enum iu_cause cause,
	const struct iu_blocker *b, struct iu_lever *ret_lever);

/** iu_windows_lever_service_name() - that service, whether it may be stopped or not; or NULL. */
const char *iu_windows_lever_service_name(const struct iu_lever_context *c, enum iu_cause cause,
	const struct iu_blocker *b);

/** iu_windows_lever_disable() - keeps a service from starting; false also where it cannot start. */
bool iu_windows_lever_disable(
	const struct iu_lever_context *c, const char *name, struct iu_lever *ret_lever);

/**
 * iu_windows_lever_process() - asks one process to end
 * @s: the socket that it must still own then; its port is 0 where it has none
 */
bool iu_windows_lever_process(const struct iu_lever_context *c, const struct iu_socket *s,
	uint64_t inode, const struct iu_process *process, struct iu_lever *ret_lever);

/**
 * iu_windows_lever_pids() - whom one taskkill would end for all sockets like @b that are in the way
 * @b: NULL: none shows
 *
 * Of HTTP.sys those that serve the URL, of a process that is gone who has its socket. Never a
 * service's process, and none of Windows itself. Returns: how many.
 */
size_t iu_windows_lever_pids(const struct iu_lever_context *c, const struct iu_verdict *verdict,
	const struct iu_blocker *b, int32_t pids[IU_WINDOWS_PIDS_MAX]);

/** iu_windows_lever_proxy() - deletes the port proxy rule at @b, or at the address asked for. */
bool iu_windows_lever_proxy(const struct iu_lever_context *c, const struct iu_blocker *b,
	struct iu_lever *ret_lever);

/** iu_windows_lever_exclude() - takes the port out of WinNAT's reach, where one of its blocks has it. */
bool iu_windows_lever_exclude(const struct iu_lever_context *c, struct iu_lever *ret_lever);

#endif

/* engine/linux/levers.h - what lets go of a port or a path on Linux */
#ifndef IU_ENGINE_LINUX_LEVERS_H
#define IU_ENGINE_LINUX_LEVERS_H

#include "engine/levers.h"

/** iu_linux_is_privileged() - the one who looks may do what root may. */
bool iu_linux_is_privileged(const struct iu_snapshot *snapshot);

/** iu_linux_is_bsd() - a capture of macOS or a BSD: much is as on Linux, the tools are others. */
bool iu_linux_is_bsd(const struct iu_snapshot *snapshot);

/** iu_linux_lever_is_foreign() - to signal the process needs root. NULL: nothing is known of it. */
bool iu_linux_lever_is_foreign(
	const struct iu_snapshot *snapshot, const struct iu_process *process);

/* Each returns false where there is no such lever. */

/**
 * iu_linux_lever_unit() - stops a unit that stands for one program
 * @unit: its name; session scopes and a user's whole manager are none
 * @process: in whose cgroup it is looked whose systemd has it; NULL: in that of the socket
 */
bool iu_linux_lever_unit(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, const char *unit, struct iu_lever *ret_lever);

/** iu_linux_lever_named() - stops a unit of which somebody else has told the name. */
bool iu_linux_lever_named(const struct iu_lever_context *c, const struct iu_step_unit *unit,
	struct iu_lever *ret_lever);

/**
 * iu_linux_lever_activator() - of a socket that is kept for a program that starts on demand
 * @ret_process: receives whom the lever is about: the activator, or the service that it started
 *
 * A unit, or of inetd and its like the process.
 */
bool iu_linux_lever_activator(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process **ret_process, struct iu_lever *ret_lever);

/** iu_linux_lever_store() - the service for which its systemd keeps the socket. */
bool iu_linux_lever_store(const struct iu_lever_context *c, const struct iu_blocker *b,
	struct iu_lever *ret_lever);

/**
 * iu_linux_lever_container() - stops the container of a process, or the one that made the socket
 * @process: NULL: none is known
 */
bool iu_linux_lever_container(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *ret_lever);

/** iu_linux_lever_published() - stops the container whose port @process publishes, found by it. */
bool iu_linux_lever_published(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *ret_lever);

/**
 * iu_linux_lever_device() - the proxy device of LXD or Incus that @process serves
 * What its engine is told to take away; the container of the lever is the device's.
 */
bool iu_linux_lever_device(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *ret_lever);

/** iu_linux_lever_process() - asks one holder to end; @process: NULL: only its pid is known. */
bool iu_linux_lever_process(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_hold *hold, const struct iu_process *process, struct iu_lever *ret_lever);

/** iu_linux_lever_closed() - drops what is left of connections, where that frees the port. */
bool iu_linux_lever_closed(const struct iu_lever_context *c, struct iu_lever *ret_lever);

/** iu_linux_lever_file() - removes the socket file that was asked for. */
bool iu_linux_lever_file(const struct iu_lever_context *c, struct iu_lever *ret_lever);

/**
 * iu_linux_lever_why_kept() - why nobody can remove the file, whatever rights they have; NULL: it goes
 * @ret_instead: what makes it possible; may be NULL. Static.
 */
const char *iu_linux_lever_why_kept(const struct iu_path *file, const char **ret_instead);

/** iu_linux_lever_path() - removes the socket file of a path that was looked at. */
bool iu_linux_lever_path(const struct iu_lever_context *c, const struct iu_path *file,
	struct iu_lever *ret_lever);

/** iu_linux_lever_lock() - removes the lock that is the path, or stands beside it. */
bool iu_linux_lever_lock(const struct iu_lever_context *c, const struct iu_path *file,
	struct iu_lever *ret_lever);

#endif

/* os/linux/process/cgroup.h - cgroup ids to paths, paths to names */
#ifndef IU_OS_LINUX_PROCESS_CGROUP_H
#define IU_OS_LINUX_PROCESS_CGROUP_H

#include <stddef.h>

#include "os/linux/scan.h"

/* The mounts that matter, as /proc/self/mountinfo has them; in the snapshot's arena or NULL. */
struct iu_cgroup_mounts {
	const char *unified, *freezer;
};

/**
 * iu_mountinfo_parse() - finds the cgroup2 mount and the freezer of v1
 * Returns: 0 (mounts that are not there stay NULL), IU_E_NOMEM.
 */
int iu_mountinfo_parse(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_cgroup_mounts *ret_mounts);

/* The paths of one process, as /proc/PID/cgroup has them; pointers into the bytes. */
struct iu_cgroup_lines {
	const char *unified, *systemd, *freezer, *other; /* other: the longest of a v1 controller */
	size_t unified_len, systemd_len, freezer_len, other_len;
};

/** iu_cgroup_lines_parse() - reads "0::/system.slice/x\n5:freezer:/y\n"; never fails. */
void iu_cgroup_lines_parse(const char *bytes, size_t len, struct iu_cgroup_lines *ret_lines);

/**
 * iu_cgroup_of_process() - path, unit and container of a process, and whether it is frozen
 * @process: pid is read; cgroup, unit, container, engine and state (IU_PROCESS_FROZEN) written
 * Returns: 0, IU_E_NOMEM.
 */
int iu_cgroup_of_process(struct iu_scan *scan, struct iu_process *process);

/**
 * iu_cgroup_named() - the same out of the id of a cgroup: of a process that may be gone; without the state
 * @id: 0 or one that is gone: process->cgroup is taken as it is
 * Returns: 0, IU_E_NOMEM.
 */
int iu_cgroup_named(struct iu_scan *scan, uint64_t id, struct iu_process *process);

/**
 * iu_cgroup_listed() - the same for a row of a list, without the state
 * @groups: equal for processes that were in the same cgroups when the kernel was asked
 *
 * Read for two processes of the same @groups; where both say the same, so do the others.
 */
int iu_cgroup_listed(struct iu_scan *scan, uint64_t groups, struct iu_process *process);

/**
 * iu_cgroup_processes() - the text of cgroup.procs, one pid a line, of the cgroup that a socket names
 * Returns: 0 or -errno; *text is the caller's to free either way.
 */
int iu_cgroup_processes(struct iu_scan *scan, const char *path, struct iu_text *text);

/** iu_cgroup_mount() - where the cgroup2 file system is mounted; NULL: nowhere that is known. */
const char *iu_cgroup_mount(struct iu_scan *scan);

/** iu_cgroup_close() - frees what look->cgroups and look->groups remember. */
void iu_cgroup_close(struct iu_scan *scan);

#endif

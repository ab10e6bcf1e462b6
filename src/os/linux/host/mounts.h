/* os/linux/host/mounts.h - /proc/PID/mountinfo: which file systems lie where */
#ifndef IU_OS_LINUX_HOST_MOUNTS_H
#define IU_OS_LINUX_HOST_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct iu_mount {
	uint64_t id;
	uint64_t dev; /* of the super block, as the kernel's table of UNIX sockets has it */
	const char *root, *point; /* which part of the file system is mounted, and where */
	const char *type, *source;
	const char *options; /* of the super block: "rw,lowerdir=/a:/b,upperdir=/c" */
	bool readonly;
};

struct iu_mounts {
	struct iu_arena arena;
	IU_LIST(struct iu_mount) rows;
};

/**
 * iu_mount_line() - reads one line of mountinfo; strings are copied into @arena
 * Returns: 1, 0: it is none, IU_E_NOMEM.
 */
int iu_mount_line(struct iu_arena *arena, const char *line, size_t len, struct iu_mount *ret_mount);

/**
 * iu_mounts_load() - the mounts that a process sees; @who: "self" or a pid
 * Returns: 0, IU_E_NOENT: they may not be read, IU_E_NOMEM. Free it either way.
 */
int iu_mounts_load(int proc, const char *who, struct iu_mounts *ret_mounts);
void iu_mounts_free(struct iu_mounts *mounts);

/**
 * iu_mounts_unescape() - a path as the kernel's lists have it, in @arena
 * Blanks, tabs, newlines and backslashes are written as "\040" (mangle_path()). NULL: no memory.
 */
const char *iu_mounts_unescape(struct iu_arena *arena, const char *text, size_t len);

/** iu_mounts_at() - the mount that has @path, an absolute one without links; NULL: none. */
const struct iu_mount *iu_mounts_at(const struct iu_mounts *mounts, const char *path);

/** iu_mounts_by_id() - the mount with this number, or NULL. */
const struct iu_mount *iu_mounts_by_id(const struct iu_mounts *mounts, uint64_t id);

/**
 * iu_mounts_wait() - whether a look at some path may have to wait for somebody who is gone
 * Automatic mounts of the kernel's own tree do not count: nobody has a socket or a program there.
 */
bool iu_mounts_wait(const struct iu_mounts *mounts);

/** iu_mounts_below() - what of @path lies below @folder, "" for the folder itself; NULL: it does not. */
const char *iu_mounts_below(const char *path, const char *folder);

/**
 * iu_mount_layers() - calls @visit for each directory that an overlay is made of, the upper one first
 * What another file system shows of a directory here is one, too (bindfs). Stops when @visit returns != 0
 * and returns that.
 */
int iu_mount_layers(const struct iu_mount *mount,
	int (*visit)(void *context, const char *layer, size_t len), void *context);

#endif

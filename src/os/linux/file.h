/* os/linux/file.h - read the small files of /proc and /sys */
#ifndef IU_OS_LINUX_FILE_H
#define IU_OS_LINUX_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

/**
 * iu_file_read() - the first bytes of a file, NUL-terminated
 * @dir: descriptor of a directory; AT_FDCWD with an absolute path
 * @buffer: @size bytes; at most size - 1 are filled
 *
 * Returns: the number of bytes, or -errno (the caller tells ENOENT from EACCES).
 */
ssize_t iu_file_read(int dir, const char *path, char *buffer, size_t size);

/**
 * iu_file_load() - a whole file of at most @max bytes; what is beyond is left out
 * Returns: 0 or -errno; -ENOMEM too. *@text is the caller's to free either way.
 */
int iu_file_load(int dir, const char *path, size_t max, struct iu_text *text);

/**
 * iu_file_link() - the text of a symbolic link, NUL-terminated
 * Returns: its length (cut at size - 1), or -errno.
 */
ssize_t iu_file_link(int dir, const char *path, char *buffer, size_t size);

/**
 * iu_file_root() - the root directory as a process sees it, for openat()
 * @pid: 0: our own
 * Returns: a descriptor (O_PATH), or -errno.
 */
int iu_file_root(int32_t pid);

/**
 * iu_file_in_root() - opens @path below such a root: no link and no ".." leads out of it
 * @flags: of open(), O_CLOEXEC is added
 * Returns: a descriptor, or -errno; -ENOSYS before Linux 5.6.
 */
int iu_file_in_root(int root, const char *path, int flags);

struct statx;

/**
 * iu_file_status() - statx(2)
 * @mask: STATX_*, of <linux/stat.h>
 * Returns: 0 or -errno.
 */
int iu_file_status(
	int dir, const char *path, int flags, unsigned int mask, struct statx *ret_status);

/**
 * iu_file_lines() - calls @line for each line of @len bytes, without its newline
 * Stops when @line returns != 0 and returns that.
 */
int iu_file_lines(const char *bytes, size_t len,
	int (*line)(void *context, const char *line, size_t len), void *context);

/**
 * iu_number() - reads an unsigned number at the start of @len bytes
 * Returns: how many bytes it took; 0: none there, or it does not fit in 64 bits.
 */
size_t iu_number(const char *bytes, size_t len, int base, uint64_t *ret_number);

/*
 * The entries of a directory in large portions: readdir() takes its own buffer for each of
 * thousands of directories.
 */
struct iu_entries {
	int fd;
	size_t len, at;
	_Alignas(uint64_t) char buffer[32768];
};

/** iu_entries_next() - the next name, NULL at the end or on an error (-errno in *ret_error). */
const char *iu_entries_next(struct iu_entries *entries, int *ret_error);

#endif

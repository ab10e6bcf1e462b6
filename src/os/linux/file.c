/* os/linux/file.c - read the small files of /proc and /sys */
#include "os/linux/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Every directory entry has this head; d_name follows and is NUL-terminated. */
struct dirent_head {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
};
#define NAME_OFFSET 19 /* the name follows the type without padding */

#define ONE_RECORD 2048 /* half of the page that the kernel writes it to at first */

static ssize_t read_all(int fd, char *buffer, size_t size)
{
	size_t len = 0;
	ssize_t got;

	while (len < size) {
		got = read(fd, buffer + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

ssize_t iu_file_read(int dir, const char *path, char *buffer, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t len, more = 0;

	if (fd < 0)
		return -errno;
	len = read(fd, buffer, size - 1);
	if (len < 0)
		len = errno == EINTR ? 0 : -errno;
	/* files of one record, as those of /proc, come whole where the kernel had room enough for them */
	if (len >= 0 && (len == 0 || len >= ONE_RECORD) && (size_t)len < size - 1)
		more = read_all(fd, buffer + len, size - 1 - (size_t)len);
	len = more < 0 ? more : len + more;
	close(fd);
	if (len >= 0)
		buffer[len] = '\0';
	return len;
}

int iu_file_root(int32_t pid)
{
	char path[64] = "/";
	int fd;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int iu_file_in_root(int root, const char *path, int flags)
{
	struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int iu_file_load(int dir, const char *path, size_t max, struct iu_text *text)
{
	char buffer[16384];
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got = 1;
	int ret = 0;

	if (fd < 0)
		return -errno;
	while (got > 0 && text->len < max && !text->failed) {
		size_t room = max - text->len < sizeof(buffer) ? max - text->len : sizeof(buffer);

		got = read_all(fd, buffer, room);
		if (got > 0)
			iu_text_addn(text, buffer, (size_t)got);
		if ((size_t)got < room)
			break;
	}
	if (got < 0)
		ret = (int)got;
	if (text->failed)
		ret = -ENOMEM;
	close(fd);
	return ret;
}

ssize_t iu_file_link(int dir, const char *path, char *buffer, size_t size)
{
	ssize_t len = readlinkat(dir, path, buffer, size - 1);

	if (len < 0)
		return -errno;
	buffer[len] = '\0';
	return len;
}

int iu_file_status(
	int dir, const char *path, int flags, unsigned int mask, struct statx *ret_status)
{
	return statx(dir, path, flags, mask, ret_status) < 0 ? -errno : 0;
}

int iu_file_lines(const char *bytes, size_t len,
	int (*line)(void *context, const char *line, size_t len), void *context)
{
	const char *end = bytes + len;
	int ret = 0;

	while (bytes < end && ret == 0) {
		const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t n = (size_t)((stop ? stop : end) - bytes);

		ret = line(context, bytes, n);
		bytes += n + (stop ? 1 : 0);
	}
	return ret;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

size_t iu_number(const char *bytes, size_t len, int base, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < len && digit(bytes[i]) < base; i++) {
		uint64_t add = (uint64_t)digit(bytes[i]);

		if (number > (UINT64_MAX - add) / (uint64_t)base)
			return 0;
		number = number * (uint64_t)base + add;
	}
	if (i > 0)
		*ret_number = number;
	return i;
}

const char *iu_entries_next(struct iu_entries *entries, int *ret_error)
{
	struct dirent_head head;
	const char *name;

	*ret_error = 0;
	if (entries->at >= entries->len) {
		long got = syscall(
			SYS_getdents64, entries->fd, entries->buffer, sizeof(entries->buffer));

		if (got < 0)
			*ret_error = -errno;
		if (got <= 0)
			return NULL;
		entries->len = (size_t)got;
		entries->at = 0;
	}
	memcpy(&head, entries->buffer + entries->at, NAME_OFFSET);
	name = entries->buffer + entries->at + NAME_OFFSET;
	if (head.reclen <= NAME_OFFSET) {
		entries->at = entries->len = 0;
		return NULL;
	}
	entries->at += head.reclen;
	return name;
}

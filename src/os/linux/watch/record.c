/* os/linux/watch/record.c - where `watch` keeps the failed binds of the last while: a bounded file of root's */
#include "os/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"

#define NEWER  "failures"
#define OLDER  "failures.1"
#define LOCK   "failures.lock"

/* Everybody comes to the socket (server.c), and sees nothing else there. */
#define PASSABLE (S_IRWXU | S_IXGRP | S_IXOTH)

struct iu_os_record {
	int folder, lock, file;
	size_t written;
};

/* The files say who could not bind what: root alone reads them, and nobody else can have made them. */
static bool is_roots(int fd, mode_t kind)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == kind && status.st_uid == 0 &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH));
}

/* Returns: a descriptor, or IU_E_*. */
static int open_folder(void)
{
	int fd = open(IU_RECORD_FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return iu_error_from(errno);
	if (is_roots(fd, S_IFDIR))
		return fd;
	close(fd);
	return IU_E_ACCESS;
}

static int open_newer(struct iu_os_record *record)
{
	struct stat status;

	record->file = openat(record->folder, NEWER,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (record->file < 0 || fstat(record->file, &status) < 0)
		return iu_error_from(errno);
	record->written = (size_t)status.st_size;
	return 0;
}

static int open_parts(struct iu_os_record *record)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (mkdir(IU_RECORD_FOLDER, S_IRWXU) < 0 && errno != EEXIST)
		return iu_error_from(errno);
	record->folder = open_folder();
	if (record->folder < 0)
		return record->folder;
	if (fchmod(record->folder, PASSABLE) < 0) /* whatever the mask of modes says */
		return iu_error_from(errno);
	record->lock = openat(record->folder, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (record->lock < 0 || fcntl(record->lock, F_OFD_SETLK, &whole) < 0)
		return iu_error_from(errno);
	return open_newer(record);
}

int iu_os_record_open(struct iu_os_record **ret_record)
{
	struct iu_os_record *record = malloc(sizeof(*record));
	int ret;

	if (!record)
		return IU_E_NOMEM;
	*record = (struct iu_os_record){.folder = -1, .lock = -1, .file = -1};
	ret = open_parts(record);
	if (ret < 0) {
		iu_os_record_close(record);
		return ret;
	}
	*ret_record = record;
	return 0;
}

/* A line that a full disk cut short is ended by the next newline: whoever reads passes over it. */
void iu_os_record_add(struct iu_os_record *record, const char *line, size_t len)
{
	struct iovec parts[] = {{(void *)(uintptr_t)line, len}, {(void *)(uintptr_t)"\n", 1}};

	if (record->written > IU_RECORD_BYTES) {
		close(record->file);
		record->file = -1;
		if (renameat(record->folder, NEWER, record->folder, OLDER) < 0 ||
			open_newer(record) < 0)
			return;
	}
	if (record->file >= 0 && writev(record->file, parts, 2) > 0)
		record->written += len + 1;
}

void iu_os_record_renew(struct iu_os_record *record)
{
	if (record->file >= 0)
		close(record->file);
	record->file = -1;
	(void)open_newer(record);
}

void iu_os_record_close(struct iu_os_record *record)
{
	if (!record)
		return;
	if (record->file >= 0)
		close(record->file);
	if (record->lock >= 0)
		close(record->lock);
	if (record->folder >= 0)
		close(record->folder);
	free(record);
}

/* Nobody reads what is older than that: a file that no line came to since then need not be read. */
static bool is_old(int fd)
{
	struct stat status;

	return fstat(fd, &status) < 0 || time(NULL) - status.st_mtime > IU_RECORD_OLD;
}

static void read_file(int folder, const char *name, struct iu_text *text)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char bytes[16384];
	size_t left = IU_RECORD_BYTES + sizeof(bytes);
	ssize_t n;

	if (fd < 0)
		return;
	if (!is_roots(fd, S_IFREG) || is_old(fd))
		left = 0;
	while (left >= sizeof(bytes) && (n = read(fd, bytes, sizeof(bytes))) > 0) {
		iu_text_addn(text, bytes, (size_t)n);
		left -= (size_t)n;
	}
	close(fd);
}

int iu_os_record_read(struct iu_text *text)
{
	int folder = open_folder();

	if (folder < 0)
		return folder;
	read_file(folder, OLDER, text);
	if (text->len)
		iu_text_add(text, "\n"); /* what was cut short there ends there */
	read_file(folder, NEWER, text);
	close(folder);
	return text->failed ? IU_E_NOMEM : text->len ? 0 : IU_E_NOENT;
}

/* Asks for the lock and does not take it: a watch that begins now gets it. */
bool iu_os_record_is_kept(void)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int folder = open_folder(), lock;
	bool kept;

	if (folder < 0)
		return false;
	lock = openat(folder, LOCK, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	kept = lock >= 0 && is_roots(lock, S_IFREG) && fcntl(lock, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	if (lock >= 0)
		close(lock);
	close(folder);
	return kept;
}

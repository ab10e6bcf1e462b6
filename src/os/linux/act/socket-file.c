/* os/linux/act/socket-file.c - removes the file of a UNIX socket that is gone, and no other */
#include "os/linux/act/socket-file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "knowledge/locks.h"
#include "os/linux/act/identity.h"
#include "os/linux/file.h"
#include "os/linux/host/paths.h"
#include "os/os.h"

#define PATH_TEXT  4096
#define LINKS_MAX  40	   /* as the kernel: MAXSYMLINKS */
#define NOBODY	   65534u  /* has no rights but those of everybody */
#define TAKEN_TEXT 48

/* ---- is it dead ---- */

static bool is_bound(const struct iu_snapshot *snapshot, const struct iu_path *file)
{
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].file_ino == file->ino &&
			snapshot->sockets.v[i].file_dev == file->dev)
			return true;
	return false;
}

/* The same file, a connect() refused, and nobody bound to it, here or where else it is served. */
static bool is_dead(const struct iu_step_file *target, struct iu_step_result *result)
{
	struct iu_needs needs = {.facts = IU_FACT_UNIX | IU_FACT_PATHS};
	struct iu_path path = {.path = target->path, .path_len = target->path_len,
		.root_pid = target->root_pid};
	struct iu_snapshot snapshot;
	const struct iu_path *file;
	int ret;

	needs.paths.v = &path;
	needs.paths.n = needs.paths.cap = 1;
	iu_snapshot_init(&snapshot);
	ret = iu_os_collect(&needs, &snapshot);
	file = ret < 0 ? NULL : iu_snapshot_path(&snapshot, target->path, target->path_len);
	if (!file || (file->lstat_errno && file->lstat_errno != ENOENT))
		iu_result_say(result, IU_RESULT_FAILED, file ? file->lstat_errno : 0,
			"the file could not be looked at once more");
	else if (file->lstat_errno == ENOENT)
		iu_result_say(result, IU_RESULT_GONE, 0, "the file is gone");
	else if (file->dev != target->dev || file->ino != target->ino)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it is another file now");
	else if (file->kind != IU_FILE_SOCKET)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it is no socket");
	else if (file->alive != IU_NO || is_bound(&snapshot, file))
		iu_result_say(result, IU_RESULT_CHANGED, 0, "a socket is bound to it now");
	else if (file->shared)
		iu_result_say(result, IU_RESULT_CHANGED, 0,
			"others may serve it through another file system");
	else
		result->kind = IU_RESULT_DONE;
	iu_snapshot_free(&snapshot);
	return result->kind == IU_RESULT_DONE;
}

/* The same file with the same number, whose process still is not the one that wrote it; no socket beside it lives. */
static bool is_lock_dead(const struct iu_step_file *target, struct iu_step_result *result)
{
	char beside[IU_UNIX_PATH_MAX + 1] = "";
	struct iu_needs needs = {.facts = IU_FACT_UNIX | IU_FACT_PATHS};
	struct iu_path paths[2] = {{.path = target->path, .path_len = target->path_len}};
	const struct iu_path *file, *socket;
	struct iu_snapshot snapshot;
	int ret;

	needs.paths.v = paths;
	needs.paths.n = 1;
	if (iu_lock_beside(target->path, target->path_len, beside, sizeof(beside)))
		paths[needs.paths.n++] = (struct iu_path){.path = beside, .path_len = strlen(beside)};
	iu_snapshot_init(&snapshot);
	ret = iu_os_collect(&needs, &snapshot);
	file = ret < 0 ? NULL : iu_snapshot_path(&snapshot, target->path, target->path_len);
	socket = ret < 0 || !*beside ? NULL : iu_snapshot_path(&snapshot, beside, strlen(beside));
	if (!file || (file->lstat_errno && file->lstat_errno != ENOENT))
		iu_result_say(result, IU_RESULT_FAILED, file ? file->lstat_errno : 0,
			"the lock could not be looked at once more");
	else if (file->lstat_errno == ENOENT)
		iu_result_say(result, IU_RESULT_GONE, 0, "the lock is gone");
	else if (file->dev != target->dev || file->ino != target->ino ||
		 file->lock.pid != target->lock_pid)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it is another lock now");
	else if (file->lock.alive != IU_NO && file->lock.writer != IU_NO)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "the process that it names may be there now");
	else if (socket && !socket->lstat_errno && socket->kind == IU_FILE_SOCKET &&
		 (socket->alive != IU_NO || is_bound(&snapshot, socket)))
		iu_result_say(result, IU_RESULT_CHANGED, 0, "a socket is bound beside it now");
	else
		result->kind = IU_RESULT_DONE;
	iu_snapshot_free(&snapshot);
	return result->kind == IU_RESULT_DONE;
}

/* ---- its folder ---- */

struct walk {
	char rest[PATH_TEXT]; /* what is still to go */
	int32_t root_pid;     /* whose root it is */
	int at;		      /* the folder that was reached */
	unsigned int links;
	bool exchangeable; /* by another user than root and the one who acts */
	uint32_t by;
};

/* Whoever may write a folder exchanges what is in it; in a sticky one only what is theirs. */
static void note_folder(struct walk *walk, const struct stat *folder, const struct stat *entry)
{
	uint32_t by = NOBODY;
	bool found = true;

	if (folder->st_uid != 0 && folder->st_uid != geteuid())
		by = folder->st_uid;
	else if (!(folder->st_mode & S_IWOTH) &&
		 !(folder->st_mode & S_IWGRP && folder->st_gid != 0))
		found = false;
	else if (folder->st_mode & S_ISVTX && (entry->st_uid == 0 || entry->st_uid == geteuid()))
		found = false;
	else if (folder->st_mode & S_ISVTX)
		by = entry->st_uid;
	if (!found || walk->exchangeable)
		return;
	walk->exchangeable = true;
	walk->by = by;
}

static int go_to(struct walk *walk, int fd)
{
	if (fd < 0)
		return -errno;
	close(walk->at);
	walk->at = fd;
	return 0;
}

static int open_root(int32_t pid)
{
	int fd = iu_file_root(pid);

	errno = fd < 0 ? -fd : 0;
	return fd < 0 ? -1 : fd;
}

/* The link's text takes the place of its name. */
static int follow(struct walk *walk, int link, const char *rest)
{
	char text[PATH_TEXT], whole[PATH_TEXT];
	ssize_t len = iu_file_link(link, "", text, sizeof(text));

	if (len < 0)
		return (int)len;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if (snprintf(whole, sizeof(whole), "%s%s", text, rest) >= (int)sizeof(whole))
		return -ENAMETOOLONG;
	strcpy(walk->rest, whole);
	return text[0] == '/' ? go_to(walk, open_root(walk->root_pid)) : 0;
}

/* Over one name; *@done: there is none left. */
static int step(struct walk *walk, bool *done)
{
	struct stat folder, entry;
	char name[256];
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t len = strcspn(start, "/");
	int fd, ret = 0;

	*done = len == 0;
	if (*done)
		return 0;
	if (len >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, start, len);
	name[len] = '\0';
	if (walk->root_pid && !strcmp(name, ".."))
		return -EXDEV; /* it could lead out of that root */
	fd = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(walk->at, &folder) < 0 || fstat(fd, &entry) < 0) {
		ret = -errno;
	} else {
		if (strcmp(name, ".") && strcmp(name, ".."))
			note_folder(walk, &folder, &entry);
		if (S_ISLNK(entry.st_mode)) {
			ret = follow(walk, fd, start + len);
			close(fd);
			return ret;
		}
		memmove(walk->rest, start + len, strlen(start + len) + 1);
		return S_ISDIR(entry.st_mode) ? go_to(walk, fd) : (close(fd), -ENOTDIR);
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Returns: a descriptor of the folder of @path, or -errno. */
static int open_folder(const struct iu_step_file *target, struct walk *walk)
{
	const char *path = target->path, *slash = strrchr(path, '/');
	bool done = false;
	int ret = 0;

	*walk = (struct walk){.root_pid = target->root_pid,
		.at = path[0] == '/' || target->root_pid ? open_root(target->root_pid)
							 : open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)};
	if (walk->at < 0)
		return -errno;
	if (slash && (size_t)(slash - path) < sizeof(walk->rest))
		memcpy(walk->rest, path, (size_t)(slash - path));
	else if (slash)
		ret = -ENAMETOOLONG;
	while (ret == 0 && !done)
		ret = step(walk, &done);
	if (ret < 0)
		close(walk->at);
	return ret < 0 ? ret : walk->at;
}

/* ---- the act ---- */

static bool is_target(int folder, const char *name, const struct iu_step_file *target)
{
	struct stat status;

	return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (target->lock_pid ? S_ISREG(status.st_mode) : S_ISSOCK(status.st_mode)) &&
	       status.st_dev == target->dev &&
	       status.st_ino == target->ino;
}

static int move(int folder, const char *from, const char *to)
{
	return syscall(SYS_renameat2, folder, from, folder, to, RENAME_NOREPLACE) < 0 ? -errno : 0;
}

/*
 * A server may put a new socket in its place at any time, and unlink() takes whatever is there. So the file
 * gets a name that nobody knows, and is looked at once more; another one gets its name back.
 * Returns: 0, 1: it is another file, -errno.
 */
static int take_away(int folder, const char *name, const struct iu_step_file *target)
{
	char taken[TAKEN_TEXT];
	int ret;

	snprintf(taken, sizeof(taken), ".inuse-%d-%llx", (int)getpid(),
		(unsigned long long)target->ino);
	ret = move(folder, name, taken);
	if (ret == -EINVAL || ret == -ENOSYS) /* the file system cannot */
		return unlinkat(folder, name, 0) < 0 ? -errno : 0;
	if (ret < 0)
		return ret;
	if (!is_target(folder, taken, target)) {
		ret = move(folder, taken, name);
		return ret < 0 ? ret : 1;
	}
	return unlinkat(folder, taken, 0) < 0 ? -errno : 0;
}

static void remove_in(int folder, const struct iu_step_file *target, const struct walk *walk,
	struct iu_step_result *result)
{
	const char *slash = strrchr(target->path, '/');
	const char *name = slash ? slash + 1 : target->path;
	bool refused = false, foreign = walk->exchangeable && geteuid() == 0;
	int ret = 1;

	if (foreign) { /* of this thread alone; the groups stay, and root's own is of no use to others */
		syscall(SYS_setfsgid, NOBODY);
		syscall(SYS_setfsuid, walk->by);
	}
	if (is_target(folder, name, target) &&
		(target->lock_pid || iu_path_alive(folder, name, &refused) != IU_YES))
		ret = take_away(folder, name, target);
	if (foreign) {
		syscall(SYS_setfsuid, geteuid());
		syscall(SYS_setfsgid, getegid());
	}
	if (ret > 0)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it is another file now");
	else if (ret < 0 && foreign)
		iu_result_say(result, IU_RESULT_DENIED, -ret,
			"uid %u can exchange a folder on the way to it, so root does no more there than that user may: %s",
			(unsigned int)walk->by, iu_os_error_name(-ret));
	else if (ret < 0)
		iu_result_say(result,
			ret == -EACCES || ret == -EPERM ? IU_RESULT_DENIED : IU_RESULT_FAILED, -ret,
			"unlink(): %s", iu_os_error_name(-ret));
	else
		result->kind = IU_RESULT_DONE;
}

void iu_socket_file_remove(const struct iu_step_file *target, struct iu_step_result *ret_result)
{
	struct walk walk;
	int folder;

	if (target->lock_pid ? !is_lock_dead(target, ret_result) : !is_dead(target, ret_result))
		return;
	folder = open_folder(target, &walk);
	if (folder < 0) {
		iu_result_say(ret_result, IU_RESULT_CHANGED, -folder, "its folder: %s",
			iu_os_error_name(-folder));
		return;
	}
	remove_in(folder, target, &walk, ret_result);
	close(folder);
}

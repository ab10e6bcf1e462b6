/* os/linux/host/paths.c - what lies at a UNIX socket path */
#include "os/linux/host/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "knowledge/filesystems.h"
#include "os/linux/each-process.h"
#include "os/linux/file.h"
#include "os/linux/host/exports.h"
#include "os/linux/host/locks.h"
#include "os/linux/host/mounts.h"
#include "os/linux/patient.h"

#define PATH_TEXT      4096
#define ANSWER_MS      700 /* the answer to the whole question comes within a second */
#define NAMESPACES_MAX 256
#define KEEPS	       (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)

static enum iu_file_kind kind_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFSOCK: return IU_FILE_SOCKET;
	case S_IFREG: return IU_FILE_REGULAR;
	case S_IFDIR: return IU_FILE_DIRECTORY;
	case S_IFLNK: return IU_FILE_SYMLINK;
	}
	return IU_FILE_OTHER;
}

/*
 * Whether a socket of any namespace is bound to the file. unix_find_bsd() first looks for a socket
 * with this inode (none: ECONNREFUSED), then at its type (another: EPROTOTYPE), all before the
 * other side learns of it. A datagram connect() reaches nobody in any case: it sends nothing.
 */
enum iu_tri iu_path_alive(int dir, const char *name, bool *ret_refused)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	enum iu_tri alive = IU_UNKNOWN;
	int fd, len;

	len = dir == AT_FDCWD ? snprintf(address.sun_path, sizeof(address.sun_path), "%s", name)
			      : snprintf(address.sun_path, sizeof(address.sun_path),
					"/proc/self/fd/%d/%s", dir, name);
	if (len < 0 || (size_t)len > sizeof(address.sun_path))
		return IU_UNKNOWN;
	if ((size_t)len == sizeof(address.sun_path)) /* it needs no end */
		address.sun_path[len - 1] = name[strlen(name) - 1];
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return IU_UNKNOWN;
	if (connect(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)) == 0) {
		alive = IU_YES;
	} else if (errno == EPROTOTYPE || errno == EPERM) {
		alive = IU_YES; /* EPERM: a datagram socket that listens to one peer only */
	} else if (errno == ECONNREFUSED) {
		alive = IU_NO;
	} else if (errno == EACCES) {
		*ret_refused = true;
	}
	close(fd);
	return alive;
}

/* What is asked, and what was found: plain data, for it may come from another process. */
struct asked {
	char path[PATH_TEXT];
	size_t folder; /* bytes up to the last slash */
	int32_t root_pid;
};

struct found {
	int lstat_errno, parent_errno;
	uint32_t mode, uid, gid;
	int64_t made;
	uint64_t dev, ino, mount, folder_mount; /* numbers of mounts; 0: not known */
	enum iu_tri alive;
	bool refused, readonly, no_inodes, no_blocks, kept;
	uint32_t folder_mode, folder_uid;
	bool open; /* everybody may pass the directories above */
	char folder[PATH_TEXT]; /* without links */
	struct iu_lock_found lock;
	int root_errno; /* the root of that process could not be entered: nothing else is known */
};

static const char *name_of(const struct asked *asked)
{
	const char *slash = strrchr(asked->path, '/');

	return slash ? slash + 1 : asked->path;
}

/* Where somebody else's names are meant, links count as they do for them. */
static int open_in_root(const struct asked *asked, const char *path, int flags, struct found *found)
{
	int root = iu_file_root(asked->root_pid);
	int fd = root < 0 ? root : iu_file_in_root(root, path, flags);

	if (root < 0 || fd == -ENOSYS)
		found->root_errno = -fd;
	if (root >= 0)
		close(root);
	errno = fd < 0 ? -fd : 0;
	return fd < 0 ? -1 : fd;
}

static int open_folder(const struct asked *asked, struct found *found)
{
	char folder[PATH_TEXT] = ".";

	if (strchr(asked->path, '/')) {
		memcpy(folder, asked->path, asked->folder);
		folder[asked->folder] = '\0';
		if (asked->folder == 0)
			strcpy(folder, "/");
	}
	if (asked->root_pid)
		return open_in_root(asked, folder, O_PATH | O_DIRECTORY, found);
	return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The room that is left for the one who looks; file systems without a number of inodes say 0 of 0. */
static void look_at_room(int folder, struct found *found)
{
	struct statfs status;

	if (fstatfs(folder, &status) < 0)
		return;
	found->readonly = status.f_flags & ST_RDONLY;
	found->no_inodes = status.f_files && !status.f_ffree;
	found->no_blocks = status.f_blocks && !(geteuid() ? status.f_bavail : status.f_bfree);
}

/* Who may go there, and make something. */
static void look_at_folders(int folder, struct found *found)
{
	struct stat status, below;
	char path[PATH_TEXT] = "..";
	size_t len = 2;

	if (fstat(folder, &status) < 0)
		return;
	found->folder_mode = status.st_mode;
	found->folder_uid = status.st_uid;
	do { /* the root is above itself */
		below = status;
		found->open = fstatat(folder, path, &status, AT_NO_AUTOMOUNT) == 0 &&
			      status.st_mode & S_IXOTH && len + 4 < sizeof(path);
		len += (size_t)sprintf(path + len, "/..");
	} while (found->open && (status.st_ino != below.st_ino || status.st_dev != below.st_dev));
}

static void look_at_file_plainly(int folder, const char *name, struct found *found)
{
	struct stat status;

	found->lstat_errno =
		fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0 ? errno : 0;
	if (found->lstat_errno)
		return;
	found->mode = status.st_mode;
	found->uid = status.st_uid;
	found->dev = status.st_dev;
	found->ino = status.st_ino;
	found->made = status.st_mtime;
}

static void look_at_file(int folder, const char *name, struct found *found)
{
	struct statx status;
	int error = iu_file_status(folder, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		STATX_BASIC_STATS | STATX_MNT_ID, &status);

	if (error && error != -ENOENT) { /* statx() may be refused, too */
		look_at_file_plainly(folder, name, found);
		return;
	}
	found->lstat_errno = -error;
	if (error)
		return;
	found->mode = status.stx_mode;
	found->uid = status.stx_uid;
	found->gid = status.stx_gid;
	found->dev = makedev(status.stx_dev_major, status.stx_dev_minor);
	found->ino = status.stx_ino;
	found->made = status.stx_mtime.tv_sec;
	found->mount = status.stx_mask & STATX_MNT_ID ? status.stx_mnt_id : 0;
	found->kept |= (status.stx_attributes & KEEPS) != 0;
}

/* Somebody is still in a directory that was removed: nothing can be made there. */
static bool is_gone(const struct statx *status, const char *path)
{
	static const char end[] = " (deleted)";
	size_t len = strlen(path);

	return status->stx_mask & STATX_NLINK && !status->stx_nlink && len >= sizeof(end) &&
	       !strcmp(path + len - sizeof(end) + 1, end);
}

/* faccessat2() is newer than many a filter, which says EPERM to it: as a folder that is immutable does. */
static int why_not_make(int folder, const char *link)
{
	int error = faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) < 0 ? errno : 0;

	if (error && error != EROFS && !getauxval(AT_SECURE)) /* access() is about the real user */
		error = access(link, W_OK | X_OK) < 0 ? errno : 0;
	return error;
}

static void look(const void *context, void *result)
{
	const struct asked *asked = context;
	const char *name = name_of(asked);
	struct found *found = result;
	struct statx status;
	char link[32];
	int folder = open_folder(asked, found), self;

	if (folder < 0) {
		found->lstat_errno = found->parent_errno = errno;
		if (errno == ENOENT) /* /tmp/.X11-unix may be gone, and /tmp/.X1-lock be there */
			iu_locks_read(asked->path, false, &found->lock);
		return;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
	found->parent_errno = why_not_make(folder, link);
	if (iu_file_status(folder, "", AT_EMPTY_PATH, STATX_MNT_ID | STATX_NLINK, &status) < 0)
		status = (struct statx){0};
	if (status.stx_mask & STATX_MNT_ID)
		found->folder_mount = status.stx_mnt_id;
	found->kept = (status.stx_attributes & KEEPS) != 0;
	if (iu_file_link(AT_FDCWD, link, found->folder, sizeof(found->folder)) < 0)
		found->folder[0] = '\0';
	if (is_gone(&status, found->folder)) {
		found->lstat_errno = found->parent_errno = ENOENT;
		close(folder);
		return;
	}
	look_at_folders(folder, found);
	look_at_room(folder, found);
	if (*name && strcmp(name, ".") && strcmp(name, "..")) {
		look_at_file(folder, name, found);
	} else if (asked->root_pid) {
		self = open_in_root(asked, asked->path, O_PATH, found);
		look_at_file(self < 0 ? folder : self, ".", found);
		if (self >= 0)
			close(self);
	} else {
		look_at_file(AT_FDCWD, asked->path, found);
	}
	if (!found->lstat_errno && S_ISSOCK(found->mode)) {
		found->alive = iu_path_alive(folder, name, &found->refused);
		if (found->alive == IU_UNKNOWN && !found->refused && !asked->root_pid)
			found->alive = iu_path_alive(AT_FDCWD, asked->path, &found->refused);
	}
	/* a lock tells a pid: of another root it would be one of another namespace */
	if (!asked->root_pid && (found->lstat_errno == ENOENT || (!found->lstat_errno &&
			(S_ISSOCK(found->mode) || S_ISREG(found->mode)))))
		iu_locks_read(asked->path, !found->lstat_errno && S_ISREG(found->mode), &found->lock);
	close(folder);
}

/* As it is written; a relative one is taken for near. */
static bool seems_far(const struct asked *asked, const struct iu_mounts *mounts)
{
	const struct iu_mount *mount =
		asked->path[0] == '/' ? iu_mounts_at(mounts, asked->path) : NULL;

	return mount && iu_filesystem(mount->type)->waits;
}

/* Where a look may wait for ever it is had by another process; a plain look starts none. */
static int look_anyhow(const struct asked *asked, const struct iu_mounts *mounts, bool plain,
	struct found *found)
{
	if (plain && seems_far(asked, mounts))
		return IU_E_AGAIN;
	if (!plain && iu_mounts_wait(mounts))
		return iu_patient_call(ANSWER_MS, look, asked, -1, found, sizeof(*found));
	look(asked, found);
	return 0;
}

/*
 * The dump has 32 bits of the inode number, and the device of the file system's superblock, as
 * mountinfo has it; stat() shows another one on btrfs and overlays. What a socket was bound as says
 * nothing: files get other names (`ssh -M` links its own).
 */
static void complete_sockets(
	struct iu_snapshot *snapshot, const struct iu_path *path, const struct iu_mount *mount)
{
	for (size_t i = 0; i < snapshot->sockets.n && path->kind == IU_FILE_SOCKET; i++) {
		struct iu_socket *sock = &snapshot->sockets.v[i];
		bool same_name = sock->path_len == path->path_len && sock->path &&
				 memcmp(sock->path, path->path, path->path_len) == 0;

		if (sock->protocol != IU_PROTOCOL_UNIX || sock->abstract || sock->file_ino == 0 ||
			(uint32_t)sock->file_ino != (uint32_t)path->ino)
			continue;
		if (mount ? sock->file_dev == mount->dev : sock->file_dev == path->dev || same_name) {
			sock->file_dev = path->dev;
			sock->file_ino = path->ino;
		}
	}
}

/* ---- who else serves the same file ---- */

struct sharing {
	struct iu_path *path;
	const char *file;  /* its whole path */
	const char *below; /* … below its mount */
	const struct iu_mount *mount; /* one that may have it as well */
};

static void ask_there(struct sharing *sharing, const char *file)
{
	bool refused = false;
	struct stat status;

	if (lstat(file, &status) == 0 && S_ISSOCK(status.st_mode) &&
		iu_path_alive(AT_FDCWD, file, &refused) == IU_YES)
		sharing->path->shared_alive = IU_YES;
}

/* The layers of the overlay that has the file. */
static int ask_layer(void *context, const char *layer, size_t len)
{
	struct sharing *sharing = context;
	char file[PATH_TEXT];

	if (snprintf(file, sizeof(file), "%.*s%s/%s", (int)len, layer,
		    strcmp(sharing->mount->root, "/") ? sharing->mount->root : "",
		    sharing->below) < (int)sizeof(file))
		ask_there(sharing, file);
	return 0;
}

/* Another mount that has the file's directory as one of its layers. */
static int find_layer(void *context, const char *layer, size_t len)
{
	struct sharing *sharing = context;
	char text[PATH_TEXT], file[PATH_TEXT];
	const char *below;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, layer, len);
	text[len] = '\0';
	below = iu_mounts_below(sharing->file, text);
	if (!below)
		return 0;
	sharing->path->shared = sharing->mount->type;
	sharing->path->shared_elsewhere = true;
	if (!iu_filesystem(sharing->mount->type)->waits &&
		snprintf(file, sizeof(file), "%s/%s", sharing->mount->point, below) < (int)sizeof(file))
		ask_there(sharing, file);
	return 1;
}

static void find_elsewhere(struct sharing *sharing, const struct iu_mounts *mounts)
{
	for (size_t i = 0; i < mounts->rows.n && !sharing->path->shared; i++) {
		sharing->mount = &mounts->rows.v[i];
		iu_mount_layers(sharing->mount, find_layer, sharing);
	}
}

struct namespaces {
	struct iu_scan *scan;
	struct sharing *sharing;
	uint64_t seen[NAMESPACES_MAX];
	size_t n;
};

static int visit_namespace(void *context, int32_t pid, const char *name)
{
	struct namespaces *spaces = context;
	struct iu_path *asked = spaces->sharing->path;
	struct iu_mounts mounts;
	struct stat status;
	char path[320];

	(void)pid;
	snprintf(path, sizeof(path), "%s/ns/mnt", name);
	if (fstatat(spaces->scan->proc, path, &status, 0) < 0)
		return 0;
	for (size_t i = 0; i < spaces->n; i++)
		if (spaces->seen[i] == status.st_ino)
			return 0;
	spaces->seen[spaces->n++] = status.st_ino;
	if (iu_mounts_load(spaces->scan->proc, name, &mounts) == 0)
		find_elsewhere(spaces->sharing, &mounts);
	if (asked->shared)
		asked->shared = iu_arena_strdup(&spaces->scan->snapshot->arena, asked->shared);
	iu_mounts_free(&mounts);
	return asked->shared || spaces->n == NAMESPACES_MAX;
}

/* Of every mount namespace that /proc shows: containers have the overlays of their engine's layers. */
static void find_in_namespaces(struct iu_scan *scan, struct sharing *sharing)
{
	struct namespaces spaces = {.scan = scan, .sharing = sharing};

	(void)iu_each_process(scan->proc, visit_namespace, &spaces);
}

/*
 * A container's own root is an overlay as well, and nobody but the container serves what lies there.
 */
static void find_sharing(struct iu_scan *scan, struct iu_path *path, const struct found *found,
	const struct iu_mounts *mounts, const struct iu_mount *mount)
{
	struct sharing sharing = {.path = path, .mount = mount};
	const char *slash = memrchr(path->path, '/', path->path_len);
	char file[PATH_TEXT + 256];

	snprintf(file, sizeof(file), "%s/%s", strcmp(found->folder, "/") ? found->folder : "",
		slash ? slash + 1 : path->path);
	sharing.file = file;
	sharing.below = mount ? iu_mounts_below(file, mount->point) : NULL;
	if (mount && iu_filesystem(mount->type)->shared) {
		if (strcmp(mount->type, "overlay") == 0 && sharing.below && !path->root_pid)
			iu_mount_layers(mount, ask_layer, &sharing);
		if (strcmp(mount->type, "overlay") != 0 || strcmp(mount->point, "/") != 0 ||
			path->shared_alive == IU_YES)
			path->shared = mount->type;
	}
	if (!path->shared && found->folder[0] == '/' && !path->root_pid) {
		find_elsewhere(&sharing, mounts);
		if (!path->shared && scan->proc >= 0)
			find_in_namespaces(scan, &sharing);
		if (!path->shared) {
			path->shared = iu_exports_find(scan, file);
			path->shared_elsewhere = path->shared != NULL;
		}
	}
	path->shared = iu_arena_strdup(&scan->snapshot->arena, path->shared);
}

static const struct iu_mount *mount_of(
	const struct iu_mounts *mounts, const struct found *found, bool of_folder)
{
	uint64_t id = found->mount && !of_folder ? found->mount : found->folder_mount;

	if (id)
		return iu_mounts_by_id(mounts, id);
	return found->folder[0] == '/' ? iu_mounts_at(mounts, found->folder) : NULL;
}

static const char *group_name(struct iu_scan *scan, uint32_t gid)
{
	struct group entry, *found = NULL;
	char text[PATH_TEXT];

	if (getgrgid_r(gid, &entry, text, sizeof(text), &found) != 0 || !found)
		return NULL;
	return iu_arena_strdup(&scan->snapshot->arena, found->gr_name);
}

static void fill(struct iu_scan *scan, struct iu_path *path, const struct found *found,
	const struct iu_mounts *mounts)
{
	const struct iu_mount *mount = mount_of(mounts, found, found->lstat_errno != 0);

	path->lstat_errno = found->lstat_errno;
	path->parent_errno = found->parent_errno;
	path->parent_mode = found->folder_mode;
	path->parent_uid = found->folder_uid;
	path->parents_open = found->open;
	path->fs_type = mount ? iu_arena_strdup(&scan->snapshot->arena, mount->type) : NULL;
	path->fs_readonly = found->readonly;
	path->fs_no_inodes = found->no_inodes;
	path->fs_no_blocks = found->no_blocks;
	if (path->lstat_errno)
		return;
	path->kind = kind_of(found->mode);
	path->dev = found->dev;
	path->ino = found->ino;
	path->made = found->made;
	path->uid = found->uid;
	path->user = iu_scan_user(scan, path->uid);
	path->mode = found->mode & 07777;
	path->gid = found->gid;
	path->group = group_name(scan, path->gid);
	path->alive = found->alive;
	path->kept = found->kept;
	path->mount_point = found->mount && found->folder_mount && found->mount != found->folder_mount;
	complete_sockets(scan->snapshot, path, mount);
	if (path->kind == IU_FILE_SOCKET && path->alive == IU_NO)
		find_sharing(scan, path, found, mounts, mount);
}

static int say_unanswered(struct iu_scan *scan, struct iu_path *path, const char *why, const char *fix)
{
	path->unanswered = true;
	path->lstat_errno = ETIMEDOUT;
	iu_snapshot_gap(scan->snapshot, IU_FACT_PATHS, 0, "what lies at the path", why, fix);
	return 0;
}

static int say_no_root(struct iu_scan *scan, struct iu_path *path, int error)
{
	return say_unanswered(scan, path,
		error == ENOSYS ? "paths of another root directory need Linux 5.6"
				: "the program sees other files, and its root directory may not be entered",
		error == ENOSYS ? NULL : "run as root");
}

/* Forgets what an earlier look has found. */
static void clear(struct iu_path *path)
{
	*path = (struct iu_path){.path = path->path, .path_len = path->path_len, .root_pid = path->root_pid};
}

int iu_path_look(struct iu_scan *scan, struct iu_path *path, bool *ret_refused)
{
	struct asked asked = {.folder = 0};
	struct found found = {0};
	struct iu_mounts mounts = {0};
	const char *slash;
	char who[16] = "self";
	int ret = 0;

	*ret_refused = false;
	clear(path);
	if (path->path_len >= sizeof(asked.path)) {
		path->lstat_errno = path->parent_errno = ENAMETOOLONG;
		return 0;
	}
	memcpy(asked.path, path->path, path->path_len);
	slash = strrchr(asked.path, '/');
	asked.folder = slash ? (size_t)(slash - asked.path) : 0;
	asked.root_pid = path->root_pid;
	if (path->root_pid)
		snprintf(who, sizeof(who), "%d", (int)path->root_pid);
	if (scan->proc >= 0)
		ret = iu_mounts_load(scan->proc, who, &mounts);
	if (ret == IU_E_NOMEM) {
		iu_mounts_free(&mounts);
		return ret;
	}
	if (look_anyhow(&asked, &mounts, scan->plain, &found) < 0) {
		ret = say_unanswered(scan, path, "its file system does not answer",
			"see why its server does not answer, or unmount it");
	} else if (found.root_errno) {
		ret = say_no_root(scan, path, found.root_errno);
	} else {
		fill(scan, path, &found, &mounts);
		*ret_refused = found.refused && found.alive == IU_UNKNOWN;
		ret = iu_locks_look(scan, &found.lock, path);
	}
	iu_mounts_free(&mounts);
	return ret;
}

static int look_at(struct iu_scan *scan, const struct iu_path *wanted, bool *ret_refused)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_path *slot =
		(struct iu_path *)iu_snapshot_path(snapshot, wanted->path, wanted->path_len);

	if (!slot) {
		slot = iu_list_add(&snapshot->arena, &snapshot->paths);
		slot->path = iu_arena_strndup(&snapshot->arena, wanted->path, wanted->path_len);
		slot->path_len = wanted->path_len;
		slot->root_pid = wanted->root_pid;
		if (!slot->path)
			return IU_E_NOMEM;
	}
	return iu_path_look(scan, slot, ret_refused);
}

int iu_collect_paths(struct iu_scan *scan)
{
	const struct iu_needs *needs = scan->needs;
	bool all = true, refused;
	size_t i;
	int result = 0;

	for (i = 0; i < needs->paths.n && result == 0; i++) {
		result = look_at(scan, &needs->paths.v[i], &refused);
		if (result == 0 && refused) {
			all = false;
			iu_snapshot_gap(scan->snapshot, IU_FACT_PATHS, 0,
				"whether a socket is bound to the socket file", "EACCES",
				"run as its owner or as root");
		}
	}
	iu_scan_seen(scan, IU_FACT_PATHS, result == 0 && all);
	return result;
}

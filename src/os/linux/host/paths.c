/* os/linux/host/paths.c - what lies at a UNIX socket path */
#include "os/linux/host/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"

#define PATH_TEXT 4096

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
static enum iu_tri ask_alive(const struct iu_path *path, bool *ret_refused)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	enum iu_tri alive = IU_UNKNOWN;
	int fd;

	if (path->path_len > sizeof(name.sun_path))
		return IU_UNKNOWN;
	memcpy(name.sun_path, path->path, path->path_len);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return IU_UNKNOWN;
	if (connect(fd, (struct sockaddr *)&name,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path->path_len)) == 0) {
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

static int parent_problem(const char *path, size_t len)
{
	char parent[PATH_TEXT];
	struct stat status;
	const char *slash = memrchr(path, '/', len);
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!slash)
		strcpy(parent, ".");
	else if (n == 0)
		strcpy(parent, "/");
	else if (n < sizeof(parent))
		memcpy(parent, path, n), parent[n] = '\0';
	else
		return ENAMETOOLONG;
	if (stat(parent, &status) < 0)
		return errno;
	if (!S_ISDIR(status.st_mode))
		return ENOTDIR;
	return faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS) < 0 ? errno : 0;
}

void iu_path_look(struct iu_scan *scan, struct iu_path *path, bool *ret_refused)
{
	struct stat status;

	*ret_refused = false;
	path->kind = IU_FILE_NONE;
	path->alive = IU_UNKNOWN;
	path->parent_errno = parent_problem(path->path, path->path_len);
	path->lstat_errno = lstat(path->path, &status) < 0 ? errno : 0;
	if (path->lstat_errno != 0)
		return;
	path->kind = kind_of(status.st_mode);
	path->dev = status.st_dev;
	path->ino = status.st_ino;
	path->uid = status.st_uid;
	path->user = iu_scan_user(scan, path->uid);
	if (path->kind == IU_FILE_SOCKET)
		path->alive = ask_alive(path, ret_refused);
}

/*
 * The dump has 32 bits of the inode number, and the device of the file system's superblock, which
 * stat() shows otherwise on btrfs and overlays. The same name and the same low bits: the same file.
 */
static void complete_sockets(struct iu_snapshot *snapshot, const struct iu_path *path)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n && path->kind == IU_FILE_SOCKET; i++) {
		struct iu_socket *sock = &snapshot->sockets.v[i];
		bool same_name = sock->path_len == path->path_len && sock->path &&
				 memcmp(sock->path, path->path, path->path_len) == 0;

		if (sock->protocol != IU_PROTOCOL_UNIX || sock->abstract || sock->file_ino == 0 ||
			(uint32_t)sock->file_ino != (uint32_t)path->ino)
			continue;
		if (sock->file_dev == path->dev || same_name) {
			sock->file_dev = path->dev;
			sock->file_ino = path->ino;
		}
	}
}

static int look_at(struct iu_scan *scan, const struct iu_path *wanted, bool *ret_refused)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_path *slot =
		(struct iu_path *)iu_snapshot_path(snapshot, wanted->path, wanted->path_len);

	if (!slot) {
		slot = iu_list_add(&snapshot->arena, &snapshot->paths);
		if (!slot)
			return IU_E_NOMEM;
		slot->path = iu_arena_strndup(&snapshot->arena, wanted->path, wanted->path_len);
		slot->path_len = wanted->path_len;
		if (!slot->path)
			return IU_E_NOMEM;
	}
	iu_path_look(scan, slot, ret_refused);
	complete_sockets(snapshot, slot);
	return 0;
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
			result = iu_snapshot_gap(scan->snapshot, IU_FACT_PATHS, 0,
				"whether a socket is bound to the socket file", "EACCES",
				"run as its owner or as root");
		}
	}
	iu_scan_seen(scan, IU_FACT_PATHS, result == 0 && all);
	return result;
}

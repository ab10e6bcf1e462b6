/* os/linux/holders/other-netns.c - who is bound to a socket file from another network namespace */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "os/linux/each-process.h"
#include "os/linux/file.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/proc-net.h"

#define NAMESPACES_MAX 256
#define TABLE_MAX      (16 << 20)
#define PATH_TEXT      4096

/* Each network namespace has a file of its own behind /proc/PID/net/unix: nobody hides it. */
struct search {
	struct iu_scan *scan;
	const struct iu_path *path;
	uint64_t files[NAMESPACES_MAX];
	size_t n;
};

static int on_line(void *context, const char *line, size_t len)
{
	struct search *search = context;
	struct iu_snapshot *snapshot = search->scan->snapshot;
	const struct iu_path *path = search->path;
	struct iu_socket sock = {.timer_ms = -1}, *slot;

	if (iu_proc_net_unix_line(line, len, &sock) != 1 || sock.abstract ||
		sock.path_len != path->path_len ||
		memcmp(sock.path, path->path, path->path_len) != 0)
		return 0;
	/* accepted connections carry the name of their listener */
	if (sock.state != IU_STATE_LISTEN && sock.state != IU_STATE_BOUND &&
		sock.unix_type != IU_UNIX_DGRAM)
		return 0;
	slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	*slot = sock;
	slot->path = path->path;
	slot->file_dev = path->dev;
	slot->file_ino = path->ino;
	slot->in_other_netns = true;
	/* the table does not tell the user; who binds a socket owns the file it makes */
	slot->uid = path->uid;
	slot->uid_known = true;
	slot->user = path->user;
	return 0;
}

/* A name in a table says nothing about the file: whoever has another root means another one by it. */
static bool sees_file(const struct search *search, const char *pid)
{
	const struct iu_path *wanted = search->path;
	struct stat status;
	char path[PATH_TEXT];
	int n = snprintf(path, sizeof(path), "%s/root/%.*s", pid, (int)wanted->path_len, wanted->path);

	if (wanted->path[0] != '/' || n < 0 || (size_t)n >= sizeof(path))
		return !wanted->root_pid;
	if (fstatat(search->scan->proc, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return !wanted->root_pid && errno == EACCES;
	return status.st_dev == wanted->dev && status.st_ino == wanted->ino;
}

/* Whether this process's table was not read yet. */
static bool is_new(struct search *search, const char *pid)
{
	struct stat status;
	char path[64];

	snprintf(path, sizeof(path), "%s/net/unix", pid);
	if (fstatat(search->scan->proc, path, &status, 0) < 0 || search->n == NAMESPACES_MAX)
		return false;
	for (size_t i = 0; i < search->n; i++)
		if (search->files[i] == status.st_ino)
			return false;
	if (!sees_file(search, pid))
		return false;
	search->files[search->n++] = status.st_ino;
	return true;
}

static int read_table(struct search *search, const char *pid)
{
	struct iu_text text = {0};
	char path[64];
	int ret = 0;

	snprintf(path, sizeof(path), "%s/net/unix", pid);
	if (iu_file_load(search->scan->proc, path, TABLE_MAX, &text) == 0 && text.data)
		ret = iu_file_lines(text.data, text.len, on_line, search);
	iu_text_free(&text);
	return ret;
}

static int visit(void *context, int32_t pid, const char *name)
{
	(void)pid;
	return is_new(context, name) ? read_table(context, name) : 0;
}

static int search_all(struct search *search)
{
	struct stat status;

	search->n = 0;
	if (fstatat(search->scan->proc, "self/net/unix", &status, 0) == 0)
		search->files[search->n++] = status.st_ino; /* our own namespace was listed already */
	return iu_each_process(search->scan->proc, visit, search) == IU_E_NOMEM ? IU_E_NOMEM : 0;
}

/* A socket of our own namespace is bound to the file: there is nothing to search. */
static bool is_explained(const struct iu_snapshot *snapshot, const struct iu_path *path)
{
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (snapshot->sockets.v[i].protocol == IU_PROTOCOL_UNIX &&
			snapshot->sockets.v[i].file_ino == path->ino &&
			snapshot->sockets.v[i].file_dev == path->dev)
			return true;
	return false;
}

int iu_collect_other_netns(struct iu_scan *scan)
{
	const struct iu_snapshot *snapshot = scan->snapshot;
	struct search *search = NULL;
	int ret = 0;

	for (size_t i = 0; i < scan->needs->paths.n && ret == 0; i++) {
		const struct iu_path *path = iu_snapshot_path(snapshot,
			scan->needs->paths.v[i].path, scan->needs->paths.v[i].path_len);

		if (!path || path->kind != IU_FILE_SOCKET || path->alive == IU_NO ||
			is_explained(snapshot, path))
			continue;
		if (!search)
			search = calloc(1, sizeof(*search));
		if (!search)
			return IU_E_NOMEM;
		search->scan = scan;
		search->path = path;
		ret = search_all(search);
	}
	free(search);
	return ret;
}

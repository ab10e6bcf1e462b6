/* os/linux/process/cgroup.c - cgroup ids to paths, paths to names */
#include "os/linux/process/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/table.h"
#include "knowledge/cgroups.h"
#include "os/linux/file.h"
#include "os/linux/process/proc-stat.h"

#define FILEID_KERNFS 0xfe  /* include/linux/exportfs.h; the handle is the 64-bit inode number */
#define WALK_MAX      50000 /* directories */
#define WALK_DEPTH    48
#define PATH_TEXT     4096
#define PROCESSES_MAX (1 << 20) /* bytes of a cgroup.procs */

struct iu_cgroup_row {
	uint64_t id;
	const char *path; /* NULL: looked up, nothing found */
	UT_hash_handle hh;
};

/* What processes of the same cgroups have in common. */
struct iu_groups_row {
	uint64_t groups;
	unsigned int more_like_it; /* processes for which it was read, until one says something else */
	bool differ;
	const char *cgroup, *unit, *container, *engine; /* of the first */
	UT_hash_handle hh;
};

static bool word_is(const char *word, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(word, text, len) == 0;
}

/* A blank in a mount point is written as \040. */
static char *unescape(struct iu_arena *arena, const char *word, size_t len)
{
	char *path = iu_arena_strndup(arena, word, len), *to = path;
	size_t at = 0;
	uint64_t byte;

	while (path && at < len) {
		if (word[at] == '\\' && len - at >= 4 &&
			iu_number(word + at + 1, 3, 8, &byte) == 3 && byte > 0 && byte < 256) {
			*to++ = (char)byte;
			at += 4;
		} else {
			*to++ = word[at++];
		}
	}
	if (path)
		*to = '\0';
	return path;
}

struct mounts {
	struct iu_arena *arena;
	struct iu_cgroup_mounts found;
};

static bool has_option(const char *options, size_t len, const char *option)
{
	while (len > 0) {
		const char *comma = memchr(options, ',', len);
		size_t n = comma ? (size_t)(comma - options) : len;

		if (word_is(options, n, option))
			return true;
		n += comma ? 1 : 0;
		options += n;
		len -= n;
	}
	return false;
}

/* "31 23 0:28 / /sys/fs/cgroup rw,relatime [optional…] - cgroup2 cgroup2 rw" */
static int mount_line(void *context, const char *line, size_t len)
{
	struct mounts *mounts = context;
	const char *word[64], *point = NULL;
	size_t length[64], n = 0, at = 0, dash;

	while (at < len && n < 64) {
		const char *blank = memchr(line + at, ' ', len - at);

		word[n] = line + at;
		length[n] = blank ? (size_t)(blank - word[n]) : len - at;
		at += length[n++] + 1;
	}
	for (dash = 6; dash < n && !word_is(word[dash], length[dash], "-"); dash++)
		;
	if (dash + 3 >= n)
		return 0;
	if (word_is(word[dash + 1], length[dash + 1], "cgroup2") && !mounts->found.unified)
		point = mounts->found.unified = unescape(mounts->arena, word[4], length[4]);
	else if (word_is(word[dash + 1], length[dash + 1], "cgroup") && !mounts->found.freezer &&
		 has_option(word[dash + 3], length[dash + 3], "freezer"))
		point = mounts->found.freezer = unescape(mounts->arena, word[4], length[4]);
	else
		return 0;
	return point ? 0 : IU_E_NOMEM;
}

int iu_mountinfo_parse(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_cgroup_mounts *ret_mounts)
{
	struct mounts mounts = {.arena = arena};
	int ret = iu_file_lines(bytes, len, mount_line, &mounts);

	if (ret == 0)
		*ret_mounts = mounts.found;
	return ret;
}

static int cgroup_line(void *context, const char *line, size_t len)
{
	struct iu_cgroup_lines *lines = context;
	const char *names = memchr(line, ':', len), *path, *end = line + len;
	size_t path_len;

	if (!names || !(path = memchr(names + 1, ':', (size_t)(end - names - 1))))
		return 0;
	names++;
	path_len = (size_t)(end - path - 1);
	if (path == names) {
		lines->unified = path + 1;
		lines->unified_len = path_len;
	} else if (word_is(names, (size_t)(path - names), "name=systemd")) {
		lines->systemd = path + 1;
		lines->systemd_len = path_len;
	} else if (path_len > lines->other_len) {
		lines->other = path + 1;
		lines->other_len = path_len;
	}
	if (path > names && has_option(names, (size_t)(path - names), "freezer")) {
		lines->freezer = path + 1;
		lines->freezer_len = path_len;
	}
	return 0;
}

void iu_cgroup_lines_parse(const char *bytes, size_t len, struct iu_cgroup_lines *ret_lines)
{
	memset(ret_lines, 0, sizeof(*ret_lines));
	iu_file_lines(bytes, len, cgroup_line, ret_lines);
}

static bool is_mount(const char *path, unsigned int magic)
{
	struct statfs system;

	return statfs(path, &system) == 0 && (unsigned int)system.f_type == magic;
}

/* Where they are on nearly every machine; to read the list of all mounts takes longer. */
static struct iu_cgroup_mounts usual_mounts(void)
{
	struct iu_cgroup_mounts mounts = {0};

	if (is_mount("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC)) {
		mounts.unified = "/sys/fs/cgroup"; /* without v1 beside it */
	} else if (is_mount("/sys/fs/cgroup/unified", CGROUP2_SUPER_MAGIC)) {
		mounts.unified = "/sys/fs/cgroup/unified";
		if (is_mount("/sys/fs/cgroup/freezer", CGROUP_SUPER_MAGIC))
			mounts.freezer = "/sys/fs/cgroup/freezer";
	}
	return mounts;
}

static int read_mounts(struct iu_scan *scan)
{
	struct iu_cgroup_mounts mounts = usual_mounts();
	struct iu_text text = {0};
	int ret = 0;

	if (scan->proc < 0)
		mounts.unified = "/sys/fs/cgroup";
	else if (!mounts.unified &&
		iu_file_load(scan->proc, "self/mountinfo", 8 << 20, &text) == 0 && text.data)
		ret = iu_mountinfo_parse(&scan->snapshot->arena, text.data, text.len, &mounts);
	iu_text_free(&text);
	if (ret < 0)
		return ret;
	scan->cache->cgroup_mount = mounts.unified;
	scan->cache->freezer_mount = mounts.freezer;
	scan->cache->mounts_known = true;
	return 0;
}

/* Finds the mounts and opens the unified one, once a look. */
static int find_mounts(struct iu_scan *scan)
{
	int ret;

	if (scan->cgroup_root != -2)
		return 0;
	scan->cgroup_root = -1;
	iu_scan_on_close(scan, iu_cgroup_close);
	ret = scan->cache->mounts_known ? 0 : read_mounts(scan);
	if (ret == 0 && scan->cache->cgroup_mount)
		scan->cgroup_root =
			open(scan->cache->cgroup_mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ret;
}

const char *iu_cgroup_mount(struct iu_scan *scan)
{
	return find_mounts(scan) < 0 ? NULL : scan->cache->cgroup_mount;
}

static int remember(struct iu_scan *scan, uint64_t id, const char *path, const char **ret_path)
{
	struct iu_cgroup_row *row;

	HASH_FIND(hh, scan->cgroups, &id, sizeof(id), row);
	if (!row) {
		row = calloc(1, sizeof(*row));
		if (!row)
			return IU_E_NOMEM;
		row->id = id;
		iu_scan_on_close(scan, iu_cgroup_close);
		HASH_ADD(hh, scan->cgroups, id, sizeof(row->id), row);
		if (!iu_added(row)) {
			free(row);
			return IU_E_NOMEM;
		}
	}
	row->path = path;
	if (ret_path)
		*ret_path = path;
	return 0;
}

/* Below the mount point; NULL: elsewhere, or the directory is gone. */
static const char *below_mount(struct iu_scan *scan, const char *path, size_t len)
{
	size_t mount = strlen(scan->cache->cgroup_mount);
	const char *gone = " (deleted)";

	if (len > strlen(gone) && strcmp(path + len - strlen(gone), gone) == 0)
		return NULL;
	if (strncmp(path, scan->cache->cgroup_mount, mount) != 0 ||
		(path[mount] != '/' && path[mount] != '\0'))
		return NULL;
	return iu_arena_strdup(&scan->snapshot->arena, path[mount] ? path + mount : "/");
}

/*
 * The kernel takes the id for a file handle, but from root only (CAP_DAC_READ_SEARCH).
 * Returns: 1 looked up (NULL: no such directory any more), 0 not possible here.
 */
static int by_handle(struct iu_scan *scan, uint64_t id, const char **ret_path)
{
	struct {
		struct file_handle head;
		unsigned char id[sizeof(uint64_t)];
	} handle = {.head = {.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS}};
	char link[64], path[PATH_TEXT];
	struct stat status;
	ssize_t len;
	int fd;

	if (scan->proc < 0 || scan->plain)
		return 0;
	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(scan->cgroup_root, &handle.head, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ESTALE ? (*ret_path = NULL, 1) : 0;
	snprintf(link, sizeof(link), "self/fd/%d", fd);
	len = iu_file_link(scan->proc, link, path, sizeof(path));
	if (len <= 0 || fstat(fd, &status) < 0) {
		close(fd);
		return 0;
	}
	close(fd);
	*ret_path = status.st_nlink == 0 ? NULL : below_mount(scan, path, (size_t)len);
	return 1;
}

struct walk {
	struct iu_scan *scan;
	int left;
	char path[PATH_TEXT];
};

/* Recursion is bounded by WALK_DEPTH: cgroup trees are as deep as their makers nest them. */
static int walk_tree(struct walk *walk, int fd, size_t len, int depth)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!directory) {
		close(fd);
		return 0;
	}
	while (ret == 0 && (entry = readdir(directory)) && walk->left > 0) {
		size_t name = strlen(entry->d_name);
		const char *path;
		int child;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' || depth >= WALK_DEPTH ||
			len + name + 2 > sizeof(walk->path))
			continue;
		walk->left--;
		walk->path[len] = '/';
		memcpy(walk->path + len + 1, entry->d_name, name + 1);
		path = iu_arena_strdup(&walk->scan->snapshot->arena, walk->path);
		ret = path ? remember(walk->scan, entry->d_ino, path, NULL) : IU_E_NOMEM;
		child = openat(dirfd(directory), entry->d_name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (ret == 0 && child >= 0)
			ret = walk_tree(walk, child, len + 1 + name, depth + 1);
		else if (child >= 0)
			close(child);
	}
	closedir(directory);
	return ret;
}

static int by_walk(struct iu_scan *scan)
{
	struct walk walk = {.scan = scan, .left = WALK_MAX};
	struct stat status;
	int fd, ret;

	if (scan->cgroups_walked)
		return 0;
	scan->cgroups_walked = true;
	if (fstat(scan->cgroup_root, &status) < 0)
		return 0;
	ret = remember(scan, status.st_ino, "/", NULL);
	if (ret < 0)
		return ret;
	fd = openat(scan->cgroup_root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? 0 : walk_tree(&walk, fd, 0, 0);
}

static int path_of(struct iu_scan *scan, uint64_t id, const char **ret_path)
{
	struct iu_cgroup_row *row;
	int ret;

	HASH_FIND(hh, scan->cgroups, &id, sizeof(id), row);
	if (!row && scan->cgroup_root >= 0 && !scan->cgroups_walked) {
		const char *path = NULL;

		if (by_handle(scan, id, &path))
			return remember(scan, id, path, ret_path);
		ret = by_walk(scan);
		if (ret < 0)
			return ret;
		HASH_FIND(hh, scan->cgroups, &id, sizeof(id), row);
	}
	*ret_path = row ? row->path : NULL;
	return 0;
}

static int name_socket(struct iu_scan *scan, struct iu_socket *sock)
{
	struct iu_cgroup_names names = {0};
	int ret;

	if (sock->uid_known && !sock->user)
		sock->user = iu_scan_user(scan, sock->uid);
	if (sock->cgroup_id == 0 || sock->cgroup)
		return 0;
	ret = path_of(scan, sock->cgroup_id, &sock->cgroup);
	if (ret < 0 || !sock->cgroup)
		return ret;
	ret = iu_cgroup_names(&scan->snapshot->arena, sock->cgroup, &names);
	if (ret == 0) {
		sock->unit = names.unit;
		sock->container = names.container;
	}
	return ret;
}

int iu_cgroup_named(struct iu_scan *scan, uint64_t id, struct iu_process *process)
{
	struct iu_cgroup_names names = {0};
	const char *path = NULL;
	int ret = id ? find_mounts(scan) : 0;

	if (ret == 0 && id)
		ret = path_of(scan, id, &path);
	process->cgroup = path ? path : process->cgroup;
	if (ret == 0 && process->cgroup)
		ret = iu_cgroup_names(&scan->snapshot->arena, process->cgroup, &names);
	if (ret < 0)
		return ret;
	process->unit = names.unit;
	process->container = names.container;
	process->engine = names.engine;
	return 0;
}

int iu_collect_cgroups(struct iu_scan *scan)
{
	struct iu_sockets *sockets = &scan->snapshot->sockets;
	int ret = sockets->n ? find_mounts(scan) : 0;

	for (size_t i = 0; i < sockets->n && ret == 0; i++)
		ret = name_socket(scan, &sockets->v[i]);
	return ret;
}

static bool file_says(
	const char *mount, const char *path, size_t len, const char *file, const char *words)
{
	char name[PATH_TEXT], text[256];
	int n = mount ? snprintf(name, sizeof(name), "%s%.*s/%s", mount, (int)len, path, file) : -1;
	ssize_t got;

	if (n < 0 || (size_t)n >= sizeof(name))
		return false;
	got = iu_file_read(AT_FDCWD, name, text, sizeof(text));
	return got > 0 && strstr(text, words) != NULL;
}

static bool is_frozen(struct iu_scan *scan, const struct iu_cgroup_lines *lines)
{
	if (lines->unified_len > 1 && file_says(scan->cache->cgroup_mount, lines->unified,
					      lines->unified_len, "cgroup.events", "frozen 1"))
		return true;
	return lines->freezer_len > 1 && file_says(scan->cache->freezer_mount, lines->freezer,
						 lines->freezer_len, "freezer.state", "FROZEN");
}

int iu_cgroup_of_process(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	struct iu_cgroup_names names = {0}, others = {0};
	struct iu_cgroup_lines lines;
	char file[64], text[16384];
	const char *path;
	ssize_t len;
	int ret = find_mounts(scan);

	snprintf(file, sizeof(file), "%d/cgroup", (int)process->pid);
	len = iu_file_read(scan->proc, file, text, sizeof(text));
	if (ret < 0 || len <= 0)
		return ret;
	iu_cgroup_lines_parse(text, (size_t)len, &lines);
	/* In the old layouts the unified tree may be there and hold nobody: "0::/". */
	if (lines.systemd_len > 1 && lines.unified_len <= 1)
		path = iu_arena_strndup(arena, lines.systemd, lines.systemd_len);
	else
		path = iu_arena_strndup(
			arena, lines.unified ? lines.unified : "", lines.unified_len);
	if (!path)
		return IU_E_NOMEM;
	process->cgroup = *path ? path : NULL;
	ret = iu_cgroup_names(arena, path, &names);
	if (ret == 0 && !names.container && lines.other_len > 1) {
		const char *other = iu_arena_strndup(arena, lines.other, lines.other_len);

		ret = other ? iu_cgroup_names(arena, other, &others) : IU_E_NOMEM;
	}
	process->unit = names.unit;
	process->container = names.container ? names.container : others.container;
	process->engine = names.container ? names.engine : others.engine;
	if (process->state == IU_PROCESS_RUNNING && !(scan->needs && scan->needs->brief) &&
		is_frozen(scan, &lines))
		process->state = IU_PROCESS_FROZEN;
	return ret;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int iu_cgroup_listed(struct iu_scan *scan, uint64_t groups, struct iu_process *process)
{
	struct iu_groups_row *row;
	struct iu_proc_stat stat;
	int ret;

	HASH_FIND(hh, scan->groups, &groups, sizeof(groups), row);
	if (row && row->more_like_it >= 2 && !row->differ) {
		process->cgroup = row->cgroup;
		process->unit = row->unit;
		process->container = row->container;
		process->engine = row->engine;
		return 0;
	}
	ret = iu_cgroup_of_process(scan, process);
	if (ret < 0)
		return ret;
	/* by now the pid may be another process's */
	if (iu_proc_stat_read(scan->proc, process->pid, &stat) < 0 ||
		stat.start_ticks != process->start_ticks) {
		process->cgroup = process->unit = process->container = process->engine = NULL;
		return 0;
	}
	if (!process->cgroup)
		return 0;
	if (!row) {
		row = calloc(1, sizeof(*row));
		if (!row)
			return IU_E_NOMEM;
		*row = (struct iu_groups_row){.groups = groups,
			.cgroup = process->cgroup,
			.unit = process->unit,
			.container = process->container,
			.engine = process->engine};
		iu_scan_on_close(scan, iu_cgroup_close);
		HASH_ADD(hh, scan->groups, groups, sizeof(row->groups), row);
		if (!iu_added(row)) {
			free(row);
			return IU_E_NOMEM;
		}
	}
	row->more_like_it++;
	row->differ = row->differ || !same(row->cgroup, process->cgroup) ||
		      !same(row->unit, process->unit) ||
		      !same(row->container, process->container) || !same(row->engine, process->engine);
	return 0;
}

int iu_cgroup_processes(struct iu_scan *scan, const char *path, struct iu_text *text)
{
	char name[PATH_TEXT];
	int len = snprintf(name, sizeof(name), "%s/cgroup.procs", path);

	if (find_mounts(scan) < 0)
		return -ENOMEM;
	if (scan->cgroup_root < 0 || *path != '/' || len < 0 || (size_t)len >= sizeof(name))
		return -ENOENT;
	return iu_file_load(scan->cgroup_root, name + strspn(name, "/"), PROCESSES_MAX, text);
}

void iu_cgroup_close(struct iu_scan *scan)
{
	struct iu_cgroup_row *row, *next;
	struct iu_groups_row *groups, *after;

	HASH_ITER(hh, scan->groups, groups, after)
	{
		HASH_DEL(scan->groups, groups);
		free(groups);
	}

	HASH_ITER(hh, scan->cgroups, row, next)
	{
		HASH_DEL(scan->cgroups, row);
		free(row);
	}
	if (scan->cgroup_root >= 0)
		close(scan->cgroup_root);
}

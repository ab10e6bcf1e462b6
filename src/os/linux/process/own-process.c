/* os/linux/process/own-process.c - what carries us, and what the user wants left alone */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/process.h"
#include "os/os.h"

#define LIST_BYTES   65536
#define ROOM_BYTES   16384 /* of one entry of passwd */
#define STATUS_BYTES (1 << 20) /* mostly the groups of the user */
/* A chain that does not end by then is none of this world: pids are fewer. */
#define ANCESTORS_MAX 65536

struct line {
	struct iu_arena *arena;
	IU_LIST(int32_t) pids;
	bool whole;
};

/*
 * Adds @pid and what is above it. Who ended meanwhile is the parent of nobody any more: the one below
 * has another one then. Whoever is hidden belongs to others, and only root may end it.
 */
static int add_line_of(int proc, int32_t pid, struct line *line)
{
	size_t from = line->pids.n;
	int again = 0;

	while (pid > 0) {
		int32_t *slot;
		char path[64], text[1024];
		struct iu_proc_stat stat;
		ssize_t len;

		snprintf(path, sizeof(path), "%d/stat", (int)pid);
		len = iu_file_read(proc, path, text, sizeof(text));
		if (len <= 0 && (len == -ENOENT || len == -ESRCH) && line->pids.n > from && again++ < 3) {
			pid = line->pids.v[--line->pids.n];
			continue;
		}
		slot = iu_list_add(line->arena, &line->pids);
		*slot = pid;
		if (len <= 0 || iu_proc_stat_parse(text, (size_t)len, &stat) < 0 ||
			line->pids.n - from > ANCESTORS_MAX) {
			line->whole &= len == -ENOENT || len == -ESRCH || len == -EACCES || len == -EPERM;
			return 0;
		}
		pid = stat.ppid;
	}
	return 0;
}

static int add_ancestors(
	struct iu_arena *arena, int proc, int32_t on_behalf, struct iu_plan_rules *rules)
{
	struct line line = {.arena = arena, .whole = true};
	int ret = add_line_of(proc, (int32_t)getpid(), &line);

	if (ret == 0)
		ret = add_line_of(proc, on_behalf, &line);
	rules->ancestors = line.pids.v;
	rules->ancestor_count = line.pids.n;
	rules->ancestors_unknown = !line.whole;
	return ret;
}

static int add_own_names(struct iu_arena *arena, int proc, struct iu_plan_rules *rules)
{
	struct iu_process process = {.pid = (int32_t)getpid()};
	struct iu_snapshot scratch;
	struct iu_scan scan = {.snapshot = &scratch, .proc = proc, .cgroup_root = -2};

	scan.cache = &scan.own;
	int ret;

	iu_snapshot_init(&scratch);
	ret = iu_cgroup_of_process(&scan, &process);
	if (ret >= 0) {
		rules->own_unit = iu_arena_strdup(arena, process.unit);
		rules->own_container = iu_arena_strdup(arena, process.container);
	}
	iu_cgroup_close(&scan);
	iu_snapshot_free(&scratch);
	return ret;
}

bool iu_os_is_sandboxed(void)
{
	static const char key[] = "\nSeccomp:\t";
	struct iu_text text = {0};
	const char *at = NULL;
	bool filtered;

	if (iu_file_load(AT_FDCWD, "/proc/self/status", STATUS_BYTES, &text) == 0 && text.data)
		at = strstr(text.data, key);
	/* not told: a kernel without seccomp, or no /proc; then nobody knows */
	filtered = at ? at[sizeof(key) - 1] != '0' : access("/proc/self/status", F_OK) < 0;
	iu_text_free(&text);
	return filtered;
}

struct names {
	struct iu_arena *arena;
	struct iu_strings *to;
};

static int add_line(void *context, const char *line, size_t len)
{
	struct names *names = context;
	const char *comment = memchr(line, '#', len), **slot;

	if (comment)
		len = (size_t)(comment - line);
	while (len && strchr(" \t\r", line[len - 1]))
		len--;
	while (len && strchr(" \t", *line)) {
		line++;
		len--;
	}
	if (!len)
		return 0;
	slot = iu_list_add(names->arena, names->to);
	*slot = iu_arena_strndup(names->arena, line, len);
	return 0;
}

/* Why the list is not read: only its absence means that there is none. The first one counts. */
static int refuse_list(struct iu_arena *arena, const char *path, const char *why,
	struct iu_plan_rules *rules)
{
	if (!rules->list_error)
		rules->list_error = iu_arena_printf(arena, "%s: %s", path, why);
	return rules->list_error ? 0 : IU_E_NOMEM;
}

static int read_list(struct iu_arena *arena, int fd, const char *path, struct iu_plan_rules *rules)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct names names = {.arena = arena, .to = &rules->protected_names};
	char *bytes = malloc(LIST_BYTES + 1);
	size_t len = 0, from;
	ssize_t n = 1;
	int ret;

	if (!bytes)
		return IU_E_NOMEM;
	while (n > 0 && len <= LIST_BYTES) {
		n = read(fd, bytes + len, LIST_BYTES + 1 - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	from = len >= sizeof(mark) - 1 && !memcmp(bytes, mark, sizeof(mark) - 1) ? sizeof(mark) - 1 : 0;
	if (n < 0)
		ret = refuse_list(arena, path, iu_os_error_name(errno), rules);
	else if (len > LIST_BYTES)
		ret = refuse_list(arena, path, "it is larger than 64 KiB", rules);
	else
		ret = iu_file_lines(bytes + from, len - from, add_line, &names);
	free(bytes);
	return ret;
}

static int add_list(struct iu_arena *arena, const char *path, struct iu_plan_rules *rules)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), ret;
	struct stat status;

	if (fd < 0)
		return errno == ENOENT ? 0 : refuse_list(arena, path, iu_os_error_name(errno), rules);
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		ret = refuse_list(arena, path, "it is no ordinary file", rules);
	else
		ret = read_list(arena, fd, path, rules);
	close(fd);
	return ret;
}

/* Of the user who typed sudo. NULL: nobody did, or has no home. */
static const char *home_of_sudo(struct iu_arena *arena)
{
	const char *sudo = secure_getenv("SUDO_UID"), *home = NULL;
	char *room = malloc(ROOM_BYTES);
	struct passwd entry, *found = NULL;
	uint64_t uid = 0;

	if (room && geteuid() == 0 && sudo && *sudo &&
		iu_number(sudo, strlen(sudo), 10, &uid) == strlen(sudo) && uid < UINT32_MAX &&
		getpwuid_r((uid_t)uid, &entry, room, ROOM_BYTES, &found) == 0 && found &&
		found->pw_dir && found->pw_dir[0] == '/')
		home = iu_arena_strdup(arena, found->pw_dir);
	free(room);
	return home;
}

static int add_lists(struct iu_arena *arena, struct iu_plan_rules *rules)
{
	const char *config = secure_getenv("XDG_CONFIG_HOME"), *home = secure_getenv("HOME");
	const char *other = home_of_sudo(arena), *path = NULL;
	int ret = add_list(arena, "/etc/inuse/protected", rules);

	if (config && *config == '/')
		path = iu_arena_printf(arena, "%s/inuse/protected", config);
	else if (home && *home == '/')
		path = iu_arena_printf(arena, "%s/.config/inuse/protected", home);
	if (ret == 0 && path)
		ret = add_list(arena, path, rules);
	if (ret == 0 && other)
		path = iu_arena_printf(arena, "%s/.config/inuse/protected", other);
	if (ret == 0 && other && path)
		ret = add_list(arena, path, rules);
	return arena->failed ? IU_E_NOMEM : ret;
}

/* Below sudo the one who typed is meant, too. */
static void add_users(struct iu_plan_rules *rules)
{
	const char *sudo = secure_getenv("SUDO_UID");
	uint64_t uid = 0;

	rules->uids[rules->uid_count++] = (uint32_t)geteuid();
	if (geteuid() == 0 && sudo && *sudo &&
		iu_number(sudo, strlen(sudo), 10, &uid) == strlen(sudo) && uid < UINT32_MAX)
		rules->uids[rules->uid_count++] = (uint32_t)uid;
}

int iu_os_rules(struct iu_arena *arena, int32_t on_behalf, struct iu_plan_rules *rules)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = 0;

	add_users(rules);
	rules->ancestors_unknown = proc < 0;
	if (proc >= 0) {
		ret = add_ancestors(arena, proc, on_behalf, rules);
		if (ret >= 0)
			ret = add_own_names(arena, proc, rules);
		close(proc);
	}
	if (ret >= 0)
		ret = add_lists(arena, rules);
	return ret >= 0 && arena->failed ? IU_E_NOMEM : ret;
}

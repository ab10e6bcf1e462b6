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

static int add_list(struct iu_arena *arena, const char *path, struct iu_plan_rules *rules)
{
	struct names names = {.arena = arena, .to = &rules->protected_names};
	struct iu_text text = {0};
	int ret = 0;

	if (iu_file_load(AT_FDCWD, path, LIST_BYTES, &text) == 0 && text.data)
		ret = iu_file_lines(text.data, text.len, add_line, &names);
	iu_text_free(&text);
	return ret;
}

static int add_lists(struct iu_arena *arena, struct iu_plan_rules *rules)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096];
	int ret = add_list(arena, "/etc/inuse/protected", rules);

	if (config && *config == '/')
		snprintf(path, sizeof(path), "%s/inuse/protected", config);
	else if (home && *home == '/')
		snprintf(path, sizeof(path), "%s/.config/inuse/protected", home);
	else
		return ret;
	return ret < 0 ? ret : add_list(arena, path, rules);
}

/* Below sudo the one who typed is meant, too. */
static void add_users(struct iu_plan_rules *rules)
{
	const char *sudo = getenv("SUDO_UID");
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

/* os/linux/holders/likely.c - the holders of a few sockets: who is likely to have them comes first */
#include "os/linux/holders/likely.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/host/host.h"
#include "os/linux/process/cgroup.h"

#define HINTS_MAX    8	 /* users and cgroups that are looked at first */
#define CGROUP_SMALL 256 /* bytes: some 40 processes */

struct hints {
	struct iu_proc_walk *walk;
	uint32_t users[HINTS_MAX];
	size_t n;
	bool any_user; /* of a cgroup all processes, not only those of the sockets' users */
};

bool iu_likely_hopeless(const struct iu_proc_walk *walk)
{
	const struct iu_sockets *sockets = &walk->scan->snapshot->sockets;

	if (!walk->scan->needs->first || iu_privileged())
		return false;
	for (size_t i = 0; i < sockets->n; i++)
		if (iu_proc_walk_find(walk, sockets->v[i].inode) &&
			(!sockets->v[i].uid_known || sockets->v[i].uid == geteuid()))
			return false;
	return true;
}

/* Whose sockets are wanted: most are held by a process of the same user. */
static void note_users(struct hints *hints)
{
	const struct iu_sockets *sockets = &hints->walk->scan->snapshot->sockets;
	size_t k;

	for (size_t i = 0; i < sockets->n && hints->n < HINTS_MAX; i++) {
		if (!iu_proc_walk_find(hints->walk, sockets->v[i].inode) ||
			!sockets->v[i].uid_known)
			continue;
		for (k = 0; k < hints->n && hints->users[k] != sockets->v[i].uid; k++)
			;
		if (k == hints->n)
			hints->users[hints->n++] = sockets->v[i].uid;
	}
}

static bool same_user(const struct hints *hints, const char *pid)
{
	struct stat status;

	if (fstatat(hints->walk->scan->proc, pid, &status, 0) < 0)
		return false;
	for (size_t i = 0; i < hints->n; i++)
		if (hints->users[i] == status.st_uid)
			return true;
	return false;
}

/* Returns: 1: every socket has a holder now, 0, IU_E_NOMEM. */
static int look_at(struct hints *hints, int32_t pid)
{
	int ret;

	if (iu_proc_walk_passed(hints->walk, pid))
		return 0;
	ret = iu_proc_walk_process(hints->walk, pid);
	return ret < 0 ? ret : iu_proc_walk_all_held(hints->walk);
}

static int cgroup_line(void *context, const char *line, size_t len)
{
	struct hints *hints = context;
	uint64_t pid = 0;
	char name[16];

	if (iu_number(line, len, 10, &pid) != len || pid == 0 || pid > INT32_MAX)
		return 0; /* 0: of an outer PID namespace */
	snprintf(name, sizeof(name), "%d", (int)pid);
	return hints->any_user || same_user(hints, name) ? look_at(hints, (int32_t)pid) : 0;
}

static int walk_cgroup(struct hints *hints, const char *path)
{
	struct iu_text text = {0};
	int ret = 0;

	if (iu_cgroup_processes(hints->walk->scan, path, &text) == 0 && text.data) {
		hints->any_user = false;
		ret = iu_file_lines(text.data, text.len, cgroup_line, hints);
		hints->any_user = true;
		if (ret == 0 && text.len < CGROUP_SMALL)
			ret = iu_file_lines(text.data, text.len, cgroup_line, hints);
	}
	iu_text_free(&text);
	return ret;
}

/* A socket keeps the cgroup where it was made: a service is a handful of processes. */
static int walk_cgroups(struct hints *hints)
{
	const struct iu_sockets *sockets = &hints->walk->scan->snapshot->sockets;
	const char *paths[HINTS_MAX];
	size_t k, n = 0;
	int ret = 0;

	for (size_t i = 0; i < sockets->n && ret == 0 && n < HINTS_MAX; i++) {
		const struct iu_proc_walk_inode *row =
			iu_proc_walk_find(hints->walk, sockets->v[i].inode);

		if (!row || row->held || !sockets->v[i].cgroup)
			continue;
		for (k = 0; k < n && strcmp(paths[k], sockets->v[i].cgroup) != 0; k++)
			;
		if (k < n)
			continue;
		paths[n++] = sockets->v[i].cgroup;
		ret = walk_cgroup(hints, paths[k]);
	}
	return ret;
}

/* One who is not privileged sees the descriptors of no other user anyway. */
static int visit_user(void *context, int32_t pid, const char *name)
{
	struct hints *hints = context;

	return !iu_proc_walk_passed(hints->walk, pid) && same_user(hints, name)
		? look_at(hints, pid) : 0;
}

static int visit_other(void *context, int32_t pid, const char *name)
{
	(void)name;
	return look_at(context, pid);
}

int iu_likely_walk(struct iu_proc_walk *walk)
{
	struct hints hints = {.walk = walk};
	int ret = iu_proc_walk_remember(walk);

	if (ret < 0)
		return ret;
	note_users(&hints);
	if (walk->scan->self == (int32_t)getpid())
		ret = walk_cgroups(&hints);
	if (ret == 0)
		ret = iu_proc_walk_each(walk, visit_user, &hints);
	if (ret == 0 && !iu_proc_walk_all_held(walk))
		ret = iu_proc_walk_each(walk, visit_other, &hints);
	return ret < 0 ? ret : walk->scan->needs->first;
}

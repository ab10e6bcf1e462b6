/* os/linux/process/publisher.c - whether what publishes a port of a container has lost its container */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/compat.h"
#include "knowledge/proxies.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/scan.h"

static bool is_engine(const char *name)
{
	static const char *const names[] = {"dockerd", "docker", "rootlesskit", "com.docker.backe", "exe"};

	for (size_t i = 0; i < IU_COUNT(names); i++)
		if (!strncmp(name, names[i], 15))
			return true;
	return false;
}

/* The engine is its parent and ends it with itself (PDEATHSIG), unless that went wrong. */
static enum iu_tri engine_is_gone(struct iu_scan *scan, const struct iu_process *process)
{
	struct iu_proc_stat stat;

	if (process->ppid <= 0 || iu_proc_stat_read(scan->proc, process->ppid, &stat) < 0)
		return IU_UNKNOWN;
	return iu_tri(!is_engine(stat.name));
}

/* "/run/user/1000/netns/cni-…": kept in memory, so that a look at it cannot hang. */
static bool names_namespace(const char *argument)
{
	return (!strncmp(argument, "/run/", 5) || !strncmp(argument, "/var/run/", 9)) &&
	       strstr(argument, "/netns/");
}

/*
 * A process of the namespace: "slirp4netns -c --mtu=65520 4711 tap0". The value of an option is none, so
 * behind one only what the name of the device follows.
 */
static bool names_process(const struct iu_process *process, size_t i)
{
	const char *const *v = process->command.v;
	uint64_t number = 0;

	if (!v[i][0] || iu_number(v[i], strlen(v[i]), 10, &number) != strlen(v[i]) || number <= 1)
		return false;
	return v[i - 1][0] != '-' || strchr(v[i - 1], '=') ||
	       (i + 2 == process->command.n && v[i + 1][0] != '-' &&
		       iu_number(v[i + 1], strlen(v[i + 1]), 10, &number) == 0);
}

/* The namespace that it connects with the outside, by its file or by a process in it. */
static enum iu_tri namespace_is_gone(struct iu_scan *scan, const struct iu_process *process)
{
	struct stat status;
	char path[4200];
	int n;

	for (size_t i = 1; i < process->command.n; i++) {
		const char *argument = process->command.v[i];
		const char *value = strchr(argument, '=');

		if (names_namespace(value && argument[0] == '-' ? value + 1 : argument))
			n = snprintf(path, sizeof(path), "%d/root%s", (int)process->pid,
				value && argument[0] == '-' ? value + 1 : argument);
		else if (names_process(process, i))
			n = snprintf(path, sizeof(path), "%s", argument);
		else
			continue;
		if (n <= 0 || (size_t)n >= sizeof(path))
			continue;
		if (fstatat(scan->proc, path, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0)
			return IU_NO;
		return errno == ENOENT ? IU_YES : IU_UNKNOWN;
	}
	return IU_UNKNOWN;
}

#define BEGINS_S 2 /* so long it may take until the container's first process is there */

/* conmon is the parent of the container's first process, and has no other child while that runs. */
static enum iu_tri container_is_gone(struct iu_scan *scan, const struct iu_process *process)
{
	char path[64], children[64];
	ssize_t len;

	if (process->started + BEGINS_S > scan->snapshot->host.now)
		return IU_UNKNOWN;
	snprintf(path, sizeof(path), "%d/task/%d/children", (int)process->pid, (int)process->pid);
	len = iu_file_read(scan->proc, path, children, sizeof(children));
	return len < 0 ? IU_UNKNOWN : iu_tri(len == 0);
}

static enum iu_tri is_left_over(
	struct iu_scan *scan, const struct iu_process *process, const struct iu_proxy_row *proxy)
{
	if (proxy->of_engine)
		return engine_is_gone(scan, process);
	if (proxy->of_child)
		return container_is_gone(scan, process);
	return namespace_is_gone(scan, process);
}

int iu_collect_publishers(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;

	for (size_t i = 0; i < snapshot->processes.n && !scan->needs->brief; i++) {
		struct iu_process *process = &snapshot->processes.v[i];
		const struct iu_proxy_row *proxy = iu_proxy_of(process);

		if (!proxy || proxy->kind != IU_PROXY_CONTAINER || !process->command.n)
			continue;
		process->left_over = is_left_over(scan, process, proxy);
	}
	return 0;
}

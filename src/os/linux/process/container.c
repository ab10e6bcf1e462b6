/* os/linux/process/container.c - what people call the container that a process runs in */
#include "os/linux/process/container.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/process/proc-stat.h"

#define ID_LENGTH   64
#define NAME_BYTES  255 /* engines take fewer */
#define PARENTS_MAX 32
#define BYTES_MAX   (1 << 20)
#define DOCKER	    "/var/lib/docker/containers" /* unless dockerd was given another data-root */

/* The argument after an option of one letter. */
static const char *argument(const char *bytes, size_t len, char letter, size_t *ret_len)
{
	const char *end = bytes + len, *at = bytes, *next;

	for (; at < end; at = next) {
		size_t n = strnlen(at, (size_t)(end - at));

		next = at + n + 1;
		if (n != 2 || at[0] != '-' || at[1] != letter || next >= end)
			continue;
		*ret_len = strnlen(next, (size_t)(end - next));
		return next;
	}
	return NULL;
}

const char *iu_conmon_name(const char *bytes, size_t len, const char *id, size_t *ret_len)
{
	size_t its_len, name_len;
	const char *its_id = argument(bytes, len, 'c', &its_len), *name;

	if (!its_id || its_len != strlen(id) || memcmp(its_id, id, its_len) != 0)
		return NULL;
	name = argument(bytes, len, 'n', &name_len);
	if (!name || name_len == 0 || name_len > NAME_BYTES)
		return NULL;
	*ret_len = name_len;
	return name;
}

const char *iu_docker_name(struct iu_arena *arena, const char *bytes, size_t len)
{
	json_t *root = json_loadb(bytes, len, 0, NULL);
	const char *name = json_string_value(json_object_get(root, "Name")), *copy = NULL;

	if (name && name[0] == '/') /* "/web": names of links once were paths */
		name++;
	if (name && *name && strlen(name) <= NAME_BYTES)
		copy = iu_arena_strdup(arena, name);
	json_decref(root);
	return copy;
}

/* One conmon watches one container and is the parent of its first process. */
static void ask_conmon(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_text text = {0};
	const char *name = NULL;
	char path[64];
	struct iu_proc_stat stat;
	int32_t pid = process->ppid;
	size_t len = 0;

	for (int i = 0; i < PARENTS_MAX && pid > 1; i++, pid = stat.ppid) {
		if (iu_proc_stat_read(scan->proc, pid, &stat) < 0)
			return;
		if (!strcmp(stat.name, "conmon"))
			break;
	}
	snprintf(path, sizeof(path), "%d/cmdline", (int)pid);
	if (pid > 1 && iu_file_load(scan->proc, path, BYTES_MAX, &text) == 0 && text.data)
		name = iu_conmon_name(text.data, text.len, process->container, &len);
	if (name)
		process->container_name = iu_arena_strndup(&scan->snapshot->arena, name, len);
	iu_text_free(&text);
}

/* Only root may read there. */
static void ask_docker(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_text text = {0};
	char path[sizeof(DOCKER) + ID_LENGTH + 32];

	/* the id becomes part of a path */
	if (strlen(process->container) != ID_LENGTH ||
		strspn(process->container, "0123456789abcdef") != ID_LENGTH)
		return;
	snprintf(path, sizeof(path), "%s/%s/config.v2.json", DOCKER, process->container);
	if (iu_file_load(AT_FDCWD, path, BYTES_MAX, &text) == 0 && text.data)
		process->container_name =
			iu_docker_name(&scan->snapshot->arena, text.data, text.len);
	iu_text_free(&text);
}

int iu_container_name(struct iu_scan *scan, struct iu_process *process)
{
	if (!process->container || !process->engine)
		return 0;
	if (!strcmp(process->engine, "podman"))
		ask_conmon(scan, process);
	else if (!strcmp(process->engine, "docker"))
		ask_docker(scan, process);
	return scan->snapshot->arena.failed ? IU_E_NOMEM : 0;
}

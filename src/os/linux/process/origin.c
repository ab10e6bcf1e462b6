/* os/linux/process/origin.c - from where a process was started: the first of its ancestors with a name */
#include "os/linux/process/origin.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "knowledge/interpreters.h"
#include "knowledge/origins.h"
#include "os/linux/file.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/process/proc-stat.h"

#define ANCESTORS_MAX 32
#define ENVIRON_BYTES 16384
#define FROM_BYTES    64

const char *iu_origin_variable(const char *bytes, size_t len, const char *name, size_t *ret_len)
{
	size_t n = strlen(name);
	const char *end = bytes + len, *next;

	for (const char *at = bytes; at < end; at = next) {
		size_t here = strnlen(at, (size_t)(end - at));

		next = at + here + 1;
		if (here <= n || memcmp(at, name, n) != 0 || at[n] != '=')
			continue;
		*ret_len = here - n - 1;
		return at + n + 1;
	}
	return NULL;
}

/* What the first process below it was told: the other end of the connection, the session. */
static const char *read_from(struct iu_scan *scan, int32_t pid, const char *variable, const char *stops)
{
	char path[64], text[ENVIRON_BYTES];
	const char *value;
	ssize_t len;
	size_t n = 0;

	snprintf(path, sizeof(path), "%d/environ", (int)pid);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	value = len > 0 ? iu_origin_variable(text, (size_t)len, variable, &n) : NULL;
	if (!value)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strchr(stops, value[i]))
			n = i;
	return n && n <= FROM_BYTES ? iu_arena_strndup(&scan->snapshot->arena, value, n) : NULL;
}

const char *iu_origin_session(struct iu_arena *arena, const char *tmux)
{
	const char *number = tmux ? strrchr(tmux, ',') : NULL;

	if (!number || !number[1] || strspn(number + 1, "0123456789") != strlen(number + 1))
		return NULL;
	return iu_arena_printf(arena, "session $%s", number + 1);
}

static void take(struct iu_scan *scan, struct iu_process *process, const struct iu_origin_row *row,
	int32_t pid, int32_t below)
{
	process->origin.kind = row->kind;
	process->origin.name = row->name;
	process->origin.pid = pid;
	if (!strcmp(row->kind, "ssh"))
		process->origin.from = read_from(scan, below, "SSH_CONNECTION", " ");
	else if (!strcmp(row->name, "screen"))
		process->origin.from = read_from(scan, below, "STY", "");
	else if (!strcmp(row->name, "tmux"))
		process->origin.from =
			iu_origin_session(&scan->snapshot->arena, read_from(scan, below, "TMUX", ""));
}

/* The script of an interpreter: agents and editors are often one. Its bytes in @text. */
static const char *script_of(struct iu_scan *scan, int32_t pid, const char *name, char *text, size_t size)
{
	const char *script;
	char path[64];
	ssize_t len;
	size_t n = 0;

	if (iu_interpreter_is_shell(name) || !iu_interpreter(name))
		return NULL;
	snprintf(path, sizeof(path), "%d/cmdline", (int)pid);
	len = iu_file_read(scan->proc, path, text, size);
	script = len > 0 ? iu_cmdline_script(text, (size_t)len, &n) : NULL;
	if (!script || script + n >= text + size)
		return NULL;
	text[(size_t)(script - text) + n] = '\0';
	return script;
}

int iu_process_origin(struct iu_scan *scan, struct iu_process *process)
{
	const struct iu_origin_row *row = NULL;
	const size_t known = process->parents.n;
	int32_t below = process->pid, pid = process->ppid;
	struct iu_proc_stat stat;

	for (size_t i = 0; i < ANCESTORS_MAX && pid > 1; i++, below = pid, pid = stat.ppid) {
		const struct iu_parent *parent = i < known ? &process->parents.v[i] : NULL;
		char text[IU_CMDLINE_ARGUMENT];

		/* of the last one that was read nobody kept who is above it */
		if (i + 1 < known)
			stat.ppid = parent[1].pid;
		else if (iu_proc_stat_read(scan->proc, pid, &stat) < 0)
			return 0;
		row = parent ? iu_origin(parent->name, parent->script)
			     : iu_origin(stat.name, script_of(scan, pid, stat.name, text, sizeof(text)));
		if (row)
			break;
	}
	if (row)
		take(scan, process, row, pid, below);
	return scan->snapshot->arena.failed ? IU_E_NOMEM : 0;
}

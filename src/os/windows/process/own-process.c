/* os/windows/process/own-process.c - what carries us, and what the user wants left alone */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "os/windows/process/process.h"

#define ANCESTORS_MAX 64
#define LINE_BYTES    1024
#define LINES_MAX     4096

/* A process and those above it. */
static void add_line_of(const struct iu_process_list *list, int32_t pid, int32_t *pids, size_t *n)
{
	struct iu_listed row, parent;
	bool found = iu_process_listed(list, pid, &row);

	if (pid && *n < ANCESTORS_MAX)
		pids[(*n)++] = pid;
	while (found && *n < ANCESTORS_MAX && iu_process_parent(list, &row, &parent)) {
		pids[(*n)++] = parent.pid;
		row = parent;
	}
}

static int add_ancestors(struct iu_arena *arena, int32_t on_behalf, struct iu_plan_rules *rules)
{
	int32_t *pids = iu_arena_alloc(arena, ANCESTORS_MAX * sizeof(*pids));
	struct iu_process_list *list;
	size_t n = 0;

	if (!pids)
		return IU_E_NOMEM;
	list = iu_process_list_read();
	add_line_of(list, (int32_t)GetCurrentProcessId(), pids, &n);
	add_line_of(list, on_behalf, pids, &n);
	iu_process_list_free(list);
	rules->ancestors = pids;
	rules->ancestor_count = n;
	return 0;
}

bool iu_os_is_sandboxed(void)
{
	return false;
}

static int add_line(struct iu_arena *arena, char *line, struct iu_plan_rules *rules)
{
	const char **slot;
	size_t n;

	line[strcspn(line, "#\r\n")] = '\0';
	line += strspn(line, " \t");
	n = strlen(line);
	while (n && strchr(" \t", line[n - 1]))
		n--;
	if (!n)
		return 0;
	slot = iu_list_add(arena, &rules->protected_names);
	*slot = iu_arena_strndup(arena, line, n);
	return *slot ? 0 : IU_E_NOMEM;
}

/* inuse\protected below ProgramData and below the user's own AppData. */
static int add_list(struct iu_arena *arena, const wchar_t *variable, struct iu_plan_rules *rules)
{
	const wchar_t *folder = _wgetenv(variable);
	wchar_t path[MAX_PATH];
	char line[LINE_BYTES];
	FILE *file;
	int ret = 0;

	if (!folder || wcslen(folder) > MAX_PATH - 32)
		return 0;
	_snwprintf(path, IU_COUNT(path), L"%ls\\inuse\\protected", folder);
	file = _wfopen(path, L"rb");
	for (int i = 0; file && ret == 0 && i < LINES_MAX && fgets(line, sizeof(line), file); i++)
		ret = add_line(arena, line, rules);
	if (file)
		fclose(file);
	return ret;
}

int iu_os_rules(struct iu_arena *arena, int32_t on_behalf, struct iu_plan_rules *rules)
{
	uint32_t uid;
	int ret = add_ancestors(arena, on_behalf, rules);

	if (iu_process_uid((int32_t)GetCurrentProcessId(), &uid))
		rules->uids[rules->uid_count++] = uid;
	if (ret == 0)
		ret = add_list(arena, L"ProgramData", rules);
	if (ret == 0)
		ret = add_list(arena, L"APPDATA", rules);
	return ret >= 0 && arena->failed ? IU_E_NOMEM : ret;
}

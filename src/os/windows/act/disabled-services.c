/* os/windows/act/disabled-services.c - start types of services that were disabled, written down to be restored */
#include "os/windows/act/disabled-services.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/system.h"

#define LINE_BYTES 1024
#define LINES_MAX  4096

static const char *const starts[] = {
#define X(name, text) text,
	IU_SERVICE_STARTS(X)
#undef X
};

/* ProgramData: who may change services is an administrator, and the next one may restore it. */
static bool file_path(wchar_t path[MAX_PATH], const wchar_t *name)
{
	const wchar_t *folder = _wgetenv(L"ProgramData");

	if (!folder || wcslen(folder) > MAX_PATH - 64)
		return false;
	_snwprintf(path, MAX_PATH, L"%ls\\inuse", folder);
	CreateDirectoryW(path, NULL);
	_snwprintf(path, MAX_PATH, L"%ls\\inuse\\%ls", folder, name);
	return true;
}

static int add_line(struct iu_arena *arena, char *line, struct iu_disabled_services *ret)
{
	char *name;
	struct iu_scan_cache *slot;

	line[strcspn(line, "\r\n")] = '\0';
	name = strchr(line, ' ');
	if (!name)
		return 0;
	*name++ = '\0';
	for (size_t i = 1; i < IU_COUNT(starts); i++) {
		if (strcmp(starts[i], line))
			continue;
		slot = iu_list_add(arena, &ret->list);
		*slot = (struct iu_scan_cache){
			iu_arena_strdup(arena, name), (enum iu_service_start)i};
		return arena->failed ? IU_E_NOMEM : 0;
	}
	return 0;
}

int iu_disabled_services_read(struct iu_arena *arena, struct iu_disabled_services *ret)
{
	wchar_t path[MAX_PATH];
	char line[LINE_BYTES];
	FILE *file;
	int r = 0;

	*ret = (struct iu_disabled_services){0};
	file = file_path(path, L"disabled-services") ? _wfopen(path, L"rb") : NULL;
	for (int i = 0; file && r == 0 && i < LINES_MAX && fgets(line, sizeof(line), file); i++)
		r = add_line(arena, line, ret);
	if (file)
		fclose(file);
	return r;
}

/* Written beside it and put in its place, so that it is never half a file. */
static bool write_list(const struct iu_disabled_services *list)
{
	wchar_t path[MAX_PATH], fresh[MAX_PATH];
	FILE *file;
	bool good;

	if (!file_path(path, L"disabled-services") || !file_path(fresh, L"disabled-services.new"))
		return false;
	if (!list->list.n)
		return DeleteFileW(path) || GetLastError() == ERROR_FILE_NOT_FOUND;
	file = _wfopen(fresh, L"wb");
	if (!file)
		return false;
	for (size_t i = 0; i < list->list.n; i++)
		fprintf(file, "%s %s\n", starts[list->list.v[i].start], list->list.v[i].name);
	good = !ferror(file);
	good = fclose(file) == 0 && good;
	return good && MoveFileExW(fresh, path, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
}

bool iu_disabled_services_add(const char *name, enum iu_service_start start)
{
	struct iu_arena arena = {0};
	struct iu_disabled_services cache;
	struct iu_scan_cache *slot = NULL;
	bool there = false, good = iu_disabled_services_read(&arena, &cache) == 0;

	for (size_t i = 0; good && i < cache.list.n; i++)
		there = there || !_stricmp(cache.list.v[i].name, name);
	if (good && !there) {
		slot = iu_list_add(&arena, &cache.list);
		*slot = (struct iu_scan_cache){name, start};
		good = !arena.failed && write_list(&cache); /* never a list that lacks one */
	}
	iu_arena_free(&arena);
	return good;
}

bool iu_disabled_services_remove(const char *name)
{
	struct iu_arena arena = {0};
	struct iu_disabled_services cache;
	size_t n = 0;
	bool good = iu_disabled_services_read(&arena, &cache) == 0;

	for (size_t i = 0; good && i < cache.list.n; i++)
		if (_stricmp(cache.list.v[i].name, name))
			cache.list.v[n++] = cache.list.v[i];
	if (good && n < cache.list.n) {
		cache.list.n = n;
		good = write_list(&cache);
	}
	iu_arena_free(&arena);
	return good;
}

/* base/windows-api.c - wide text, and functions that not every Windows has */
#include "base/windows-api.h"

#include <stdlib.h>
#include <string.h>

wchar_t *iu_wide(const char *utf8)
{
	int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, NULL, 0);
	wchar_t *wide = n > 0 ? calloc((size_t)n, sizeof(*wide)) : NULL;

	if (wide)
		MultiByteToWideChar(CP_UTF8, 0, utf8, -1, wide, n);
	return wide;
}

const char *iu_utf8_n(struct iu_arena *arena, const wchar_t *wide, size_t count)
{
	char *text;
	int n;

	if (!wide || count > INT_MAX / 4)
		return NULL;
	if (!count)
		return iu_arena_strdup(arena, "");
	n = WideCharToMultiByte(CP_UTF8, 0, wide, (int)count, NULL, 0, NULL, NULL);
	text = n > 0 ? iu_arena_alloc(arena, (size_t)n + 1) : NULL;
	if (text)
		WideCharToMultiByte(CP_UTF8, 0, wide, (int)count, text, n, NULL, NULL);
	return text;
}

const char *iu_utf8(struct iu_arena *arena, const wchar_t *wide)
{
	return wide ? iu_utf8_n(arena, wide, wcslen(wide)) : NULL;
}

const char *iu_utf8_base(const char *path)
{
	const char *base = path;

	for (; *path; path++)
		if (*path == '\\' || *path == '/')
			base = path + 1;
	return base;
}

#define PATH_UNITS 32768 /* the longest path Windows knows */

wchar_t *iu_full_path(const wchar_t *name)
{
	wchar_t *path = calloc(PATH_UNITS, sizeof(*path));
	DWORD n = path ? GetFullPathNameW(name, PATH_UNITS, path, NULL) : 0;

	if (n && n < PATH_UNITS)
		return path;
	free(path);
	return NULL;
}

wchar_t *iu_own_program(void)
{
	wchar_t *path = calloc(PATH_UNITS, sizeof(*path));
	DWORD n = path ? GetModuleFileNameW(NULL, path, PATH_UNITS) : 0;

	if (n && n < PATH_UNITS)
		return path;
	free(path);
	return NULL;
}

bool iu_system_program(const wchar_t *name, wchar_t path[MAX_PATH])
{
	UINT n = GetSystemDirectoryW(path, MAX_PATH);

	if (!n || n + wcslen(name) + 2 > MAX_PATH)
		return false;
	path[n] = L'\\';
	memcpy(path + n + 1, name, (wcslen(name) + 1) * sizeof(*name));
	return true;
}

/*
 * A library of the same name beside the program or in PATH is not the system's, nor are those that this one
 * needs in turn. Windows 7 without KB2533623 does not know the flag: there the full path has to do.
 */
static HMODULE load_system(const wchar_t *dll)
{
	HMODULE module = LoadLibraryExW(dll, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	wchar_t path[MAX_PATH];

	if (!module && GetLastError() == ERROR_INVALID_PARAMETER && iu_system_program(dll, path))
		module = LoadLibraryW(path);
	return module;
}

void iu_windows_api_system_only(void)
{
	BOOL(WINAPI * set)(DWORD);

	iu_api_into(L"kernel32.dll", set, "SetDefaultDllDirectories");
	if (set)
		set(LOAD_LIBRARY_SEARCH_SYSTEM32);
}

void *iu_api(const wchar_t *dll, const char *name)
{
	HMODULE module = GetModuleHandleW(dll);
	FARPROC found;
	void *function = NULL;

	if (!module)
		module = load_system(dll);
	found = module ? GetProcAddress(module, name) : NULL;
	memcpy(&function, &found, sizeof(function));
	return function;
}

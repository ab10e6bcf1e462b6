/* base/find-program.c - which file a command's name means */
#include "base/find-program.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_EXTENSIONS L".COM;.EXE;.BAT;.CMD"

static bool has_extension(const wchar_t *path, const wchar_t *extension)
{
	size_t n = wcslen(path), m = wcslen(extension);

	return n >= m && !_wcsicmp(path + n - m, extension);
}

bool iu_is_batch(const wchar_t *path)
{
	return has_extension(path, L".cmd") || has_extension(path, L".bat");
}

/* What CreateProcessW() starts, or cmd.exe for us. */
static bool is_startable(const wchar_t *path)
{
	return iu_is_batch(path) || has_extension(path, L".exe") || has_extension(path, L".com");
}

/* The next part of a list divided by ";", quotes taken away. Returns: where to go on; NULL: the end. */
static const wchar_t *next_part(const wchar_t *list, wchar_t *part, size_t room)
{
	size_t n = 0;
	bool quoted = false;

	if (!list || !*list)
		return NULL;
	for (; *list && (quoted || *list != L';'); list++) {
		if (*list == L'"')
			quoted = !quoted;
		else if (n + 1 < room)
			part[n++] = *list;
	}
	part[n] = 0;
	return *list ? list + 1 : list;
}

static wchar_t *file_at(const wchar_t *folder, const wchar_t *name, const wchar_t *extension)
{
	size_t n = wcslen(folder) + wcslen(name) + wcslen(extension) + 2;
	wchar_t *joined = calloc(n, sizeof(*joined)), *full;
	DWORD kind;

	if (!joined)
		return NULL;
	_snwprintf(joined, n, L"%ls%ls%ls%ls", folder, *folder ? L"\\" : L"", name, extension);
	/* names may end in blanks and dots, which are none of the file's */
	full = iu_full_path(joined);
	free(joined);
	kind = full ? GetFileAttributesW(full) : INVALID_FILE_ATTRIBUTES;
	if (kind != INVALID_FILE_ATTRIBUTES && !(kind & FILE_ATTRIBUTE_DIRECTORY))
		return full;
	free(full);
	return NULL;
}

/* In one folder: as it is written, where that can be started, then with each extension. */
static wchar_t *find_in(const wchar_t *folder, const wchar_t *name, const wchar_t *extensions)
{
	wchar_t extension[16], *found = file_at(folder, name, L"");

	if (found && is_startable(found))
		return found;
	free(found);
	while ((extensions = next_part(extensions, extension, IU_COUNT(extension)))) {
		found = is_startable(extension) ? file_at(folder, name, extension) : NULL;
		if (found)
			return found;
	}
	return NULL;
}

wchar_t *iu_find_program(const wchar_t *name, const wchar_t *path, const wchar_t *extensions)
{
	size_t room = path ? wcslen(path) + 1 : 0;
	wchar_t *folder, *found = NULL;

	if (!*name)
		return NULL;
	if (!extensions || !*extensions)
		extensions = DEFAULT_EXTENSIONS;
	if (wcspbrk(name, L"\\/:")) {
		found = find_in(L"", name, extensions);
		/* what is named by its path is tried, whatever it is: the system says what is wrong */
		return found ? found : file_at(L"", name, L"");
	}
	folder = room ? calloc(room, sizeof(*folder)) : NULL;
	while (folder && !found && (path = next_part(path, folder, room)))
		/* a folder that is none from the root on depends on where we are */
		if (wcslen(folder) > 2 && (folder[1] == L':' || folder[0] == L'\\'))
			found = find_in(folder, name, extensions);
	free(folder);
	return found;
}

static wchar_t *variable(const wchar_t *name)
{
	DWORD n = GetEnvironmentVariableW(name, NULL, 0);
	wchar_t *value = n ? calloc(n, sizeof(*value)) : NULL;

	if (value && GetEnvironmentVariableW(name, value, n) < n)
		return value;
	free(value);
	return NULL;
}

wchar_t *iu_find_program_here(const wchar_t *name)
{
	wchar_t *path = variable(L"PATH"), *extensions = variable(L"PATHEXT");
	wchar_t *found = iu_find_program(name, path, extensions);

	free(path);
	free(extensions);
	return found;
}

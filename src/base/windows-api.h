/* base/windows-api.h - Windows' headers, wide text and functions that not every Windows has */
#ifndef IU_BASE_WINDOWS_API_H
#define IU_BASE_WINDOWS_API_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/text.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <wchar.h>

#undef interface /* a member of struct iu_names; to Windows a word of COM */

/** iu_wide() - UTF-8 as UTF-16, to be freed with free(). NULL: out of memory, or no UTF-8. */
wchar_t *iu_wide(const char *utf8);

/** iu_utf8() - UTF-16 as UTF-8 in @arena; NULL for NULL or without memory. */
const char *iu_utf8(struct iu_arena *arena, const wchar_t *wide);

/** iu_utf8_n() - the same for @count units without a final NUL. */
const char *iu_utf8_n(struct iu_arena *arena, const wchar_t *wide, size_t count);

/** iu_utf8_base() - what stands behind the last backslash or slash. */
const char *iu_utf8_base(const char *path);

/**
 * iu_api() - a function of a system library that older systems or Wine may lack
 * @dll: loaded from the system's own directory only, and kept
 * Returns: NULL: this system has none.
 */
void *iu_api(const wchar_t *dll, const char *name);

/** iu_windows_api_system_only() - from now on libraries come from the system's directory alone. */
void iu_windows_api_system_only(void);

/** iu_api_into() - the same into a variable of the function's type. */
#define iu_api_into(dll, variable, name)                                                           \
	do {                                                                                       \
		void *iu_api_found = iu_api((dll), (name));                                        \
		memcpy(&(variable), &iu_api_found, sizeof(variable));                              \
	} while (0)

/** iu_full_path() - the absolute path of a name, however long, to be freed with free(); NULL: none. */
wchar_t *iu_full_path(const wchar_t *name);

/** iu_own_program() - the path of the program that runs, to be freed with free(); NULL: not told. */
wchar_t *iu_own_program(void);

/** iu_system_program() - the full path of a program of the system: "netsh.exe". */
bool iu_system_program(const wchar_t *name, wchar_t path[MAX_PATH]);

#endif

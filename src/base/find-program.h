/* base/find-program.h - which file a command's name means */
#ifndef IU_BASE_FIND_PROGRAM_H
#define IU_BASE_FIND_PROGRAM_H

#include "base/windows-api.h"

/**
 * iu_find_program() - the file that cmd.exe would start for a name, but never one of the current folder
 * @name: "npm", "python3.11", "C:\\tools\\serve.cmd", ".\\serve"
 * @path, @extensions: as the variables PATH and PATHEXT have them; NULL: not set
 * Returns: the full path, to be freed with free(); NULL: there is none.
 *
 * Folder by folder, in each one the extensions in their order; a program that cannot be started by
 * itself (.js, .py) is none. Like PowerShell, and unlike cmd.exe and SearchPathW(), a name without a
 * folder does not mean the current one: that may be anybody's.
 */
wchar_t *iu_find_program(const wchar_t *name, const wchar_t *path, const wchar_t *extensions);

/** iu_find_program_here() - the same with our own variables. */
wchar_t *iu_find_program_here(const wchar_t *name);

/** iu_is_batch() - whether a full path is one that cmd.exe runs: .cmd, .bat. */
bool iu_is_batch(const wchar_t *path);

#endif

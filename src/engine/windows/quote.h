/* engine/windows/quote.h - command lines as people type them on Windows */
#ifndef IU_ENGINE_WINDOWS_QUOTE_H
#define IU_ENGINE_WINDOWS_QUOTE_H

#include "model/snapshot.h"

/** iu_windows_quote() - an argument vector for cmd.exe, and PowerShell where nothing has to be quoted */
const char *iu_windows_quote(struct iu_arena *arena, const char *const *argv, size_t n);

/** iu_windows_quote_process() - a process' command line; the image where there is no line */
const char *iu_windows_quote_process(struct iu_arena *arena, const struct iu_process *process);

/** iu_windows_quote_powershell() - one word as PowerShell reads it */
const char *iu_windows_quote_powershell(struct iu_arena *arena, const char *text);

#endif

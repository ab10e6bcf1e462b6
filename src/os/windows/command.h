/* os/windows/command.h - runs a program of the system without a console, and takes what it says */
#ifndef IU_OS_WINDOWS_COMMAND_H
#define IU_OS_WINDOWS_COMMAND_H

#include "os/windows/system.h"

/**
 * iu_command_execute() - "netsh.exe" with its arguments, from the system's own directory
 * @arguments: as they stand on a command line; NULL: none
 * @seconds: it is ended after so long
 * @out: receives standard output and error, bounded; OEM bytes as the program wrote them
 * @ret_code: its exit code
 * Returns: 0, IU_E_NOENT: no such program, IU_E_AGAIN: it took too long, IU_E_SYSTEM.
 */
int iu_command_execute(const wchar_t *program, const wchar_t *arguments, unsigned int seconds,
	struct iu_text *out, unsigned long *ret_code);

#endif

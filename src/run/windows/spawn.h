/* run/windows/spawn.h - starts a program with arguments that reach it as they are */
#ifndef IU_RUN_WINDOWS_SPAWN_H
#define IU_RUN_WINDOWS_SPAWN_H

#include "base/windows-api.h"

/**
 * iu_command_line() - arguments as one line that CommandLineToArgvW() and the C library split again
 * @argv: UTF-8, NULL-terminated
 * Returns: to be freed with free(); NULL: out of memory, or no UTF-8.
 */
wchar_t *iu_command_line(char *const argv[]);

/**
 * iu_spawn() - starts a program, looked up in PATH, with our console and streams
 * Returns: the process, the caller's to close; NULL: see GetLastError().
 *
 * A batch file is run by cmd.exe, which reads some characters of arguments in its own way: with one
 * of them in an argument it is refused (ERROR_BAD_ARGUMENTS).
 */
HANDLE iu_spawn(char *const argv[]);

/**
 * iu_spawn_in_job() - the same with other streams, in a job: when the job's last handle is closed
 *	all that was started ends
 * @output, @error: inheritable
 */
HANDLE iu_spawn_in_job(char *const argv[], HANDLE output, HANDLE error, HANDLE job);

/**
 * iu_leave_interrupts() - Ctrl-C is for the program that we started: we end when it does
 *
 * A handler of ours, which is not inherited; SetConsoleCtrlHandler(NULL, TRUE) is, and the program
 * would never hear of Ctrl-C.
 */
void iu_leave_interrupts(void);

/** iu_interrupts_left() - how many there were since then. */
long iu_interrupts_left(void);

#endif

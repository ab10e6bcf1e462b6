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
 * iu_batch_line() - the command line with which cmd.exe runs a batch file
 * @path: of the file, in full
 * @argv: argv[0] is not used
 * Returns: to be freed with free(); NULL: path or an argument has what cmd.exe reads as its own.
 */
wchar_t *iu_batch_line(const char *path, char *const argv[]);

/**
 * iu_spawn() - starts a program (iu_find_program()) with our console and streams
 * Returns: the process, the caller's to close; NULL: see GetLastError() and iu_spawn_error().
 *
 * It inherits the streams and nothing else. A batch file that cannot be told its arguments as they are
 * is refused (ERROR_BAD_ARGUMENTS).
 */
HANDLE iu_spawn(char *const argv[]);

/**
 * iu_spawn_in_job() - the same with other streams, in a job: when the job's last handle is closed
 *	all that was started ends
 * @output, @error: inheritable
 */
HANDLE iu_spawn_in_job(char *const argv[], HANDLE output, HANDLE error, HANDLE job);

/**
 * iu_spawn_error() - the errno of an error of iu_spawn(), and in words what the errno does not say
 * @ret_why: NULL: the errno says it all
 */
int iu_spawn_error(unsigned long error, const char **ret_why);

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

/* os/linux/command.h - run a client program of the system and read what it says */
#ifndef IU_OS_LINUX_COMMAND_H
#define IU_OS_LINUX_COMMAND_H

#include <stddef.h>

/**
 * iu_command_run() - runs a program, found in PATH, and waits for its end
 * @argv: NULL-terminated
 * @seconds: it is killed when it takes longer
 * @out, @err: receive the first bytes of what it wrote, NUL-terminated; @size each
 * Returns: its exit code, 128 + signal, IU_E_NOENT: no such program, IU_E_AGAIN: it took too long,
 * IU_E_SYSTEM.
 */
int iu_command_run(const char *const argv[], unsigned int seconds, char *out, char *err, size_t size);

#endif

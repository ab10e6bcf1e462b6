/* os/linux/act/command.h - run a client program of the system and read what it says */
#ifndef IU_OS_LINUX_ACT_COMMAND_H
#define IU_OS_LINUX_ACT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "model/plan.h"

/**
 * iu_command_execute() - runs a program, found in PATH, and waits for its end, whatever this process does
 *	with SIGCHLD; set-user-ID nothing of the environment counts
 * @argv: NULL-terminated
 * @seconds: it is killed when it takes longer
 * @out, @err: receive the first bytes of what it wrote, NUL-terminated; @size each
 * Returns: its exit code, 128 + signal, IU_E_NOENT: no such program, IU_E_AGAIN: it took too long,
 * IU_E_SYSTEM.
 */
int iu_command_execute(const char *const argv[], unsigned int seconds, char *out, char *err, size_t size);

/**
 * iu_container_line() - whether a line of `docker ps --format "{{.ID}} {{.Ports}}"` publishes the port
 * @line: NUL- or newline-terminated; its first @len bytes count
 * Returns: whether it does; then *@ret_id_len bytes at the beginning are the container's id.
 */
bool iu_container_line(const char *line, size_t len, const struct iu_step_container *target,
	size_t *ret_id_len);

#endif

/* os/linux/process/cmdline.h - the words of /proc/PID/cmdline */
#ifndef IU_OS_LINUX_PROCESS_CMDLINE_H
#define IU_OS_LINUX_PROCESS_CMDLINE_H

#include <stddef.h>

#include "model/process.h"

#define IU_CMDLINE_ARGUMENTS 64
#define IU_CMDLINE_ARGUMENT  4096

/**
 * iu_cmdline_parse() - the arguments of /proc/PID/cmdline: at most 64, each of at most 4096 bytes
 * Returns: 0, IU_E_NOMEM.
 */
int iu_cmdline_parse(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_process *process);

/**
 * iu_cmdline_script() - what an interpreter runs: "nodemon" of "node /usr/bin/nodemon.js a.js"
 * @bytes: /proc/PID/cmdline
 * Returns: the name within @bytes, not terminated; NULL: none.
 */
const char *iu_cmdline_script(const char *bytes, size_t len, size_t *ret_len);

/**
 * iu_cmdline_loops() - whether a shell was started to run a script, or words with a loop in them
 * IU_NO: somebody types in it, or it runs one thing after the other and ends. IU_UNKNOWN: no words.
 */
enum iu_tri iu_cmdline_loops(const char *bytes, size_t len);

#endif

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

/** iu_cmdline_mode() - the argument by which @parent starts its program again ("--watch"), or NULL. Static. */
const char *iu_cmdline_mode(const char *bytes, size_t len, const struct iu_parent *parent);

/**
 * iu_cmdline_names() - whether the arguments of one process hold the command of another
 * As words of their own, or inside of one ("sh -c" and its like); folders of the program may differ,
 * and an interpreter that came with its script may be missing.
 */
bool iu_cmdline_names(const struct iu_process *above, const struct iu_process *below);

/** iu_cmdline_text_loops() - whether the text of a shell's script has a loop, or begins anew by itself. */
bool iu_cmdline_text_loops(const char *text, size_t len);

#endif

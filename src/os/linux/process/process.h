/* os/linux/process/process.h - what /proc says about one process */
#ifndef IU_OS_LINUX_PROCESS_PROCESS_H
#define IU_OS_LINUX_PROCESS_PROCESS_H

#include <stddef.h>

#include "os/linux/scan.h"

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
 * iu_process_read() - adds the facts about @pid to the snapshot, unless they are there
 * Returns: 0, IU_E_GONE: it ended meanwhile, IU_E_NOMEM.
 */
int iu_process_read(struct iu_scan *scan, int32_t pid);

struct iu_bpf_process;

/**
 * iu_process_listed() - the same of a process of which the kernel has told what a row of a list shows
 *
 * Where more is wanted it is read, and is of the very process that was told of.
 * Returns: 0, IU_E_GONE: it ended meanwhile, IU_E_NOMEM.
 */
int iu_process_listed(struct iu_scan *scan, const struct iu_bpf_process *told);

/**
 * iu_cmdline_loops() - whether a shell was started to run a script, or words with a loop in them
 * IU_NO: somebody types in it, or it runs one thing after the other and ends. IU_UNKNOWN: no words.
 */
enum iu_tri iu_cmdline_loops(const char *bytes, size_t len);

#endif

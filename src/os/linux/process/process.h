/* os/linux/process/process.h - what /proc says about one process */
#ifndef IU_OS_LINUX_PROCESS_PROCESS_H
#define IU_OS_LINUX_PROCESS_PROCESS_H

#include <stddef.h>

#include "os/linux/scan.h"

/* The fields of /proc/PID/stat that are read. */
struct iu_stat {
	char state;
	int32_t ppid, pgid, sid, tty;
	uint32_t flags;
	uint64_t threads, start_ticks;
	char name[64]; /* comm, which may contain blanks, brackets and newlines */
};

#define IU_STAT_KERNEL_THREAD 0x00200000u /* PF_KTHREAD, include/linux/sched.h */

/** iu_stat_parse() - reads /proc/PID/stat. Returns: 0, IU_E_PROTO. */
int iu_stat_parse(const char *bytes, size_t len, struct iu_stat *ret_stat);

/** iu_stat_read() - reads it of @pid. Returns: 0, IU_E_GONE, IU_E_ACCESS, IU_E_PROTO. */
int iu_stat_read(int proc, int32_t pid, struct iu_stat *ret_stat);

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

/** iu_status_uid() - the effective uid in /proc/PID/status. Returns: 0, IU_E_PROTO. */
int iu_status_uid(const char *bytes, size_t len, uint32_t *ret_uid);

/** iu_process_state_of() - the state of a letter of /proc/PID/stat. */
enum iu_process_state iu_process_state_of(char letter);

/**
 * iu_process_read() - adds the facts about @pid to the snapshot, unless they are there
 * Returns: 0, IU_E_GONE: it ended meanwhile, IU_E_NOMEM.
 */
int iu_process_read(struct iu_scan *scan, int32_t pid);

struct iu_quick_process;

/**
 * iu_process_listed() - the same of a process of which the kernel has told what a row of a list shows
 *
 * Where more is wanted it is read, and is of the very process that was told of.
 * Returns: 0, IU_E_GONE: it ended meanwhile, IU_E_NOMEM.
 */
int iu_process_listed(struct iu_scan *scan, const struct iu_quick_process *told);

#endif

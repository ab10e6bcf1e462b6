/* os/linux/process/proc-stat.h - /proc/PID/stat and /proc/PID/status */
#ifndef IU_OS_LINUX_PROCESS_PROC_STAT_H
#define IU_OS_LINUX_PROCESS_PROC_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/process.h"

/* The fields of /proc/PID/stat that are read. */
struct iu_proc_stat {
	char state;
	int32_t ppid, pgid, sid, tty;
	uint32_t flags;
	uint64_t threads, start_ticks;
	bool reaped; /* it has waited for children that are gone: they left it their page faults and time */
	char name[64]; /* comm, which may contain blanks, brackets and newlines */
};

#define IU_STAT_KERNEL_THREAD 0x00200000u /* PF_KTHREAD, include/linux/sched.h */
#define IU_STAT_NEVER_EXEC    0x00000040u /* PF_FORKNOEXEC */

/** iu_proc_stat_parse() - reads /proc/PID/stat. Returns: 0, IU_E_PROTO. */
int iu_proc_stat_parse(const char *bytes, size_t len, struct iu_proc_stat *ret_stat);

/** iu_proc_stat_read() - reads it of @pid. Returns: 0, IU_E_GONE, IU_E_ACCESS, IU_E_PROTO. */
int iu_proc_stat_read(int proc, int32_t pid, struct iu_proc_stat *ret_stat);

/** iu_proc_status_uid() - the effective uid in /proc/PID/status. Returns: 0, IU_E_PROTO. */
int iu_proc_status_uid(const char *bytes, size_t len, uint32_t *ret_uid);

/** iu_proc_stat_state() - the state of a letter of /proc/PID/stat. */
enum iu_process_state iu_proc_stat_state(char letter);

#endif

/* run/linux/rights.h - what a thread may do, as /proc/TID/status says it */
#ifndef IU_RUN_LINUX_RIGHTS_H
#define IU_RUN_LINUX_RIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of a thread's status that decides what the kernel allows it, and the signals on their way. */
struct iu_run_rights {
	int32_t tgid;
	int32_t parent;          /* 0: of another PID namespace, or not told */
	uint32_t uid[4], gid[4]; /* real, effective, saved, file system */
	uint64_t groups;         /* a hash of the list */
	uint64_t capabilities;   /* effective */
	uint64_t bounding;       /* what it may ever get */
	bool bounding_known, no_new_privs_known, no_new_privs;
	int32_t filters;         /* system call filters; -1: the kernel does not say (before 5.9) */
	uint64_t pending, blocked, ignored, caught; /* signals; bit 0 is signal 1 */
	bool complete;           /* every field was there */
};

/** iu_run_rights_parse() - reads the text of /proc/TID/status; what is missing leaves complete false. */
void iu_run_rights_parse(const char *text, size_t len, struct iu_run_rights *ret_rights);

/**
 * iu_run_rights_equal() - whether the kernel lets a thread do exactly what we may do
 * @ours: of the process that asks; its filters counted with the one that the command got from us
 */
bool iu_run_rights_equal(const struct iu_run_rights *ours, const struct iu_run_rights *theirs);

/** iu_run_rights_may_bind_low() - it has CAP_NET_BIND_SERVICE. */
bool iu_run_rights_may_bind_low(const struct iu_run_rights *rights);

/** iu_run_rights_is_to_stop() - a signal waits that stops it: Ctrl-Z. */
bool iu_run_rights_is_to_stop(const struct iu_run_rights *rights);

/**
 * iu_run_rights_asked_to_end() - SIGINT, SIGTERM, SIGHUP or SIGQUIT waits, and the program handles it
 * Others may wait: runtimes send themselves SIGURG or SIGALRM all the time.
 */
bool iu_run_rights_asked_to_end(const struct iu_run_rights *rights);

#endif

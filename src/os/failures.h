/* os/failures.h - the second half of the seam: failed binds of all processes, as they happen */
#ifndef IU_OS_FAILURES_H
#define IU_OS_FAILURES_H

#include "base/text.h"
#include "model/failure.h"
#include "model/snapshot.h"

struct iu_failures;

/**
 * iu_failures_open() - hooks into the kernel; from now on failures are noted
 * @why: on failure receives one line
 * @ret_failures: iu_failures_close() ends it, and the hooks with it
 *
 * Which hooks a kernel has is found out by trying to load them. Returns: 0; IU_E_NOTSUP: not on this
 * system, in this build, on this kernel; IU_E_ACCESS: it takes CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN;
 * IU_E_NOMEM, IU_E_SYSTEM.
 */
int iu_failures_open(struct iu_failures **ret_failures, struct iu_text *why);

/** iu_failures_source() - which hooks are in use, and what they do not see. Static. */
const struct iu_failure_source *iu_failures_source(const struct iu_failures *failures);

/**
 * iu_failures_wait() - sleeps until something has failed, or a client waits, at most @ms
 * @listener: a descriptor; -1: there is none
 * Returns: 1: iu_failures_next() has something, 2: all that failed before @listener became readable was taken,
 * 0: the time is up, IU_E_AGAIN: a signal came.
 */
int iu_failures_wait(struct iu_failures *failures, int listener, unsigned int ms);

/**
 * iu_failures_next() - the next failure
 * @snapshot: an empty one; receives the sockets that were seen with it, and owns all strings
 * What the hook has seen, and no more. Returns: 1, 0: there is none now, IU_E_PROTO: one that could not be read was passed over, IU_E_NOMEM.
 */
int iu_failures_next(struct iu_failures *failures, struct iu_snapshot *snapshot,
	struct iu_failure *ret_failure);

/**
 * iu_failures_look() - adds names: of its unit, its user, its program; what /proc says of its process
 * A look that hangs ends the process, where the watchdog runs. Returns: 0, IU_E_*.
 */
int iu_failures_look(struct iu_failures *failures, struct iu_snapshot *snapshot, struct iu_failure *failure);

/**
 * iu_failures_given_up() - the failure that a process before this one was about when a look of it hung
 * Returns: as iu_failures_next().
 */
int iu_failures_given_up(struct iu_failures *failures, struct iu_snapshot *snapshot,
	struct iu_failure *ret_failure);

/* With this exit code a process says that a look of it hangs. */
#define IU_FAILURES_HUNG 41

/** iu_failures_share() - zeroed memory that is the same in all processes of iu_failures_outlive(); NULL: none. */
void *iu_failures_share(size_t size);

/**
 * iu_failures_outlive() - runs @work in a process of its own, and in another one where it exits with IU_FAILURES_HUNG
 * What was read, and what still waits, is the same in each. Returns: 0: it has returned, IU_E_SYSTEM.
 */
int iu_failures_outlive(struct iu_failures *failures, void (*work)(void *context), void *context);

/** iu_failures_waiting() - whether more of them wait than can be explained in time. */
bool iu_failures_waiting(const struct iu_failures *failures);

/**
 * iu_failures_enter() - looks into the network namespace of a failure from now on, until iu_failures_leave()
 * Returns: whether it could: else nobody is there any more, or we may not (CAP_SYS_ADMIN).
 */
bool iu_failures_enter(struct iu_failures *failures, const struct iu_failure *failure);

/** iu_failures_leave() - Returns: 0, IU_E_SYSTEM: we are still there, and may not look at anything any more. */
int iu_failures_leave(struct iu_failures *failures);

/** iu_failures_count() - what was seen since the beginning. */
void iu_failures_count(const struct iu_failures *failures, struct iu_failure_counters *ret_counters);

/** iu_failures_close() - removes the hooks; NULL is fine. */
void iu_failures_close(struct iu_failures *failures);

#endif

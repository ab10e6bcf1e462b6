/* run/linux/filter.h - the kernel stops bind() and listen() of a command and asks the supervisor */
#ifndef IU_RUN_LINUX_FILTER_H
#define IU_RUN_LINUX_FILTER_H

#include "run/linux/call.h"

/**
 * iu_run_filter_load() - from now on those calls of this process and all it becomes or starts wait
 * @ret_listener: receives the descriptor that notices come from
 *
 * Without CAP_SYS_ADMIN it takes no_new_privs, which is inherited and never goes away again.
 * Returns: 0, IU_E_NOTSUP: this kernel or build has it not, IU_E_LIMIT: another program around us
 * watches calls already (EBUSY), IU_E_ACCESS: an outer filter forbids it, IU_E_NOMEM.
 */
int iu_run_filter_load(int *ret_listener);

/** iu_run_filter_table() - the numbers of the calls that the filter stops. */
void iu_run_filter_table(struct iu_run_table *ret_table);

struct iu_run_notices;

/**
 * iu_run_notices_new() - reads notices from @listener, which stays the caller's
 * Asks for synchronous wake-ups where the kernel has them (6.6).
 * Returns: 0, IU_E_NOMEM, IU_E_SYSTEM.
 */
int iu_run_notices_new(int listener, struct iu_run_notices **ret_notices);

/**
 * iu_run_notices_next() - the next call that waits
 * Returns: 0, IU_E_GONE: it does not wait any more, IU_E_AGAIN, IU_E_SYSTEM.
 */
int iu_run_notices_next(struct iu_run_notices *notices, struct iu_run_notice *ret_notice);

/** iu_run_notices_valid() - whether it still waits: its thread is still the one that was meant. */
bool iu_run_notices_valid(const struct iu_run_notices *notices, uint64_t id);

/** iu_run_notices_continue() - lets the kernel do it. Returns: 0, IU_E_GONE, IU_E_SYSTEM. */
int iu_run_notices_continue(const struct iu_run_notices *notices, uint64_t id);

/** iu_run_notices_done() - the kernel is not asked: the caller gets 0, or this errno. As above. */
int iu_run_notices_done(const struct iu_run_notices *notices, uint64_t id, int error);

/**
 * iu_run_notices_killable() - a call that was read waits on through all signals but fatal ones (Linux 5.19)
 */
bool iu_run_notices_killable(void);

/**
 * iu_run_notices_rescue() - lets the kernel do the call that was read last, if it still waits
 * Works after a fork(), too, for what the other process had read before it died.
 */
void iu_run_notices_rescue(const struct iu_run_notices *notices);

/**
 * iu_run_notices_again() - the call is broken off for a signal that waits, and made anew after it
 * Only with a signal that waits: without one the caller would see the errno ERESTARTSYS.
 */
int iu_run_notices_again(const struct iu_run_notices *notices, uint64_t id);

/** iu_run_notices_free() - NULL is fine. */
void iu_run_notices_free(struct iu_run_notices *notices);

#endif

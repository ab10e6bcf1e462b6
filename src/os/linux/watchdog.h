/* os/linux/watchdog.h - ends a look that hangs */
#ifndef IU_OS_LINUX_WATCHDOG_H
#define IU_OS_LINUX_WATCHDOG_H

#include <signal.h>
#include <stdbool.h>

#include "base/compat.h"

/* What the thread that looks had blocked before. */
struct iu_watched {
	bool on;
	sigset_t mask;
};

/*
 * A library has no thread of its own and ends no process: only the program links watchdog.c.
 *
 * iu_watchdog_start(), iu_watchdog_stop() - around what may hang; nothing where nobody asked for it.
 */
IU_OPTIONAL void iu_watchdog_start(struct iu_watched *ret_watched);
IU_OPTIONAL void iu_watchdog_stop(const struct iu_watched *watched);

/** iu_watchdog_set() - the time begins anew, or (false) is not counted: somebody reads what was seen. */
IU_OPTIONAL void iu_watchdog_set(bool runs);

static inline void iu_watchdog_begin(struct iu_watched *ret_watched)
{
	ret_watched->on = false;
	if (iu_watchdog_start)
		iu_watchdog_start(ret_watched);
}

static inline void iu_watchdog_end(const struct iu_watched *watched)
{
	if (iu_watchdog_stop)
		iu_watchdog_stop(watched);
}

static inline void iu_watchdog_go_on(void)
{
	if (iu_watchdog_set)
		iu_watchdog_set(true);
}

static inline void iu_watchdog_pause(void)
{
	if (iu_watchdog_set)
		iu_watchdog_set(false);
}

#endif

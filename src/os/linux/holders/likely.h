/* os/linux/holders/likely.h - the holders of a few sockets: who is likely to have them comes first */
#ifndef IU_OS_LINUX_HOLDERS_LIKELY_H
#define IU_OS_LINUX_HOLDERS_LIKELY_H

#include "os/linux/holders/proc-walk.h"

/** iu_likely_hopeless() - somebody else's sockets, and no right to look into anybody else's processes */
bool iu_likely_hopeless(const struct iu_proc_walk *walk);

/**
 * iu_likely_walk() - until each socket has a holder: processes of its cgroup, of its user, all others
 * Returns: 1: that is enough (--first), 0: who else has them is still open; IU_E_*.
 */
int iu_likely_walk(struct iu_proc_walk *walk);

#endif

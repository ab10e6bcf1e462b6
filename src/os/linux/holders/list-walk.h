/* os/linux/holders/list-walk.h - the holders of a list, as the kernel tells them */
#ifndef IU_OS_LINUX_HOLDERS_LIST_WALK_H
#define IU_OS_LINUX_HOLDERS_LIST_WALK_H

#include "os/linux/holders/proc-walk.h"

/**
 * iu_list_walk() - the descriptors that lead to sockets which listen or are bound
 * Returns: 1: all of them are noted, 0: the kernel was not asked, or did not say; IU_E_NOMEM.
 */
int iu_list_walk(struct iu_proc_walk *walk);

#endif

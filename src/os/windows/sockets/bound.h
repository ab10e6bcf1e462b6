/* os/windows/sockets/bound.h - tables of sockets that are bound, whether or not they listen */
#ifndef IU_OS_WINDOWS_SOCKETS_BOUND_H
#define IU_OS_WINDOWS_SOCKETS_BOUND_H

#include "os/windows/scan.h"

/** iu_bound_add4() - the rows of a MIB_TCPTABLE2 that the main table does not have. Returns: 0. */
int iu_bound_add4(struct iu_scan *scan, const void *table);

#endif

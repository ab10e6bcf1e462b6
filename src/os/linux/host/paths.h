/* os/linux/host/paths.h - what lies at a UNIX socket path */
#ifndef IU_OS_LINUX_HOST_PATHS_H
#define IU_OS_LINUX_HOST_PATHS_H

#include "os/linux/scan.h"

/**
 * iu_path_look() - looks at one path without touching any server
 * @path: path and path_len are read, the rest is written; strings of @scan's snapshot
 * @ret_refused: whether the socket file could not be asked for lack of rights
 * Returns: 0, IU_E_NOMEM.
 */
int iu_path_look(struct iu_scan *scan, struct iu_path *path, bool *ret_refused);

/**
 * iu_path_alive() - whether a socket of any namespace is bound to the socket file @name in @dir
 * IU_UNKNOWN: it could not be asked; *@ret_refused: for lack of rights.
 */
enum iu_tri iu_path_alive(int dir, const char *name, bool *ret_refused);

#endif

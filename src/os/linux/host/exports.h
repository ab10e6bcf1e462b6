/* os/linux/host/exports.h - folders of this machine that others have through a server */
#ifndef IU_OS_LINUX_HOST_EXPORTS_H
#define IU_OS_LINUX_HOST_EXPORTS_H

#include "os/linux/scan.h"

/**
 * iu_exports_line() - whether a line of exportfs' or the kernel's list gives away a folder above @file
 * "/srv/a\040b	10.0.0.0/8(rw,sync)"
 */
bool iu_exports_line(const char *line, size_t len, const char *file);

/** iu_exports_argument() - whether an argument of a server names a folder above @file: "path=/srv,id=a". */
bool iu_exports_argument(const char *argument, const char *file);

/**
 * iu_exports_setting() - whether a line of smb.conf or ganesha.conf gives away a folder above @file
 * "path = /srv/%U", "EXPORT { Export_Id = 1; Path = "/srv"; }"
 */
bool iu_exports_setting(const char *line, size_t len, const char *file);

/**
 * iu_exports_find() - the file system under which others may have @file, an absolute path without links
 * The kernel's NFS server, and the programs of knowledge/file-servers.c with folders in their arguments or
 * their configuration. Not known: files that a configuration includes, smbd's [homes], usershares and registry.
 * Returns: a static string, or NULL.
 */
const char *iu_exports_find(struct iu_scan *scan, const char *file);

#endif

/* os/linux/process/program.h - whether the program of a process can make a server's socket at all */
#ifndef IU_OS_LINUX_PROCESS_PROGRAM_H
#define IU_OS_LINUX_PROCESS_PROGRAM_H

#include "os/linux/scan.h"

/**
 * iu_program_binds() - whether the program's file or a library of it names bind()
 * Returns: IU_NO: no socket with an address can be of its making; IU_UNKNOWN: it is linked in one
 * piece, lies on a file system that may not answer, or may not be read.
 */
enum iu_tri iu_program_binds(struct iu_scan *scan, int32_t pid);

#endif

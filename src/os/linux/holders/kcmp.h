/* os/linux/holders/kcmp.h - whether a process has a file that is known from another process */
#ifndef IU_OS_LINUX_HOLDERS_KCMP_H
#define IU_OS_LINUX_HOLDERS_KCMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/linux/holders/proc-walk.h"

/* A descriptor that leads to the file. */
struct iu_known {
	int32_t pid; /* or thread, where that one has a table of its own */
	int32_t fd;
};

/** iu_kcmp_possible() - whether the kernel compares files, and says how many a process has */
bool iu_kcmp_possible(int proc);

/**
 * iu_kcmp_none() - whether surely no descriptor of any thread of @pid leads to one of the files
 *
 * kcmp() costs a third of reading the link of a descriptor, and leaves no entries in the kernel's
 * caches. It needs the same rights. Where anything is in doubt (a number of descriptors that does
 * not come out, a refusal, a thread with a table of its own) the answer is no, and the links have
 * to be read. The answer only holds if @known still leads there afterwards: that is the caller's.
 * @proc: descriptor of /proc, which counts processes as we do.
 */
bool iu_kcmp_none(int proc, int32_t pid, const struct iu_known *known, size_t n);

/**
 * iu_kcmp_walk() - who else has the wanted sockets, of each of which a holder is known
 *
 * Processes that were passed are not looked into again. Returns: 1: all holders are noted, 0: there is
 * nothing to compare with, or it is gone meanwhile; IU_E_*.
 */
int iu_kcmp_walk(struct iu_proc_walk *walk);

#endif

/* os/linux/holders/fd-candidates.h - which places of descriptor tables lead to sockets, as the kernel says */
#ifndef IU_OS_LINUX_HOLDERS_FD_CANDIDATES_H
#define IU_OS_LINUX_HOLDERS_FD_CANDIDATES_H

#include "os/linux/bpf/bpf.h"
#include "os/linux/holders/proc-walk.h"

/**
 * iu_fd_candidates_note() - looks through all tables for files and notes the places in the snapshot
 * @inodes: of the sockets that they are, @n of both, at least one
 * @canary: a descriptor of our own, of a socket
 *
 * Where the kernel does not say, nothing is noted, and /proc has to be walked. Returns: 0, IU_E_NOMEM.
 */
int iu_fd_candidates_note(struct iu_scan *scan, const struct iu_bpf_file *files, const uint64_t *inodes,
	size_t n, int canary);

/**
 * iu_fd_candidates_named() - the same for the wanted sockets, where all of them are UDP or UNIX sockets
 * Of TCP iu_bind_bucket_collect() has done it while it had the sockets at hand.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_fd_candidates_named(struct iu_scan *scan);

/**
 * iu_fd_candidates_walk() - the holders of the wanted sockets, where the places of all of them are noted
 * Returns: 1: they are as they were told, 0: not known, or something has changed meanwhile; IU_E_NOMEM.
 */
int iu_fd_candidates_walk(struct iu_proc_walk *walk);

#endif

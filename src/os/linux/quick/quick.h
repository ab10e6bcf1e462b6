/* os/linux/quick/quick.h - who owns a port and which descriptors lead there, asked of the kernel */
#ifndef IU_OS_LINUX_QUICK_QUICK_H
#define IU_OS_LINUX_QUICK_QUICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/linux/quick/shared.h"

/*
 * Three BPF programs of some hundred instructions, loaded with bpf(2) alone: 0.3 ms each, where libbpf
 * takes 13 ms. They look through the very list that bind() looks through, and through the descriptor
 * tables of all processes at 1.5 ns a place, where /proc takes 3.4 us a descriptor; the third is for lists.
 */
struct iu_quick_look;

/**
 * iu_quick_open() - prepares a look; nothing is loaded yet
 * @ret_look: takes what iu_quick_close() ends
 *
 * INUSE_QUICK=off in the environment refuses (the tests compare both ways).
 * Returns: 0, IU_E_NOTSUP: built without BPF, no BTF, or
 * a kernel before 5.17, which has no loops; IU_E_ACCESS: no CAP_BPF and CAP_PERFMON; IU_E_NOMEM, IU_E_SYSTEM.
 */
int iu_quick_open(struct iu_quick_look **ret_look);

/**
 * iu_quick_owners() - the TCP sockets that own a port in our network namespace
 * @ret_found: on success points to the rows: valid until the next question of this look
 *
 * The list is walked without its lock: a socket that comes or goes meanwhile may be missing or be
 * there twice, so every row is to be confirmed. Returns: 0, IU_E_LIMIT: too many to be walked,
 * errors of iu_quick_open().
 */
int iu_quick_owners(
	struct iu_quick_look *scan, uint16_t port, const struct iu_quick **ret_found);

/* A file that is looked for, as rows of iu_quick_owners() have it. */
struct iu_quick_file {
	uint64_t file, cred, references, pollers;
};

/**
 * iu_quick_descriptors() - the places in descriptor tables where files are
 * @files: @n of them, 1 to IU_QUICK_ROWS
 * @canary: a descriptor of our own that the walk reads, so that a wrong one is detected
 * @ret_found: on success points to the hits, for /proc to confirm. whole 0: the walk ended when as
 *	many places were found as the files have references (expected), so that there are no others.
 *
 * Processes are told as the initial PID namespace counts them: it has to be the reader's own.
 * Returns: 0, IU_E_PROTO: the walk did not see what is known to be there, IU_E_LIMIT: more hits than
 * there is room for, errors of iu_quick_open().
 */
int iu_quick_descriptors(struct iu_quick_look *scan, const struct iu_quick_file *files, size_t n,
	int canary, const struct iu_quick **ret_found);

/**
 * iu_quick_sockets() - every descriptor of every process that leads to a socket, in order of pids
 * @row: is given each; what it returns < 0 ends the walk. It says what was there: /proc has to confirm
 *	each that is told to anybody.
 * @canary: a descriptor of our own of a socket, which the walk has to find
 *
 * 0.24 us a descriptor, whatever it leads to. Processes as iu_quick_descriptors() has them.
 * Returns: 0, IU_E_PROTO: the walk did not see the canary, what @row returned, errors of iu_quick_open().
 */
int iu_quick_sockets(struct iu_quick_look *scan, int canary,
	int (*row)(void *context, const struct iu_quick_descriptor *found), void *context);

/** iu_quick_close() - unloads everything; NULL is fine. */
void iu_quick_close(struct iu_quick_look *scan);

#endif

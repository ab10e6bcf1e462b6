/* os/linux/quick/list.h - for lists: which sockets are bound only, and who holds any, asked of the kernel */
#ifndef IU_OS_LINUX_QUICK_LIST_H
#define IU_OS_LINUX_QUICK_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/linux/quick/list-shared.h"

/*
 * Two walks. The first goes over all TCP ports, UDP and UNIX sockets of our network namespace and notes
 * the files of those that listen or are bound; the second over the descriptors of all processes and
 * tells where these files are: 10 ns a descriptor, where /proc takes 3.4 us.
 */
struct iu_quick_list_look;

/** iu_quick_list_kept() - whether its programs are loaded already, or will be for whoever comes next. */
bool iu_quick_list_kept(void);

/** iu_quick_list_open() - prepares both. Returns: as iu_quick_open() does. */
int iu_quick_list_open(struct iu_quick_list_look **ret_look);

/**
 * iu_quick_list_sockets() - the first walk
 * @ports: the local ports of the UDP sockets that are wanted, @n of them
 * @ret_found: on success has the TCP sockets that are bound and neither listen nor are connected, for
 *	the function below, until the second walk. One may be there twice.
 *
 * Lists are read without their locks, but each step is checked, so that nothing that is there all
 * the time is missing. Returns: 0, IU_E_LIMIT: more than there is room for, IU_E_AGAIN: they changed
 * faster than they could be read, errors of bpf(2).
 */
int iu_quick_list_sockets(struct iu_quick_list_look *scan, const uint16_t *ports, size_t n,
	const struct iu_quick_list **ret_found);

/** iu_quick_list_bound() - one of found->bounds sockets */
const struct iu_quick_row *iu_quick_list_bound(const struct iu_quick_list *found, uint32_t i);

/**
 * iu_quick_list_holders() - the second walk, after the first
 * @canary: a socket's descriptor of our own that has to be found
 * @ret_found: on success has the processes and their descriptors, for the two below. Those of other
 *	sockets are among them. What is told is what /proc/PID/fd would have said at that moment.
 *
 * Processes are told as the initial PID namespace counts them: it has to be the reader's own.
 * Returns: 0, IU_E_PROTO: the canary was not found, IU_E_LIMIT, errors of bpf(2).
 */
int iu_quick_list_holders(
	struct iu_quick_list_look *scan, int canary, const struct iu_quick_list **ret_found);

/** iu_quick_list_hit() - one of found->hits descriptors */
const struct iu_quick_held *iu_quick_list_hit(const struct iu_quick_list *found, uint32_t i);

/** iu_quick_list_process() - the process that has it */
const struct iu_quick_process *iu_quick_list_process(
	const struct iu_quick_list *found, const struct iu_quick_held *hit);

/** iu_quick_list_close() - unloads everything; NULL is fine. */
void iu_quick_list_close(struct iu_quick_list_look *scan);

#endif

/* os/linux/holders/hidden.h - sockets that no descriptor table shows, and where else they are looked for */
#ifndef IU_OS_LINUX_HOLDERS_HIDDEN_H
#define IU_OS_LINUX_HOLDERS_HIDDEN_H

#include <stddef.h>
#include <stdint.h>

#include "model/plan.h"
#include "os/linux/scan.h"

/* What the searches of one round share. */
struct iu_hidden {
	struct iu_scan *scan;
	struct iu_unheld {
		uint64_t inode;
		size_t socket; /* into snapshot->sockets */
		bool found;
	} *v; /* sorted by inode */
	size_t n;
	int peeked; /* descriptors that were taken out of messages, all processes together */
};

/** iu_hidden_begin() - fills @hidden with the sockets that nobody is known to have. Returns: 0, IU_E_NOMEM. */
int iu_hidden_begin(struct iu_hidden *hidden);

/** iu_hidden_find() - the wanted socket of which nobody is known to have it, or NULL. */
struct iu_unheld *iu_hidden_find(const struct iu_hidden *hidden, uint64_t inode);

/** iu_hidden_hold() - records that @hold keeps a socket alive, once. Returns: 0, IU_E_NOMEM. */
int iu_hidden_hold(struct iu_hidden *hidden, const struct iu_hold *hold);

/** iu_hidden_suspect() - records a process that may have it, once. Returns: 0, IU_E_NOMEM. */
int iu_hidden_suspect(struct iu_hidden *hidden, const struct iu_suspect *suspect);

/** iu_fdinfo_queue() - reads "scm_fds:\t2". Returns: 1, or 0: no such line, or none in flight. */
int iu_fdinfo_queue(const char *bytes, size_t len, uint64_t *ret_count);

/* Receives what the text of an io_uring's fdinfo tells. Returns 0, or what ends the reading. */
struct iu_ring_sink {
	int (*file)(void *context, uint64_t inode); /* a registered socket */
	int (*accept)(void *context);		    /* an accept request that waits */
	void *context;
};

/** iu_ring_parse() - reads the fdinfo of an io_uring: "UserFiles:" and "PollList:". */
int iu_ring_parse(const char *bytes, size_t len, const struct iu_ring_sink *sink);

/* What a line of /proc/PID/maps maps. */
enum iu_mapped { IU_MAPPED_OTHER, IU_MAPPED_SOCKET, IU_MAPPED_RING };

/** iu_maps_line() - reads one line of /proc/PID/maps; the inode of a socket in *@ret_inode. */
enum iu_mapped iu_maps_line(const char *line, size_t len, uint64_t *ret_inode);

/**
 * iu_in_flight_search() - looks into the queue of a UNIX socket
 * @queue: what the descriptor links to; @fd: its number in the table of @pid
 *
 * The queue is not changed: MSG_PEEK makes duplicates, which are closed at once.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_in_flight_search(struct iu_hidden *hidden, int32_t pid, int32_t fd, uint64_t queue);

/** iu_ring_search() - looks into the registered files of an io_uring. Returns: 0, IU_E_NOMEM. */
int iu_ring_search(struct iu_hidden *hidden, int32_t pid, const char *fd);

/** iu_maps_search() - looks for mapped sockets and rings. Returns: 0, IU_E_NOMEM. */
int iu_maps_search(struct iu_hidden *hidden, int32_t pid, bool has_ring);

/** iu_calls_search() - looks for calls that still run on closed descriptors. 0, IU_E_NOMEM. */
int iu_calls_search(struct iu_hidden *hidden);

/** iu_kernel_search() - asks the parts of the kernel which ports they use. 0, IU_E_NOMEM. */
int iu_kernel_search(struct iu_hidden *hidden);

/**
 * iu_hold_check() - whether a process still has a socket of which it has no descriptor
 * A look of its own: costs as much as the search that found it. Returns: 1, 0, IU_E_NOMEM.
 */
int iu_hold_check(const struct iu_step_process *target);

#endif

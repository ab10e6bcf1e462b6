/* os/linux/watch/event.h - what a hook has written, in the words of the model */
#ifndef IU_OS_LINUX_WATCH_EVENT_H
#define IU_OS_LINUX_WATCH_EVENT_H

#include "model/failure.h"
#include "model/snapshot.h"

/* What the numbers of events mean here. */
struct iu_event_place {
	int64_t boot_ms; /* when the system started, since 1970 */
	uint64_t netns;  /* ours, an inode */
	uint64_t cookie; /* … and its cookie; 0: not known */
};

/**
 * iu_event_read() - one record of the ring
 * @snapshot: an empty one; receives the sockets that were seen with it, and owns all strings
 * @ret_cgroup: receives the id of the cgroup of the process
 * Returns: 0, IU_E_PROTO: it is none, IU_E_NOMEM.
 */
int iu_event_read(const void *bytes, size_t len, const struct iu_event_place *place,
	struct iu_snapshot *snapshot, struct iu_failure *ret_failure, uint64_t *ret_cgroup);

#endif

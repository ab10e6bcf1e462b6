/* os/linux/sockets/aggregate.h - thousands of connections of one port: some are listed, the rest is counted */
#ifndef IU_OS_LINUX_SOCKETS_AGGREGATE_H
#define IU_OS_LINUX_SOCKETS_AGGREGATE_H

#include "model/snapshot.h"

struct iu_crowd;

/**
 * iu_crowd_of() - the crowd that a connection belongs to; made when it is the first of its kind
 * @crowds: starts as NULL, ends with iu_crowds_free()
 * NULL: what listens or is bound only is listed always, as is everything when memory runs out.
 */
struct iu_crowd *iu_crowd_of(struct iu_crowd **crowds, const struct iu_socket *sock);

/** iu_crowd_listed() - @sock was listed at this place of snapshot->sockets. */
void iu_crowd_listed(
	struct iu_crowd *crowd, const struct iu_snapshot *snapshot, size_t index);

/**
 * iu_crowd_counts() - counts @sock with its like where enough of them are listed
 * Returns: whether it did. *ret_place is then where @sock is to be listed instead of another one,
 * because it ends later than all of them; SIZE_MAX: nowhere.
 */
bool iu_crowd_counts(struct iu_crowd *crowd, struct iu_snapshot *snapshot,
	const struct iu_socket *sock, size_t *ret_place);

/** iu_crowds_free() - forgets them all. */
void iu_crowds_free(struct iu_crowd **crowds);

#endif

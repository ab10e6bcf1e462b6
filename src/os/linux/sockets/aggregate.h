/* os/linux/sockets/aggregate.h - thousands of connections of one port: some are listed, the rest is counted */
#ifndef IU_OS_LINUX_SOCKETS_AGGREGATE_H
#define IU_OS_LINUX_SOCKETS_AGGREGATE_H

#include "model/snapshot.h"

struct iu_aggregate;

/**
 * iu_aggregate_of() - the row that a connection belongs to; made when it is the first of its kind
 * @aggregates: starts as NULL, ends with iu_aggregates_free()
 * NULL: what listens or is bound only is listed always, as is everything when memory runs out.
 */
struct iu_aggregate *iu_aggregate_of(struct iu_aggregate **aggregates, const struct iu_socket *sock);

/** iu_aggregate_listed() - @sock was listed at this place of snapshot->sockets. */
void iu_aggregate_listed(
	struct iu_aggregate *aggregate, const struct iu_snapshot *snapshot, size_t index);

/**
 * iu_aggregate_counts() - counts @sock with its like where enough of them are listed
 * Returns: whether it did. *ret_place is then where @sock is to be listed instead of another one,
 * because it ends later than all of them; SIZE_MAX: nowhere.
 */
bool iu_aggregate_counts(struct iu_aggregate *aggregate, struct iu_snapshot *snapshot,
	const struct iu_socket *sock, size_t *ret_place);

/** iu_aggregates_free() - forgets them all. */
void iu_aggregates_free(struct iu_aggregate **aggregates);

#endif

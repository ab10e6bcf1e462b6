/* os/linux/sockets/aggregate.c - thousands of connections of one port: some are listed, the rest is counted */
#include "os/linux/sockets/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

/* The BPF program lists so many of a port, too; who holds them is looked up for each. */
#define LISTED 256

struct iu_aggregate {
	struct aggregate_key {
		enum iu_state state;
		enum iu_family family;
		uint32_t ifindex;
		uint16_t port;
		uint8_t mini;
		uint8_t local[sizeof(((struct iu_address *)NULL)->bytes)];
	} key;
	size_t listed;
	size_t first, last; /* places of the one that counts the others, and of the one that ends last */
	UT_hash_handle hh;
};

struct iu_aggregate *iu_aggregate_of(struct iu_aggregate **aggregates, const struct iu_socket *sock)
{
	struct iu_aggregate *aggregate;
	struct aggregate_key key;

	if (sock->protocol != IU_PROTOCOL_TCP || sock->state == IU_STATE_LISTEN ||
		sock->state == IU_STATE_BOUND)
		return NULL;
	memset(&key, 0, sizeof(key)); /* the gaps in it are compared as well */
	key.state = sock->state;
	key.family = sock->family;
	key.ifindex = sock->ifindex;
	key.port = sock->port;
	key.mini = sock->mini;
	memcpy(key.local, sock->local.bytes, sizeof(key.local));
	HASH_FIND(hh, *aggregates, &key, sizeof(key), aggregate);
	if (aggregate)
		return aggregate;
	aggregate = calloc(1, sizeof(*aggregate));
	if (!aggregate)
		return NULL;
	aggregate->key = key;
	HASH_ADD(hh, *aggregates, key, sizeof(aggregate->key), aggregate);
	if (iu_added(aggregate))
		return aggregate;
	free(aggregate);
	return NULL;
}

/* What stands for many is the one that goes last (engine/blockers.c). */
static bool ends_later(const struct iu_socket *s, const struct iu_socket *than)
{
	if (s->timer_ms != than->timer_ms)
		return s->timer_ms > than->timer_ms;
	return s->peer_port > than->peer_port;
}

void iu_aggregate_listed(
	struct iu_aggregate *aggregate, const struct iu_snapshot *snapshot, size_t index)
{
	if (aggregate->listed == 0)
		aggregate->first = aggregate->last = index;
	else if (ends_later(&snapshot->sockets.v[index], &snapshot->sockets.v[aggregate->last]))
		aggregate->last = index;
	aggregate->listed++;
}

bool iu_aggregate_counts(struct iu_aggregate *aggregate, struct iu_snapshot *snapshot,
	const struct iu_socket *sock, size_t *ret_place)
{
	if (aggregate->listed < LISTED)
		return false;
	snapshot->sockets.v[aggregate->first].more_like_it++;
	*ret_place = ends_later(sock, &snapshot->sockets.v[aggregate->last]) ? aggregate->last : SIZE_MAX;
	return true;
}

void iu_aggregates_free(struct iu_aggregate **aggregates)
{
	struct iu_aggregate *aggregate, *next;

	HASH_ITER(hh, *aggregates, aggregate, next)
	{
		HASH_DEL(*aggregates, aggregate);
		free(aggregate);
	}
}

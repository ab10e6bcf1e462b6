/* os/linux/sockets/aggregate.c - thousands of connections of one port: some are listed, the rest is counted */
#include "os/linux/sockets/aggregate.h"

#include <stdlib.h>
#include <string.h>

#include "base/table.h"

/* The BPF program lists so many of a port, too; who holds them is looked up for each. */
#define LISTED 256

struct iu_crowd {
	struct crowd_key {
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

struct iu_crowd *iu_crowd_of(struct iu_crowd **crowds, const struct iu_socket *sock)
{
	struct iu_crowd *crowd;
	struct crowd_key key;

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
	HASH_FIND(hh, *crowds, &key, sizeof(key), crowd);
	if (crowd)
		return crowd;
	crowd = calloc(1, sizeof(*crowd));
	if (!crowd)
		return NULL;
	crowd->key = key;
	HASH_ADD(hh, *crowds, key, sizeof(crowd->key), crowd);
	if (iu_added(crowd))
		return crowd;
	free(crowd);
	return NULL;
}

/* What stands for many is the one that goes last (engine/blockers.c). */
static bool ends_later(const struct iu_socket *s, const struct iu_socket *than)
{
	if (s->timer_ms != than->timer_ms)
		return s->timer_ms > than->timer_ms;
	return s->peer_port > than->peer_port;
}

void iu_crowd_listed(
	struct iu_crowd *crowd, const struct iu_snapshot *snapshot, size_t index)
{
	if (crowd->listed == 0)
		crowd->first = crowd->last = index;
	else if (ends_later(&snapshot->sockets.v[index], &snapshot->sockets.v[crowd->last]))
		crowd->last = index;
	crowd->listed++;
}

bool iu_crowd_counts(struct iu_crowd *crowd, struct iu_snapshot *snapshot,
	const struct iu_socket *sock, size_t *ret_place)
{
	if (crowd->listed < LISTED)
		return false;
	snapshot->sockets.v[crowd->first].alike++;
	*ret_place = ends_later(sock, &snapshot->sockets.v[crowd->last]) ? crowd->last : SIZE_MAX;
	return true;
}

void iu_crowds_free(struct iu_crowd **crowds)
{
	struct iu_crowd *crowd, *next;

	HASH_ITER(hh, *crowds, crowd, next)
	{
		HASH_DEL(*crowds, crowd);
		free(crowd);
	}
}

/* model/tally.c - how many sockets there are: by state, and connections by local port */
#include "model/tally.h"

#include <string.h>

#include "base/compat.h"

void iu_tally_clear(struct iu_tally *tally)
{
	memset(tally, 0, sizeof(*tally));
}

void iu_tally_add(struct iu_tally *tally, const struct iu_socket *socket)
{
	uint32_t n = 1 + socket->more_like_it;

	if (socket->protocol == IU_PROTOCOL_UDP)
		tally->udp += n;
	if (socket->protocol != IU_PROTOCOL_TCP)
		return;
	tally->states[socket->state] += n;
	tally->taken[socket->port / 8] |= (uint8_t)(1u << socket->port % 8);
	if (socket->state != IU_STATE_LISTEN && socket->state != IU_STATE_BOUND && socket->state != IU_STATE_TIME_WAIT)
		tally->connections[socket->port] += n;
}

uint64_t iu_tally_connections(const struct iu_tally *tally)
{
	uint64_t n = 0;

	for (size_t i = 0; i < IU_COUNT(tally->states); i++)
		if (i != IU_STATE_LISTEN && i != IU_STATE_BOUND && i != IU_STATE_UNKNOWN)
			n += tally->states[i];
	return n;
}

size_t iu_tally_taken(const struct iu_tally *tally, uint16_t first, uint16_t last)
{
	size_t n = 0;

	for (uint32_t port = first; port <= last; port++)
		n += tally->taken[port / 8] >> port % 8 & 1;
	return n;
}

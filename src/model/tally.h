/* model/tally.h - how many sockets there are: by state, and connections by local port */
#ifndef IU_MODEL_TALLY_H
#define IU_MODEL_TALLY_H

#include "model/socket.h"

#define IU_TALLY_PORTS 65536

/* Large: on the heap. A million connections take no more room than one. */
struct iu_tally {
	uint64_t states[IU_STATE_FILE + 1]; /* TCP, by enum iu_state */
	uint64_t udp;
	uint32_t connections[IU_TALLY_PORTS]; /* TCP, of a local port, with a peer; TIME-WAIT is none */
	uint8_t taken[IU_TALLY_PORTS / 8];    /* a bit for each port that any TCP socket has */
};

/** iu_tally_clear() - nothing is counted. */
void iu_tally_clear(struct iu_tally *tally);

/** iu_tally_add() - one more socket, with those that are counted with it; UNIX sockets are not counted. */
void iu_tally_add(struct iu_tally *tally, const struct iu_socket *socket);

/** iu_tally_connections() - all of them, those in TIME-WAIT too. */
uint64_t iu_tally_connections(const struct iu_tally *tally);

/** iu_tally_taken() - how many ports from @first to @last some TCP socket has. */
size_t iu_tally_taken(const struct iu_tally *tally, uint16_t first, uint16_t last);

#endif

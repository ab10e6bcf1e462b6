/* os/linux/around/packet.h - a packet to the port that is asked about, and what rules do to it */
#ifndef IU_OS_LINUX_AROUND_PACKET_H
#define IU_OS_LINUX_AROUND_PACKET_H

#include <stddef.h>

#include "model/snapshot.h"

/* What somebody would send to the port. Where it comes from is not known. */
struct iu_packet {
	enum iu_protocol protocol;
	struct iu_address to; /* an address of this machine */
	uint16_t port;
	bool outgoing; /* made on this machine */
};

/** iu_packet_number() - IPPROTO_TCP, IPPROTO_UDP. */
uint8_t iu_packet_number(const struct iu_packet *packet);

/**
 * iu_packet_takes() - a rule sends it elsewhere: what a list of takers has of that
 * @taker: kind, where to, table, chain and handle are given; borrowed texts are copied
 *
 * What leads to where it goes anyway is none. A rule that takes several packets is one taker.
 */
void iu_packet_takes(
	struct iu_snapshot *snapshot, const struct iu_packet *packet, const struct iu_taker *taker);

/**
 * iu_packet_match() - whether a match of the x_tables fits: "tcp", "multiport", "addrtype" …
 * @info: its structure, @len bytes of any content
 * Returns: IU_UNKNOWN where it asks what is not known of the packet.
 */
enum iu_tri iu_packet_match(const struct iu_packet *packet, const char *name, const void *info, size_t len);

/**
 * iu_packet_target() - what a target of the x_tables does: "DNAT", "REDIRECT", "TPROXY"
 * Returns: whether it takes the packet; then kind and where to are in *@ret_taker.
 */
bool iu_packet_target(const struct iu_packet *packet, const char *name, unsigned int revision,
	const void *info, size_t len, struct iu_taker *ret_taker);

#endif

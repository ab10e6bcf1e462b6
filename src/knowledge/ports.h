/* knowledge/ports.h - ports that are better not chosen for a server of one's own */
#ifndef IU_KNOWLEDGE_PORTS_H
#define IU_KNOWLEDGE_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/address.h"

/** iu_port_taken_by() - what usually listens there ("PostgreSQL"), or who refuses it; NULL: free to use. */
const char *iu_port_taken_by(uint16_t port);

/** iu_port_is_fixed() - whether the other side of a protocol asks at this port and no other: DNS, DHCP. */
bool iu_port_is_fixed(uint16_t port, enum iu_protocol protocol);

/** iu_port_is_customary() - whether programs of that name mostly have that port: "postgres" and 5432. */
bool iu_port_is_customary(const char *name, uint16_t port);

/** iu_port_owner() - the first of those programs; NULL: the port is nobody's, or anybody's (80, 443). Static. */
const char *iu_port_owner(uint16_t port);

/**
 * iu_port_of_service() - the TCP port that a service of that name has by custom: "postgresql.service" and 5432
 * Returns: 0: none is known.
 */
uint16_t iu_port_of_service(const char *unit);

/** iu_port_is_word() - whether a text names the port: "8080", "--port=8080", "0.0.0.0:8080", not "18080". */
bool iu_port_is_word(const char *text, size_t len, uint16_t port);

#endif

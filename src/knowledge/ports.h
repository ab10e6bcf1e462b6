/* knowledge/ports.h - ports that are better not chosen for a server of one's own */
#ifndef IU_KNOWLEDGE_PORTS_H
#define IU_KNOWLEDGE_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"

/** iu_port_taken_by() - what usually listens there ("PostgreSQL"), or who refuses it; NULL: free to use. */
const char *iu_port_taken_by(uint16_t port);

/** iu_port_is_fixed() - whether the other side of a protocol asks at this port and no other: DNS, DHCP. */
bool iu_port_is_fixed(uint16_t port, enum iu_protocol protocol);

#endif

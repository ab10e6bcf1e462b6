/* knowledge/iana.h - ports by the names that IANA gave them */
#ifndef IU_KNOWLEDGE_IANA_H
#define IU_KNOWLEDGE_IANA_H

#include "base/span.h"
#include "model/address.h"

/**
 * iu_iana_port() - the port that a service's name means, the same on every machine: "commplex-main"
 * Returns: 0: there is no such name for that protocol.
 */
uint16_t iu_iana_port(struct iu_span name, enum iu_protocol protocol);

#endif

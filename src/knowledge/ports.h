/* knowledge/ports.h - ports that are better not chosen for a server of one's own */
#ifndef IU_KNOWLEDGE_PORTS_H
#define IU_KNOWLEDGE_PORTS_H

#include <stdint.h>

/** iu_port_taken_by() - what usually listens there ("PostgreSQL"), or who refuses it; NULL: free to use. */
const char *iu_port_taken_by(uint16_t port);

#endif

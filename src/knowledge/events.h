/* knowledge/events.h - what Windows' event log says about ports */
#ifndef IU_KNOWLEDGE_EVENTS_H
#define IU_KNOWLEDGE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct iu_event_row {
	const char *provider; /* NULL: any */
	uint32_t id;
	bool exhausted;       /* it speaks of ports that run out */
	const char *sentence;
	const char *advice;   /* one sentence, or NULL */
	const char *data;     /* what its data tells, where a copy has left that out; or NULL */
	uint16_t ports[2];    /* where such an entry names no port: what it is about mostly; TCP */
};

/** iu_event_row() - the row of an event, or NULL. Static. */
const struct iu_event_row *iu_event_row(const char *provider, uint32_t id);

/** iu_event_code() - what a Win32, Winsock or NTSTATUS code in an event means here; or NULL. */
const char *iu_event_code(uint32_t code);

/** iu_event_no_conflict() - the code says that no other holder of the port is the reason. */
bool iu_event_no_conflict(uint32_t code);

#endif

/* captures/event.h - one entry of the event log, before it is understood */
#ifndef IU_CAPTURES_EVENT_H
#define IU_CAPTURES_EVENT_H

#include "captures/capture-out.h"

#define IU_EVENT_VALUES_MAX 24
#define IU_EVENT_BINARY_MAX 64

struct iu_capture_event {
	struct iu_span provider;
	uint32_t id;
	int64_t time; /* -1: not known */
	struct iu_span values[IU_EVENT_VALUES_MAX]; /* what the message is filled with, in order */
	size_t count;
	uint8_t binary[IU_EVENT_BINARY_MAX];
	size_t binary_len;
};

/** iu_capture_event_provider() - whether this provider's entries may speak of ports. */
bool iu_capture_event_provider(struct iu_span provider);

/** iu_capture_event_known() - whether the entry is one that speaks of a port. */
bool iu_capture_event_known(struct iu_span provider, uint32_t id);

/** iu_capture_event_add() - understands the entry and adds it. Returns: 0, IU_E_NOMEM. */
int iu_capture_event_add(struct iu_capture_out *out, const struct iu_capture_event *event);

#endif

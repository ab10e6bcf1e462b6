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

/**
 * iu_capture_event_data() - the binary data of an entry, when a line has it
 *
 * "0000: 40 27 00 00", in words "0000: 00002740", "Data : {64, 39, 0, 0}", "Data: 40270000".
 */
bool iu_capture_event_data(struct iu_span line, struct iu_capture_event *event);

/** iu_capture_event_data_above() - the same where Get-EventLog lists it before source and message. */
void iu_capture_event_data_above(
	const struct iu_lines *lines, size_t at, struct iu_capture_event *event);

/** iu_capture_event_add() - understands the entry and adds it. Returns: 0, IU_E_NOMEM. */
int iu_capture_event_add(struct iu_capture_out *out, const struct iu_capture_event *event);

#endif

/* session/event-meaning.h - an entry of Windows' event log that was given as a message */
#ifndef IU_SESSION_EVENT_MEANING_H
#define IU_SESSION_EVENT_MEANING_H

#include "base/arena.h"
#include "input/error-text.h"

/**
 * iu_event_meaning_find() - what the first entry in a text that speaks of a port means
 * @ret_readings: the error in its data, or what it mostly is; untouched where there is no entry
 * Returns: "event 115 of W3SVC: …", in @arena; NULL: there is none.
 */
const char *iu_event_meaning_find(struct iu_arena *arena, const char *text, size_t len,
	struct iu_error_readings *ret_readings);

#endif

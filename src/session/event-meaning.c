/* session/event-meaning.c - an entry of Windows' event log that was given as a message */
#include "session/event-meaning.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "captures/captures.h"
#include "knowledge/events.h"

/* An entry is short; in a longer text other things are the message. */
#define TEXT_MAX 65536

/* A quick look, before everything is tried that captures are. */
static bool may_be_event(struct iu_span text)
{
	return text.len && text.len <= TEXT_MAX &&
	       (iu_span_find(text, "could not bind instance") < text.len ||
		       iu_span_find(text, "w3svc") < text.len ||
		       iu_span_find(text, "smtpsvc") < text.len);
}

static const char *sentence(struct iu_arena *arena, const struct iu_event *event)
{
	const struct iu_event_row *row = iu_event_row(event->provider, event->id);
	const char *code = iu_event_code(event->code);

	if (!row)
		return NULL;
	return iu_arena_printf(arena, "event %" PRIu32 " of %s: %s%s%s", event->id,
		iu_safe(arena, event->provider, 40), row->sentence,
		code ? "; its data is the error code: " : row->data ? "; " : "",
		code ? code : row->data ? row->data : "");
}

/* Where its data was not copied it is the one that such entries mostly have. */
static void read_code(const struct iu_event *event, struct iu_error_readings *ret)
{
	char number[16] = "WSAEADDRINUSE";

	if (event->code)
		snprintf(number, sizeof(number), "%" PRIu32, event->code);
	iu_error_read(number, strlen(number), ret);
	ret->is_message = true; /* nobody asked for the number itself */
	ret->is_number = false;
}

const char *iu_event_meaning_find(struct iu_arena *arena, const char *text, size_t len,
	struct iu_error_readings *ret_readings)
{
	struct iu_capture capture = {"-", text, len};
	struct iu_text complaint = {0};
	struct iu_snapshot snapshot;
	const char *found = NULL;

	if (!may_be_event((struct iu_span){text, len}))
		return NULL;
	if (iu_captures_read(&capture, 1, &snapshot, &complaint) == 0) {
		for (size_t i = 0; i < snapshot.windows.events.n && !found; i++) {
			found = sentence(arena, &snapshot.windows.events.v[i]);
			if (found)
				read_code(&snapshot.windows.events.v[i], ret_readings);
		}
		iu_snapshot_free(&snapshot);
	}
	iu_text_free(&complaint);
	return found;
}

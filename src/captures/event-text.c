/* captures/event-text.c - an entry of the event log as text, as Event Viewer copies it */
#include <string.h>

#include "base/err.h"
#include "captures/event.h"
#include "captures/formats-text.h"

/* The number stands near the source, the text and the data not far below. */
#define NUMBER_NEAR 10
#define TEXT_NEAR   40
#define FIELD_MAX   60

/* What stands behind the first colon with a blank: "Event Source:	W3SVC", in any language. */
static struct iu_span value_of(struct iu_span line)
{
	for (size_t i = 0; i + 1 < line.len; i++)
		if (line.text[i] == ':' && line.text[i + 1] == ' ')
			return iu_span_trim(iu_span_from(line, i + 1));
	return (struct iu_span){0};
}

/* A field of a list has its value behind a colon, a sentence is longer. */
static void add_value(struct iu_capture_event *event, struct iu_span line)
{
	struct iu_span value = value_of(line);
	bool field = value.len && (line.len < FIELD_MAX || value.text[0] == '\\');

	if (event->count < IU_EVENT_VALUES_MAX)
		event->values[event->count++] = field ? value : iu_span_trim(line);
}

/*
 * A line that ends in a known source, soon after it a line that ends in a number which that source
 * has for ports, then the message and its data.
 */
int iu_capture_event_text(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_capture_event event = {.time = -1, .provider = value_of(lines->v[at])};
	size_t last, id_line = at;
	uint64_t number;
	int ret;

	if (!event.provider.len || !iu_capture_event_provider(event.provider))
		return 0;
	for (size_t i = at + 1; i < lines->n && i <= at + NUMBER_NEAR && id_line == at; i++)
		if (iu_span_number(value_of(lines->v[i]), UINT32_MAX, &number) &&
			iu_capture_event_known(event.provider, (uint32_t)number & 0xffff))
			id_line = i;
	if (id_line == at)
		return 0;
	event.id = (uint32_t)number & 0xffff;
	last = id_line;
	for (size_t i = id_line + 1; i < lines->n && i <= id_line + TEXT_NEAR; i++) {
		struct iu_span value = value_of(lines->v[i]);

		/* the next entry begins */
		if (value.len && iu_capture_event_provider(value))
			break;
		if (iu_capture_event_data(lines->v[i], &event)) {
			last = i;
		} else if (event.binary_len) {
			break; /* nothing follows the data */
		} else if (lines->v[i].len) {
			add_value(&event, lines->v[i]);
			last = i;
		}
	}
	if (!event.binary_len)
		iu_capture_event_data_above(lines, at, &event);
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	ret = iu_capture_event_add(out, &event);
	/* other captures may follow without data between: only the head is certain to be its own */
	return ret < 0 ? ret : (int)((event.binary_len ? last : id_line) + 1 - at);
}

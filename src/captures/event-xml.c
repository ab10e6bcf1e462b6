/* captures/event-xml.c - entries of the event log as wevtutil and the Event Viewer write them */
#include <string.h>

#include "base/err.h"
#include "captures/event.h"
#include "captures/formats-text.h"

/* An entry in one file has a line, a pretty one some dozen; what is longer is no such entry. */
#define LINES_MAX 400
#define BYTES_MAX 65536

/* From behind @start, which is looked for from *at on, to before @end. Moves *at behind it. */
static bool between(struct iu_span text, size_t *at, const char *start, const char *end,
	struct iu_span *ret)
{
	struct iu_span rest = iu_span_from(text, *at);
	size_t from = iu_span_find(rest, start), len;

	if (from == rest.len)
		return false;
	rest = iu_span_from(rest, from + strlen(start));
	len = iu_span_find(rest, end);
	if (len == rest.len)
		return false;
	*ret = (struct iu_span){rest.text, len};
	*at = (size_t)(rest.text - text.text) + len + strlen(end);
	return true;
}

/* Name='x' or Name="x" in a tag. */
static bool attribute(struct iu_span tag, const char *name, struct iu_span *ret)
{
	size_t at = iu_span_find(tag, name);
	struct iu_span rest = iu_span_trim(iu_span_from(tag, at + strlen(name)));
	const char *quote;

	if (at == tag.len || !rest.len || rest.text[0] != '=')
		return false;
	rest = iu_span_trim(iu_span_from(rest, 1));
	if (rest.len < 2 || (rest.text[0] != '"' && rest.text[0] != '\''))
		return false;
	quote = memchr(rest.text + 1, rest.text[0], rest.len - 1);
	if (!quote)
		return false;
	*ret = (struct iu_span){rest.text + 1, (size_t)(quote - rest.text) - 1};
	return true;
}

static bool digits(struct iu_span text, size_t at, size_t n, int64_t *ret)
{
	uint64_t number;

	if (at + n > text.len ||
		!iu_span_number((struct iu_span){text.text + at, n}, 9999, &number))
		return false;
	*ret = (int64_t)number;
	return true;
}

/* "2026-11-20T09:12:44.1234567Z", always UTC: seconds since 1970, -1 for anything else. */
static int64_t read_time(struct iu_span text)
{
	int64_t year, month, day, hour, minute, second, days;

	if (!digits(text, 0, 4, &year) || !digits(text, 5, 2, &month) ||
		!digits(text, 8, 2, &day) || !digits(text, 11, 2, &hour) ||
		!digits(text, 14, 2, &minute) || !digits(text, 17, 2, &second) || year < 1970 || month < 1 || month > 12 ||
		day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
		return -1;
	/* days from March on, so that the leap day comes last (civil calendar, proleptic) */
	year -= month <= 2;
	month += month <= 2 ? 9 : -3;
	days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
	return (days - 719468) * 86400 + hour * 3600 + minute * 60 + second;
}

static void read_binary(struct iu_span hex, struct iu_capture_event *event)
{
	uint64_t byte;

	hex = iu_span_trim(hex);
	event->binary_len = 0;
	for (size_t i = 0; i + 2 <= hex.len && event->binary_len < IU_EVENT_BINARY_MAX; i += 2) {
		if (!iu_span_hex((struct iu_span){hex.text + i, 2}, &byte))
			return;
		event->binary[event->binary_len++] = (uint8_t)byte;
	}
}

/* The values between <Data …> and </Data>; an empty <Data/> has none. */
static void read_values(struct iu_span text, struct iu_capture_event *event)
{
	struct iu_span value;
	size_t at = 0;

	while (event->count < IU_EVENT_VALUES_MAX &&
		between(text, &at, "<Data", "</Data>", &value)) {
		const char *close = memchr(value.text, '>', value.len);

		if (!close)
			continue;
		event->values[event->count++] =
			iu_span_trim(iu_span_from(value, (size_t)(close - value.text) + 1));
	}
	at = 0;
	if (between(text, &at, "<Binary>", "</Binary>", &value))
		read_binary(value, event);
}

/* The text of one entry. Returns: 1, 0: none, IU_E_NOMEM. */
static int read_event(struct iu_span text, struct iu_capture_out *out)
{
	struct iu_capture_event event = {.time = -1};
	struct iu_span tag, id;
	const char *close;
	uint64_t number;
	size_t at = 0;
	int ret;

	if (!between(text, &at, "<Provider", ">", &tag) ||
		!attribute(tag, " Name", &event.provider))
		return 0;
	at = 0;
	if (!between(text, &at, "<EventID", "</EventID>", &id))
		return 0;
	close = id.len ? memchr(id.text, '>', id.len) : NULL;
	if (!close ||
		!iu_span_number(iu_span_trim(iu_span_from(id, (size_t)(close - id.text) + 1)),
			UINT32_MAX, &number))
		return 0;
	event.id = (uint32_t)number & 0xffff; /* the severity may be in the upper half */
	at = 0;
	if (between(text, &at, "<TimeCreated", ">", &tag) &&
		attribute(tag, "SystemTime", &id))
		event.time = read_time(id);
	read_values(text, &event);
	ret = iu_capture_event_add(out, &event);
	return ret < 0 ? ret : 1;
}

static bool opens(struct iu_span line)
{
	return iu_span_find(line, "<Event ") < line.len ||
	       iu_span_find(line, "<Event>") < line.len;
}

/* The lines up to the last </Event> of the line that closes the first entry. */
static int join(const struct iu_lines *lines, size_t at, struct iu_arena *arena,
	struct iu_span *ret)
{
	size_t i, len = 0;
	char *text;

	for (i = at; i < lines->n && i < at + LINES_MAX && len < BYTES_MAX; i++) {
		len += lines->v[i].len + 1;
		if (iu_span_find(lines->v[i], "</Event>") < lines->v[i].len)
			break;
	}
	if (i == lines->n || i == at + LINES_MAX || (len >= BYTES_MAX && i > at))
		i = at; /* cut off: what is in the first line */
	len = 0;
	for (size_t k = at; k <= i; k++)
		len += lines->v[k].len + 1;
	text = iu_arena_alloc(arena, len + 1);
	if (!text)
		return IU_E_NOMEM;
	*ret = (struct iu_span){text, len};
	for (size_t k = at; k <= i; k++) {
		memcpy(text, lines->v[k].text, lines->v[k].len);
		text += lines->v[k].len;
		*text++ = ' ';
	}
	return (int)(i - at) + 1;
}

int iu_capture_event_xml(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_arena arena = {0};
	struct iu_span text, event;
	size_t from = 0;
	int count, ret = 0, found = 0;

	if (!opens(lines->v[at]))
		return 0;
	count = join(lines, at, &arena, &text);
	if (count > 0)
		while (ret >= 0 && between(text, &from, "<Event", "</Event>", &event)) {
			ret = read_event(event, out);
			found += ret > 0;
		}
	iu_arena_free(&arena);
	if (count < 0 || ret < 0)
		return IU_E_NOMEM;
	if (!found)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	return count;
}

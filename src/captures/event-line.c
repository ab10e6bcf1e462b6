/* captures/event-line.c - an entry of the event log in one line, or nothing but its message */
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "captures/event.h"
#include "captures/formats-text.h"

/* How far below its message the data of an entry stands. */
#define DATA_NEAR 4
/* … and how far above it in a list of properties. */
#define DATA_ABOVE 10

static void put_bytes(struct iu_capture_event *event, uint64_t number, size_t n)
{
	for (size_t i = 0; i < n && event->binary_len < IU_EVENT_BINARY_MAX; i++)
		event->binary[event->binary_len++] = (uint8_t)(number >> (8 * i));
}

/* "0000: 40 27 00 00   @'..", in words "0000: 00002740": up to the first word that is none. */
static bool read_dump(const struct iu_phrase *words, size_t at, struct iu_capture_event *event)
{
	size_t before = event->binary_len;
	uint64_t number;

	for (size_t i = at; i < words->n; i++) {
		size_t len = words->v[i].len;

		if ((len != 2 && len != 8) || !iu_span_hex(words->v[i], &number))
			break;
		put_bytes(event, number, len / 2);
	}
	return event->binary_len > before;
}

/* "{64, 39, 0, 0}": bytes as PowerShell writes them. */
static bool read_list(struct iu_span line, struct iu_capture_event *event)
{
	const char *open = iu_span_find_char(line, '{'), *close = iu_span_find_char(line, '}');
	struct iu_phrase words;
	struct iu_span inner;
	uint64_t number;

	if (!open || !close || close < open)
		return false;
	inner = (struct iu_span){open + 1, (size_t)(close - open) - 1};
	iu_words_split(inner, &words);
	if (words.n < 4)
		return false;
	for (size_t i = 0; i < words.n; i++)
		if (!iu_span_number(iu_span_strip(words.v[i], ","), 255, &number))
			return false;
	for (size_t i = 0; i < words.n; i++) {
		iu_span_number(iu_span_strip(words.v[i], ","), 255, &number);
		put_bytes(event, number, 1);
	}
	return true;
}

/* "Data: 40270000", "Data: 10048", "Data: 0x2740": a word behind the last colon. */
static bool read_value(struct iu_span line, struct iu_capture_event *event)
{
	const char *colon = iu_span_find_last(line, ':');
	struct iu_span value =
		colon ? iu_span_trim(iu_span_from(line, (size_t)(colon - line.text) + 1)) : line;
	uint64_t number;

	if (!colon || !iu_span_begins(iu_span_trim(line), "Data"))
		return false;
	if (iu_span_begins(value, "0x") && iu_span_hex(iu_span_from(value, 2), &number)) {
		put_bytes(event, number, 4);
	} else if (value.len == 8 && iu_span_hex(value, &number)) {
		/* bytes in a row: the last one stands first */
		for (size_t i = 0; i < 4; i++)
			put_bytes(event, number >> (24 - 8 * i) & 0xff, 1);
	} else if (iu_span_number(value, UINT32_MAX, &number)) {
		put_bytes(event, number, 4);
	}
	return event->binary_len > 0;
}

bool iu_capture_event_data(struct iu_span line, struct iu_capture_event *event)
{
	struct iu_phrase words;
	uint64_t number;

	iu_words_split(line, &words);
	for (size_t i = 0; i + 1 < words.n; i++) {
		struct iu_span offset = words.v[i];

		if (offset.len < 5 || offset.text[offset.len - 1] != ':')
			continue;
		offset.len--;
		if (iu_span_hex(offset, &number) && read_dump(&words, i + 1, event))
			return true;
	}
	return read_list(line, event) || read_value(line, event);
}

void iu_capture_event_data_above(
	const struct iu_lines *lines, size_t at, struct iu_capture_event *event)
{
	for (size_t i = at; i-- > 0 && i + DATA_ABOVE >= at && lines->v[i].len;)
		if (iu_span_begins(lines->v[i], "Data") && iu_capture_event_data(lines->v[i], event))
			return;
}

/* A quick look at every line of a text. */
static bool speaks_of_source(struct iu_span line)
{
	static const char *const parts[] = {"svc", "tcpip", "httpevent"};

	for (size_t i = 0; i < IU_COUNT(parts); i++)
		if (iu_span_find(line, parts[i]) < line.len)
			return true;
	return false;
}

/* "W3SVC" and "115" in one line, in any order and language. */
static bool is_named(struct iu_span line, struct iu_capture_event *event)
{
	struct iu_phrase words;
	uint64_t number;
	size_t at = 0;

	while (at < line.len && !iu_char_is_digit(line.text[at]))
		at++;
	if (at == line.len || !speaks_of_source(line))
		return false;
	iu_words_split(line, &words);
	for (size_t i = 0; i < words.n && !event->provider.len; i++) {
		struct iu_span word = iu_span_strip(words.v[i], ",;.:()[]\"'");

		if (iu_capture_event_provider(word))
			event->provider = word;
	}
	for (size_t i = 0; i < words.n && event->provider.len; i++) {
		struct iu_span word = iu_span_strip(words.v[i], ",;.:()[]\"'");

		if (!iu_span_number(word, UINT32_MAX, &number) ||
			!iu_capture_event_known(event->provider, (uint32_t)number & 0xffff))
			continue;
		event->id = (uint32_t)number & 0xffff;
		return true;
	}
	return false;
}

/* Commas are columns in a list that was exported. */
static bool is_listed(struct iu_span line, struct iu_capture_event *event)
{
	char copy[512];
	size_t n = line.len < sizeof(copy) ? line.len : sizeof(copy);

	if (!iu_span_find_char(line, ',') || !speaks_of_source(line))
		return false;
	for (size_t i = 0; i < n; i++)
		copy[i] = line.text[i];
	for (size_t i = 0; i < n; i++)
		if (copy[i] == ',')
			copy[i] = ' ';
	event->provider = (struct iu_span){0};
	if (!is_named((struct iu_span){copy, n}, event)) {
		event->provider = (struct iu_span){0};
		return false;
	}
	event->provider.text = line.text + (event->provider.text - copy);
	return true;
}

/* Without a source it is the Web service's: it is the one that people meet. */
static const char message[] = "could not bind instance";

int iu_capture_event_line(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_capture_event event = {.time = -1};
	struct iu_span line = lines->v[at];
	size_t words = iu_span_find(line, message), last = at;
	int ret;

	if (!is_named(line, &event) && !is_listed(line, &event)) {
		if (words == line.len)
			return 0;
		event.provider = event.provider.len ? event.provider : iu_span_of("W3SVC");
		event.id = 115;
	}
	if (words < line.len)
		event.values[event.count++] = iu_span_from(line, words);
	if (!iu_capture_event_data(line, &event))
		for (size_t i = at + 1; i < lines->n && i <= at + DATA_NEAR && last == at; i++)
			if (iu_capture_event_data(lines->v[i], &event))
				last = i;
	if (!event.binary_len)
		iu_capture_event_data_above(lines, at, &event);
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	ret = iu_capture_event_add(out, &event);
	return ret < 0 ? ret : (int)(last + 1 - at);
}

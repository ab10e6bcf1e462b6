/* captures/damage.c - what mail, logs, Markdown and JSON put around the lines of a capture */
#include "captures/damage.h"

#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/unicode.h"

/* Wrappings lie in each other: a quoted line of a journal of a container. */
#define LAYERS_MAX 6
/* No program, host or service that begins a line has a longer name. */
#define NAME_MAX_BYTES 80
#define REPLACEMENT    0xfffd /* for half a character */

static bool is_name_char(char c)
{
	return iu_char_is_word(c) || c == '.' || c == '-';
}

static size_t skip_blanks(struct iu_span line, size_t at)
{
	while (at < line.len && line.text[at] == ' ')
		at++;
	return at;
}

/* One blank is the prefix's own; those behind it are the line's indentation. */
static size_t one_blank(struct iu_span line, size_t at)
{
	return at < line.len && line.text[at] == ' ' ? at + 1 : at;
}

static bool ends_word(struct iu_span line, size_t at)
{
	return at >= line.len || line.text[at] == ' ';
}

/* ---- what a line begins with; each returns how many bytes, 0: it does not ---- */

/* "> ", ">> ", ">System"; what closes an element of XML is no quoting. */
static size_t quoting(struct iu_span line)
{
	if (!line.len || line.text[0] != '>' || (line.len > 1 && line.text[1] == '<'))
		return 0;
	return one_blank(line, 1);
}

/* "| " of mail, "+ " of a diff: where it is the only one, for tables have more. */
static size_t bar(struct iu_span line)
{
	if (line.len < 2 || !strchr("|+", line.text[0]) || line.text[1] != ' ')
		return 0;
	return memchr(line.text + 1, line.text[0], line.len - 1) ? 0 : 2;
}

/* "web-1  | ": docker compose; "[pod/web-5c/web] ": kubectl logs --prefix. */
static size_t service(struct iu_span line)
{
	size_t at = 0, bar_at;

	if (iu_span_begins(line, "[pod/")) {
		const char *close = iu_span_find_char(line, ']');

		return close ? one_blank(line, (size_t)(close - line.text) + 1) : 0;
	}
	while (at < line.len && at < NAME_MAX_BYTES && is_name_char(line.text[at]))
		at++;
	bar_at = skip_blanks(line, at);
	if (!at || bar_at == at || bar_at >= line.len || line.text[bar_at] != '|' ||
		!ends_word(line, bar_at + 1))
		return 0;
	return one_blank(line, bar_at + 1);
}

/* Digits of a date or a time stand for digits, anything else for itself. */
static size_t shaped(struct iu_span line, size_t at, const char *shape)
{
	size_t n = 0;

	for (; shape[n]; n++) {
		char c = at + n < line.len ? line.text[at + n] : '\0';

		if (shape[n] == '0' ? !iu_char_is_digit(c) : c != shape[n])
			return 0;
	}
	return n;
}

/* "2026-01-08T14:29:35.123456789Z", "…+0100", "…+01:00": 0: none. */
static size_t iso_time(struct iu_span line)
{
	size_t at = shaped(line, 0, "0000-00-00T00:00:00"), zone;

	if (!at)
		return 0;
	if (at < line.len && strchr(".,", line.text[at]))
		at += 1 + iu_span_digits(line, at + 1);
	if (at < line.len && line.text[at] == 'Z')
		return at + 1;
	if (at >= line.len || !strchr("+-", line.text[at]))
		return 0;
	zone = shaped(line, at + 1, "00:00");
	if (!zone)
		zone = shaped(line, at + 1, "0000");
	return zone ? at + 1 + zone : 0;
}

/* "Jan 08 14:29:35", "Jan  8 14:29:35.123456", "Thu 2026-01-08 14:29:35 UTC" */
static size_t journal_time(struct iu_span line)
{
	static const char *const shapes[] = {" 00 00:00:00", "  0 00:00:00"};
	size_t at = 0, n;

	if (line.len < 4 || !iu_char_is_letter(line.text[0]) || !iu_char_is_letter(line.text[1]) ||
		!iu_char_is_letter(line.text[2]))
		return iso_time(line);
	n = shaped(line, 3, " 0000-00-00 00:00:00");
	if (n) {
		at = 3 + n;
		for (n = at + 1; n < line.len && iu_char_is_letter(line.text[n]);)
			n++;
		return n > at + 1 && ends_word(line, n) ? n : at;
	}
	for (size_t i = 0; i < IU_COUNT(shapes) && !at; i++) {
		n = shaped(line, 3, shapes[i]);
		at = n ? 3 + n : 0;
	}
	if (at && at < line.len && line.text[at] == '.')
		at += 1 + iu_span_digits(line, at + 1);
	return at;
}

/* "Jan 08 14:29:35 host3 systemd[1]: ", "… host3 kernel: " */
static size_t journal(struct iu_span line)
{
	size_t at = journal_time(line), start;

	/* a journal has the zone as a number; behind a "Z" any words may follow */
	if (!at || at >= line.len || line.text[at] != ' ' || line.text[at - 1] == 'Z')
		return 0;
	for (start = ++at; at < line.len && is_name_char(line.text[at]);)
		at++;
	if (at == start || at >= line.len || line.text[at] != ' ')
		return 0;
	for (start = ++at; at < line.len && at < start + NAME_MAX_BYTES &&
			   (is_name_char(line.text[at]) || strchr("()/@\\", line.text[at]));)
		at++;
	if (at == start)
		return 0;
	if (at < line.len && line.text[at] == '[') {
		size_t digits = iu_span_digits(line, at + 1);

		if (!digits || at + 1 + digits >= line.len || line.text[at + 1 + digits] != ']')
			return 0;
		at += digits + 2;
	}
	if (at >= line.len || line.text[at] != ':' || !ends_word(line, at + 1))
		return 0;
	return one_blank(line, at + 1);
}

/* "2026-01-08T14:29:35.1Z stdout F " of the kubelet, "2026-01-08T14:29:35.1Z " of docker logs -t. */
static size_t container_log(struct iu_span line)
{
	static const char *const streams[] = {" stdout f", " stderr f", " stdout p", " stderr p"};
	size_t at = iso_time(line);

	if (!at || !ends_word(line, at))
		return 0;
	for (size_t i = 0; i < IU_COUNT(streams); i++)
		if (iu_span_at(line, at, streams[i]) && ends_word(line, at + strlen(streams[i])))
			return one_blank(line, at + strlen(streams[i]));
	return one_blank(line, at);
}

/* A journal's line begins with a time as well: it comes before that of a container. */
static size_t (*const prefixes[])(struct iu_span line) = {
	quoting, bar, service, journal, container_log};

/* ---- marks of code at the ends ---- */

static struct iu_span without_marks(struct iu_span line)
{
	size_t indent = iu_span_indent(line), before = indent, behind = line.len, end;

	while (before < line.len && line.text[before] == '`')
		before++;
	while (behind > before && line.text[behind - 1] == ' ')
		behind--;
	for (end = behind; end > before && line.text[end - 1] == '`';)
		end--;
	/* nothing but marks, or more inside: pieces of code in one sentence */
	if (before == end || memchr(line.text + before, '`', end - before))
		return line;
	/* blanks at the end are the line's, those behind its last mark nobody's */
	if (end < behind)
		line.len = end;
	return before > indent ? iu_span_from(line, before) : line;
}

struct iu_span iu_damage_strip(struct iu_span line)
{
	size_t before = line.len + 1;

	for (int layer = 0; layer < LAYERS_MAX && line.len < before; layer++) {
		size_t took = 0;

		before = line.len;
		for (size_t i = 0; i < IU_COUNT(prefixes) && !took; i++)
			took = prefixes[i](line);
		line = took ? iu_span_from(line, took) : without_marks(line);
	}
	return line;
}

/* "C:\": a path of Windows has such pairs as well. */
static bool has_path(struct iu_span line)
{
	for (size_t i = 1; i + 1 < line.len; i++)
		if (line.text[i] == ':' && line.text[i + 1] == '\\' &&
			iu_char_is_letter(line.text[i - 1]))
			return true;
	return false;
}

size_t iu_damage_unescape(char *line, size_t len)
{
	size_t n = 0;

	if (!memchr(line, '\\', len) || has_path((struct iu_span){line, len}))
		return len;
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\\' && i + 1 < len && strchr("*_[]|#`>~", line[i + 1]))
			continue;
		line[n++] = line[i];
	}
	return n;
}

/* ---- JSON ---- */

/* Under which keys logs and answers of programs have what was printed. */
static const char *const keys[] = {"log", "message", "msg", "_msg", "text", "line", "output",
	"stdout", "stderr", "body", "content"};

static bool is_known_key(struct iu_span key)
{
	for (size_t i = 0; i < IU_COUNT(keys); i++)
		if (iu_span_is_any_case(key, keys[i]))
			return true;
	return false;
}

/* Where the string ends that begins behind its quote at @at; the length: it does not. */
static size_t string_end(struct iu_span line, size_t at)
{
	for (; at < line.len && line.text[at] != '"'; at++)
		at += line.text[at] == '\\';
	return at < line.len ? at : line.len;
}

/* "\u001b", and two of them for what lies beyond; what is none gives nothing. */
static char *put_unicode(char *to, struct iu_span text, size_t *at)
{
	uint64_t point, low;
	uint32_t pair = 0;

	if (!iu_span_hex(iu_span_upto(iu_span_from(text, *at), 4), &point))
		return to;
	*at += 4;
	if (iu_span_at(text, *at, "\\u") &&
		iu_span_hex(iu_span_upto(iu_span_from(text, *at + 2), 4), &low))
		pair = iu_unicode_pair((uint32_t)point, (uint32_t)low);
	if (pair)
		*at += 6;
	else if (iu_unicode_is_half((uint32_t)point))
		point = REPLACEMENT;
	return to + iu_unicode_put(pair ? pair : (uint32_t)point, to);
}

/* The text of a string, and an end of line where it has none. Never longer than it was. */
static char *put_string(char *to, struct iu_span text)
{
	static const char signs[] = "nrtbf", meanings[] = "\n\r\t\b\f";
	char *start = to;

	for (size_t i = 0; i < text.len;) {
		const char *sign;
		char c = text.text[i++];

		if (c != '\\' || i == text.len) {
			*to++ = c;
			continue;
		}
		c = text.text[i++];
		sign = strchr(signs, c);
		if (c == 'u')
			to = put_unicode(to, text, &i);
		else
			*to++ = c && sign ? meanings[sign - signs] : c;
	}
	if (to == start || to[-1] != '\n')
		*to++ = '\n';
	return to;
}

/* What stands in JSON outside of its strings. */
static bool is_json_char(char c)
{
	return c && strchr("{}[]:, \t\r0123456789+-.eEtrufalsn", c);
}

/* The strings that are text; NULL: this is no JSON. */
static char *put_strings(char *to, struct iu_span line, bool all)
{
	bool wanted = all;

	for (size_t i = 0; i < line.len; i++) {
		struct iu_span text;
		size_t next;

		if (line.text[i] != '"') {
			if (!is_json_char(line.text[i]))
				return NULL;
			continue;
		}
		text = iu_span_from(line, i + 1);
		next = string_end(line, i + 1);
		if (next == line.len)
			return NULL;
		text.len = next - i - 1;
		i = next;
		next = skip_blanks(line, i + 1);
		if (next < line.len && line.text[next] == ':') {
			wanted = is_known_key(text);
			continue;
		}
		if (wanted)
			to = put_string(to, text);
		wanted = all;
	}
	return to;
}

/* A line of strings side by side is CSV, and begins like a string of JSON. */
static bool is_one_string(struct iu_span line)
{
	size_t end = string_end(line, 1);

	return end < line.len && iu_span_strip(iu_span_from(line, end + 1), " ,]").len == 0;
}

int iu_damage_unwrap(struct iu_arena *arena, struct iu_span line, struct iu_damage_room *room,
	struct iu_span *ret_text)
{
	size_t key;
	char *end;

	if (iu_span_begins(line, "\xef\xbb\xbf"))
		line = iu_span_from(line, 3);
	line = iu_span_strip(line, " \t\r\n");
	if (line.len < 3 || !strchr("{[\"", line.text[0]) || !memchr(line.text, '"', line.len))
		return 0;
	if (line.text[0] == '"') {
		key = skip_blanks(line, string_end(line, 1) + 1);
		if (!is_one_string(line) && !(key < line.len && line.text[key] == ':'))
			return 0;
	}
	if (room->size < line.len + 2) {
		room->size = line.len * 2 + 2;
		room->v = iu_arena_alloc(arena, room->size);
		if (!room->v)
			return IU_E_NOMEM;
	}
	end = put_strings(room->v, line, line.text[0] != '{');
	if (!end || end == room->v)
		return 0;
	*ret_text = (struct iu_span){room->v, (size_t)(end - room->v)};
	return 1;
}

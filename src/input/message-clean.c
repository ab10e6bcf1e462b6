/* input/message-clean.c - a pasted message without what programs and pages wrapped around it */
#include "input/message-clean.h"

#include <stdint.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/unicode.h"

struct cleaner {
	char *out;
	size_t n;
};

static void put(struct cleaner *c, uint32_t point)
{
	if (point)
		c->n += iu_unicode_put(point, c->out + c->n);
}

/* ---- UTF-16 ---- */

enum encoding { BYTES, UTF16_LE, UTF16_BE };

/* By its mark, or by NUL bytes in every second place of what it begins with. */
static enum encoding encoding_of(struct iu_span text)
{
	size_t nul[2] = {0, 0}, looked = text.len < 512 ? text.len & ~(size_t)1 : 512;

	if (text.len >= 2 && !memcmp(text.text, "\xff\xfe", 2))
		return UTF16_LE;
	if (text.len >= 2 && !memcmp(text.text, "\xfe\xff", 2))
		return UTF16_BE;
	for (size_t i = 0; i < looked; i++)
		nul[i & 1] += !text.text[i];
	if (looked < 4 || (nul[0] && nul[1]))
		return BYTES;
	if (nul[1] > looked / 8)
		return UTF16_LE;
	return nul[0] > looked / 8 ? UTF16_BE : BYTES;
}

static uint32_t unit_at(struct iu_span text, size_t at, enum encoding encoding)
{
	unsigned char first = (unsigned char)text.text[at],
		      second = (unsigned char)text.text[at + 1];

	return encoding == UTF16_LE ? (uint32_t)(first | second << 8)
				    : (uint32_t)(first << 8 | second);
}

static void decode(struct cleaner *c, struct iu_span text, enum encoding encoding)
{
	for (size_t at = 0; at + 1 < text.len; at += 2) {
		uint32_t unit = unit_at(text, at, encoding), pair = 0;

		if (at + 3 < text.len)
			pair = iu_unicode_pair(unit, unit_at(text, at + 2, encoding));
		if (pair) {
			put(c, pair);
			at += 2;
		} else if (unit != 0xfeff && !iu_unicode_is_half(unit)) {
			put(c, unit);
		}
	}
}

/* ---- escapes ---- */

/* Past an escape sequence: ESC [ … letter, ESC ] … BEL, ESC and one byte. */
static size_t skip_colour(struct iu_span text, size_t at)
{
	char kind = at + 1 < text.len ? text.text[at + 1] : '\0';

	at += 2;
	if (kind == '[')
		while (at < text.len && (unsigned char)text.text[at] < 0x40)
			at++;
	else if (kind == ']')
		while (at < text.len && text.text[at] != '\a' && text.text[at] != '\033')
			at++;
	else
		return at;
	return at + 1;
}

static bool read_hex4(struct iu_span text, size_t at, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = at + i < text.len ? iu_char_hex(text.text[at + i]) : -1;

		if (digit < 0)
			return false;
		value = value * 16 + (uint32_t)digit;
	}
	*ret = value;
	return true;
}

/* "\u00e9", "\ud83d\ude00" at @at; how many bytes, 0: it is none. */
static size_t unicode_escape(struct cleaner *c, struct iu_span text, size_t at)
{
	uint32_t point, low, pair = 0;

	if (!iu_span_at(text, at, "\\u") || !read_hex4(text, at + 2, &point))
		return 0;
	if (iu_span_at(text, at + 6, "\\u") && read_hex4(text, at + 8, &low))
		pair = iu_unicode_pair(point, low);
	if (pair) {
		put(c, pair);
		return 12;
	}
	if (point < ' ')
		point = ' ';
	if (!iu_unicode_is_half(point))
		put(c, point);
	return 6;
}

/* "C:\new\tools": a backslash in a path of Windows is no escape. */
static bool in_windows_path(struct iu_span text, size_t at)
{
	size_t start = at;

	while (start > 0 && at - start < 200 && !strchr(" \n\r\t\"'`(", text.text[start - 1]))
		start--;
	for (; start + 1 <= at; start++)
		if (text.text[start] == ':' && text.text[start + 1] == '\\')
			return true;
	return at + 1 < text.len && at > 0 && text.text[at - 1] == ':';
}

/* What stands behind a backslash at @at; how many bytes both are, 0: it is no escape. */
static size_t escape(struct cleaner *c, struct iu_span text, size_t at)
{
	char next = at + 1 < text.len ? text.text[at + 1] : '\0';
	size_t n = unicode_escape(c, text, at);

	if (n)
		return n;
	if (!next || in_windows_path(text, at))
		return 0;
	if (next == 'n' || next == 'r' || next == 't') {
		put(c, next == 't' ? ' ' : '\n');
		return 2;
	}
	if (!strchr("\"'/*_[]#`<>\\{}", next))
		return 0;
	if (next == '\\')
		return 1; /* the second one is read with what follows it: "\\n" of a string in a string */
	put(c, (unsigned char)next);
	return 2;
}

static const struct {
	const char *text;
	char is;
} entities[] = {
	{"&quot;", '"'}, {"&#34;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}, {"&lt;", '<'},
	{"&gt;", '>'}, {"&amp;", '&'}, {"&nbsp;", ' '},
};

static size_t entity(struct cleaner *c, struct iu_span text, size_t at)
{
	for (size_t i = 0; i < IU_COUNT(entities); i++)
		if (iu_span_at(text, at, entities[i].text)) {
			put(c, (unsigned char)entities[i].is);
			return strlen(entities[i].text);
		}
	return 0;
}

/* ---- lines ---- */

/* "> " of a quotation, "web_1  | " of compose: how many bytes in front of a line's own. */
static size_t line_prefix(struct iu_span text, size_t at)
{
	size_t start = at, end;

	while (at < text.len && (text.text[at] == '>' || (at > start && text.text[at] == ' ')))
		at++;
	for (end = at; end < text.len && end - at < 64 &&
		       (iu_char_is_word(text.text[end]) || text.text[end] == '-' ||
			       text.text[end] == '.');
		end++)
		;
	if (end == at)
		return at - start;
	while (end < text.len && text.text[end] == ' ' && end - at < 96)
		end++;
	return iu_span_at(text, end, "| ") ? end + 2 - start : at - start;
}

static void clean_text(struct cleaner *c, struct iu_span text)
{
	bool begins = true;
	size_t n;

	for (size_t at = 0; at < text.len;) {
		char byte = text.text[at];

		if (byte == '\033') {
			at = skip_colour(text, at);
			continue;
		}
		n = begins ? line_prefix(text, at) : 0;
		begins = false;
		if (!n && byte == '\\')
			n = escape(c, text, at);
		else if (!n && byte == '&')
			n = entity(c, text, at);
		if (n) {
			at += n;
			continue;
		}
		if (byte)
			c->out[c->n++] = byte == '\t' ? ' ' : byte;
		begins = byte == '\n' || byte == '\r';
		at++;
	}
}

size_t iu_message_clean(struct iu_span text, char *ret)
{
	/* Nothing in it makes a text longer: what was decoded lies behind. */
	struct cleaner decoded = {.out = ret + 2 * text.len}, c = {.out = ret};
	enum encoding encoding = encoding_of(text);

	if (encoding != BYTES) {
		decode(&decoded, text, encoding);
		text = (struct iu_span){decoded.out, decoded.n};
	}
	clean_text(&c, text);
	return c.n;
}

size_t iu_message_clean_joined(struct iu_span text, char *ret)
{
	size_t len = iu_message_clean(text, ret), n = 0;

	for (size_t at = 0; at < len; at++) {
		char c = iu_char_is_space(ret[at]) ? ' ' : ret[at];

		if (c != ' ' || (n && ret[n - 1] != ' '))
			ret[n++] = c;
	}
	return n;
}

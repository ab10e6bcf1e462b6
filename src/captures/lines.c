/* captures/lines.c - pasted text of any encoding as clean lines, and their words */
#include "captures/lines.h"

#include <string.h>

#include "base/err.h"
#include "base/unicode.h"
#include "captures/damage.h"

/* How the bytes of one line are to be read. */
enum encoding { BYTES, UTF16_LE, UTF16_BE };

struct cleaner {
	struct iu_arena *arena;
	struct iu_lines lines;
	char *out; /* room for every byte that can come out */
	size_t n, line;
	bool cr;   /* the last character was one: CR LF is one line end, and so is CR CR LF */
	unsigned char escape; /* inside of a colour code: 0 no, 1 after ESC, 2 after "[", 3 OSC */
};

/* The columns of what is left begin where the line begins. */
static void strip(struct cleaner *c)
{
	struct iu_span line = {c->out + c->line, c->n - c->line};
	struct iu_span inner = iu_damage_strip(line);

	if (inner.text != line.text)
		memmove(c->out + c->line, inner.text, inner.len);
	c->n = c->line + iu_damage_unescape(c->out + c->line, inner.len);
}

static bool end_line(struct cleaner *c)
{
	struct iu_span *slot;

	if (c->lines.n == IU_LINES_MAX)
		return false;
	slot = iu_list_add(c->arena, &c->lines);
	strip(c);
	*slot = (struct iu_span){c->out + c->line, c->n - c->line};
	while (slot->len && slot->text[slot->len - 1] == ' ')
		slot->len--;
	c->line = c->n;
	c->lines.end = c->out + c->n;
	return true;
}

/* ESC [ … letter, and ESC ] … BEL; returns whether the character belongs to such a code. */
static bool in_escape(struct cleaner *c, uint32_t point)
{
	switch (c->escape) {
	case 1:
		c->escape = point == '[' ? 2 : point == ']' ? 3 : 0;
		return true;
	case 2:
		if (point >= '@' && point <= '~')
			c->escape = 0;
		else if (point < ' ' || point > '~')
			return c->escape = 0, false; /* broken: the rest of the line is text */
		return true;
	case 3:
		if (point == '\n' || point == '\r')
			return c->escape = 0, false;
		if (point == 7 || point == 0x1b)
			c->escape = point == 7 ? 0 : 1;
		return true;
	}
	if (point == 0x1b)
		c->escape = 1;
	return point == 0x1b;
}

/* One character, or one byte from 0x80 on of a text whose encoding is its own business. */
static bool put(struct cleaner *c, uint32_t point, bool byte)
{
	bool after_cr = c->cr;

	if (in_escape(c, point) || point == 0 || point == 0xfeff)
		return true;
	if (point == '\r') {
		c->cr = true;
		return true;
	}
	c->cr = false;
	if (point == '\n')
		return end_line(c);
	if (after_cr && !end_line(c))
		return false;
	if (point == '\t' || (point == 0xa0 && !byte))
		point = ' ';
	if (byte)
		c->out[c->n++] = (char)point;
	else
		c->n += iu_unicode_put(point, c->out + c->n);
	return true;
}

static uint32_t unit(const unsigned char *at, enum encoding encoding)
{
	return encoding == UTF16_LE ? at[0] | (uint32_t)at[1] << 8 : at[1] | (uint32_t)at[0] << 8;
}

static bool put_utf16(struct cleaner *c, const unsigned char *at, size_t len,
	enum encoding encoding)
{
	while (len >= 2) {
		uint32_t point = unit(at, encoding), pair = 0;
		size_t took = 2;

		if (len >= 4)
			pair = iu_unicode_pair(point, unit(at + 2, encoding));
		if (pair)
			took = 4;
		else if (iu_unicode_is_half(point))
			point = 0xfffd;
		if (!put(c, pair ? pair : point, false))
			return false;
		at += took;
		len -= took;
	}
	return true;
}

/* UTF-8's no-break space is two bytes, its byte order mark three. */
static bool put_bytes(struct cleaner *c, const unsigned char *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] == 0xc2 && i + 1 < len && at[i + 1] == 0xa0) {
			i++;
			if (!put(c, ' ', false))
				return false;
		} else if (at[i] == 0xef && i + 2 < len && at[i + 1] == 0xbb && at[i + 2] == 0xbf) {
			i += 2;
		} else if (!put(c, at[i], at[i] >= 0x80)) {
			return false;
		}
	}
	return true;
}

/*
 * ASCII in UTF-16 has a NUL in every second byte, in which half tells the byte order. A line
 * without ASCII takes after the line before it.
 */
static enum encoding encoding_of(const unsigned char *at, size_t len, enum encoding before)
{
	size_t nuls[2] = {0, 0};

	for (size_t i = 0; i < len; i++)
		if (!at[i])
			nuls[i & 1]++;
	if (nuls[0] + nuls[1] == 0)
		return BYTES;
	if ((nuls[0] + nuls[1]) * 4 < len)
		return before;
	return nuls[1] >= nuls[0] ? UTF16_LE : UTF16_BE;
}

/* Up to and with the LF, and in UTF-16 LE with the NUL that belongs to it. */
static size_t line_length(const unsigned char *at, size_t len)
{
	const unsigned char *lf = memchr(at, '\n', len);
	size_t n = lf ? (size_t)(lf - at) + 1 : len;

	return lf && n < len && !at[n] && n % 2 == 1 ? n + 1 : n;
}

/* A line as it is, or what is inside of it. */
static int put_line(struct cleaner *c, struct iu_damage_room *room, const char *at, size_t len,
	enum encoding encoding)
{
	struct iu_span line = {at, len}, inner;
	int ret = 0;

	if (encoding != BYTES)
		return put_utf16(c, (const unsigned char *)at, len, encoding) ? 0 : IU_E_LIMIT;
	ret = iu_damage_unwrap(c->arena, iu_damage_strip(line), room, &inner);
	if (ret < 0)
		return ret;
	if (ret > 0)
		line = inner;
	return put_bytes(c, (const unsigned char *)line.text, line.len) ? 0 : IU_E_LIMIT;
}

int iu_lines_take(struct iu_arena *arena, struct iu_lines_cursor *at, size_t bytes,
	struct iu_lines *ret_lines)
{
	enum encoding encoding = (enum encoding)at->encoding;
	struct iu_lines_cursor next = *at;
	struct iu_damage_room room = {0};
	struct cleaner c = {.arena = arena};
	size_t piece = 0;
	int ret = 0;

	while (next.len && (piece == 0 || piece < bytes)) {
		size_t n = line_length((const unsigned char *)next.text, next.len);

		piece += n;
		next.text += n;
		next.len -= n;
	}
	/* two bytes of UTF-16 become three of UTF-8 at most */
	if (piece > SIZE_MAX / 2)
		return IU_E_NOMEM;
	c.out = iu_arena_alloc(arena, piece + piece / 2 + 4);
	if (!c.out)
		return IU_E_NOMEM;
	for (const char *line = at->text; piece && ret == 0;) {
		const unsigned char *first = (const unsigned char *)line;
		size_t n;

		if (piece >= 2 && first[0] + first[1] == 0xff + 0xfe && first[0] >= 0xfe) {
			encoding = first[0] == 0xff ? UTF16_LE : UTF16_BE;
			line += 2;
			piece -= 2;
			continue;
		}
		n = line_length(first, piece);
		encoding = encoding_of(first, n, encoding);
		ret = put_line(&c, &room, line, n, encoding);
		c.escape = 0;
		line += n;
		piece -= n;
	}
	c.lines.open = c.n > c.line && !c.cr;
	if (ret == 0 && (c.n > c.line || c.cr) && !end_line(&c))
		ret = IU_E_LIMIT;
	if (arena->failed || ret < 0)
		return arena->failed ? IU_E_NOMEM : ret;
	next.encoding = (int)encoding;
	*at = next;
	*ret_lines = c.lines;
	return 0;
}

int iu_lines_make(
	struct iu_arena *arena, const char *text, size_t len, struct iu_lines *ret_lines)
{
	struct iu_lines_cursor at = {.text = text, .len = len};

	*ret_lines = (struct iu_lines){0};
	return len ? iu_lines_take(arena, &at, SIZE_MAX, ret_lines) : 0;
}

void iu_words_split(struct iu_span line, struct iu_phrase *ret_words)
{
	size_t at = 0;

	ret_words->n = 0;
	while (ret_words->n < IU_WORDS_MAX) {
		size_t start;

		while (at < line.len && line.text[at] == ' ')
			at++;
		if (at >= line.len)
			break;
		start = at;
		while (at < line.len && line.text[at] != ' ')
			at++;
		ret_words->v[ret_words->n++] = (struct iu_span){line.text + start, at - start};
	}
}

size_t iu_padding(const struct iu_lines *lines, size_t at)
{
	const char *end = at + 1 < lines->n ? lines->v[at + 1].text : lines->end;

	return (size_t)(end - (lines->v[at].text + lines->v[at].len));
}

bool iu_has_gap(struct iu_span line)
{
	line = iu_span_trim(line);
	for (size_t i = 1; i < line.len; i++)
		if (line.text[i] == ' ' && line.text[i - 1] == ' ')
			return true;
	return false;
}

size_t iu_rule_groups(struct iu_span line, char c)
{
	size_t groups = 0;

	for (size_t i = 0; i < line.len; i++) {
		if (line.text[i] != c && line.text[i] != ' ')
			return 0;
		if (line.text[i] == c && (i == 0 || line.text[i - 1] == ' '))
			groups++;
	}
	return groups;
}

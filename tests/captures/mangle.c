/* tests/captures/mangle.c - what copying, mailing and editing do to a capture */
#include "mangle.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"

#define LINES_MAX 4096

static const char *const prompts[] = {
	"C:\\Users\\me>netstat -ano",
	"PS C:\\> Get-NetTCPConnection",
	"Microsoft Windows [Version 10.0.19045.4170]",
	"alice@web:~$ sudo ss -tulpane",
	"[root@db ~]# cat /proc/net/tcp",
	"C:\\>",
	"$",
	"^C",
	"-- More --",
	"some words between, 12:30:01: nothing to see",
};

uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->seed ^= dice->seed << 13;
	dice->seed ^= dice->seed >> 7;
	dice->seed ^= dice->seed << 17;
	return sides ? (uint32_t)(dice->seed >> 32) % sides : 0;
}

const char *harmless_name(enum harmless kind)
{
	static const char *const names[] = {"UTF-16LE", "UTF-16LE without a mark", "UTF-16BE",
		"UTF-8 with a mark", "LF", "CRLF", "CR CR LF", "prompts", "colours",
		"two encodings in one file", "quoted", "quoted twice", "lines of code", "a journal",
		"a journal with full times", "docker compose", "the kubelet's log",
		"docker logs -t", "JSON, a line each", "a list of JSON", "one string of JSON",
		"with blanks for tabs", "with blanks behind"};

	return names[kind];
}

struct line {
	const char *text;
	size_t len;
};

static size_t split(const struct iu_text *from, struct line *lines)
{
	size_t n = 0, start = 0;

	for (size_t i = 0; i <= from->len && n < LINES_MAX; i++) {
		size_t len = i - start;

		if (i < from->len && from->data[i] != '\n')
			continue;
		if (i == from->len && !len)
			break;
		while (len && from->data[start + len - 1] == '\r')
			len--;
		lines[n++] = (struct line){from->data + start, len};
		start = i + 1;
	}
	return n;
}

static void put_unit(struct iu_text *to, uint32_t unit, bool big)
{
	char bytes[2] = {(char)(unit & 0xff), (char)(unit >> 8)};

	if (big) {
		bytes[0] = (char)(unit >> 8);
		bytes[1] = (char)(unit & 0xff);
	}
	iu_text_addn(to, bytes, 2);
}

static void put_utf16(struct iu_text *to, const char *text, size_t len, bool big)
{
	for (size_t i = 0; i < len;) {
		uint32_t point = 0;
		size_t took = iu_utf8_next(text + i, len - i, &point);

		i += took;
		if (point >= 0x10000) {
			put_unit(to, 0xd800 + ((point - 0x10000) >> 10), big);
			put_unit(to, 0xdc00 + ((point - 0x10000) & 0x3ff), big);
		} else {
			put_unit(to, point, big);
		}
	}
}

static bool dress_utf16(const struct iu_text *from, enum harmless kind, struct iu_text *to)
{
	bool big = kind == UTF16_BE;

	if (!iu_utf8_valid(from->data, from->len) || memchr(from->data, '\0', from->len))
		return false;
	if (kind != UTF16_LE_BARE)
		put_unit(to, 0xfeff, big);
	put_utf16(to, from->data, from->len, big);
	return true;
}

/* The first half as it is, the second as PowerShell's ">>" would add it. */
static bool dress_mixed(const struct iu_text *from, struct iu_text *to)
{
	size_t half = from->len / 2;

	if (!iu_utf8_valid(from->data, from->len) || memchr(from->data, '\0', from->len))
		return false;
	while (half < from->len && from->data[half] != '\n')
		half++;
	half += half < from->len;
	iu_text_addn(to, from->data, half);
	put_utf16(to, from->data + half, from->len - half, false);
	return true;
}

static void dress_lines(const struct iu_text *from, enum harmless kind, struct iu_text *to)
{
	static struct line lines[LINES_MAX];
	size_t n = split(from, lines);

	if (kind == PROMPTS)
		iu_text_add(to, "Microsoft Windows [Version 10.0]\n\nC:\\>something\n");
	for (size_t i = 0; i < n; i++) {
		if (kind == COLOURS)
			iu_text_add(to, i & 1 ? "\033[1;31m" : "\033[0m\033[K");
		iu_text_addn(to, lines[i].text, lines[i].len);
		if (kind == COLOURS)
			iu_text_add(to, "\033[0m");
		iu_text_add(to, kind == CRLF ? "\r\n" : kind == CRCRLF ? "\r\r\n" : "\n");
	}
	if (kind == PROMPTS)
		iu_text_add(to, "\nC:\\>exit\n");
}

/* What others write around a line. */
static const struct {
	enum harmless kind;
	const char *before, *behind;
} wrappings[] = {
	{QUOTED, "> ", ""},
	{QUOTED_TWICE, "> > ", ""},
	{CODE, "`", "`"},
	{JOURNAL, "Jan  8 14:29:35 host3 collect[4711]: ", ""},
	{JOURNAL_ISO, "2026-01-08T14:29:35+0100 host3 collect: ", ""},
	{COMPOSE, "collect-1  | ", ""},
	{KUBELET, "2026-01-08T14:29:35.123456789Z stdout F ", ""},
	{DOCKER_TIMES, "2026-01-08T14:29:35.123456789Z ", ""},
	{JSON_LINES, "{\"log\":\"", "\\n\",\"stream\":\"stdout\"}"},
	{JSON_LIST, "  \"", "\","},
	{BLANKS_BEHIND, "", "   "},
};

static void put_json(struct iu_text *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			iu_text_printf(to, "\\%c", c);
		else if (c == '\n' || c == '\t')
			iu_text_add(to, c == '\n' ? "\\n" : "\\t");
		else if (c < ' ')
			iu_text_printf(to, "\\u%04x", c);
		else
			iu_text_addn(to, text + i, 1);
	}
}

static bool wrap(const struct iu_text *from, enum harmless kind, struct iu_text *to)
{
	static struct line lines[LINES_MAX];
	size_t n = split(from, lines), w = 0;
	const bool json = kind == JSON_LINES || kind == JSON_LIST;

	while (wrappings[w].kind != kind)
		w++;
	for (size_t i = 0; i < n; i++) {
		/* Markdown has no mark of code in code */
		if (kind == CODE && (!lines[i].len || memchr(lines[i].text, '`', lines[i].len))) {
			iu_text_addn(to, lines[i].text, lines[i].len);
			iu_text_add(to, "\n");
			continue;
		}
		iu_text_add(to, wrappings[w].before);
		if (json)
			put_json(to, lines[i].text, lines[i].len);
		else
			iu_text_addn(to, lines[i].text, lines[i].len);
		iu_text_add(to, wrappings[w].behind);
		iu_text_add(to, "\n");
	}
	return true;
}

static bool dress_json(const struct iu_text *from, struct iu_text *to)
{
	iu_text_add(to, "\"");
	put_json(to, from->data, from->len);
	iu_text_add(to, "\"\n");
	return true;
}

static bool without_tabs(const struct iu_text *from, struct iu_text *to)
{
	size_t column = 0;

	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] == '\t') {
			size_t n = 8 - column % 8;

			iu_text_addn(to, "        ", n);
			column += n;
			continue;
		}
		iu_text_addn(to, from->data + i, 1);
		column = from->data[i] == '\n' ? 0 : column + 1;
	}
	return true;
}

bool harmless(const struct iu_text *from, enum harmless kind, struct iu_text *to)
{
	bool ascii_lines = !memchr(from->data, '\0', from->len);

	switch (kind) {
	case UTF16_LE:
	case UTF16_LE_BARE:
	case UTF16_BE: return dress_utf16(from, kind, to);
	case MIXED_ENCODINGS: return dress_mixed(from, to);
	case UTF8_MARK:
		if (!ascii_lines)
			return false;
		iu_text_addn(to, "\xef\xbb\xbf", 3);
		iu_text_addn(to, from->data, from->len);
		return true;
	case LF:
	case CRLF:
	case CRCRLF:
	case PROMPTS:
	case COLOURS:
		if (!ascii_lines)
			return false;
		dress_lines(from, kind, to);
		return true;
	case QUOTED:
	case QUOTED_TWICE:
	case CODE:
	case JOURNAL:
	case JOURNAL_ISO:
	case COMPOSE:
	case KUBELET:
	case DOCKER_TIMES:
	case BLANKS_BEHIND: return ascii_lines && wrap(from, kind, to);
	case JSON_LINES:
	case JSON_LIST:
		return ascii_lines && iu_utf8_valid(from->data, from->len) && wrap(from, kind, to);
	case JSON_WHOLE:
		return ascii_lines && iu_utf8_valid(from->data, from->len) && dress_json(from, to);
	case NO_TABS: return ascii_lines && without_tabs(from, to);
	case HARMLESS_KINDS: break;
	}
	return false;
}

/* ---- damage ---- */

static void add_line(struct dice *dice, struct iu_text *to, struct line line)
{
	size_t from = 0, len = line.len;

	switch (roll(dice, 12)) {
	case 0: from = roll(dice, (uint32_t)len + 1); break; /* cut on the left */
	case 1: len = roll(dice, (uint32_t)len + 1); break;  /* cut on the right */
	case 2: return;                                      /* left out */
	case 3: /* twice */
		iu_text_addn(to, line.text, line.len);
		iu_text_add(to, "\n");
		break;
	case 4:
		iu_text_add(to, prompts[roll(dice, IU_COUNT(prompts))]);
		iu_text_add(to, "\r\n");
		break;
	default: break;
	}
	iu_text_addn(to, line.text + from, len - (from < len ? from : len));
	iu_text_add(to, roll(dice, 40) ? "\r\n" : "\n\n");
}

/* A rectangle of the screen: all lines lose the same columns. */
static void cut_columns(struct dice *dice, struct line *lines, size_t n)
{
	/* no window is narrower than a list of excluded ranges, whose last column are stars */
	size_t left = roll(dice, 2) ? roll(dice, 30) : 0, right = 30 + roll(dice, 90);

	for (size_t i = 0; i < n; i++) {
		size_t from = left < lines[i].len ? left : lines[i].len;
		size_t end = right < lines[i].len ? right : lines[i].len;

		lines[i].text += from;
		lines[i].len = end > from ? end - from : 0;
	}
}

void damage(struct dice *dice, const struct iu_text *from, struct iu_text *to)
{
	static struct line lines[LINES_MAX];
	struct iu_text plain = {0}, dressed = {0};
	size_t n = split(from, lines), first = 0, last = n;
	uint32_t gentle = roll(dice, 4);

	if (roll(dice, 6) == 0)
		cut_columns(dice, lines, n);
	if (roll(dice, 4) == 0)
		first = roll(dice, (uint32_t)n);
	if (roll(dice, 4) == 0)
		last = first + roll(dice, (uint32_t)(n - first) + 1);
	for (size_t i = first; i < last; i++) {
		if (gentle && roll(dice, 4)) {
			iu_text_addn(&plain, lines[i].text, lines[i].len);
			iu_text_add(&plain, "\n");
		} else {
			add_line(dice, &plain, lines[i]);
		}
	}
	if (!plain.data)
		iu_text_add(&plain, "");
	/* blanks behind a cut line hide that it is cut: that no reader can tell */
	if (roll(dice, 3) == 0 &&
		harmless(&plain, (enum harmless)roll(dice, BLANKS_BEHIND), &dressed))
		iu_text_addn(to, dressed.data ? dressed.data : "", dressed.len);
	else
		iu_text_addn(to, plain.data, plain.len);
	/* the end is missing, in the middle of a character perhaps */
	if (roll(dice, 8) == 0)
		to->len = roll(dice, (uint32_t)to->len + 1);
	if (!to->data)
		iu_text_add(to, "");
	iu_text_free(&plain);
	iu_text_free(&dressed);
}

/* base/text.c - growing strings, UTF-8, and escaping of foreign bytes */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text-widths.h"

#define ELLIPSIS "\xe2\x80\xa6"
/* More marks on one letter than any script needs pile up over the neighbouring lines. */
#define MARKS_MAX 4
#define SHORT	  32 /* most of what is printed fits */

static bool reserve(struct iu_text *text, size_t more)
{
	size_t cap = text->cap ? text->cap : 64;
	char *data;

	if (text->failed)
		return false;
	if (more > SIZE_MAX / 4 || text->len > SIZE_MAX / 4)
		goto fail;
	while (cap < text->len + more + 1)
		cap *= 2;
	if (cap == text->cap)
		return true;
	data = realloc(text->data, cap);
	if (!data)
		goto fail;
	text->data = data;
	text->cap = cap;
	return true;
fail:
	text->failed = true;
	return false;
}

void iu_text_addn(struct iu_text *text, const char *own, size_t len)
{
	if (!reserve(text, len))
		return;
	if (len)
		memcpy(text->data + text->len, own, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void iu_text_add(struct iu_text *text, const char *own)
{
	iu_text_addn(text, own, own ? strlen(own) : 0);
}

void iu_text_printf(struct iu_text *text, const char *format, ...)
{
	va_list args;
	int len;

	if (!reserve(text, SHORT))
		return;
	va_start(args, format);
	len = vsnprintf(text->data + text->len, text->cap - text->len, format, args);
	va_end(args);
	if (len >= 0 && (size_t)len >= text->cap - text->len && reserve(text, (size_t)len)) {
		va_start(args, format);
		vsnprintf(text->data + text->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	text->failed = text->failed || len < 0;
	text->len += text->failed ? 0 : (size_t)len;
	text->data[text->len] = '\0';
}

const char *iu_text_base_name(const char *path, const char *separators)
{
	const char *end = path ? path + strlen(path) : NULL;

	while (end > path && !strchr(separators, end[-1]))
		end--;
	return end;
}

void iu_text_free(struct iu_text *text)
{
	if (!text)
		return;
	free(text->data);
	*text = (struct iu_text){0};
}

size_t iu_utf8_next(const char *bytes, size_t len, uint32_t *ret_point)
{
	/* The smallest code point of each length: anything below is an overlong form. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *at = (const unsigned char *)bytes;
	size_t need;
	uint32_t point;

	if (!len)
		return 0;
	if (at[0] < 0x80) {
		*ret_point = at[0];
		return 1;
	}
	need = at[0] >= 0xf8 ? 0 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 0;
	if (!need || need > len)
		return 0;
	point = at[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (at[i] & 0x3f);
	}
	if (point < least[need] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return need;
}

bool iu_utf8_valid(const char *bytes, size_t len)
{
	uint32_t point;
	size_t step;

	for (; len; bytes += step, len -= step) {
		step = iu_utf8_next(bytes, len, &point);
		if (!step)
			return false;
	}
	return true;
}

static bool in_ranges(const struct range *ranges, size_t count, uint32_t point)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (point > ranges[middle].last)
			low = middle + 1;
		else if (point < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

unsigned int iu_point_columns(uint32_t point)
{
	if (point < 0x300) /* the first combining mark */
		return 1;
	if (in_ranges(zero_columns, IU_COUNT(zero_columns), point))
		return 0;
	return in_ranges(two_columns, IU_COUNT(two_columns), point) ? 2 : 1;
}

/* What would act on the terminal, reorder the line, or not be seen at all. Sorted. */
static const struct range hostile[] = {
	{0x0, 0x1f},         /* C0 controls, ESC among them */
	{0x7f, 0x9f},        /* DEL and the C1 controls: U+009B is CSI in eight bits */
	{0xad, 0xad},        /* soft hyphen */
	{0x34f, 0x34f},      /* combining grapheme joiner */
	{0x61c, 0x61c},      /* Arabic letter mark */
	{0x115f, 0x1160},    /* Hangul fillers: blank letters */
	{0x17b4, 0x17b5},    /* Khmer inherent vowels */
	{0x180b, 0x180f},    /* Mongolian selectors */
	{0x200b, 0x200f},    /* zero width space and joiners, direction marks */
	{0x2028, 0x202e},    /* line and paragraph separator, bidi embeddings and overrides */
	{0x2060, 0x206f},    /* word joiner, invisible operators, bidi isolates */
	{0x3164, 0x3164},    /* Hangul filler */
	{0xfdd0, 0xfdef},    /* noncharacters */
	{0xfeff, 0xfeff},    /* byte order mark */
	{0xffa0, 0xffa0},    /* halfwidth Hangul filler */
	{0xfff0, 0xfffb},    /* unassigned specials, interlinear annotation */
	{0x1d173, 0x1d17a},  /* musical format controls */
	{0xe0000, 0xe0fff},  /* tags: an invisible copy of ASCII; selectors */
};

static bool is_hostile(uint32_t point)
{
	return (point & 0xfffe) == 0xfffe || in_ranges(hostile, IU_COUNT(hostile), point);
}

/* One character of foreign text as it will be shown. */
struct shown {
	char text[16];
	size_t len;         /* bytes of text */
	size_t taken;       /* bytes of the source */
	unsigned int columns;
};

static void escape_point(struct shown *shown, uint32_t point)
{
	const char *format = point < 0x80 ? "\\x%02x" : "\\u{%04x}";

	if (point == '\n' || point == '\t')
		format = point == '\n' ? "\\n" : "\\t";
	shown->len = (size_t)snprintf(shown->text, sizeof(shown->text), format, point);
	shown->columns = (unsigned int)shown->len;
}

/* @marks: combining marks so far on the character before; MARKS_MAX where there is none. */
static struct shown show(const char *bytes, size_t len, unsigned int *marks)
{
	struct shown shown = {.taken = 1};
	uint32_t point;
	size_t step = iu_utf8_next(bytes, len, &point);

	if (!step) {
		shown.len = (size_t)snprintf(
			shown.text, sizeof(shown.text), "\\x%02x", (unsigned char)*bytes);
		shown.columns = (unsigned int)shown.len;
		*marks = MARKS_MAX;
		return shown;
	}
	shown.taken = step;
	shown.columns = iu_point_columns(point);
	if (is_hostile(point) || (!shown.columns && *marks >= MARKS_MAX)) {
		escape_point(&shown, point);
		*marks = MARKS_MAX;
		return shown;
	}
	memcpy(shown.text, bytes, step);
	shown.len = step;
	*marks = shown.columns ? 0 : *marks + 1;
	return shown;
}

/* How many bytes are printable ASCII, one column each: most names are nothing else. */
static size_t plain_run(const char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] >= ' ' && bytes[n] <= '~')
		n++;
	return n;
}

void iu_text_foreign(struct iu_text *text, const char *bytes, size_t len, size_t columns)
{
	unsigned int marks = MARKS_MAX;
	size_t used = 0, cut = text->len; /* cut: where "…" goes if the rest does not fit */

	if ((!columns || len <= columns) && plain_run(bytes, len) == len) {
		iu_text_addn(text, bytes, len);
		return;
	}
	iu_text_addn(text, "", 0);
	while (len && !text->failed) {
		struct shown shown = show(bytes, len, &marks);

		if (columns && used + shown.columns > columns) {
			text->len = cut;
			iu_text_add(text, ELLIPSIS);
			return;
		}
		iu_text_addn(text, shown.text, shown.len);
		used += shown.columns;
		if (used < columns)
			cut = text->len;
		bytes += shown.taken;
		len -= shown.taken;
	}
}

void iu_text_plain(struct iu_text *text, const char *bytes, size_t len)
{
	static const struct {
		const char *from, *to;
	} letters[] = {{ELLIPSIS, "..."}, {"–", "-"}, {"·", "-"}, {"→", "->"}};

	for (size_t at = 0, step; at < len; at += step) {
		const char *to = bytes + at;
		size_t n = 1;

		step = 1;
		for (size_t i = 0; i < IU_COUNT(letters) && to == bytes + at; i++)
			if (len - at >= strlen(letters[i].from) &&
				!memcmp(bytes + at, letters[i].from, strlen(letters[i].from))) {
				step = strlen(letters[i].from);
				to = letters[i].to;
				n = strlen(to);
			}
		iu_text_addn(text, to, n);
	}
}

/* Bytes that no POSIX shell treats specially anywhere in a word, besides letters and digits. */
static bool is_plain(const char *word)
{
	return *word && *word != '=' && /* zsh replaces =ls by its path */
		word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				  "@%+=:,./_-")] == '\0';
}

static bool is_visible(const char *word)
{
	size_t len = strlen(word), step;
	uint32_t point;

	for (; len; word += step, len -= step) {
		step = iu_utf8_next(word, len, &point);
		if (!step || is_hostile(point) || (point > 0x7f && !iu_point_columns(point)))
			return false;
	}
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What would be read as an escape itself. */
static bool looks_escaped(const char *bytes, size_t len)
{
	return len >= 4 && bytes[0] == '\\' && bytes[1] == 'x' && is_hex(bytes[2]) &&
	       is_hex(bytes[3]);
}

void iu_text_abstract(struct iu_text *text, const char *bytes, size_t len, size_t columns)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = 0;
		if (looks_escaped(bytes + i, len - i)) {
			iu_text_add(text, "\\x5c");
			n = 1;
			continue;
		}
		while (i + n < len && !bytes[i + n])
			n++;
		if (n) {
			iu_text_add(text, "\\x00");
			if (n > 1)
				iu_text_printf(text, "{%zu}", n);
			continue;
		}
		n = 1;
		while (i + n < len && bytes[i + n] && !looks_escaped(bytes + i + n, len - i - n))
			n++;
		iu_text_foreign(text, bytes + i, n, columns);
	}
}

void iu_text_shell_word(struct iu_text *text, const char *word)
{
	const char *at;

	if (!word)
		return;
	if (is_plain(word)) {
		iu_text_add(text, word);
		return;
	}
	if (is_visible(word)) {
		iu_text_add(text, "'");
		for (at = word; *at; at++) {
			if (*at == '\'')
				iu_text_add(text, "'\\''");
			else
				iu_text_addn(text, at, 1);
		}
		iu_text_add(text, "'");
		return;
	}
	iu_text_add(text, "$'");
	for (at = word; *at; at++) {
		if (*at == '\'' || *at == '\\')
			iu_text_printf(text, "\\%c", *at);
		else if (*at >= ' ' && *at <= '~')
			iu_text_addn(text, at, 1);
		else /* ksh takes every hex digit after \x, but never more than three octal ones */
			iu_text_printf(text, at[1] && strchr("0123456789abcdefABCDEF", at[1])
					? "\\%03o" : "\\x%02x", (unsigned int)(unsigned char)*at);
	}
	iu_text_add(text, "'");
}

size_t iu_text_columns(const char *bytes, size_t len)
{
	size_t columns = plain_run(bytes, len), step;
	uint32_t point;

	bytes += columns;
	len -= columns;
	for (; len; bytes += step, len -= step) {
		step = iu_utf8_next(bytes, len, &point);
		columns += step ? iu_point_columns(point) : 1;
		step += !step;
	}
	return columns;
}

/* How many bytes the character at @bytes takes in clean form; and of the source. */
static size_t clean_one(const char *bytes, size_t len, const char **ret_text, size_t *ret_taken)
{
	uint32_t point;
	size_t step = iu_utf8_next(bytes, len, &point);

	*ret_taken = step ? step : 1;
	if (step && point) {
		*ret_text = bytes;
		return step;
	}
	*ret_text = "\xef\xbf\xbd"; /* U+FFFD */
	return 3;
}

char *iu_utf8_clean(struct iu_arena *arena, const char *bytes, size_t len, size_t max)
{
	const char *text;
	size_t at, taken, step, whole = 0, kept = 0; /* kept: what leaves room for "…" */
	size_t room = max ? max : SIZE_MAX;
	bool cut = false;
	char *clean, *end;

	for (at = 0; at < len && !cut; at += taken) {
		step = clean_one(bytes + at, len - at, &text, &taken);
		cut = step > room - whole;
		whole += cut ? 0 : step;
		if (!cut && whole + strlen(ELLIPSIS) <= room)
			kept = whole;
	}
	clean = iu_arena_alloc(arena, (cut ? kept + strlen(ELLIPSIS) : whole) + 1);
	if (!clean)
		return NULL;
	end = clean;
	for (at = 0; at < len && (size_t)(end - clean) < (cut ? kept : whole); at += taken) {
		step = clean_one(bytes + at, len - at, &text, &taken);
		memcpy(end, text, step);
		end += step;
	}
	if (cut && strlen(ELLIPSIS) <= room)
		memcpy(end, ELLIPSIS, strlen(ELLIPSIS));
	return clean;
}

const char *iu_safe(struct iu_arena *arena, const char *foreign, size_t columns)
{
	struct iu_text text = {0};
	const char *safe = NULL;

	if (foreign) {
		iu_text_foreign(&text, foreign, strlen(foreign), columns);
		if (text.failed)
			arena->failed = 1;
		else
			safe = iu_arena_strndup(arena, text.data, text.len);
	}
	iu_text_free(&text);
	return safe ? safe : "?";
}

bool iu_text_has_end(const char *text, const char *end)
{
	size_t len = text ? strlen(text) : 0, of_end = strlen(end);

	return len > of_end && !strcmp(text + len - of_end, end);
}

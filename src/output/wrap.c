/* output/wrap.c - text that fits a terminal: units, wrapping, cutting */
#include "output/wrap.h"

#include <string.h>

/* The length of the escape at @text, as iu_text_foreign() writes them; 0: none. */
static size_t escape_length(const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	if (len < 2 || text[0] != '\\')
		return 0;
	if (text[1] == 'n' || text[1] == 't')
		return 2;
	if (text[1] == 'x' && len >= 4 && memchr(hex, text[2], 16) && memchr(hex, text[3], 16))
		return 4;
	if (text[1] != 'u' || len < 8 || text[2] != '{')
		return 0;
	for (i = 3; i < len && i < 9 && memchr(hex, text[i], 16); i++)
		;
	return i < len && i >= 7 && text[i] == '}' ? i + 1 : 0;
}

size_t iu_unit(const char *text, size_t len, size_t *ret_columns)
{
	size_t taken = escape_length(text, len), step;
	uint32_t point;

	*ret_columns = taken;
	if (taken)
		return taken;
	taken = iu_utf8_next(text, len, &point);
	if (!taken) {
		*ret_columns = 1;
		return 1;
	}
	*ret_columns = iu_point_columns(point);
	for (; taken < len; taken += step) {
		step = iu_utf8_next(text + taken, len - taken, &point);
		if (!step || iu_point_columns(point))
			break;
	}
	return taken;
}

void iu_cut(struct iu_text *out, const char *text, size_t columns, bool ascii)
{
	const char *mark = !ascii ? "…" : columns < 3 ? "." : "...";
	size_t len = strlen(text), used = 0, at = 0, kept = 0, step, wide;
	size_t room = columns ? columns - iu_text_columns(mark, strlen(mark)) : 0;

	if (iu_text_columns(text, len) <= columns) {
		iu_text_addn(out, text, len);
		return;
	}
	for (; at < len; at += step) {
		step = iu_unit(text + at, len - at, &wide);
		used += wide;
		if (used > room)
			break;
		kept = at + step;
	}
	iu_text_addn(out, text, kept);
	if (columns)
		iu_text_add(out, mark);
}

void iu_pad(struct iu_text *out, size_t count)
{
	static const char blanks[] = "                                ";
	size_t n;

	for (; count; count -= n) {
		n = count < sizeof(blanks) - 1 ? count : sizeof(blanks) - 1;
		iu_text_addn(out, blanks, n);
	}
}

static void new_line(struct iu_text *out, size_t indent)
{
	iu_text_add(out, "\n");
	iu_pad(out, indent);
}

/* A word that no line can take whole. Returns the column after it. */
static size_t long_word(struct iu_text *out, const char *word, size_t len, size_t at, size_t indent,
	size_t columns)
{
	size_t step, wide;

	for (; len; word += step, len -= step) {
		step = iu_unit(word, len, &wide);
		if (at + wide > columns && at > indent) {
			new_line(out, indent);
			at = indent;
		}
		iu_text_addn(out, word, step);
		at += wide;
	}
	return at;
}

void iu_wrap(struct iu_text *out, const char *text, size_t at, size_t indent, size_t columns)
{
	struct iu_text clean = {0};
	const char *word;
	size_t len, wide, gap = 0;

	iu_text_foreign(&clean, text ? text : "", text ? strlen(text) : 0, 0);
	if (clean.failed || !columns) {
		out->failed = out->failed || clean.failed;
		iu_text_addn(out, clean.data, clean.failed ? 0 : clean.len);
		iu_text_free(&clean);
		return;
	}
	for (word = clean.data; *word; word += len) {
		if (*word == ' ') {
			len = strspn(word, " ");
			gap = len;
			continue;
		}
		len = strcspn(word, " ");
		wide = iu_text_columns(word, len);
		if (at + gap + wide > columns && at > indent) {
			new_line(out, indent);
			at = indent;
		} else {
			iu_pad(out, gap);
			at += gap;
		}
		gap = 0;
		at = long_word(out, word, len, at, indent, columns);
	}
	iu_text_free(&clean);
}

/* captures/netsh-ranges.c - excluded and dynamic port ranges, as netsh prints them */
#include <string.h>

#include "base/err.h"
#include "captures/formats-text.h"

/* Some hundred at most on machines that have been seen. */
#define ROWS_MAX 2048
/* Of a column; in every language and version. */
#define COLUMN_WIDTH 10
/* Blanks that stand for a star. */
#define STAR_WIDTH 5
/* From the margin to the end of the second column. */
#define BOTH_COLUMNS 22

static bool read_port(struct iu_span word, uint16_t *ret)
{
	uint64_t port;

	if (!iu_span_number(word, 65535, &port))
		return false;
	*ret = (uint16_t)port;
	return true;
}

/* "     50000       50059     *" */
static bool read_row(struct iu_span line, struct iu_exclusion *ret)
{
	struct iu_phrase words;

	iu_words_split(line, &words);
	if (words.n < 2 || words.n > 3 || (words.n == 3 && !iu_span_is(words.v[2], "*")))
		return false;
	if (!read_port(words.v[0], &ret->first) || !read_port(words.v[1], &ret->last) ||
		ret->first > ret->last)
		return false;
	ret->administered = words.n == 3;
	return true;
}

static bool is_known(const struct iu_windows *windows, const struct iu_exclusion *row)
{
	for (size_t i = 0; i < windows->exclusions.n; i++) {
		const struct iu_exclusion *e = &windows->exclusions.v[i];

		if (e->protocol == row->protocol && e->first == row->first &&
			e->last == row->last && e->administered == row->administered)
			return true;
	}
	return false;
}

static int add_exclusion(struct iu_capture_out *out, const struct iu_exclusion *row)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_exclusion *slot;

	if (windows->exclusions.n >= ROWS_MAX || is_known(windows, row))
		return 0;
	slot = iu_list_add(&out->snapshot->arena, &windows->exclusions);
	*slot = *row;
	return 0;
}

/* Where the first column ends: numbers are aligned to the right, as wide as the dashes. */
static size_t first_end(struct iu_span line)
{
	size_t at = iu_span_indent(line);

	while (at < line.len && line.text[at] != ' ')
		at++;
	return at;
}

/* How the rows of a list look as long as nobody cut them. */
struct shape {
	size_t end;   /* of the first column: numbers and dashes end there */
	size_t width; /* with the blanks that stand where a star may be */
};

static size_t width_of(const struct iu_lines *lines, size_t at)
{
	return lines->v[at].len + iu_padding(lines, at);
}

static struct shape shape_of(const struct iu_lines *lines, size_t rule)
{
	struct shape shape = {.end = first_end(lines->v[rule])};
	struct iu_exclusion row;

	/* the dashes have their blanks yet, so the rows had theirs; others may have put some there */
	if (iu_padding(lines, rule) > STAR_WIDTH)
		shape.width = lines->v[rule].len + STAR_WIDTH;
	for (size_t i = rule + 1; i < lines->n && read_row(lines->v[i], &row); i++)
		if (!row.administered && iu_padding(lines, i) >= STAR_WIDTH &&
			width_of(lines, i) > shape.width)
			shape.width = width_of(lines, i);
	return shape;
}

/* Without its first digit, or without its star, a row would say something else. */
static bool is_cut(const struct iu_lines *lines, size_t at, const struct shape *shape, bool star)
{
	if (!star && at + 1 == lines->n && lines->open) /* the copy ended somewhere in it */
		return true;
	if (!iu_has_gap(lines->v[at])) /* blanks were squeezed */
		return false;
	return first_end(lines->v[at]) != shape->end ||
	       (!star && width_of(lines, at) < shape->width);
}

/* What a heading or a command said; of the ranges themselves TCP is all that people ever show. */
static bool protocol_of(const struct iu_capture_out *out, enum iu_protocol *ret)
{
	*ret = out->hint_tcp || !out->hint_udp ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP;
	return out->hint_tcp != out->hint_udp || (out->hint_exclusions && !out->hint_udp);
}

/* "----------    --------" is drawn by nothing else above rows of this shape. */
static bool is_rule(const struct iu_lines *lines, size_t at)
{
	struct iu_exclusion row;

	return iu_span_is(lines->v[at], "----------    --------") && at + 1 < lines->n &&
	       read_row(lines->v[at + 1], &row) && first_end(lines->v[at + 1]) == COLUMN_WIDTH;
}

/* "      6953        7052" as netsh aligns it, both numbers to the right. */
static bool is_aligned(struct iu_span line)
{
	return first_end(line) == COLUMN_WIDTH &&
	       (line.len == BOTH_COLUMNS || line.len == BOTH_COLUMNS + STAR_WIDTH + 1);
}

/*
 * Rows without the lines of dashes, or one alone, where a command or a word above speaks of such
 * ranges. A row that may have lost digits is no row.
 */
int iu_capture_exclusion_rows(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_exclusion row = {0};
	size_t i = at;
	int ret = 0;

	if (!out->hint_exclusions || !protocol_of(out, &row.protocol))
		return 0;
	while (i < lines->n && ret == 0 && read_row(lines->v[i], &row) &&
		(out->inside || is_aligned(lines->v[i]))) {
		ret = add_exclusion(out, &row);
		i++;
	}
	if (i > at)
		iu_capture_is(out, IU_CAPTURE_WINDOWS);
	return ret < 0 ? ret : (int)(i - at);
}

/*
 * Two columns below two groups of dashes. The protocol is said in the heading; the list is whole
 * when it ends as netsh ends it, with an empty line.
 */
int iu_capture_exclusions(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_exclusion row = {0};
	struct shape shape;
	size_t i = at + 1, rows = 0;
	bool whole, said = protocol_of(out, &row.protocol);
	int ret = 0;

	/* with fewer dashes all rows have lost their left side */
	if (iu_rule_groups(lines->v[at], '-') != 2 ||
		first_end(lines->v[at]) < iu_span_indent(lines->v[at]) + COLUMN_WIDTH ||
		(!said && (out->hint_tcp || !is_rule(lines, at))))
		return 0;
	shape = shape_of(lines, at);
	for (; i < lines->n && ret == 0 && read_row(lines->v[i], &row); i++, rows++) {
		if (is_cut(lines, i, &shape, row.administered))
			out->unread++;
		else
			ret = add_exclusion(out, &row);
	}
	whole = i < lines->n && !lines->v[i].len;
	if (!rows && !whole)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	if (!said)
		out->given |= IU_GIVEN_EXCLUDED_SOME;
	else if (whole)
		out->given |= row.protocol == IU_PROTOCOL_TCP ? IU_GIVEN_EXCLUDED_TCP
							      : IU_GIVEN_EXCLUDED_UDP;
	iu_capture_forget(out); /* that was for this list only */
	return ret < 0 ? ret : (int)(i - at);
}

/* "Start Port      : 49152": the number behind the last colon. */
static bool read_value(struct iu_span line, uint16_t *ret)
{
	size_t colon = line.len;

	while (colon > 0 && line.text[colon - 1] != ':')
		colon--;
	return colon > 1 && read_port(iu_span_trim(iu_span_from(line, colon)), ret);
}

/* A line of dashes, then the first port and the number of ports. */
int iu_capture_dynamic(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_dynamic_range range = {.family = out->hint_family}, *slot;
	uint16_t count;

	if (iu_rule_groups(lines->v[at], '-') != 1 || lines->v[at].len < 8 || at + 2 >= lines->n ||
		!read_value(lines->v[at + 1], &range.first) ||
		!read_value(lines->v[at + 2], &count) || !count || range.first + count > 65536 ||
		out->hint_tcp == out->hint_udp)
		return 0;
	range.protocol = out->hint_tcp ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP;
	range.last = (uint16_t)(range.first + count - 1);
	iu_capture_forget(out);
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	out->given |= IU_GIVEN_RANGES;
	for (size_t i = 0; i < windows->ranges.n; i++)
		if (windows->ranges.v[i].protocol == range.protocol &&
			windows->ranges.v[i].family == range.family)
			return 3;
	slot = iu_list_add(&out->snapshot->arena, &windows->ranges);
	*slot = range;
	return 3;
}

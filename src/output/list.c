/* output/list.c - a listing as a table for people */
#include <stdlib.h>
#include <string.h>

#include "output/list-columns.h"
#include "output/output.h"
#include "output/wrap.h"

#define COLUMN_GAP	 2
#define FOOT_NOTES_MAX	 5
#define NOTE_MAX	 160
#define ROOM_FOR_DIR	 100 /* from this width on the directory is shown */
#define ROOM_FOR_COMMAND 80  /* from this one on the others leave some to the command line */
#define COMMAND_LEAST	 16

/* The cells of a portion, row by row; each is made once. */
struct cells {
	struct iu_text text;
	struct cell {
		uint32_t at, len, columns;
	} *v;
};

static bool make_cells(const struct iu_output_table *table, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, const struct iu_style *style, struct cells *cells)
{
	const struct iu_list_column *columns = iu_list_columns();
	struct cell *cell;

	cells->v = cell = calloc(listing->rows.n * table->n + 1, sizeof(*cells->v));
	iu_text_add(&cells->text, "");
	for (size_t r = 0; cells->v && r < listing->rows.n; r++) {
		struct iu_list_source from = iu_list_columns_source(snapshot, &listing->rows.v[r]);

		from.home = style->home;
		from.narrow = style->columns != 0;
		for (size_t c = 0; c < table->n; c++, cell++) {
			cell->at = (uint32_t)cells->text.len;
			columns[table->column[c]].cell(&from, &cells->text);
			cell->len = (uint32_t)(cells->text.len - cell->at);
		}
	}
	return cells->v && !cells->text.failed && cells->text.len <= UINT32_MAX;
}

static const struct iu_list_column *column_of(const struct iu_output_table *table, size_t at)
{
	return &iu_list_columns()[table->column[at]];
}

/* The natural widths; a column that would stay empty is left out, until a later portion has it. */
static void measure(struct cells *cells, size_t rows, struct iu_output_table *table)
{
	size_t c;

	for (size_t i = 0; i < rows * table->n; i++) {
		struct cell *cell = &cells->v[i];

		c = i % table->n;
		cell->columns = (uint32_t)iu_text_columns(cells->text.data + cell->at, cell->len);
		if (cell->columns > table->width[c])
			table->width[c] = cell->columns;
	}
	for (c = 0; c < table->n; c++) {
		size_t heading = strlen(column_of(table, c)->heading);

		if ((table->width[c] || table->chosen) && table->width[c] < heading)
			table->width[c] = heading;
	}
}

static size_t total_width(const struct iu_output_table *table)
{
	size_t total = 0, c;

	for (c = 0; c < table->n; c++)
		total += table->width[c] ? table->width[c] + COLUMN_GAP : 0;
	return total ? total - COLUMN_GAP : 0;
}

/* The column that can give most; table->n when none has more than its least width. */
static size_t widest(const struct iu_output_table *table)
{
	size_t best = table->n, c;

	for (c = 0; c < table->n; c++) {
		if (!column_of(table, c)->whole && table->width[c] > column_of(table, c)->least &&
			(best == table->n || table->width[c] > table->width[best]))
			best = c;
	}
	return best;
}

static size_t first_to_drop(const struct iu_output_table *table)
{
	size_t best = table->n, c;

	for (c = 0; c < table->n; c++) {
		if (table->width[c] && column_of(table, c)->drop &&
			(best == table->n || column_of(table, c)->drop > column_of(table, best)->drop))
			best = c;
	}
	return best;
}

/* Shortens the widest columns; where all are at their least, leaves one out and starts again. */
static void fit(struct iu_output_table *table, size_t room)
{
	struct iu_output_table natural = *table;
	size_t c;

	while (room && total_width(table) > room) {
		c = widest(table);
		if (c < table->n) {
			table->width[c]--;
			continue;
		}
		c = first_to_drop(table);
		if (c == table->n)
			return;
		natural.width[c] = 0;
		*table = natural;
	}
}

/* The last one is the command line: it takes what the others leave. */
static void fit_all(struct iu_output_table *table, size_t room)
{
	size_t last = table->n - 1, natural = table->width[last], left;

	if (!room || total_width(table) <= room)
		return;
	if (table->chosen) {
		fit(table, room);
		return;
	}
	table->width[last] = 0;
	fit(table, natural && room >= ROOM_FOR_COMMAND ? room - COMMAND_LEAST - COLUMN_GAP : room);
	left = total_width(table) + COLUMN_GAP < room ? room - total_width(table) - COLUMN_GAP : 0;
	if (natural > left)
		natural = left >= column_of(table, last)->least ? left : 0;
	table->width[last] = natural;
}

/* What is shown where nobody has chosen: all that there is room for. */
static void choose(struct iu_output_table *table, size_t room)
{
	static const char *const names[] = {"proto", "address", "state", "pid", "program", "user", "unit",
		"age", "dir", "command"};

	for (size_t i = 0; i < IU_COUNT(names) && !table->chosen; i++)
		if (!room || room >= ROOM_FOR_DIR || strcmp(names[i], "dir") != 0)
			table->column[table->n++] = (unsigned char)iu_output_list_column(names[i]);
}

/* One line; no spaces at its end. */
static void put_line(const char *const text[IU_LIST_COLUMNS], const size_t len[IU_LIST_COLUMNS],
	const size_t natural[IU_LIST_COLUMNS], const struct iu_output_table *table, struct iu_text *out)
{
	size_t pending = 0, used, c;

	for (c = 0; c < table->n; c++) {
		struct iu_text shown = {0};

		if (!table->width[c])
			continue;
		used = natural[c];
		if (used)
			iu_pad(out, pending);
		if (used <= table->width[c]) {
			iu_text_addn(out, text[c], len[c]);
		} else {
			iu_text_addn(&shown, text[c], len[c]);
			used = out->len;
			iu_cut(out, shown.failed ? "" : shown.data, table->width[c], table->ascii);
			used = out->failed ? 0 : iu_text_columns(out->data + used, out->len - used);
			out->failed = out->failed || shown.failed;
			iu_text_free(&shown);
		}
		pending = (natural[c] ? 0 : pending) + table->width[c] - used + COLUMN_GAP;
	}
	iu_text_add(out, "\n");
}

static void put_row(
	const struct cells *cells, size_t row, const struct iu_output_table *table, struct iu_text *out)
{
	const char *text[IU_LIST_COLUMNS];
	size_t len[IU_LIST_COLUMNS], natural[IU_LIST_COLUMNS], c;

	for (c = 0; c < table->n; c++) {
		const struct cell *cell = &cells->v[row * table->n + c];

		text[c] = cells->text.data + cell->at;
		len[c] = cell->len;
		natural[c] = cell->columns;
	}
	put_line(text, len, natural, table, out);
}

static const char *lift_of(const struct iu_snapshot *snapshot, enum iu_fact fact)
{
	for (size_t i = 0; i < snapshot->gaps.n; i++) {
		if (snapshot->gaps.v[i].fact == fact && snapshot->gaps.v[i].fix)
			return snapshot->gaps.v[i].fix;
	}
	return NULL;
}

/* Sockets with an inode have a holder somewhere; say why none is shown. */
static void put_hidden(
	const struct iu_snapshot *snapshot, size_t hidden, size_t wrap, struct iu_text *out)
{
	const char *fix = lift_of(snapshot, IU_FACT_HOLDERS);
	struct iu_text note = {0};

	if (!hidden)
		return;
	iu_text_printf(&note, "%zu %s that could not be seen", hidden,
		hidden == 1 ? "socket has a holder" : "sockets have holders");
	if (!fix && !snapshot->host.privileged)
		fix = "run as root";
	if (fix) {
		iu_text_add(&note, ": ");
		iu_text_foreign(&note, fix, strlen(fix), 0);
	} else {
		iu_text_add(&note, ": a process of another PID namespace, or the kernel itself");
	}
	out->failed = out->failed || note.failed;
	iu_wrap(out, note.data, 0, 2, wrap);
	iu_text_add(out, "\n");
	iu_text_free(&note);
}

static void add_foreign(struct iu_text *cell, const char *text)
{
	if (text)
		iu_text_foreign(cell, text, strlen(text), NOTE_MAX);
}

/* What else could not be looked at: whole kinds of sockets may be missing from the table. */
static void put_gaps(const struct iu_snapshot *snapshot, size_t wrap, struct iu_text *out)
{
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < snapshot->gaps.n; i++) {
		const struct iu_gap *gap = &snapshot->gaps.v[i];
		struct iu_text note = {0};

		if (gap->fact == IU_FACT_HOLDERS || gap->fact == IU_FACT_OPTIONS ||
			gap->fact == IU_FACT_WAITERS)
			continue;
		if (shown++ >= FOOT_NOTES_MAX) {
			more++;
			continue;
		}
		iu_text_add(&note, "Not seen: ");
		add_foreign(&note, gap->what ? gap->what : "?");
		if (gap->why) {
			iu_text_add(&note, " (");
			add_foreign(&note, gap->why);
			iu_text_add(&note, ")");
		}
		iu_text_add(&note, gap->fix ? ": " : "");
		add_foreign(&note, gap->fix);
		out->failed = out->failed || note.failed;
		iu_wrap(out, note.data, 0, 2, wrap);
		iu_text_add(out, "\n");
		iu_text_free(&note);
	}
	if (more)
		iu_text_printf(out, "Not seen: %zu more things\n", more);
}

static void put_headings(
	const struct iu_output_table *table, const struct iu_style *style, struct iu_text *out)
{
	const char *text[IU_LIST_COLUMNS];
	size_t len[IU_LIST_COLUMNS], c;

	for (c = 0; c < table->n; c++) {
		text[c] = column_of(table, c)->heading;
		len[c] = strlen(text[c]);
	}
	iu_text_add(out, style->color ? "\x1b[1m" : "");
	put_line(text, len, len, table, out);
	out->len -= out->failed ? 0 : 1; /* the newline comes after the reset */
	iu_text_add(out, style->color ? "\x1b[0m\n" : "\n");
}

void iu_output_list_rows(struct iu_output_table *table, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, const struct iu_style *style, struct iu_text *out)
{
	struct cells cells = {0};
	size_t r;

	iu_text_add(out, "");
	if (!table->n)
		choose(table, style->columns);
	table->ascii = style->ascii;
	if (make_cells(table, snapshot, listing, style, &cells)) {
		measure(&cells, listing->rows.n, table);
		fit_all(table, style->columns);
		if (listing->rows.n && !table->rows && !style->quiet)
			put_headings(table, style, out);
	} else {
		out->failed = true;
	}
	for (r = 0; r < listing->rows.n && !out->failed; r++) {
		const struct iu_row *row = &listing->rows.v[r];

		put_row(&cells, r, table, out);
		table->hidden += !row->holds.n && snapshot->sockets.v[row->socket].inode;
	}
	table->rows += listing->rows.n;
	free(cells.v);
	iu_text_free(&cells.text);
}

void iu_output_list_end(const struct iu_output_table *table, const struct iu_snapshot *snapshot,
	const struct iu_style *style, struct iu_text *out)
{
	iu_text_add(out, "");
	if (style->quiet)
		return;
	if (!table->rows && !table->left_out && !table->unsure)
		iu_text_add(out, "No socket here matches.\n");
	put_hidden(snapshot, table->hidden, style->columns, out);
	put_gaps(snapshot, style->columns, out);
	if (table->left_out)
		iu_text_printf(out, "+ %zu UNIX socket%s: %s\n", table->left_out,
			table->left_out == 1 ? "" : "s", table->left_out_command);
}

int iu_output_list_column(const char *name)
{
	for (int i = 0; i < IU_LIST_COLUMNS; i++)
		if (!strcmp(iu_list_columns()[i].name, name))
			return i;
	return -1;
}

const char *iu_output_list_column_name(size_t which)
{
	return which < IU_LIST_COLUMNS ? iu_list_columns()[which].name : NULL;
}

void iu_output_list(const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_style *style, struct iu_text *out)
{
	struct iu_output_table table = {0};

	iu_output_list_rows(&table, snapshot, listing, style, out);
	iu_output_list_end(&table, snapshot, style, out);
}

/* output/list.c - a listing as a table for people */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "output/wrap.h"

#define COLUMN_GAP     2
#define CONTAINER_ID   12 /* as container engines shorten their ids */
#define FOOT_NOTES_MAX 5
/* An abstract name or a path may be 108 bytes of escapes; more of a cell nobody reads. */
#define CELL_MAX 160

struct cell_source {
	const struct iu_snapshot *snapshot;
	const struct iu_socket *socket;
	const struct iu_row *row;
	const struct iu_hold *hold;       /* the first holder, NULL: none seen */
	const struct iu_process *process; /* and its process, NULL: not known */
};

static void add_foreign(struct iu_text *cell, const char *text)
{
	if (text)
		iu_text_foreign(cell, text, strlen(text), CELL_MAX);
}

static void cell_protocol(const struct cell_source *from, struct iu_text *cell)
{
	iu_text_add(cell, iu_protocol_name(from->socket->protocol));
}

static void cell_address(const struct cell_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;
	char text[IU_ADDRESS_TEXT];

	if (s->protocol == IU_PROTOCOL_UNIX) {
		iu_text_add(cell, s->abstract ? "@" : "");
		if (s->path && s->abstract)
			iu_text_abstract(cell, s->path, s->path_len, CELL_MAX);
		else if (s->path)
			iu_text_foreign(cell, s->path, s->path_len, CELL_MAX);
		return;
	}
	iu_text_add(cell, iu_endpoint_format(&s->local, s->port, text));
	if (s->device) {
		iu_text_add(cell, "%");
		add_foreign(cell, s->device);
	}
	if (s->peer.family == IU_FAMILY_ANY)
		return;
	iu_text_add(cell, " -> ");
	iu_text_add(cell, iu_endpoint_format(&s->peer, s->peer_port, text));
}

static void cell_state(const struct cell_source *from, struct iu_text *cell)
{
	iu_text_add(cell, iu_state_name(from->socket->state));
}

/* "?": somebody has it, but who could not be seen. "-": no process has it. */
static void cell_holder(const struct cell_source *from, struct iu_text *cell)
{
	if (!from->hold) {
		iu_text_add(cell, from->socket->inode ? "?" : "-");
		return;
	}
	add_foreign(cell, from->process && from->process->name ? from->process->name : "?");
	if (from->hold->pid < IU_PID_MADE_UP)
		iu_text_printf(cell, "(%d)", (int)from->hold->pid);
	if (from->row->holds.n > 1)
		iu_text_printf(cell, " +%zu", from->row->holds.n - 1);
}

static void cell_user(const struct cell_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;
	const struct iu_process *p = from->process;

	if (s->user)
		add_foreign(cell, s->user);
	else if (s->uid_known)
		iu_text_printf(cell, "%u", (unsigned int)s->uid);
	else if (p && p->user)
		add_foreign(cell, p->user);
	else if (p && p->uid_known)
		iu_text_printf(cell, "%u", (unsigned int)p->uid);
	else
		iu_text_add(cell, "-");
}

static void add_container(struct iu_text *cell, const char *container)
{
	size_t len = strlen(container);
	bool id = len == 64 && strspn(container, "0123456789abcdef") == len;

	iu_text_foreign(cell, container, id ? CONTAINER_ID : len, CELL_MAX);
}

/* A container says more than the unit that its engine made for it. */
static void cell_unit(const struct cell_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;
	const struct iu_process *p = from->process;

	if (s->container)
		add_container(cell, s->container);
	else if (p && p->container)
		add_container(cell, p->container);
	else if (s->unit)
		add_foreign(cell, s->unit);
	else if (p && p->unit)
		add_foreign(cell, p->unit);
}

static void cell_age(const struct cell_source *from, struct iu_text *cell)
{
	static const struct {
		int64_t seconds;
		const char *letter;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	int64_t now = from->snapshot->host.now, age;
	size_t i;

	if (!from->process || from->process->started < 0 || now <= 0)
		return;
	age = now > from->process->started ? now - from->process->started : 0;
	for (i = 0; i < IU_COUNT(units) - 1 && age < units[i].seconds; i++)
		;
	iu_text_printf(cell, "%lld%s", (long long)(age / units[i].seconds), units[i].letter);
}

/* A column is a row here. @drop: which goes first where even the least widths are too much. */
static const struct column {
	const char *heading;
	size_t least;
	int drop; /* 0: never */
	void (*cell)(const struct cell_source *from, struct iu_text *cell);
} columns[] = {
	{"PROTO", 5, 0, cell_protocol},
	{"ADDRESS", 14, 0, cell_address},
	{"STATE", 6, 1, cell_state},
	{"HOLDER", 12, 0, cell_holder},
	{"USER", 4, 2, cell_user},
	{"UNIT/CONTAINER", 10, 4, cell_unit},
	{"AGE", 3, 3, cell_age},
};

#define COLUMNS IU_COUNT(columns)
_Static_assert(COLUMNS == IU_LIST_COLUMNS, "a width for each column");

static struct cell_source source_of(const struct iu_snapshot *snapshot, const struct iu_row *row)
{
	struct cell_source from = {
		.snapshot = snapshot,
		.socket = &snapshot->sockets.v[row->socket],
		.row = row,
	};

	if (row->holds.n) {
		from.hold = &snapshot->holds.v[row->holds.v[0]];
		from.process = iu_snapshot_process(snapshot, from.hold->pid);
	}
	return from;
}

/* The cells of a portion, row by row; each is made once. */
struct cells {
	struct iu_text text;
	struct cell {
		uint32_t at, len, columns;
	} *v;
};

static bool make_cells(const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	struct cells *cells)
{
	struct cell *cell;
	size_t c, r;

	cells->v = cell = calloc(listing->rows.n * COLUMNS + 1, sizeof(*cells->v));
	iu_text_add(&cells->text, "");
	for (r = 0; cells->v && r < listing->rows.n; r++) {
		struct cell_source from = source_of(snapshot, &listing->rows.v[r]);

		for (c = 0; c < COLUMNS; c++, cell++) {
			cell->at = (uint32_t)cells->text.len;
			columns[c].cell(&from, &cells->text);
			cell->len = (uint32_t)(cells->text.len - cell->at);
		}
	}
	return cells->v && !cells->text.failed && cells->text.len <= UINT32_MAX;
}

/* The natural widths; a column that would stay empty is left out, until a later portion has it. */
static void measure(struct cells *cells, size_t rows, struct iu_output_table *table)
{
	size_t c;

	for (size_t i = 0; i < rows * COLUMNS; i++) {
		struct cell *cell = &cells->v[i];

		c = i % COLUMNS;
		cell->columns = (uint32_t)iu_text_columns(cells->text.data + cell->at, cell->len);
		if (cell->columns > table->width[c])
			table->width[c] = cell->columns;
	}
	for (c = 0; c < COLUMNS; c++) {
		if (table->width[c] && table->width[c] < strlen(columns[c].heading))
			table->width[c] = strlen(columns[c].heading);
	}
}

static size_t total_width(const struct iu_output_table *table)
{
	size_t total = 0, c;

	for (c = 0; c < COLUMNS; c++)
		total += table->width[c] ? table->width[c] + COLUMN_GAP : 0;
	return total ? total - COLUMN_GAP : 0;
}

/* The column that can give most; COLUMNS when none has more than its least width. */
static size_t widest(const struct iu_output_table *table)
{
	size_t best = COLUMNS, c;

	for (c = 0; c < COLUMNS; c++) {
		if (table->width[c] > columns[c].least &&
			(best == COLUMNS || table->width[c] > table->width[best]))
			best = c;
	}
	return best;
}

static size_t first_to_drop(const struct iu_output_table *table)
{
	size_t best = COLUMNS, c;

	for (c = 0; c < COLUMNS; c++) {
		if (table->width[c] && columns[c].drop &&
			(best == COLUMNS || columns[c].drop > columns[best].drop))
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
		if (c < COLUMNS) {
			table->width[c]--;
			continue;
		}
		c = first_to_drop(table);
		if (c == COLUMNS)
			return;
		natural.width[c] = 0;
		*table = natural;
	}
}

/* One line; no spaces at its end. */
static void put_line(const char *const text[COLUMNS], const size_t len[COLUMNS],
	const size_t natural[COLUMNS], const struct iu_output_table *table, struct iu_text *out)
{
	size_t pending = 0, used, c;

	for (c = 0; c < COLUMNS; c++) {
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
			iu_cut(out, shown.failed ? "" : shown.data, table->width[c]);
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
	const char *text[COLUMNS];
	size_t len[COLUMNS], natural[COLUMNS], c;

	for (c = 0; c < COLUMNS; c++) {
		const struct cell *cell = &cells->v[row * COLUMNS + c];

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
	const char *text[COLUMNS];
	size_t len[COLUMNS], c;

	for (c = 0; c < COLUMNS; c++) {
		text[c] = columns[c].heading;
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
	if (make_cells(snapshot, listing, &cells)) {
		measure(&cells, listing->rows.n, table);
		fit(table, style->columns);
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
	if (!table->rows)
		iu_text_add(out, "No socket here matches.\n");
	put_hidden(snapshot, table->hidden, style->columns, out);
	put_gaps(snapshot, style->columns, out);
}

void iu_output_list(const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_style *style, struct iu_text *out)
{
	struct iu_output_table table = {0};

	iu_output_list_rows(&table, snapshot, listing, style, out);
	iu_output_list_end(&table, snapshot, style, out);
}

/* tui/screen.c - the view on a terminal: draws it, and reads keys */
#define NCURSES_WIDECHAR 1
#include "tui/screen.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "os/os.h"
#include "tui/restore.h"

#define BAR_LEAST 8
#define BAR_MOST 40
#define MESSAGE_MS 6000
#define EVENTS 8 /* ncurses keeps as many */

/* What text looks like; without colours bold, dim and reverse are left. */
enum ink {
	INK_PLAIN,
	INK_DIM,
	INK_BOLD,
	INK_TITLE,
	INK_HEADING,
	INK_SORTED,
	INK_NEW,
	INK_CHANGED,
	INK_GONE,
	INK_TROUBLE,
	INK_GROUP,
	INK_BAR,
	INK_BAR_HIGH,
	INK_KEY,
	INK_LABEL,
	INKS
};

/* Blue and orange tell new from gone to those who do not tell green from red. */
static const struct {
	int color; /* -1: the terminal's own */
	attr_t with, without; /* beside the colour, and instead of it */
} inks[INKS] = {
	[INK_PLAIN] = {-1, A_NORMAL, A_NORMAL},
	[INK_DIM] = {-1, A_DIM, A_NORMAL},
	[INK_BOLD] = {-1, A_BOLD, A_BOLD},
	[INK_TITLE] = {-1, A_BOLD, A_BOLD},
	[INK_HEADING] = {-1, A_REVERSE, A_REVERSE},
	[INK_SORTED] = {-1, A_REVERSE | A_BOLD, A_REVERSE | A_BOLD},
	[INK_NEW] = {COLOR_CYAN, A_BOLD, A_BOLD},
	[INK_CHANGED] = {COLOR_MAGENTA, A_NORMAL, A_NORMAL},
	[INK_GONE] = {COLOR_YELLOW, A_NORMAL, A_DIM},
	[INK_TROUBLE] = {COLOR_RED, A_BOLD, A_BOLD},
	[INK_GROUP] = {COLOR_BLUE, A_BOLD, A_BOLD},
	[INK_BAR] = {COLOR_CYAN, A_NORMAL, A_NORMAL},
	[INK_BAR_HIGH] = {COLOR_RED, A_BOLD, A_BOLD},
	[INK_KEY] = {-1, A_REVERSE, A_REVERSE},
	[INK_LABEL] = {-1, A_NORMAL, A_NORMAL},
};

struct iu_screen {
	SCREEN *terminal;
	bool color, utf8;
	attr_t attributes[INKS];
	MEVENT events[EVENTS]; /* of the mouse, the newest first */
	size_t n_events;
};

/* ---- begin and end ---- */

static void choose_inks(struct iu_screen *screen, bool color)
{
	screen->color = color && has_colors();
	if (screen->color) {
		start_color();
		use_default_colors();
	}
	for (int i = 0; i < INKS; i++) {
		screen->attributes[i] = screen->color ? inks[i].with : inks[i].without;
		if (screen->color && inks[i].color >= 0) {
			init_pair((short)(i + 1), (short)inks[i].color, -1);
			screen->attributes[i] |= (attr_t)COLOR_PAIR(i + 1);
		}
	}
}

int iu_screen_open(bool color, struct iu_screen **ret_screen)
{
	struct iu_screen *screen = calloc(1, sizeof(*screen));
	int ret;

	if (!screen)
		return IU_E_NOMEM;
	setlocale(LC_CTYPE, "");
	screen->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	ret = iu_restore_prepare();
	if (ret == 0)
		screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal) {
		free(screen);
		return ret < 0 ? ret : IU_E_NOTSUP;
	}
	choose_inks(screen, color);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	mouseinterval(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	curs_set(0);
	*ret_screen = screen;
	return 0;
}

void iu_screen_close(struct iu_screen *screen)
{
	if (!screen)
		return;
	endwin();
	iu_os_terminal_given_back();
	delscreen(screen->terminal);
	free(screen);
}

void iu_screen_size(const struct iu_screen *screen, unsigned int *ret_width, unsigned int *ret_height)
{
	int height, width;

	(void)screen;
	getmaxyx(stdscr, height, width);
	*ret_width = (unsigned int)width;
	*ret_height = (unsigned int)height;
}

void iu_screen_redraw(struct iu_screen *screen)
{
	(void)screen;
	clearok(stdscr, TRUE);
}

void iu_screen_beep(void)
{
	beep();
}

/* ---- text ---- */

/* What a terminal without UTF-8 shows instead. */
static char plain(uint32_t point)
{
	static const struct {
		uint32_t point;
		char instead;
	} table[] = {{0x2026, '~'}, {0x2588, '#'}, {0x2591, '.'}, {0x25b2, '^'}, {0x25bc, 'v'}, {0xb7, '|'}, {0x2013, '-'},
		{0x2192, '>'}, {0x25b8, '+'}, {0x25be, '-'}, {0x2019, '\''}};

	for (size_t i = 0; i < IU_COUNT(table); i++)
		if (table[i].point == point)
			return table[i].instead;
	return '?';
}

/*
 * At most @width columns from where the cursor is; what is cut ends in "…". The text is clean: whatever is
 * foreign of it went through iu_text_foreign(). Returns: the columns it took.
 */
static unsigned int put(const struct iu_screen *screen, const char *text, unsigned int width)
{
	size_t len = strlen(text), n;
	unsigned int used = 0;
	bool cut = iu_text_columns(text, len) > width;

	for (size_t i = 0; i < len; i += n) {
		uint32_t point;
		unsigned int columns;

		n = iu_utf8_next(text + i, len - i, &point);
		if (!n)
			break;
		columns = iu_point_columns(point);
		if (used + columns + cut > width)
			break;
		used += columns;
		if (screen->utf8 || point < 0x80)
			addnstr(text + i, (int)n);
		else
			for (unsigned int k = 0; k < columns; k++)
				addch((chtype)plain(point));
	}
	if (cut && used < width) {
		addstr(screen->utf8 ? "…" : "~");
		used++;
	}
	return used;
}

static unsigned int put_at(struct iu_screen *screen, unsigned int y, unsigned int x, unsigned int width, enum ink ink,
	const char *text)
{
	unsigned int used;

	attrset((int)screen->attributes[ink]);
	move((int)y, (int)x);
	used = put(screen, text, width);
	attrset(A_NORMAL);
	return used;
}

static void fill(unsigned int y, unsigned int x, unsigned int width, attr_t attributes)
{
	if (width)
		mvhline((int)y, (int)x, ' ' | attributes, (int)width);
}

/* A line of several pieces, from left to right, until there is no room. */
struct pen {
	struct iu_screen *screen;
	unsigned int y, x, end;
};

static void write_ink(struct pen *pen, enum ink ink, const char *text)
{
	if (pen->x < pen->end)
		pen->x += put_at(pen->screen, pen->y, pen->x, pen->end - pen->x, ink, text);
}

static void write_number(struct pen *pen, const char *label, uint64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), " %llu  ", (unsigned long long)number);
	/* as a whole, or not at all */
	if (pen->x + strlen(label) + strlen(text) > pen->end + 2)
		return;
	write_ink(pen, INK_DIM, label);
	write_ink(pen, number ? INK_BOLD : INK_PLAIN, text);
}

/* ---- the lines above the table ---- */

static void draw_title(struct iu_screen *screen, const struct iu_view *view)
{
	const struct iu_header *header = &view->header;
	struct pen pen = {screen, 0, 0, view->width};
	char text[160], clock[16] = "";
	time_t now = (time_t)header->now;
	struct tm parts = {0};
	size_t right;

	if (header->now > 0 && localtime_r(&now, &parts))
		strftime(clock, sizeof(clock), "%H:%M:%S", &parts);
	text[0] = '\0';
	if (!header->source)
		snprintf(text, sizeof(text), "%slook %lld ms  ", header->busy && header->now_ms - header->looked_ms > 5000 ? "looking…  " : "",
			(long long)header->took_ms);
	if (!header->source && header->cost >= 0)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d.%02d %% of a core  ", header->cost / 100,
			header->cost % 100);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", clock);
	right = iu_text_columns(text, strlen(text));
	if (right + 20 < view->width)
		put_at(screen, 0, view->width - (unsigned int)right, (unsigned int)right, INK_DIM, text);
	pen.end = right + 22 < view->width ? view->width - (unsigned int)right - 2 : view->width;
	write_ink(&pen, INK_TITLE, "inuse top");
	write_ink(&pen, INK_DIM, header->source ? "  from " : header->hostname ? "  " : "");
	write_ink(&pen, INK_PLAIN, header->source ? header->source : header->hostname ? header->hostname : "");
	if (view->paused)
		write_ink(&pen, INK_KEY, "  PAUSED ");
	if (view->frozen)
		write_ink(&pen, INK_KEY, "  ORDER FROZEN ");
	if (view->waiting) {
		write_ink(&pen, INK_KEY, "  WAITING FOR ");
		write_ink(&pen, INK_KEY, view->waiting);
		write_ink(&pen, INK_KEY, " ");
	}
	if (view->order.tree != IU_TREE_NONE) {
		write_ink(&pen, INK_DIM, "  tree by ");
		write_ink(&pen, INK_PLAIN, iu_order_tree_name(view->order.tree));
	}
}

/* Where nobody watches, none is no answer. */
static void draw_refused(struct pen *pen, const struct iu_header *header)
{
	const char *label = pen->end < 100 ? "failed binds" : "failed binds in a minute";

	if (!header->watched && !header->refused)
		return;
	if (pen->x + strlen(label) + 6 > pen->end)
		return;
	write_number(pen, label, header->refused);
	if (header->refused && pen->end >= 100 && pen->x + strlen(header->last_refused) + 8 <= pen->end) {
		write_ink(pen, INK_DIM, "last ");
		write_ink(pen, INK_TROUBLE, header->last_refused);
		write_ink(pen, INK_PLAIN, "  ");
	}
}

static void draw_states(struct iu_screen *screen, const struct iu_view *view)
{
	static const enum iu_state states[] = {IU_STATE_LISTEN, IU_STATE_BOUND, IU_STATE_ESTABLISHED, IU_STATE_TIME_WAIT,
		IU_STATE_CLOSE_WAIT, IU_STATE_SYN_SENT, IU_STATE_SYN_RECV, IU_STATE_FIN_WAIT1, IU_STATE_FIN_WAIT2,
		IU_STATE_CLOSING, IU_STATE_LAST_ACK};
	const struct iu_header *header = &view->header;
	struct pen pen = {screen, 1, 0, view->width};

	for (size_t i = 0; i < IU_COUNT(states); i++) {
		if (i == 2)
			write_number(&pen, "udp", header->udp);
		if (i == 4)
			draw_refused(&pen, header);
		/* those that pass by are shown when they are there */
		if (i < 4 || header->states[states[i]])
			write_number(&pen, iu_state_name(states[i]), header->states[states[i]]);
	}
}

static void draw_bar(struct pen *pen, unsigned int width, size_t used, size_t all)
{
	unsigned int full = all ? (unsigned int)(used * width / all) : 0;
	enum ink ink = all && used * 10 >= all * 8 ? INK_BAR_HIGH : INK_BAR;

	if (used && !full)
		full = 1;
	write_ink(pen, INK_DIM, "[");
	for (unsigned int i = 0; i < width; i++)
		write_ink(pen, i < full ? ink : INK_DIM, i < full ? "█" : "░");
	write_ink(pen, INK_DIM, "] ");
}

static void draw_range(struct iu_screen *screen, const struct iu_view *view)
{
	const struct iu_header *header = &view->header;
	struct pen pen = {screen, 2, 0, view->width};
	unsigned int width = view->width / 6;
	size_t all = (size_t)(header->port_last - header->port_first + 1);
	char text[80];

	width = width < BAR_LEAST ? BAR_LEAST : width > BAR_MOST ? BAR_MOST : width;
	if (header->port_first > 0) {
		snprintf(text, sizeof(text), " %d–%d ", (int)header->port_first, (int)header->port_last);
		write_ink(&pen, INK_DIM, "ephemeral");
		write_ink(&pen, INK_PLAIN, text);
		draw_bar(&pen, width, header->ports_taken, all);
		snprintf(text, sizeof(text), "%zu (%zu.%zu %%)  ", header->ports_taken, header->ports_taken * 100 / all,
			header->ports_taken * 1000 / all % 10);
		write_ink(&pen, INK_PLAIN, text);
	}
	if (header->troubles) {
		snprintf(text, sizeof(text), "%zu in trouble  ", header->troubles);
		write_ink(&pen, INK_TROUBLE, text);
	}
	if (header->too_many)
		write_ink(&pen, INK_TROUBLE, "too many connections to show each  ");
	if (header->left_out) {
		snprintf(text, sizeof(text), "%zu more from port %u on: / finds them  ", header->left_out, (unsigned int)header->left_from);
		write_ink(&pen, INK_TROUBLE, text);
	}
	if (view->table.unseen) {
		snprintf(text, sizeof(text), "%zu holder%s unseen%s  ", view->table.unseen, view->table.unseen == 1 ? "" : "s",
			header->source || view->width < 100 ? "" : ": sudo inuse top");
		write_ink(&pen, INK_TROUBLE, text);
	} else if (header->gaps && header->gap) {
		write_ink(&pen, INK_DIM, "not visible: ");
		write_ink(&pen, INK_PLAIN, header->gap);
	}
}

/* ---- the table ---- */

static void draw_heading(struct iu_screen *screen, const struct iu_view *view)
{
	attr_t heading = screen->attributes[INK_HEADING];

	fill(IU_VIEW_HEADING, 0, view->width, heading);
	for (size_t i = 0; i < view->layout.n; i++) {
		const struct iu_top_column *column = iu_row_text_column(view->layout.columns[i].id);
		bool sorted = view->layout.columns[i].id == view->order.column;
		unsigned int width = view->layout.columns[i].width, at = view->layout.columns[i].at;
		char text[32];
		unsigned int len;

		snprintf(text, sizeof(text), "%s%s", column->heading, !sorted ? "" : view->order.descending ? "▼" : "▲");
		len = (unsigned int)iu_text_columns(text, strlen(text));
		if (column->right && len < width)
			at += width - len;
		/* the arrow may stand in the blank behind it */
		put_at(screen, IU_VIEW_HEADING, at, width + (sorted && at + width < view->width), sorted ? INK_SORTED : INK_HEADING, text);
	}
}

static enum ink ink_of_row(const struct iu_top_row *row)
{
	static const enum ink marks[] = {[IU_MARK_NONE] = INK_PLAIN, [IU_MARK_NEW] = INK_NEW,
		[IU_MARK_CHANGED] = INK_CHANGED, [IU_MARK_GONE] = INK_GONE};

	return marks[row->mark];
}

/* A mark colours the row; where there is none, a cell may say more. */
static enum ink ink_of_cell(const struct iu_top_row *row, enum iu_column_id id)
{
	const struct iu_socket *s = &row->socket;
	enum ink ink = ink_of_row(row);

	if (iu_row_text_trouble(row) && (id == IU_COLUMN_MARK || id == IU_COLUMN_PORT))
		return INK_TROUBLE;
	if (ink != INK_PLAIN)
		return ink;
	switch (id) {
	case IU_COLUMN_PORT: return INK_BOLD;
	case IU_COLUMN_ADDRESS:
		return s->protocol == IU_PROTOCOL_UNIX		? INK_PLAIN
		       : iu_address_is_wildcard(&s->local) ? INK_BOLD
		       : iu_address_is_loopback(&s->local) ? INK_DIM
							   : INK_PLAIN;
	case IU_COLUMN_QUEUE: return s->backlog && s->queue >= s->backlog ? INK_TROUBLE : INK_DIM;
	case IU_COLUMN_STATE:
		return row->holder.stopped || (s->backlog && s->queue >= s->backlog) ? INK_TROUBLE
		       : s->state == IU_STATE_TIME_WAIT				    ? INK_DIM
											    : INK_PLAIN;
	case IU_COLUMN_DROPS: return INK_TROUBLE;
	case IU_COLUMN_PROGRAM: return row->holder.guessed || !row->holder.program ? INK_DIM : INK_BOLD;
	case IU_COLUMN_PROTOCOL:
	case IU_COLUMN_AGE:
	case IU_COLUMN_COMMAND: return INK_DIM;
	case IU_COLUMN_MARK:
	case IU_COLUMN_PEER:
	case IU_COLUMN_CONNECTIONS:
	case IU_COLUMN_PID:
	case IU_COLUMN_USER:
	case IU_COLUMN_UNIT:
	case IU_TOP_COLUMNS: break;
	}
	return INK_PLAIN;
}

static void draw_row(struct iu_screen *screen, const struct iu_view *view, unsigned int y, const struct iu_top_row *row,
	bool selected)
{
	const struct iu_row_view cells = {view->header.now, view->header.now_ms, iu_layout_has(&view->layout, IU_COLUMN_QUEUE)};
	attr_t line = A_REVERSE | (ink_of_row(row) == INK_PLAIN ? 0 : screen->attributes[ink_of_row(row)]);
	struct iu_text text = {0};

	if (selected)
		fill(y, 0, view->width, line);
	for (size_t i = 0; i < view->layout.n; i++) {
		const struct iu_top_column *column = iu_row_text_column(view->layout.columns[i].id);
		unsigned int width = view->layout.columns[i].width, at = view->layout.columns[i].at, len;

		text.len = 0;
		iu_text_add(&text, "");
		column->cell(row, &cells, &text);
		if (text.failed || !text.len)
			continue;
		len = (unsigned int)iu_text_columns(text.data, text.len);
		if (column->right && len < width)
			at += width - len;
		attrset((int)(selected ? line : screen->attributes[ink_of_cell(row, view->layout.columns[i].id)]));
		move((int)y, (int)at);
		put(screen, text.data, width);
	}
	attrset(A_NORMAL);
	iu_text_free(&text);
}

static void draw_head(struct iu_screen *screen, const struct iu_view *view, unsigned int y, const struct iu_line *line,
	bool selected)
{
	struct pen pen = {screen, y, 0, view->width};
	char text[48];

	write_ink(&pen, INK_GROUP, line->closed ? "▸ " : "▾ ");
	write_ink(&pen, INK_GROUP, line->head ? line->head : "");
	snprintf(text, sizeof(text), "  %zu socket%s", line->members, line->members == 1 ? "" : "s");
	write_ink(&pen, INK_DIM, text);
	if (selected)
		mvchgat((int)y, 0, -1, A_REVERSE, 0, NULL);
}

static void draw_table(struct iu_screen *screen, const struct iu_view *view)
{
	unsigned int rows = iu_view_table_height(view);

	for (unsigned int i = 0; i < rows && view->top + i < view->order.lines.n; i++) {
		const struct iu_line *line = &view->order.lines.v[view->top + i];
		bool selected = view->top + i == view->cursor;

		if (line->row)
			draw_row(screen, view, IU_VIEW_TABLE + i, line->row, selected);
		else
			draw_head(screen, view, IU_VIEW_TABLE + i, line, selected);
	}
	if (!view->order.lines.n && rows)
		put_at(screen, IU_VIEW_TABLE, 2, view->width > 2 ? view->width - 2 : 0, INK_DIM,
			!view->table.begun || (view->header.many && view->header.busy) ? "looking…"
			: view->typed[0] ? "nothing matches; Esc shows everything"
					 : "nothing is bound here");
}

/* ---- below ---- */

static void draw_pane(struct iu_screen *screen, const struct iu_view *view)
{
	unsigned int height = iu_view_pane_height(view), y = IU_VIEW_TABLE + iu_view_table_height(view);

	if (!height)
		return;
	fill(y, 0, view->width, screen->attributes[INK_HEADING]);
	put_at(screen, y, 1, view->width > 2 ? view->width - 2 : 0, INK_SORTED, view->pane_title ? view->pane_title : "");
	if (view->pane_count > height - 1 && view->width > 40) {
		char text[40];

		snprintf(text, sizeof(text), "%zu–%zu of %zu", view->pane_top + 1, view->pane_top + height - 1, view->pane_count);
		put_at(screen, y, view->width - (unsigned int)iu_text_columns(text, strlen(text)) - 1, 38, INK_HEADING, text);
	}
	for (unsigned int i = 1; i < height && view->pane_top + i - 1 < view->pane_count; i++) {
		const char *line = view->pane_lines[view->pane_top + i - 1];
		bool strong = view->pane != IU_PANE_HISTORY && line[0] && line[0] != ' ';

		put_at(screen, y + i, 1, view->width > 2 ? view->width - 2 : 0,
			strong			   ? INK_BOLD
			: view->pane != IU_PANE_HISTORY ? INK_PLAIN
			: line[0] == '+'	   ? INK_NEW
			: line[0] == '-'	   ? INK_GONE
						   : INK_CHANGED,
			line);
	}
}

/* What the columns had no room for. */
static void draw_selected(struct pen *pen, const struct iu_view *view)
{
	const struct iu_top_row *row = iu_view_row(view);
	struct iu_text text = {0};
	const char *unit = row ? iu_row_text_unit(row) : NULL;

	if (!row)
		return;
	if (iu_row_text_trouble(row)) {
		write_ink(pen, INK_TROUBLE, "! ");
		write_ink(pen, INK_PLAIN, iu_row_text_trouble(row));
		return;
	}
	iu_text_add(&text, "");
	iu_row_text_column(IU_COLUMN_COMMAND)->cell(row, &(struct iu_row_view){0}, &text);
	if (unit) {
		iu_text_add(&text, text.len ? "  ·  " : "");
		iu_text_foreign(&text, unit, strlen(unit), 60);
	}
	if (row->connections && row->socket.state == IU_STATE_LISTEN)
		iu_text_printf(&text, "  ·  %u connection%s", (unsigned int)row->connections, row->connections == 1 ? "" : "s");
	if (row->socket.drops)
		iu_text_printf(&text, "  ·  %u dropped", (unsigned int)row->socket.drops);
	write_ink(pen, INK_DIM, text.failed ? "" : text.data);
	iu_text_free(&text);
}

static void draw_status(struct iu_screen *screen, const struct iu_view *view)
{
	struct pen pen = {screen, view->height - 2, 0, view->width};
	char text[48];

	if (view->typed[0] || view->typing) {
		snprintf(text, sizeof(text), "%zu of %zu", view->order.matching, view->table.n);
		put_at(screen, pen.y, view->width > strlen(text) ? view->width - (unsigned int)strlen(text) : 0, view->width, INK_DIM, text);
		pen.end = view->width > strlen(text) + 2 ? view->width - (unsigned int)strlen(text) - 2 : 0;
		write_ink(&pen, view->typing ? INK_BOLD : INK_DIM, "/");
		write_ink(&pen, INK_BOLD, view->typed);
		write_ink(&pen, view->typing ? INK_KEY : INK_PLAIN, view->typing ? " " : "   ");
		if (view->typing)
			return;
	}
	if (view->header.now_ms - view->message_ms < MESSAGE_MS)
		write_ink(&pen, INK_BOLD, view->message);
	else
		draw_selected(&pen, view);
}

static void draw_keys(struct iu_screen *screen, const struct iu_view *view)
{
	static const char *const table[] = {"Enter", "why", "f", "free", "/", "filter", "s", "sort", "a", "all", "t", "tree",
		"h", "help", "q", "quit", "l", "listeners", "u", "user", "w", "wait", "o", "freeze", "Space", "pause",
		"H", "history", "c", "copy", "e", "export", NULL};
	static const char *const pane[] = {"Esc", "close", "Up Down", "scroll", "v", "details", "f", "free", "w", "wait", "c", "copy", NULL};
	static const char *const asks[] = {"y", "do it", "any other key", "leave it", "Up Down", "scroll", NULL};
	static const char *const typing[] = {"Enter", "keep it", "Esc", "clear", "Ctrl-U", "anew", NULL};
	static const char *const reading[] = {"Esc", "close", "Up Down", "scroll", NULL};
	const char *const *keys = view->asks ? asks
				  : view->typing ? typing
				  : view->pane == IU_PANE_NONE ? table
				  : view->pane == IU_PANE_WHY  ? pane
							       : reading;
	struct pen pen = {screen, view->height - 1, 0, view->width};

	for (size_t i = 0; keys[i]; i += 2) {
		if (pen.x + strlen(keys[i]) + strlen(keys[i + 1]) + 2 > view->width)
			break;
		write_ink(&pen, INK_KEY, keys[i]);
		write_ink(&pen, INK_LABEL, " ");
		write_ink(&pen, INK_LABEL, keys[i + 1]);
		write_ink(&pen, INK_LABEL, "  ");
	}
}

void iu_screen_draw(struct iu_screen *screen, const struct iu_view *view)
{
	erase();
	if (view->height < IU_VIEW_TABLE + 3 || view->width < 20) {
		put_at(screen, 0, 0, view->width, INK_PLAIN, "too small");
	} else {
		draw_title(screen, view);
		draw_states(screen, view);
		draw_range(screen, view);
		draw_heading(screen, view);
		draw_table(screen, view);
		draw_pane(screen, view);
		draw_status(screen, view);
		draw_keys(screen, view);
	}
	refresh();
}

/* ---- input ---- */

static struct iu_input key_input(uint32_t key)
{
	return (struct iu_input){.kind = IU_INPUT_KEY, .key = key};
}

/* Several that came at once are told by one KEY_MOUSE, and given the newest first. */
static void take_events(struct iu_screen *screen)
{
	while (screen->n_events < EVENTS && getmouse(&screen->events[screen->n_events]) == OK)
		screen->n_events++;
}

static struct iu_input mouse_input(struct iu_screen *screen)
{
	const MEVENT *event;

	if (screen->n_events == 0)
		return key_input(IU_KEY_NONE);
	event = &screen->events[--screen->n_events];
	if (event->bstate & BUTTON4_PRESSED)
		return key_input(IU_KEY_UP);
	if (event->bstate & BUTTON5_PRESSED)
		return key_input(IU_KEY_DOWN);
	return (struct iu_input){.kind = IU_INPUT_CLICK, .x = (unsigned int)event->x, .y = (unsigned int)event->y};
}

static uint32_t special(wint_t code)
{
	static const struct {
		int curses;
		enum iu_key key;
	} keys[] = {{KEY_UP, IU_KEY_UP}, {KEY_DOWN, IU_KEY_DOWN}, {KEY_LEFT, IU_KEY_LEFT}, {KEY_RIGHT, IU_KEY_RIGHT},
		{KEY_PPAGE, IU_KEY_PAGE_UP}, {KEY_NPAGE, IU_KEY_PAGE_DOWN}, {KEY_HOME, IU_KEY_HOME}, {KEY_END, IU_KEY_END},
		{KEY_ENTER, IU_KEY_ENTER}, {KEY_BACKSPACE, IU_KEY_BACKSPACE}, {KEY_DC, IU_KEY_BACKSPACE}, {KEY_F(1), IU_KEY_HELP}};

	for (size_t i = 0; i < IU_COUNT(keys); i++)
		if ((wint_t)keys[i].curses == code)
			return keys[i].key;
	return IU_KEY_NONE;
}

static uint32_t character(wint_t code)
{
	switch (code) {
	case '\r':
	case '\n': return IU_KEY_ENTER;
	case 0x1b: return IU_KEY_ESCAPE;
	case 0x7f:
	case '\b': return IU_KEY_BACKSPACE;
	case 'L' & 0x1f: return IU_KEY_REDRAW;
	default: return (uint32_t)code; /* a number, not an enum */
	}
}

struct iu_input iu_screen_input(struct iu_screen *screen)
{
	wint_t code;
	int kind;

	if (screen->n_events > 0)
		return mouse_input(screen);
	kind = get_wch(&code);
	if (kind == KEY_CODE_YES && code == KEY_RESIZE)
		return (struct iu_input){.kind = IU_INPUT_RESIZE};
	if (kind == KEY_CODE_YES && code == KEY_MOUSE) {
		take_events(screen);
		return mouse_input(screen);
	}
	if (kind == KEY_CODE_YES)
		return key_input(special(code));
	return kind == OK ? key_input(character(code)) : (struct iu_input){.kind = IU_INPUT_NOTHING};
}

/* Past curses: it is no text of the screen. */
void iu_screen_copy(struct iu_screen *screen, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text);

	(void)screen;
	fputs("\033]52;c;", stdout);
	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = (uint32_t)(unsigned char)text[i] << 16;
		size_t n = len - i < 3 ? len - i : 3;

		three |= n > 1 ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
		three |= n > 2 ? (unsigned char)text[i + 2] : 0;
		for (size_t k = 0; k < 4; k++)
			putchar(k <= n ? digits[three >> (18 - 6 * k) & 63] : '=');
	}
	putchar('\a');
	fflush(stdout);
}

/* tui/view.c - what somebody looks at: cursor, panes, what keys mean. Knows no terminal */
#include "tui/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "tui/help.h"

#define STILL_MS   3000 /* somebody moved: the order stays that long */
#define SCREEN_MIN 8
#define FOOT       2    /* lines below the table: what is selected, the keys */

/* ---- sizes ---- */

unsigned int iu_view_pane_height(const struct iu_view *view)
{
	unsigned int room = view->height > IU_VIEW_TABLE + FOOT ? view->height - IU_VIEW_TABLE - FOOT : 0;
	unsigned int most = room > 20 ? room * 2 / 3 : room > 8 ? room - 5 : room;

	if (view->pane == IU_PANE_NONE || !room)
		return 0;
	if (view->pane == IU_PANE_HELP)
		return room;
	return view->pane_count + 1 < most ? (unsigned int)view->pane_count + 1 : most;
}

unsigned int iu_view_table_height(const struct iu_view *view)
{
	unsigned int used = IU_VIEW_TABLE + FOOT + iu_view_pane_height(view);

	return view->height > used ? view->height - used : 0;
}

static bool shows_peers(const struct iu_view *view)
{
	return view->filter.all && !view->filter.listeners;
}

static void lay_out(struct iu_view *view)
{
	iu_layout_make(view->width, (shows_peers(view) ? 0 : 1u << IU_COLUMN_PEER) |
		(view->drops ? 0 : 1u << IU_COLUMN_DROPS) | (view->units ? 0 : 1u << IU_COLUMN_UNIT), &view->layout);
}

void iu_view_begin(struct iu_view *view, const struct iu_names *names, unsigned int width, unsigned int height)
{
	*view = (struct iu_view){.names = names, .moved_ms = INT64_MIN / 2, .message_ms = INT64_MIN / 2,
		.order.column = IU_COLUMN_PORT, .header.port_first = -1, .header.left_from = UINT32_MAX, .header.cost = -1};
	iu_view_resize(view, width, height);
}

void iu_view_resize(struct iu_view *view, unsigned int width, unsigned int height)
{
	view->width = width;
	view->height = height;
	lay_out(view);
}

/* ---- the cursor ---- */

struct iu_top_row *iu_view_row(const struct iu_view *view)
{
	return view->cursor < view->order.lines.n ? view->order.lines.v[view->cursor].row : NULL;
}

static void scroll_to_cursor(struct iu_view *view)
{
	size_t rows = iu_view_table_height(view), n = view->order.lines.n;

	if (view->cursor >= n)
		view->cursor = n ? n - 1 : 0;
	if (view->cursor < view->top)
		view->top = view->cursor;
	if (rows && view->cursor >= view->top + rows)
		view->top = view->cursor - rows + 1;
	if (view->top + rows > n)
		view->top = n > rows ? n - rows : 0;
}

/* From now on the selection is what lies under the cursor, wherever that goes. */
static void select_here(struct iu_view *view)
{
	const struct iu_line *line = view->cursor < view->order.lines.n ? &view->order.lines.v[view->cursor] : NULL;

	view->has_selected = line != NULL;
	view->selected_group = line && !line->row ? line->group : 0;
	if (line && line->row)
		view->selected = line->row->identity;
}

static bool is_selected(const struct iu_view *view, const struct iu_line *line)
{
	if (!line->row)
		return view->selected_group && view->selected_group == line->group;
	return !view->selected_group && iu_table_same(&line->row->identity, &view->selected);
}

static void find_selected(struct iu_view *view)
{
	const struct iu_order *order = &view->order;

	if (!view->has_selected || (view->cursor < order->lines.n && is_selected(view, &order->lines.v[view->cursor])))
		return;
	for (size_t i = 0; i < order->lines.n; i++)
		if (is_selected(view, &order->lines.v[i])) {
			view->cursor = i;
			return;
		}
}

int iu_view_arrange(struct iu_view *view)
{
	size_t offset = view->cursor - view->top;
	int ret;

	view->stale = false;
	view->order.frozen = view->frozen || view->header.now_ms - view->moved_ms < STILL_MS;
	ret = iu_order_make(&view->order, &view->table, &view->filter);
	find_selected(view);
	if (view->has_selected && view->cursor > offset)
		view->top = view->cursor - offset; /* it stays in its line of the screen */
	scroll_to_cursor(view);
	if (!view->has_selected && view->order.lines.n && view->moved_ms >= 0)
		select_here(view);
	return ret;
}

int iu_view_refresh(struct iu_view *view)
{
	bool held = view->order.frozen && !view->frozen;

	return view->stale || (held && view->header.now_ms - view->moved_ms >= STILL_MS) ? iu_view_arrange(view) : 0;
}

static void move_to(struct iu_view *view, size_t line)
{
	view->cursor = line;
	scroll_to_cursor(view);
	select_here(view);
	view->moved_ms = view->header.now_ms;
}

static void move_by(struct iu_view *view, long by)
{
	size_t n = view->order.lines.n;

	if (by < 0 && view->cursor < (size_t)-by)
		move_to(view, 0);
	else
		move_to(view, view->cursor + (size_t)by < n ? view->cursor + (size_t)by : n ? n - 1 : 0);
}

/* ---- a look ---- */

static void count_connections(struct iu_view *view, const struct iu_tally *tally)
{
	for (size_t i = 0; i < view->table.n; i++) {
		struct iu_top_row *row = view->table.rows[i];

		if (row->socket.protocol == IU_PROTOCOL_TCP)
			row->connections = tally->connections[row->socket.port];
	}
}

static void count_troubles(struct iu_view *view)
{
	view->header.troubles = 0;
	for (size_t i = 0; i < view->table.n; i++)
		view->header.troubles += iu_row_text_trouble(view->table.rows[i]) != NULL;
}

/* Their columns are others' room where nobody has any; they stay once somebody had. */
static void count_columns(struct iu_view *view)
{
	bool drops = view->drops, units = view->units;

	for (size_t i = 0; i < view->table.n && !(drops && units); i++) {
		drops = drops || view->table.rows[i]->socket.drops;
		units = units || iu_row_text_unit(view->table.rows[i]);
	}
	if (drops == view->drops && units == view->units)
		return;
	view->drops = drops;
	view->units = units;
	lay_out(view);
}

int iu_view_take(struct iu_view *view, const struct iu_table_look *look, const struct iu_tally *tally)
{
	struct iu_header *header = &view->header;
	int ret = iu_table_take(&view->table, look);

	count_connections(view, tally);
	count_columns(view);
	count_troubles(view);
	memcpy(header->states, tally->states, sizeof(header->states));
	header->udp = tally->udp;
	if (look->snapshot->sysctls.port_first > 0 && look->snapshot->sysctls.port_last < IU_TALLY_PORTS) {
		header->port_first = look->snapshot->sysctls.port_first;
		header->port_last = look->snapshot->sysctls.port_last;
	}
	if (header->port_first > 0)
		header->ports_taken = iu_tally_taken(tally, (uint16_t)header->port_first, (uint16_t)header->port_last);
	return ret < 0 ? ret : iu_view_arrange(view);
}

/* What is about a connection is about who had its port. */
static bool is_about(const struct iu_trouble *trouble, const struct iu_top_row *row)
{
	const struct iu_socket *s = &row->socket;
	const struct iu_question *q = &trouble->question;

	if (q->target.protocol != s->protocol || q->target.port != s->port)
		return false;
	if (s->protocol == IU_PROTOCOL_UNIX)
		return s->path && q->target.path && s->path_len == q->target.path_len &&
		       !memcmp(s->path, q->target.path, s->path_len);
	if (!s->port || (q->target.family != IU_FAMILY_ANY && !iu_address_equal(&q->target.address, &s->local) &&
				!iu_address_equal(&trouble->beside, &s->local)))
		return false;
	return trouble->kind == IU_TROUBLE_LEFT || s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND;
}

/* The next start is of no interest to who looks at what runs, and the range has its bar. */
static bool is_shown(const struct iu_trouble *trouble)
{
	return trouble->kind == IU_TROUBLE_UNSERVED || trouble->kind == IU_TROUBLE_SHADOWED ||
	       trouble->kind == IU_TROUBLE_LEFT;
}

int iu_view_troubles(struct iu_view *view, const struct iu_troubles *troubles)
{
	int ret = 0;

	for (size_t i = 0; i < view->table.n && ret == 0; i++) {
		const char *why = NULL;

		for (size_t k = 0; k < troubles->list.n && !why; k++)
			if (is_shown(&troubles->list.v[k]) && is_about(&troubles->list.v[k], view->table.rows[i]))
				why = troubles->list.v[k].headline;
		ret = iu_table_trouble(view->table.rows[i], why);
	}
	count_troubles(view);
	return ret;
}

/* ---- panes and words ---- */

void iu_view_close_pane(struct iu_view *view)
{
	for (size_t i = 0; i < view->pane_count; i++)
		free(view->pane_lines[i]);
	free(view->pane_lines);
	free(view->pane_title);
	view->pane_lines = NULL;
	view->pane_title = NULL;
	view->pane_count = view->pane_top = 0;
	view->pane = IU_PANE_NONE;
	view->asks = false;
	scroll_to_cursor(view);
}

static void split(struct iu_view *view, const char *text)
{
	size_t count = 0;

	for (const char *at = text; *at; at++)
		count += *at == '\n';
	view->pane_lines = calloc(count + 1, sizeof(*view->pane_lines));
	while (view->pane_lines && *text) {
		size_t len = strcspn(text, "\n");
		char *line = calloc(len + 1, 1);

		if (line)
			view->pane_lines[view->pane_count++] = memcpy(line, text, len);
		text += len + (text[len] == '\n');
	}
}

static size_t last_top(const struct iu_view *view)
{
	size_t rows = iu_view_pane_height(view);

	rows = rows ? rows - 1 : 0;
	return view->pane_count > rows ? view->pane_count - rows : 0;
}

void iu_view_pane(struct iu_view *view, enum iu_pane pane, const char *title, const char *text)
{
	size_t top = view->pane == pane ? view->pane_top : 0;

	iu_view_close_pane(view);
	view->pane = pane;
	view->pane_title = strdup(title);
	split(view, text);
	view->pane_top = top < last_top(view) ? top : last_top(view);
	scroll_to_cursor(view);
}

void iu_view_say(struct iu_view *view, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(view->message, sizeof(view->message), format, args);
	va_end(args);
	view->message_ms = view->header.now_ms;
}

void iu_view_history(struct iu_view *view)
{
	static const char letters[] = {[IU_MARK_NONE] = ' ', [IU_MARK_NEW] = '+', [IU_MARK_CHANGED] = '~', [IU_MARK_GONE] = '-'};
	struct iu_text text = {0};
	const struct iu_change *event;

	for (size_t i = 0; (event = iu_table_event(&view->table, i)); i++) {
		time_t when = (time_t)event->when;
		struct tm parts = {0};
		char clock[16] = "";

		if (localtime_r(&when, &parts))
			strftime(clock, sizeof(clock), "%H:%M:%S", &parts);
		iu_text_printf(&text, "%c %s  ", letters[event->mark], clock);
		iu_text_add(&text, event->text);
		iu_text_add(&text, "\n");
	}
	if (!text.len)
		iu_text_add(&text, "Nothing has come or gone since this began.\n");
	iu_view_pane(view, IU_PANE_HISTORY, "What came and went, the newest first", text.failed ? "" : text.data);
	iu_text_free(&text);
}

/* ---- keys ---- */

static enum iu_action apply_filter(struct iu_view *view)
{
	bool had_unix = view->filter.unix_sockets;

	iu_order_filter_set(&view->filter, view->names, view->typed);
	view->moved_ms = INT64_MIN / 2;
	iu_view_arrange(view);
	if (view->header.many && !view->typing)
		return IU_ACTION_LOOK; /* not all of what it wants is here */
	return had_unix != view->filter.unix_sockets ? IU_ACTION_LOOK : IU_ACTION_NONE;
}

static void drop_character(char *text)
{
	size_t len = strlen(text);

	while (len && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	if (len)
		len--;
	text[len] = '\0';
}

static void add_character(char *text, uint32_t point)
{
	size_t len = strlen(text);
	char *at = text + len;

	if (len + 5 > IU_FILTER_BYTES)
		return;
	if (point < 0x80) {
		*at++ = (char)point;
	} else if (point < 0x800) {
		*at++ = (char)(0xc0 | point >> 6);
		*at++ = (char)(0x80 | (point & 0x3f));
	} else {
		if (point >= 0x10000) {
			*at++ = (char)(0xf0 | point >> 18);
			*at++ = (char)(0x80 | (point >> 12 & 0x3f));
		} else {
			*at++ = (char)(0xe0 | point >> 12);
		}
		*at++ = (char)(0x80 | (point >> 6 & 0x3f));
		*at++ = (char)(0x80 | (point & 0x3f));
	}
	*at = '\0';
}

static enum iu_action key_of_filter(struct iu_view *view, uint32_t key)
{
	switch (key) {
	case IU_KEY_ENTER: view->typing = false; break;
	case IU_KEY_ESCAPE:
		view->typing = false;
		view->typed[0] = '\0';
		break;
	case IU_KEY_BACKSPACE: drop_character(view->typed); break;
	case 'U' & 0x1f: view->typed[0] = '\0'; break;
	case IU_KEY_UP: move_by(view, -1); return IU_ACTION_NONE;
	case IU_KEY_DOWN: move_by(view, 1); return IU_ACTION_NONE;
	default: /* a number, not an enum */
		if (key < ' ' || key >= IU_KEY_NONE)
			return IU_ACTION_NONE;
		add_character(view->typed, key);
		break;
	}
	return apply_filter(view);
}

/* Returns: whether the key was one of the pane. */
static bool key_of_pane(struct iu_view *view, uint32_t key)
{
	size_t page = iu_view_pane_height(view) > 2 ? iu_view_pane_height(view) - 2 : 1, last = last_top(view);
	size_t top = view->pane_top;

	switch (key) {
	case IU_KEY_ESCAPE:
	case 'q': iu_view_close_pane(view); return true;
	case IU_KEY_UP:
	case 'k': top = top ? top - 1 : 0; break;
	case IU_KEY_DOWN:
	case 'j': top++; break;
	case IU_KEY_PAGE_UP: top = top > page ? top - page : 0; break;
	case ' ':
	case IU_KEY_PAGE_DOWN: top += page; break;
	case IU_KEY_HOME:
	case 'g': top = 0; break;
	case IU_KEY_END:
	case 'G': top = last; break;
	default: return false; /* a number, not an enum */
	}
	view->pane_top = top < last ? top : last;
	return true;
}

static void sort_by(struct iu_view *view, enum iu_column_id column)
{
	if (column == view->order.column)
		view->order.descending = !view->order.descending;
	else
		view->order.descending = false;
	view->order.column = column;
	view->moved_ms = INT64_MIN / 2;
	view->frozen = false;
	iu_view_arrange(view);
	iu_view_say(view, "sorted by %s%s", iu_row_text_column(column)->name, view->order.descending ? ", downwards" : "");
}

/* Among those on the screen. */
static void sort_by_next(struct iu_view *view, bool back)
{
	const struct iu_layout *layout = &view->layout;
	size_t at = 0;

	for (size_t i = 0; i < layout->n; i++)
		if (layout->columns[i].id == view->order.column)
			at = i;
	at = (at + (back ? layout->n - 1 : 1)) % layout->n;
	sort_by(view, layout->columns[at].id);
}

static void next_tree(struct iu_view *view)
{
	view->order.tree = (enum iu_tree)((view->order.tree + 1) % IU_TREES);
	view->selected_group = 0;
	view->moved_ms = INT64_MIN / 2;
	iu_view_arrange(view);
	select_here(view);
	if (view->order.tree == IU_TREE_NONE)
		iu_view_say(view, "no tree");
	else
		iu_view_say(view, "tree by %s", iu_order_tree_name(view->order.tree));
}

static void toggle_user(struct iu_view *view)
{
	const struct iu_top_row *row = iu_view_row(view);
	struct iu_text user = {0};

	if (!view->filter.user_given && !row)
		return;
	iu_order_filter_user(&view->filter, view->filter.user_given ? NULL : row);
	view->moved_ms = INT64_MIN / 2;
	if (view->filter.user_given) {
		iu_row_text_column(IU_COLUMN_USER)->cell(row, &(struct iu_row_view){0}, &user);
		iu_view_say(view, "only of user %s; u again: of all", user.data ? user.data : "?");
	} else {
		iu_view_say(view, "of all users");
	}
	iu_text_free(&user);
	iu_view_arrange(view);
}

static enum iu_action toggle_states(struct iu_view *view, uint32_t key)
{
	if (key == 'l') {
		view->filter.listeners = !view->filter.listeners;
		iu_view_say(view, view->filter.listeners ? "only what accepts connections or datagrams" : "everything bound");
	} else {
		view->filter.all = !view->filter.all;
		view->filter.listeners = false;
		iu_view_say(view, view->filter.all ? "with connections and TIME-WAIT" : "without connections");
	}
	lay_out(view);
	view->moved_ms = INT64_MIN / 2;
	iu_view_arrange(view);
	return IU_ACTION_LOOK;
}

static enum iu_action enter(struct iu_view *view)
{
	const struct iu_line *line = view->cursor < view->order.lines.n ? &view->order.lines.v[view->cursor] : NULL;

	if (!line)
		return IU_ACTION_NONE;
	select_here(view);
	if (line->row)
		return IU_ACTION_WHY;
	iu_order_toggle(&view->order, line->group);
	iu_view_arrange(view);
	return IU_ACTION_NONE;
}

static enum iu_action escape(struct iu_view *view)
{
	if (!view->typed[0]) {
		view->has_selected = false;
		view->moved_ms = INT64_MIN / 2;
		return IU_ACTION_NONE;
	}
	view->typed[0] = '\0';
	return apply_filter(view);
}

static enum iu_action key_of_motion(struct iu_view *view, uint32_t key, bool *ret_known)
{
	long page = (long)iu_view_table_height(view);

	*ret_known = true;
	switch (key) {
	case IU_KEY_UP:
	case 'k': move_by(view, -1); break;
	case IU_KEY_DOWN:
	case 'j': move_by(view, 1); break;
	case IU_KEY_PAGE_UP: move_by(view, -page); break;
	case IU_KEY_PAGE_DOWN: move_by(view, page); break;
	case IU_KEY_HOME:
	case 'g': move_to(view, 0); break;
	case IU_KEY_END:
	case 'G': move_to(view, view->order.lines.n ? view->order.lines.n - 1 : 0); break;
	case IU_KEY_LEFT:
	case '<': sort_by_next(view, true); break;
	case IU_KEY_RIGHT:
	case '>':
	case 's': sort_by_next(view, false); break;
	case 'r': sort_by(view, view->order.column); break;
	default: *ret_known = false; break; /* a number, not an enum */
	}
	return IU_ACTION_NONE;
}

static enum iu_action key_of_view(struct iu_view *view, uint32_t key)
{
	switch (key) {
	case '/': view->typing = true; break;
	case IU_KEY_ESCAPE: return escape(view);
	case 'o':
		view->frozen = !view->frozen;
		iu_view_say(view, view->frozen ? "the order stays as it is; o again: sorted" : "sorted");
		iu_view_arrange(view);
		break;
	case ' ':
	case 'Z':
		view->paused = !view->paused;
		iu_view_say(view, view->paused ? "paused: nothing is looked at" : "goes on");
		return IU_ACTION_LOOK;
	case 't': next_tree(view); break;
	case 'u': toggle_user(view); break;
	case 'a':
	case 'l': return toggle_states(view, key);
	case IU_KEY_ENTER: return enter(view);
	case 'H': iu_view_history(view); break;
	case 'h':
	case '?':
	case IU_KEY_HELP: iu_view_pane(view, IU_PANE_HELP, "Keys", iu_help_text()); break;
	case IU_KEY_REDRAW: return IU_ACTION_REDRAW;
	case 'q': return IU_ACTION_QUIT;
	default: break; /* a number, not an enum */
	}
	return IU_ACTION_NONE;
}

/* What is done to the selected row, from the table and from its answer alike. */
static enum iu_action key_of_row(struct iu_view *view, uint32_t key)
{
	static const struct {
		char key;
		enum iu_action action;
	} acts[] = {{'f', IU_ACTION_FREE}, {'w', IU_ACTION_WAIT}, {'c', IU_ACTION_COPY}};

	if (key == 'e')
		return IU_ACTION_EXPORT;
	if (key == 'v' && view->pane == IU_PANE_WHY) {
		view->verbose = !view->verbose;
		return IU_ACTION_WHY;
	}
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if ((uint32_t)acts[i].key == key && iu_view_row(view)) {
			select_here(view);
			return acts[i].action;
		}
	return IU_ACTION_NONE;
}

enum iu_action iu_view_key(struct iu_view *view, uint32_t key)
{
	enum iu_action action;
	bool known;

	if (view->typing)
		return key_of_filter(view, key);
	if (view->pane != IU_PANE_NONE && key_of_pane(view, key))
		return IU_ACTION_NONE;
	if (view->pane == IU_PANE_HELP || view->pane == IU_PANE_HISTORY)
		return key == 'h' || key == 'H' || key == '?' ? (iu_view_close_pane(view), IU_ACTION_NONE) : IU_ACTION_NONE;
	action = key_of_row(view, key);
	if (action != IU_ACTION_NONE || view->pane != IU_PANE_NONE)
		return action;
	action = key_of_motion(view, key, &known);
	return known ? action : key_of_view(view, key);
}

enum iu_action iu_view_click(struct iu_view *view, unsigned int x, unsigned int y)
{
	enum iu_column_id column = iu_layout_at(&view->layout, x);
	bool again;

	if (y == IU_VIEW_HEADING && column != IU_TOP_COLUMNS) {
		sort_by(view, column);
		return IU_ACTION_NONE;
	}
	if (y < IU_VIEW_TABLE || y - IU_VIEW_TABLE >= iu_view_table_height(view) ||
		view->top + y - IU_VIEW_TABLE >= view->order.lines.n)
		return IU_ACTION_NONE;
	again = view->has_selected && view->cursor == view->top + y - IU_VIEW_TABLE;
	move_to(view, view->top + y - IU_VIEW_TABLE);
	return again ? enter(view) : IU_ACTION_NONE;
}

void iu_view_end(struct iu_view *view)
{
	iu_view_close_pane(view);
	iu_order_free(&view->order);
	iu_arena_free(&view->filter.arena);
	iu_table_free(&view->table);
}

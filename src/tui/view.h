/* tui/view.h - what somebody looks at: cursor, panes, what keys mean. Knows no terminal */
#ifndef IU_TUI_VIEW_H
#define IU_TUI_VIEW_H

#include "model/name-tables.h"
#include "model/tally.h"
#include "model/trouble.h"
#include "tui/layout.h"
#include "tui/order.h"

/* Keys that are no character. */
enum iu_key {
	IU_KEY_NONE = 0x200000,
	IU_KEY_UP,
	IU_KEY_DOWN,
	IU_KEY_LEFT,
	IU_KEY_RIGHT,
	IU_KEY_PAGE_UP,
	IU_KEY_PAGE_DOWN,
	IU_KEY_HOME,
	IU_KEY_END,
	IU_KEY_ENTER,
	IU_KEY_ESCAPE,
	IU_KEY_BACKSPACE,
	IU_KEY_HELP,
	IU_KEY_REDRAW,
};

/* What a key asks of the one who looks and acts. */
enum iu_action {
	IU_ACTION_NONE,
	IU_ACTION_QUIT,
	IU_ACTION_LOOK, /* other kinds of sockets are wanted, or at once */
	IU_ACTION_WHY,
	IU_ACTION_FREE,
	IU_ACTION_WAIT,
	IU_ACTION_COPY,
	IU_ACTION_EXPORT,
	IU_ACTION_REDRAW,
};

enum iu_pane { IU_PANE_NONE, IU_PANE_WHY, IU_PANE_FREE, IU_PANE_HELP, IU_PANE_HISTORY };

/* The lines above the table, and what is beside it. */
struct iu_header {
	const char *hostname, *source; /* source: of a capture; NULL: this machine */
	int64_t now, now_ms;           /* of the clock on the screen */
	int64_t looked_ms, took_ms;    /* of the last look */
	int cost;                      /* hundredths of a per cent of a core; -1: not measured */
	uint64_t states[IU_STATE_FILE + 1], udp;
	int32_t port_first, port_last; /* the ephemeral range; -1: not known */
	size_t ports_taken;
	size_t gaps, troubles;
	const char *gap;               /* the first of them; NULL: none */
	bool too_many, busy;
	bool many;                     /* more sockets than are kept … */
	size_t left_out;               /* … of those that the filter wants, from that port on */
	uint32_t left_from;
	bool watched;                  /* failed binds are written down as they happen */
	uint64_t refused;              /* of the last minute */
	char last_refused[64];         /* the last of them, escaped */
};

#define IU_FILTER_BYTES 160

struct iu_view {
	struct iu_top_table table;
	struct iu_order order;
	struct iu_order_filter filter;
	const struct iu_names *names; /* borrowed */
	struct iu_layout layout;
	bool drops, units;   /* somebody had some */
	struct iu_header header;
	unsigned int width, height;

	struct iu_identity selected;
	uint64_t selected_group; /* the head of a group is selected; 0: a row is */
	bool has_selected;
	size_t cursor, top;      /* lines of the order */
	int64_t moved_ms;        /* when somebody moved last: the order stays a while */

	char typed[IU_FILTER_BYTES]; /* the filter */
	bool typing, paused, frozen;
	bool stale;      /* rows came or went: the lines are to be made anew */

	enum iu_pane pane;
	char *pane_title;
	char **pane_lines;
	size_t pane_count, pane_top;
	const char *waiting; /* what is waited for; NULL: nothing */
	bool verbose;    /* answers with all their details */
	bool asks;       /* the plan is shown, and its consent is awaited */

	char message[240];
	int64_t message_ms;
};

/** iu_view_begin() - an empty one of that size. */
void iu_view_begin(struct iu_view *view, const struct iu_names *names, unsigned int width, unsigned int height);

/** iu_view_resize() - the screen has another size. */
void iu_view_resize(struct iu_view *view, unsigned int width, unsigned int height);

/** iu_view_take() - a look has come. Returns: 0, IU_E_NOMEM. */
int iu_view_take(struct iu_view *view, const struct iu_table_look *look, const struct iu_tally *tally);

/** iu_view_troubles() - marks the rows that what was found is about, and no others. Returns: 0, IU_E_NOMEM. */
int iu_view_troubles(struct iu_view *view, const struct iu_troubles *troubles);

/** iu_view_refresh() - the same where there is a reason: each time costs as much as there are rows. */
int iu_view_refresh(struct iu_view *view);

/** iu_view_arrange() - lines anew, the cursor where it was. Returns: 0, IU_E_NOMEM. */
int iu_view_arrange(struct iu_view *view);

/** iu_view_key() - one key: a code point, or enum iu_key. */
enum iu_action iu_view_key(struct iu_view *view, uint32_t key);

/** iu_view_click() - a click selects, sorts by a heading, and answers about what is selected. */
enum iu_action iu_view_click(struct iu_view *view, unsigned int x, unsigned int y);

/** iu_view_row() - the selected row, or NULL. */
struct iu_top_row *iu_view_row(const struct iu_view *view);

/** iu_view_pane() - opens a pane, or gives an open one of that kind other lines. Takes no memory of others. */
void iu_view_pane(struct iu_view *view, enum iu_pane pane, const char *title, const char *text);

/** iu_view_close_pane() - closes it. */
void iu_view_close_pane(struct iu_view *view);

/** iu_view_say() - one line for some seconds. */
void iu_view_say(struct iu_view *view, const char *format, ...) IU_PRINTF(2, 3);

/* Where what is: lines of the screen from 0 on. */
#define IU_VIEW_HEADING 3 /* the headings of the table */
#define IU_VIEW_TABLE   4

/** iu_view_table_height(), iu_view_pane_height() - in lines; 0: not there. */
unsigned int iu_view_table_height(const struct iu_view *view);
unsigned int iu_view_pane_height(const struct iu_view *view);

/** iu_view_history() - shows what came and went. */
void iu_view_history(struct iu_view *view);

/** iu_view_end() - frees everything in it. */
void iu_view_end(struct iu_view *view);

#endif

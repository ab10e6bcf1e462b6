/* tui/row-text.h - what of a row is read: its columns, and the words of its comings and goings */
#ifndef IU_TUI_ROW_TEXT_H
#define IU_TUI_ROW_TEXT_H

#include "base/text.h"
#include "model/listing.h"
#include "tui/row.h"

/* What all cells of a screen are made with. */
struct iu_row_view {
	int64_t now;    /* seconds since 1970 */
	int64_t now_ms; /* on the clock of the looks */
	bool wide;      /* there are columns for what else stands beside the state */
};

enum iu_column_id {
	IU_COLUMN_MARK,
	IU_COLUMN_PORT,
	IU_COLUMN_PROTOCOL,
	IU_COLUMN_ADDRESS,
	IU_COLUMN_PEER,
	IU_COLUMN_STATE,
	IU_COLUMN_QUEUE,
	IU_COLUMN_DROPS,
	IU_COLUMN_CONNECTIONS,
	IU_COLUMN_PROGRAM,
	IU_COLUMN_PID,
	IU_COLUMN_USER,
	IU_COLUMN_UNIT,
	IU_COLUMN_AGE,
	IU_COLUMN_COMMAND,
	IU_TOP_COLUMNS
};

struct iu_top_column {
	const char *name, *heading;
	unsigned int least, most; /* columns of the screen; most 0: all that is left */
	unsigned int drop;        /* which goes first where there is no room; 0: never */
	bool right;               /* numbers */
	bool sorts;
	void (*cell)(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell);
	/* What it is sorted by: a number, INT64_MAX comes last; or a text, NULL comes last. */
	int64_t (*number)(const struct iu_top_row *row);
	const char *(*text)(const struct iu_top_row *row);
};

/** iu_row_text_column() - one of IU_TOP_COLUMNS. Static. */
const struct iu_top_column *iu_row_text_column(enum iu_column_id id);

/**
 * iu_row_text_holder() - who has a socket, for a row
 * @command: is where its command line is put together; whoever gave it frees it
 * @ret_holder: its strings are those of the snapshot, and of @command
 */
void iu_row_text_holder(const struct iu_snapshot *snapshot, const struct iu_row *from, struct iu_text *command,
	struct iu_row_holder *ret_holder);

/** iu_row_text_event() - "tcp 0.0.0.0:8080 listen, node (4767)" */
void iu_row_text_event(const struct iu_top_row *row, enum iu_mark mark, struct iu_text *out);

/** iu_row_text_target() - as inuse takes it in a shell, the shortest: "8080", "127.0.0.1:53/udp" */
void iu_row_text_target(const struct iu_top_row *row, struct iu_text *out);

/** iu_row_text_unit() - the container, else the unit; NULL: neither. */
const char *iu_row_text_unit(const struct iu_top_row *row);

/** iu_row_text_user() - whose it is; NULL: not known. Foreign. */
const char *iu_row_text_user(const struct iu_top_row *row);

/** iu_row_text_trouble() - what is wrong with it, in a sentence; NULL: nothing. Escaped. */
const char *iu_row_text_trouble(const struct iu_top_row *row);

/** iu_row_text_letter() - '+', '-', '~', '!' or ' '. */
char iu_row_text_letter(const struct iu_top_row *row);

#endif

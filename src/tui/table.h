/* tui/table.h - sockets over time: rows with an identity, and what became of each since the look before */
#ifndef IU_TUI_TABLE_H
#define IU_TUI_TABLE_H

#include "model/listing.h"
#include "tui/row.h"

/* What came and went, the oldest first. */
struct iu_change {
	int64_t when; /* seconds since 1970 */
	enum iu_mark mark;
	char *text;   /* escaped */
};

#define IU_EVENTS_MAX 1000

struct iu_top_table {
	struct iu_top_row **rows; /* in no order */
	size_t n, cap;
	struct iu_top_row **buckets;
	size_t bucket_count; /* a power of two */
	uint32_t look;
	bool begun;          /* a look was taken: what comes from now on is new */
	struct iu_change *events; /* a ring of IU_EVENTS_MAX */
	size_t event_first, event_count;
	size_t came;   /* rows that were new, since the beginning */
	size_t unseen; /* rows whose holder exists and was not seen */
};

/* One look, for the table. */
struct iu_table_look {
	const struct iu_snapshot *snapshot;
	const struct iu_listing *listing; /* what of it belongs into the table */
	bool complete;    /* holders of all were looked for; else only of what is new */
	bool other_scope; /* more or fewer kinds of sockets than before: none is new or gone for that */
	uint32_t below;   /* of ports from here on not all sockets are there: none is new or gone */
	int64_t now_ms;   /* when it was taken, on a clock that is never set */
	int64_t shown_ms; /* when it came: marks last from then on */
};

/** iu_table_take() - brings a look into the table. Returns: 0, IU_E_NOMEM: a part of it may be missing. */
int iu_table_take(struct iu_top_table *table, const struct iu_table_look *look);

/** iu_table_freed() - the kernel has freed a socket. Returns: whether it was in the table, and is gone now. */
bool iu_table_freed(struct iu_top_table *table, const struct iu_socket *socket, int64_t now_ms, int64_t when);

/**
 * iu_table_age() - lets go of marks that stood long enough, and of rows that are gone
 * @keep: identity of a row that stays, however long it is gone; NULL: none
 * Returns: whether anything has changed.
 */
bool iu_table_age(struct iu_top_table *table, const struct iu_identity *keep, int64_t now_ms);

/** iu_table_find() - the row of that identity, or NULL. */
struct iu_top_row *iu_table_find(const struct iu_top_table *table, const struct iu_identity *identity);

/** iu_table_identity() - that of a socket. */
struct iu_identity iu_table_identity(const struct iu_socket *socket);

/** iu_table_same() - whether two are one. */
bool iu_table_same(const struct iu_identity *a, const struct iu_identity *b);

/** iu_table_trouble() - marks a row, or lets go of its mark with NULL. Returns: 0, IU_E_NOMEM. */
int iu_table_trouble(struct iu_top_row *row, const char *why);

/** iu_table_event() - what came or went, by its number; NULL: there are no more. 0 is the newest. */
const struct iu_change *iu_table_event(const struct iu_top_table *table, size_t back);

/** iu_table_free() - frees everything in it. */
void iu_table_free(struct iu_top_table *table);

#endif

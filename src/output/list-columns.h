/* output/list-columns.h - the columns of a listing: what stands in each cell */
#ifndef IU_OUTPUT_LIST_COLUMNS_H
#define IU_OUTPUT_LIST_COLUMNS_H

#include "model/listing.h"
#include "output/output.h"

struct iu_list_source {
	const struct iu_snapshot *snapshot;
	const struct iu_socket *socket;
	const struct iu_row *row;
	const struct iu_hold *hold;       /* the first holder, NULL: none seen */
	const struct iu_process *process; /* and its process, NULL: not known */
	const char *home;                 /* written as ~; NULL: none */
	bool narrow; /* there is a width to fit into: of a program's path its name is enough */
};

/* A column is a row of this table. */
struct iu_list_column {
	const char *name; /* as -o and --sort take it */
	const char *heading;
	size_t least;
	int drop; /* which goes first where even the least widths are too much; 0: never */
	bool whole; /* never cut */
	void (*cell)(const struct iu_list_source *from, struct iu_text *cell);
	/* What it is sorted by, where that is no text; INT64_MAX: not known, so it comes last. */
	int64_t (*number)(const struct iu_list_source *from);
};

/** iu_list_columns() - all of them, IU_LIST_COLUMNS. Static. */
const struct iu_list_column *iu_list_columns(void);

/** iu_list_columns_source() - what the cells of a row are made of. */
struct iu_list_source iu_list_columns_source(const struct iu_snapshot *snapshot, const struct iu_row *row);

/**
 * iu_list_columns_add_local() - "127.0.0.1:80", "*:3000", "/run/app.sock", "@name"; escaped
 * @port: false: the address alone
 */
void iu_list_columns_add_local(const struct iu_socket *s, bool port, struct iu_text *cell);

/** iu_list_columns_add_peer() - the other end, or nothing. */
void iu_list_columns_add_peer(const struct iu_socket *s, struct iu_text *cell);

#endif

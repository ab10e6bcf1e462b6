/* tui/order.h - which rows are on the screen, and in which order: filter, sort, tree */
#ifndef IU_TUI_ORDER_H
#define IU_TUI_ORDER_H

#include "input/filter.h"
#include "tui/row-text.h"
#include "tui/table.h"

/* ---- which ---- */

/* A word that is looked for in what is shown of a row, or an endpoint of that name. */
struct iu_order_word {
	const char *text;
	struct iu_filter named; /* a service, host or interface */
};

/* Begins zeroed. Numbers and addresses are alternatives; of words each has to match. */
struct iu_order_filter {
	struct iu_arena arena;
	struct iu_filter places;       /* protocols, ports, addresses, paths */
	IU_LIST(int32_t) numbers;      /* the same numbers as process ids */
	IU_LIST(struct iu_order_word) words;
	bool listeners; /* only what accepts: TCP listeners, UDP */
	bool all;       /* connections, too */
	bool unix_sockets;
	bool user_given;
	const char *user;
	uint32_t uid;
};

/**
 * iu_order_filter_set() - reads what somebody typed; other conditions stay
 * @text: words of `list`, or parts of what a row shows
 * Returns: 0, IU_E_NOMEM.
 */
int iu_order_filter_set(struct iu_order_filter *filter, const struct iu_names *names, const char *text);

/** iu_order_filter_user() - only what belongs to the user of that row; NULL: to anybody. */
int iu_order_filter_user(struct iu_order_filter *filter, const struct iu_top_row *row);

/** iu_order_filter_passes() - whether a row is shown. */
bool iu_order_filter_passes(const struct iu_order_filter *filter, const struct iu_top_row *row);

/* ---- in which order ---- */

enum iu_tree { IU_TREE_NONE, IU_TREE_PROCESS, IU_TREE_UNIT, IU_TREE_CONTAINER, IU_TREE_PORT, IU_TREES };

/** iu_order_tree_name() - "process". Static. */
const char *iu_order_tree_name(enum iu_tree tree);

struct iu_line {
	struct iu_top_row *row; /* NULL: the head of a group */
	const char *head;       /* escaped */
	uint64_t group;         /* in a tree: which one; 0: none */
	size_t members;         /* of a head */
	bool closed;
};

struct iu_order {
	struct iu_arena arena; /* of the lines */
	IU_LIST(struct iu_line) lines;
	size_t matching; /* rows that pass */
	IU_LIST(uint64_t) closed; /* groups of which only the head is shown */
	struct iu_arena closed_arena;
	enum iu_column_id column;
	bool descending;
	bool frozen; /* what is there keeps its place, what is new comes last */
	enum iu_tree tree;
};

/**
 * iu_order_make() - the lines of a table
 * Each row that is shown is given its place, for an order that is frozen.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_order_make(struct iu_order *order, struct iu_top_table *table, const struct iu_order_filter *filter);

/** iu_order_toggle() - opens or closes a group. */
void iu_order_toggle(struct iu_order *order, uint64_t group);

/** iu_order_free() - frees the lines. */
void iu_order_free(struct iu_order *order);

#endif

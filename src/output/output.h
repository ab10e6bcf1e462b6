/* output/output.h - answers become bytes; renderers learn nothing when a cause is added */
#ifndef IU_OUTPUT_OUTPUT_H
#define IU_OUTPUT_OUTPUT_H

#include <jansson.h>

#include "base/text.h"
#include "input/error-text.h"
#include "model/listing.h"
#include "model/plan.h"
#include "model/verdict.h"

struct iu_style {
	bool color;
	unsigned int columns; /* width to wrap at; 0: never wrap */
	bool quiet;           /* the headline only */
	const char *home;     /* the folder that is written as ~; NULL: none */
	bool verbose;         /* the details, too */
	bool ascii;           /* the terminal cannot show "…" */
};

/** iu_output_explanation() - the explanation as text for people, with a final newline. */
void iu_output_explanation(const struct iu_explanation *explanation, const struct iu_style *style, struct iu_text *out);

/**
 * iu_output_why_json() - one inuse.why/1 document
 * Returns: a new reference, NULL when out of memory.
 */
json_t *iu_output_why_json(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_verdict *verdict);

/* What became of a plan; strings are borrowed. */
struct iu_output_plan {
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_verdict *before, *after; /* after NULL: nothing was done */
	const struct iu_plan *plan;
	const struct iu_step_result *results; /* one a step */
	const char *end, *words;
};

/** iu_output_plan_json() - one inuse.plan/1 document; NULL when out of memory. */
json_t *iu_output_plan_json(const struct iu_output_plan *plan);

/* What `inuse error` read; strings are borrowed. */
struct iu_output_error {
	const char *asked;
	const struct iu_error_readings *readings;
	const char *const *endpoints; /* that a message names */
	size_t endpoint_count;
	enum iu_error_space here; /* the numbers of this machine */
	const char *text;	  /* this system's own text, or NULL */
};

/** iu_output_error_json() - one inuse.error/1 document; NULL when out of memory. */
json_t *iu_output_error_json(const struct iu_output_error *error);

#define IU_LIST_COLUMNS 11

/* A table that is written in portions: its columns grow, but never shrink. Begins zeroed. */
struct iu_output_table {
	unsigned char column[IU_LIST_COLUMNS]; /* which ones, from left to right … */
	size_t n;
	bool ascii;                    /* cut with "..." */
	bool chosen;                   /* … by the user; else those that there is room for */
	size_t width[IU_LIST_COLUMNS]; /* 0: the column is left out */
	size_t rows;
	size_t left_out; /* UNIX sockets that match and are not shown, and what would show them */
	const char *left_out_command;
	bool unsure; /* something may match that nobody here may see */
	size_t hidden; /* rows of which no holder was seen, though there is one */
};

/** iu_output_list_rows() - one portion: headings before the first, then its rows. */
void iu_output_list_rows(struct iu_output_table *table, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, const struct iu_style *style, struct iu_text *out);

/** iu_output_list_end() - what is said below the table. @snapshot: the last portion's */
void iu_output_list_end(const struct iu_output_table *table, const struct iu_snapshot *snapshot,
	const struct iu_style *style, struct iu_text *out);

/** iu_output_list_column() - the number of the column of that name; -1: there is none. */
int iu_output_list_column(const char *name);

/** iu_output_list_column_name() - the name of a column, by its number; NULL: there are no more. Static. */
const char *iu_output_list_column_name(size_t which);

/**
 * iu_output_list_sort() - puts the rows into the order of a column; what is not known comes last
 * Returns: 0, IU_E_NOMEM.
 */
int iu_output_list_sort(const struct iu_snapshot *snapshot, int which, struct iu_listing *listing);

/** iu_output_list() - the listing as a table for people; headings from the column table. */
void iu_output_list(const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_style *style, struct iu_text *out);

/** iu_output_list_json() - one inuse.list/1 document; NULL when out of memory. */
json_t *iu_output_list_json(const struct iu_snapshot *snapshot, const struct iu_listing *listing);

/** iu_output_list_json_host(), _row(), _gaps() - its parts one by one, for a document in portions. */
json_t *iu_output_list_json_host(const struct iu_snapshot *snapshot);
json_t *iu_output_list_json_row(const struct iu_snapshot *snapshot, const struct iu_row *row);
json_t *iu_output_list_json_gaps(const struct iu_snapshot *snapshot);

#endif

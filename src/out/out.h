/* out/out.h - answers become bytes; renderers learn nothing when a cause is added */
#ifndef IU_OUT_OUT_H
#define IU_OUT_OUT_H

#include <jansson.h>

#include "base/text.h"
#include "knowledge/errors.h"
#include "model/listing.h"
#include "model/plan.h"
#include "model/verdict.h"

struct iu_style {
	bool color;
	unsigned int columns; /* width to wrap at; 0: never wrap */
	bool quiet;           /* the headline only */
};

/** iu_out_story() - the story as text for people, with a final newline. */
void iu_out_story(const struct iu_story *story, const struct iu_style *style, struct iu_text *out);

/**
 * iu_out_why_json() - one inuse.why/1 document
 * Returns: a new reference, NULL when out of memory.
 */
json_t *iu_out_why_json(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_verdict *verdict);

/* What became of a plan; strings are borrowed. */
struct iu_out_plan {
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_verdict *before, *after; /* after NULL: nothing was done */
	const struct iu_plan *plan;
	const struct iu_step_result *results; /* one a step */
	const char *end, *words;
};

/** iu_out_plan_json() - one inuse.plan/1 document; NULL when out of memory. */
json_t *iu_out_plan_json(const struct iu_out_plan *plan);

/* What `inuse error` read; strings are borrowed. */
struct iu_out_error {
	const char *asked;
	const struct iu_error_readings *readings;
	const char *const *endpoints; /* that a message names */
	size_t endpoint_count;
	enum iu_error_space here; /* the numbers of this machine */
	const char *text;	  /* this system's own text, or NULL */
};

/** iu_out_error_json() - one inuse.error/1 document; NULL when out of memory. */
json_t *iu_out_error_json(const struct iu_out_error *error);

/** iu_out_list() - the listing as a table for people; headings from the column table. */
void iu_out_list(const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_style *style, struct iu_text *out);

/** iu_out_list_json() - one inuse.list/1 document; NULL when out of memory. */
json_t *iu_out_list_json(const struct iu_snapshot *snapshot, const struct iu_listing *listing);

#endif

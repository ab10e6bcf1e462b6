/* out/out.h - answers become bytes; renderers learn nothing when a cause is added */
#ifndef IU_OUT_OUT_H
#define IU_OUT_OUT_H

#include <jansson.h>

#include "base/text.h"
#include "model/listing.h"
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

/** iu_out_list() - the listing as a table for people; headings from the column table. */
void iu_out_list(const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_style *style, struct iu_text *out);

/** iu_out_list_json() - one inuse.list/1 document; NULL when out of memory. */
json_t *iu_out_list_json(const struct iu_snapshot *snapshot, const struct iu_listing *listing);

#endif

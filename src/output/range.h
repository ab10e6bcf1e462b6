/* output/range.h - the answers for many ports, one line each */
#ifndef IU_OUTPUT_RANGE_H
#define IU_OUTPUT_RANGE_H

#include "base/arena.h"
#include "model/question.h"
#include "model/verdict.h"
#include "output/output.h"

/* One line: a port, or several in a row of which the same is to be said. */
struct iu_range_row {
	enum iu_protocol protocol;
	struct iu_address address; /* IU_FAMILY_ANY: all of both families */
	uint16_t first, last;
	enum iu_status status;
	const char *who; /* "" for free */
};

/* Lines of one target. Begins zeroed; its arena is the caller's to free. */
struct iu_range {
	struct iu_arena arena;
	IU_LIST(struct iu_range_row) rows;
};

/** iu_range_add() - one more answer; joined to the line before where nobody holds either. */
void iu_range_add(struct iu_range *range, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict, const char *home);

/** iu_range_put() - all lines, in columns. */
void iu_range_put(const struct iu_range *range, const struct iu_style *style, struct iu_text *out);

#endif

/* run/output-tail.h - a command whose calls nobody tells of: what it printed has to do */
#ifndef IU_RUN_OUTPUT_TAIL_H
#define IU_RUN_OUTPUT_TAIL_H

#include "base/text.h"
#include "model/question.h"
#include "run/run.h"

/** iu_output_tail_keep() - adds what a command printed; of much only the end stays, where it fails. */
void iu_output_tail_keep(struct iu_text *kept, const char *bytes, size_t len);

/** iu_output_tail_lines() - adds the lines of @kept that may speak of a failed bind() to @suspects. */
void iu_output_tail_lines(const struct iu_text *kept, struct iu_text *suspects);

/**
 * iu_output_tail_explain() - looks at what the lines speak of, and hands the answer to the one who explains
 * @arena: keeps the question
 *
 * Returns: the question where its address is in use now; NULL where it is not, could not be looked at, or is
 * not named.
 */
const struct iu_question *iu_output_tail_explain(
	const struct iu_run *run, const struct iu_text *suspects, struct iu_arena *arena);

#endif

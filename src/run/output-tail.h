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
 * iu_output_tail_explain() - looks, and hands the answer to the one who explains
 * Returns: whether the address is in use now; false as well where it could not be looked at.
 */
bool iu_output_tail_explain(const struct iu_run *run, const struct iu_question *question);

#endif

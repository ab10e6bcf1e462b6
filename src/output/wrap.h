/* output/wrap.h - text that fits a terminal: units, wrapping, cutting */
#ifndef IU_OUTPUT_WRAP_H
#define IU_OUTPUT_WRAP_H

#include "base/text.h"

/**
 * iu_unit() - the bytes at the start of @text that may not be torn apart
 * @ret_columns: receives the columns they take
 *
 * A character with its combining marks, or a whole escape (\n, \t, \xNN, \u{NNNN}).
 * Returns: at least 1 while @len > 0.
 */
size_t iu_unit(const char *text, size_t len, size_t *ret_columns);

/** iu_cut() - appends @text, shortened to @columns with "…" between units; @ascii: with "..." */
void iu_cut(struct iu_text *out, const char *text, size_t columns, bool ascii);

/** iu_pad() - appends @count spaces. */
void iu_pad(struct iu_text *out, size_t count);

/**
 * iu_wrap() - appends @text, broken at spaces where a line would grow past @columns
 * @at: the column where the text begins
 * @indent: the column where its further lines begin
 * @columns: 0: never break
 *
 * A word that is longer than a line is broken between units. No newline at the end. @text is clean
 * already; as a second fence it goes through iu_text_foreign().
 */
void iu_wrap(struct iu_text *out, const char *text, size_t at, size_t indent, size_t columns);

#endif

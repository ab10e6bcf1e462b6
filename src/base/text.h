/* base/text.h - build text; the only door through which foreign bytes reach a reader */
#ifndef IU_BASE_TEXT_H
#define IU_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * A growing string on the heap. `failed` is sticky; data is NUL-terminated and never NULL after
 * the first add. Start with {0}, end with iu_text_free().
 */
struct iu_text {
	char *data;
	size_t len, cap;
	bool failed;
};

/** iu_text_add() - appends a string that is our own (literals, table rows). NULL adds nothing. */
void iu_text_add(struct iu_text *text, const char *own);

/** iu_text_addn() - appends @len bytes as they are. */
void iu_text_addn(struct iu_text *text, const char *own, size_t len);

/** iu_text_printf() - appends formatted text; foreign strings must not go through %s. */
void iu_text_printf(struct iu_text *text, const char *format, ...) IU_PRINTF(2, 3);

/**
 * iu_text_foreign() - appends bytes of another program so that a terminal shows them harmlessly
 * @bytes: @len bytes, any content
 * @columns: at most so many columns, then "…"; 0: no limit
 *
 * Control characters, invalid UTF-8 and characters that reorder or hide text (bidi marks,
 * zero-width, line separators) become \n, \t, \xNN or \u{NNNN}; a backslash stays as it is.
 */
void iu_text_foreign(struct iu_text *text, const char *bytes, size_t len, size_t columns);

/** iu_text_free() - frees the data; NULL is fine. */
void iu_text_free(struct iu_text *text);

/** iu_text_columns() - columns that @len bytes of clean UTF-8 take (wide characters count 2). */
size_t iu_text_columns(const char *bytes, size_t len);

/**
 * iu_utf8_clean() - valid UTF-8 of at most @max bytes from any bytes, for JSON
 *
 * Invalid bytes become U+FFFD; a text cut short ends in "…". Control characters stay: the JSON
 * writer escapes them. Returns: a NUL-terminated string in @arena, NULL when out of memory.
 */
char *iu_utf8_clean(struct iu_arena *arena, const char *bytes, size_t len, size_t max);

/** iu_safe() - iu_text_foreign() of a NUL-terminated string into @arena; "?" for NULL. */
const char *iu_safe(struct iu_arena *arena, const char *foreign, size_t columns);

#endif

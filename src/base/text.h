/* base/text.h - build text; the only door through which foreign bytes reach a reader */
#ifndef IU_BASE_TEXT_H
#define IU_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * A growing string on the heap. `failed` is sticky; data is NUL-terminated and never NULL after
 * the first add (unless that one failed). Start with {0}, end with iu_text_free().
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
 * @columns: at most so many columns, the "…" of a text cut short among them; 0: no limit
 *
 * Control characters, invalid UTF-8 and characters that reorder or hide text (bidi marks,
 * zero-width, line separators) become \n, \t, \xNN or \u{NNNN}; a backslash stays as it is. So do
 * combining marks that have nothing to combine with, and more than four of them in a row.
 */
void iu_text_foreign(struct iu_text *text, const char *bytes, size_t len, size_t columns);

/**
 * iu_text_abstract() - appends an abstract name of UNIX sockets as targets are written, without its '@'
 * It may have NUL bytes, and whoever gives bind() the whole address has many at its end: "\x00", "\x00{101}".
 * Other bytes are those of iu_text_foreign(), @columns at most.
 */
void iu_text_abstract(struct iu_text *text, const char *bytes, size_t len, size_t columns);

/**
 * iu_text_shell_word() - appends one argument so that a POSIX shell reads exactly these bytes
 * @word: NUL-terminated bytes of any content; NULL adds nothing
 *
 * Plain where every byte is harmless, else in '…'. Bytes that a terminal should not see become the
 * $'\x1b' form, which bash, zsh, ksh and the shells of POSIX.1-2024 read.
 */
void iu_text_shell_word(struct iu_text *text, const char *word);

/**
 * iu_text_base_name() - what is behind the last separator of a path
 * @path: NULL gives NULL
 * @separators: "/", for paths of Windows "\\/"
 */
const char *iu_text_base_name(const char *path, const char *separators);

/** iu_text_free() - frees the data; NULL is fine. */
void iu_text_free(struct iu_text *text);

/** iu_text_columns() - columns that @len bytes of clean UTF-8 take (wide characters count 2). */
size_t iu_text_columns(const char *bytes, size_t len);

/** iu_text_plain() - appends @bytes with "..." for "…", "-" for "–" and "·", "->" for "→": where letters are ASCII alone. */
void iu_text_plain(struct iu_text *text, const char *bytes, size_t len);

/**
 * iu_utf8_clean() - valid UTF-8 of at most @max bytes from any bytes, for JSON; @max 0: no limit
 *
 * Invalid bytes and NUL become U+FFFD; a text cut short ends in "…", which counts too. Other
 * control characters stay: the JSON writer escapes them.
 * Returns: a NUL-terminated string in @arena, NULL when out of memory.
 */
char *iu_utf8_clean(struct iu_arena *arena, const char *bytes, size_t len, size_t max);

/**
 * iu_utf8_next() - the length of the character at the start of @bytes, 1 to 4
 * @ret_point: receives the code point
 * Returns: 0 when no valid UTF-8 starts here (overlong, surrogate, beyond U+10FFFF, cut short).
 */
size_t iu_utf8_next(const char *bytes, size_t len, uint32_t *ret_point);

/** iu_utf8_valid() - whether all of it is valid UTF-8. */
bool iu_utf8_valid(const char *bytes, size_t len);

/** iu_point_columns() - columns that one printable code point takes: 0, 1 or 2. */
unsigned int iu_point_columns(uint32_t point);

/** iu_safe() - iu_text_foreign() of a string into @arena; "?" for NULL or without memory. */
const char *iu_safe(struct iu_arena *arena, const char *foreign, size_t columns);

/** iu_text_has_end() - whether @text, which may be NULL, is longer than @end and ends with it. */
bool iu_text_has_end(const char *text, const char *end);

#endif

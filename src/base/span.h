/* base/span.h - pieces of text that belong to somebody else */
#ifndef IU_BASE_SPAN_H
#define IU_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes of any content, without a NUL at their end. */
struct iu_span {
	const char *text;
	size_t len;
};

/** iu_span_of() - the bytes of a string. */
struct iu_span iu_span_of(const char *text);

/** iu_span_from() - what follows the first @n bytes; iu_span_upto() - the first @n bytes. */
struct iu_span iu_span_from(struct iu_span span, size_t n);
struct iu_span iu_span_upto(struct iu_span span, size_t n);

/** iu_span_strip() - without those of @bytes at both ends; iu_span_trim() - without blanks. */
struct iu_span iu_span_strip(struct iu_span span, const char *bytes);
struct iu_span iu_span_trim(struct iu_span span);

/** iu_span_indent() - how many blanks it begins with. */
size_t iu_span_indent(struct iu_span span);

/** iu_span_is() - whether it is exactly @word; …_any_case(): ASCII letters in any case. */
bool iu_span_is(struct iu_span span, const char *word);
bool iu_span_is_any_case(struct iu_span span, const char *word);

/** iu_span_begins() - whether it begins with @prefix. */
bool iu_span_begins(struct iu_span span, const char *prefix);

/**
 * iu_span_at() - whether @word, in lower case, stands at @at, in any case
 * iu_span_before() - whether it ends there; iu_span_ends() - whether it ends the span
 */
bool iu_span_at(struct iu_span span, size_t at, const char *word);
bool iu_span_before(struct iu_span span, size_t at, const char *word);
bool iu_span_ends(struct iu_span span, const char *word);

/** iu_span_find() - where @needle begins in it, in any case; its length: nowhere. */
size_t iu_span_find(struct iu_span span, const char *needle);

/** iu_span_find_exact() - the same in this case only. */
size_t iu_span_find_exact(struct iu_span span, const char *needle);

/** iu_span_find_char() - the first @c, iu_span_find_last() - the last one; NULL: there is none. */
const char *iu_span_find_char(struct iu_span span, char c);
const char *iu_span_find_last(struct iu_span span, char c);

/** iu_span_digits() - how many digits stand at @at. */
size_t iu_span_digits(struct iu_span span, size_t at);

/** iu_span_number() - all of it is one decimal number up to @max. */
bool iu_span_number(struct iu_span span, uint64_t max, uint64_t *ret);

/** iu_span_hex() - all of it is one hexadecimal number of at most 16 digits. */
bool iu_span_hex(struct iu_span span, uint64_t *ret);

/** iu_span_pid() - all of it is a process id; 0 is one, too. */
bool iu_span_pid(struct iu_span span, int32_t *ret);

#endif

/* base/span.c - pieces of text that belong to somebody else */
#include "base/span.h"

#include <string.h>

#include "base/char.h"

struct iu_span iu_span_of(const char *text)
{
	return (struct iu_span){text, strlen(text)};
}

struct iu_span iu_span_from(struct iu_span span, size_t n)
{
	if (n > span.len)
		n = span.len;
	return (struct iu_span){span.text + n, span.len - n};
}

struct iu_span iu_span_upto(struct iu_span span, size_t n)
{
	return (struct iu_span){span.text, n < span.len ? n : span.len};
}

static bool is_one_of(char c, const char *bytes)
{
	return c && strchr(bytes, c);
}

struct iu_span iu_span_strip(struct iu_span span, const char *bytes)
{
	while (span.len && is_one_of(span.text[0], bytes))
		span = iu_span_from(span, 1);
	while (span.len && is_one_of(span.text[span.len - 1], bytes))
		span.len--;
	return span;
}

struct iu_span iu_span_trim(struct iu_span span)
{
	return iu_span_strip(span, " ");
}

size_t iu_span_indent(struct iu_span span)
{
	size_t n = 0;

	while (n < span.len && span.text[n] == ' ')
		n++;
	return n;
}

static bool same_any_case(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (iu_char_lower(a[i]) != iu_char_lower(b[i]))
			return false;
	return true;
}

bool iu_span_is(struct iu_span span, const char *word)
{
	return span.len == strlen(word) && !memcmp(span.text, word, span.len);
}

bool iu_span_is_any_case(struct iu_span span, const char *word)
{
	return span.len == strlen(word) && same_any_case(span.text, word, span.len);
}

bool iu_span_begins(struct iu_span span, const char *prefix)
{
	size_t n = strlen(prefix);

	return span.len >= n && !memcmp(span.text, prefix, n);
}

bool iu_span_at(struct iu_span span, size_t at, const char *word)
{
	for (size_t i = 0; word[i]; i++)
		if (at + i >= span.len || iu_char_lower(span.text[at + i]) != word[i])
			return false;
	return true;
}

bool iu_span_before(struct iu_span span, size_t at, const char *word)
{
	size_t n = strlen(word);

	return at >= n && at <= span.len && iu_span_at(span, at - n, word);
}

bool iu_span_ends(struct iu_span span, const char *word)
{
	return iu_span_before(span, span.len, word);
}

size_t iu_span_find(struct iu_span span, const char *needle)
{
	size_t n = strlen(needle);

	for (size_t i = 0; i + n <= span.len; i++)
		if (same_any_case(span.text + i, needle, n))
			return i;
	return span.len;
}

size_t iu_span_find_exact(struct iu_span span, const char *needle)
{
	size_t n = strlen(needle);

	for (size_t i = 0; i + n <= span.len; i++)
		if (!memcmp(span.text + i, needle, n))
			return i;
	return span.len;
}

const char *iu_span_find_char(struct iu_span span, char c)
{
	return span.len ? memchr(span.text, c, span.len) : NULL;
}

const char *iu_span_find_last(struct iu_span span, char c)
{
	for (size_t i = span.len; i > 0; i--)
		if (span.text[i - 1] == c)
			return span.text + i - 1;
	return NULL;
}

size_t iu_span_digits(struct iu_span span, size_t at)
{
	size_t n = 0;

	while (at + n < span.len && iu_char_is_digit(span.text[at + n]))
		n++;
	return n;
}

bool iu_span_number(struct iu_span span, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!span.len || span.len > 19)
		return false;
	for (size_t i = 0; i < span.len; i++) {
		if (!iu_char_is_digit(span.text[i]))
			return false;
		value = value * 10 + (uint64_t)(span.text[i] - '0');
	}
	if (value > max)
		return false;
	*ret = value;
	return true;
}

bool iu_span_hex(struct iu_span span, uint64_t *ret)
{
	uint64_t value = 0;

	if (!span.len || span.len > 16)
		return false;
	for (size_t i = 0; i < span.len; i++) {
		int digit = iu_char_hex(span.text[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*ret = value;
	return true;
}

bool iu_span_pid(struct iu_span span, int32_t *ret)
{
	uint64_t value;

	if (!iu_span_number(span, INT32_MAX, &value))
		return false;
	*ret = (int32_t)value;
	return true;
}

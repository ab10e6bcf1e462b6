/* tests/unit/base/test-unicode.c - code points as bytes, and the units of UTF-16 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/unicode.h"

static void puts_utf8(void **state)
{
	static const struct {
		uint32_t point;
		const char *bytes;
	} rows[] = {{'a', "a"}, {0x7f, "\x7f"}, {0x80, "\xc2\x80"}, {0xe9, "\xc3\xa9"},
		{0x7ff, "\xdf\xbf"}, {0x800, "\xe0\xa0\x80"}, {0x20ac, "\xe2\x82\xac"},
		{0xffff, "\xef\xbf\xbf"}, {0x10000, "\xf0\x90\x80\x80"}, {0x1f600, "\xf0\x9f\x98\x80"},
		{0x10ffff, "\xf4\x8f\xbf\xbf"}};
	char text[4];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t n = iu_unicode_put(rows[i].point, text);

		print_message("# U+%04X: %zu bytes\n", (unsigned int)rows[i].point, n);
		assert_int_equal(n, strlen(rows[i].bytes));
		assert_memory_equal(text, rows[i].bytes, n);
	}
	(void)state;
}

static void joins_halves(void **state)
{
	assert_int_equal(iu_unicode_pair(0xd83d, 0xde00), 0x1f600);
	assert_int_equal(iu_unicode_pair(0xd800, 0xdc00), 0x10000);
	assert_int_equal(iu_unicode_pair(0xdbff, 0xdfff), 0x10ffff);
	assert_int_equal(iu_unicode_pair(0xde00, 0xd83d), 0);
	assert_int_equal(iu_unicode_pair(0xd83d, 'a'), 0);
	assert_int_equal(iu_unicode_pair('a', 0xde00), 0);
	assert_true(iu_unicode_is_half(0xd800) && iu_unicode_is_half(0xdfff));
	assert_false(iu_unicode_is_half(0xd7ff) || iu_unicode_is_half(0xe000));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_utf8), cmocka_unit_test(joins_halves)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* tests/unit/base/test-span.c - pieces of text: at their ends, empty ones, numbers at their limits */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/char.h"
#include "base/span.h"

static bool same(struct iu_span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.text, text, span.len);
}

static void test_cut(void **state)
{
	struct iu_span s = iu_span_of("  a b\t "), none = {NULL, 0};

	assert_true(same(iu_span_from(s, 2), "a b\t "));
	assert_true(same(iu_span_from(s, 99), ""));
	assert_true(same(iu_span_upto(s, 3), "  a"));
	assert_true(same(iu_span_upto(s, 99), "  a b\t "));
	assert_true(same(iu_span_trim(s), "a b\t"));
	assert_true(same(iu_span_strip(s, " \t"), "a b"));
	assert_true(same(iu_span_strip(iu_span_of("\t \t"), " \t"), ""));
	assert_int_equal(iu_span_trim(none).len, 0);
	assert_int_equal(iu_span_indent(s), 2);
	assert_int_equal(iu_span_indent(iu_span_of("   ")), 3);
	(void)state;
}

static void test_find(void **state)
{
	struct iu_span s = iu_span_of("Bind: EADDRINUSE [::1]:80"), none = {NULL, 0};

	assert_true(iu_span_is(iu_span_upto(s, 4), "Bind"));
	assert_false(iu_span_is(iu_span_upto(s, 4), "bind"));
	assert_true(iu_span_is_any_case(iu_span_upto(s, 4), "bIND"));
	assert_false(iu_span_is_any_case(iu_span_upto(s, 4), "bin"));
	assert_true(iu_span_begins(s, "Bind:"));
	assert_false(iu_span_begins(iu_span_upto(s, 3), "Bind"));
	assert_true(iu_span_at(s, 6, "eaddrinuse"));
	assert_false(iu_span_at(s, 24, "0 "));
	assert_true(iu_span_before(s, 16, "inuse"));
	assert_false(iu_span_before(s, 3, "bind"));
	assert_true(iu_span_ends(s, ":80"));
	assert_int_equal(iu_span_find(s, "eaddr"), 6);
	assert_int_equal(iu_span_find(s, "81"), s.len);
	assert_int_equal(iu_span_find_exact(s, "eaddr"), s.len);
	assert_int_equal(iu_span_find_exact(s, "EADDR"), 6);
	assert_ptr_equal(iu_span_find_char(s, ':'), s.text + 4);
	assert_ptr_equal(iu_span_find_last(s, ':'), s.text + s.len - 3);
	assert_null(iu_span_find_char(s, '%'));
	assert_null(iu_span_find_char(none, 'a'));
	assert_null(iu_span_find_last(none, 'a'));
	assert_int_equal(iu_span_find(none, "a"), 0);
	(void)state;
}

static void test_numbers(void **state)
{
	uint64_t number = 7;
	int32_t pid = 7;

	assert_int_equal(iu_span_digits(iu_span_of("a123b"), 1), 3);
	assert_int_equal(iu_span_digits(iu_span_of("a123"), 9), 0);
	assert_true(iu_span_number(iu_span_of("65535"), 65535, &number) && number == 65535);
	assert_false(iu_span_number(iu_span_of("65536"), 65535, &number));
	assert_false(iu_span_number(iu_span_of(""), 65535, &number));
	assert_false(iu_span_number(iu_span_of("-1"), 65535, &number));
	assert_false(iu_span_number(iu_span_of("12345678901234567890"), UINT64_MAX, &number));
	assert_true(iu_span_hex(iu_span_of("C000020a"), &number) && number == 0xc000020a);
	assert_true(iu_span_hex(iu_span_of("ffffffffffffffff"), &number) && number == UINT64_MAX);
	assert_false(iu_span_hex(iu_span_of("fffffffffffffffff"), &number));
	assert_false(iu_span_hex(iu_span_of("0x1"), &number));
	assert_true(iu_span_pid(iu_span_of("2147483647"), &pid) && pid == INT32_MAX);
	assert_false(iu_span_pid(iu_span_of("2147483648"), &pid));
	assert_int_equal(iu_char_hex('F'), 15);
	assert_int_equal(iu_char_hex('g'), -1);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test-text.c - growing text, UTF-8, escaping, quoting for a shell */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define N(literal) (literal), sizeof(literal) - 1

static void test_add(void **state)
{
	struct iu_text text = {0};
	int i;

	iu_text_add(&text, NULL);
	assert_non_null(text.data);
	assert_string_equal(text.data, "");
	for (i = 0; i < 1000; i++)
		iu_text_printf(&text, "%d,", i % 10);
	assert_int_equal(text.len, 2000);
	assert_int_equal(strlen(text.data), 2000);
	iu_text_addn(&text, "\0x", 2);
	assert_int_equal(text.len, 2002);
	assert_int_equal(text.data[2002], 0);
	assert_false(text.failed);
	iu_text_free(&text);
	assert_null(text.data);
	iu_text_free(NULL);
}

static void test_failure_is_sticky(void **state)
{
	struct iu_text text = {0};
	static const char one = 'x';

	iu_text_add(&text, "kept");
	iu_text_addn(&text, &one, SIZE_MAX); /* the length is refused before a byte is read */
	assert_true(text.failed);
	iu_text_add(&text, "more");
	iu_text_printf(&text, "%d", 1);
	iu_text_foreign(&text, "x", 1, 0);
	iu_text_shell_word(&text, "x");
	assert_string_equal(text.data, "kept");
	iu_text_free(&text);
}

static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		size_t taken;
		uint32_t point;
	} cases[] = {
		{N("A"), 1, 'A'},
		{N("\xc3\xa9"), 2, 0xe9},
		{N("\xe2\x82\xac"), 3, 0x20ac},
		{N("\xf0\x9f\x98\x80"), 4, 0x1f600},
		{N("\xf4\x8f\xbf\xbf"), 4, 0x10ffff},
		{N("\xed\x9f\xbf"), 3, 0xd7ff},
		{N("\xee\x80\x80"), 3, 0xe000},
		{N("\0"), 1, 0},
		{N(""), 0, 0},
		{N("\x80"), 0, 0},                 /* a continuation alone */
		{N("\xc0\x80"), 0, 0},             /* overlong NUL */
		{N("\xc1\xbf"), 0, 0},             /* overlong DEL */
		{N("\xe0\x9f\xbf"), 0, 0},         /* overlong */
		{N("\xf0\x8f\xbf\xbf"), 0, 0},     /* overlong */
		{N("\xed\xa0\x80"), 0, 0},         /* surrogate */
		{N("\xed\xbf\xbf"), 0, 0},         /* surrogate */
		{N("\xf4\x90\x80\x80"), 0, 0},     /* U+110000 */
		{N("\xf8\x88\x80\x80\x80"), 0, 0}, /* five bytes */
		{N("\xff"), 0, 0},
		{N("\xe2\x82"), 0, 0},             /* cut short */
		{N("\xe2\x82" "A"), 0, 0},
		{N("\xf0\x9f\x98"), 0, 0},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(cases); i++) {
		uint32_t point = 0;
		size_t taken = iu_utf8_next(cases[i].bytes, cases[i].len, &point);

		if (taken != cases[i].taken || point != cases[i].point)
			fail_msg("case %zu: %zu bytes, U+%04X", i, taken, (unsigned int)point);
	}
}

/* Every code point comes back, and nothing that is none. */
static void test_utf8_all(void **state)
{
	uint32_t point, back;

	for (point = 0; point <= 0x110000; point++) {
		char bytes[4];
		size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4, i, got;

		for (i = len; i-- > 1;)
			bytes[i] = (char)(0x80 | (point >> (6 * (len - 1 - i)) & 0x3f));
		bytes[0] = (char)(len == 1 ? point
					   : (0xf00u >> len & 0xff) | point >> (6 * (len - 1)));
		got = iu_utf8_next(bytes, len, &back);
		if ((point >= 0xd800 && point < 0xe000) || point > 0x10ffff) {
			if (got)
				fail_msg("U+%04X is taken", (unsigned int)point);
		} else if (got != len || back != point) {
			fail_msg("U+%04X: %zu bytes, U+%04X", (unsigned int)point, got,
				(unsigned int)back);
		}
	}
}

static void check_foreign(const char *bytes, size_t len, size_t columns, const char *expected)
{
	struct iu_text text = {0};

	iu_text_foreign(&text, bytes, len, columns);
	assert_non_null(text.data);
	assert_string_equal(text.data, expected);
	if (columns)
		assert_true(iu_text_columns(text.data, text.len) <= columns);
	iu_text_free(&text);
}

static void test_foreign(void **state)
{
	check_foreign(N(""), 0, "");
	check_foreign(N("node server.js"), 0, "node server.js");
	check_foreign(N("C:\\x41"), 0, "C:\\x41");
	check_foreign(N("a\nb\tc\rd"), 0, "a\\nb\\tc\\x0dd");
	check_foreign(N("\x1b[31mred\x1b]0;title\x07"), 0, "\\x1b[31mred\\x1b]0;title\\x07");
	check_foreign(N("nul\0end"), 0, "nul\\x00end");
	check_foreign(N("\x7f"), 0, "\\x7f");
	check_foreign(N("\x9b" "31m"), 0, "\\x9b31m");         /* a raw C1 byte is no UTF-8 */
	check_foreign(N("\xc2\x9b" "31m"), 0, "\\u{009b}31m"); /* CSI as a character */
	check_foreign(N("\xc3\xa9t\xc3\xa9"), 0, "été");
	check_foreign(N("\xff\xfe"), 0, "\\xff\\xfe");
	check_foreign(N("\xed\xa0\x80"), 0, "\\xed\\xa0\\x80");
	check_foreign(N("\xe2\x82"), 0, "\\xe2\\x82");
	check_foreign(N("日本"), 0, "日本");
	check_foreign(N("e\xcc\x81"), 0, "e\xcc\x81");
	check_foreign(N("\xcc\x81x"), 0, "\\u{0301}x"); /* nothing to combine with */
	check_foreign(N("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"), 0,
		"a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u{0301}");
}

static void test_foreign_hides_nothing(void **state)
{
	static const struct {
		uint32_t first, last;
	} hostile[] = {
		{0x00, 0x08}, {0x0b, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x61c, 0x61c},
		{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x2064}, {0x2066, 0x206f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xfdd0, 0xfdef}, {0xfffe, 0xffff},
		{0x1fffe, 0x1ffff}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f}, {0x10fffe, 0x10ffff},
	};
	size_t i, len;
	uint32_t point;

	for (i = 0; i < IU_COUNT(hostile); i++) {
		for (point = hostile[i].first; point <= hostile[i].last; point++) {
			struct iu_text text = {0};
			char bytes[4], expected[16];

			len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
			bytes[0] = (char)point;
			if (len > 1)
				bytes[0] = (char)((0xf00u >> len & 0xff) | point >> (6 * (len - 1)));
			for (size_t j = 1; j < len; j++)
				bytes[j] = (char)(0x80 | (point >> (6 * (len - 1 - j)) & 0x3f));
			snprintf(expected, sizeof(expected), point < 0x80 ? "\\x%02x" : "\\u{%04x}",
				(unsigned int)point);
			iu_text_foreign(&text, bytes, len, 0);
			assert_string_equal(text.data, expected);
			iu_text_free(&text);
		}
	}
}

static void test_foreign_columns(void **state)
{
	check_foreign(N("abcdef"), 6, "abcdef");
	check_foreign(N("abcdefg"), 6, "abcde…");
	check_foreign(N("日本語"), 6, "日本語");
	check_foreign(N("日本語語"), 6, "日本…");
	check_foreign(N("ab\x1b[31m"), 5, "ab…"); /* an escape is whole or not there */
	check_foreign(N("ab\x1b[31m"), 7, "ab\\x1b…");
	check_foreign(N("ab\x1b"), 6, "ab\\x1b");
	check_foreign(N("\x1b"), 1, "…");
	check_foreign(N("xy"), 1, "…");
	check_foreign(N("e\xcc\x81" "e\xcc\x81" "e"), 2, "e\xcc\x81…");
}

/* Whatever comes in, what comes out is clean, and escaping it again changes nothing. */
static void test_foreign_random(void **state)
{
	unsigned int seed = 1, round;

	for (round = 0; round < 20000; round++) {
		char bytes[40];
		struct iu_text once = {0}, twice = {0};
		size_t len = 0, i, limit;

		for (i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (char)(seed >> 16);
		}
		len = (seed >> 20) % sizeof(bytes);
		limit = (seed >> 8) % 30;
		iu_text_foreign(&once, bytes, len, limit);
		assert_true(iu_utf8_valid(once.data, once.len));
		assert_null(memchr(once.data, '\x1b', once.len));
		assert_null(memchr(once.data, '\n', once.len));
		if (limit)
			assert_true(iu_text_columns(once.data, once.len) <= limit);
		iu_text_foreign(&twice, once.data, once.len, 0);
		assert_string_equal(twice.data, once.data);
		iu_text_free(&once);
		iu_text_free(&twice);
	}
}

static void test_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{"", 0}, {"abc", 3}, {"été", 3}, {"e\xcc\x81", 1}, {"日本", 4}, {"가", 2},
		{"😀", 2}, {"ＡＢ", 4}, {"…", 1}, {"—", 1}, {"€", 1}, {"ก็", 1}, {"𠀀", 2},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(cases); i++) {
		size_t columns = iu_text_columns(cases[i].text, strlen(cases[i].text));

		if (columns != cases[i].columns)
			fail_msg("%s: %zu, expected %zu", cases[i].text, columns, cases[i].columns);
	}
}

static void test_shell_word(void **state)
{
	static const struct {
		const char *word, *expected;
	} cases[] = {
		{"inuse", "inuse"},
		{"127.0.0.1:8080/tcp", "127.0.0.1:8080/tcp"},
		{"--port=80", "--port=80"},
		{"", "''"},
		{"a b", "'a b'"},
		{"it's", "'it'\\''s'"},
		{"$(reboot)", "'$(reboot)'"},
		{"`id`", "'`id`'"},
		{"~root", "'~root'"},
		{"=ls", "'=ls'"},
		{"*", "'*'"},
		{"[::]:80", "'[::]:80'"},
		{"a\\b", "'a\\b'"},
		{"caf\xc3\xa9", "'café'"},
		{"\x1b[31m", "$'\\x1b[31m'"},
		{"a\nb", "$'a\\012b'"}, /* b is a hex digit: ksh would take it into \x0ab */
		{"a\nz", "$'a\\x0az'"},
		{"it's\t\\", "$'it\\'s\\x09\\\\'"},
		{"\xff", "$'\\xff'"},
		{"\xe2\x80\xae", "$'\\xe2\\x80\\xae'"}, /* U+202E */
	};
	struct iu_text text = {0};
	size_t i;

	for (i = 0; i < IU_COUNT(cases); i++) {
		text.len = 0;
		iu_text_shell_word(&text, cases[i].word);
		assert_string_equal(text.data, cases[i].expected);
	}
	text.len = 0;
	iu_text_shell_word(&text, NULL);
	assert_int_equal(text.len, 0);
	iu_text_free(&text);
}

/* Asks bash itself: what it reads is what was meant, for every single byte and in pairs. */
static void test_shell_reads_it_back(void **state)
{
	static const char others[] = "a0'\\ \"$\n\x1b\xc3\xa9!";
	struct iu_text script = {0}, expected = {0}, got = {0};
	char chunk[4096], name[] = "/tmp/inuse-test-XXXXXX", command[64];
	size_t len, o;
	int byte, fd;
	FILE *file;

	iu_text_add(&script, "printf '%s\\0'");
	for (byte = 1; byte < 256; byte++) {
		for (o = 0; o < sizeof(others) - 1; o++) {
			char word[] = {others[o], (char)byte, others[o], 0};

			iu_text_add(&script, " ");
			iu_text_shell_word(&script, word);
			iu_text_addn(&expected, word, 4);
		}
	}
	iu_text_add(&script, "\n");
	fd = mkstemp(name);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(script.data, 1, script.len, file), script.len);
	fclose(file);
	snprintf(command, sizeof(command), "LC_ALL=C bash %s", name);
	file = popen(command, "r");
	assert_non_null(file);
	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		iu_text_addn(&got, chunk, len);
	assert_int_equal(pclose(file), 0);
	remove(name);
	assert_int_equal(got.len, expected.len);
	assert_memory_equal(got.data, expected.data, got.len);
	iu_text_free(&script);
	iu_text_free(&expected);
	iu_text_free(&got);
}

static void test_clean(void **state)
{
	struct iu_arena arena = {0};
	static const struct {
		const char *bytes;
		size_t len, max;
		const char *expected;
	} cases[] = {
		{N("abc"), 0, "abc"},
		{N("abc"), 3, "abc"},
		{N("abcdef"), 5, "ab…"},
		{N("a\xff" "b"), 0, "a\xef\xbf\xbd" "b"},
		{N("a\0b"), 0, "a\xef\xbf\xbd" "b"},
		{N("\xed\xa0\x80"), 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{N("a\nb"), 0, "a\nb"},
		{N("éééé"), 6, "é…"},  /* never half a character */
		{N("éé"), 4, "éé"},
		{N("abc"), 2, ""},     /* no room for "…" */
		{N(""), 0, ""},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(cases); i++) {
		const char *clean = iu_utf8_clean(&arena, cases[i].bytes, cases[i].len,
			cases[i].max);

		assert_non_null(clean);
		assert_string_equal(clean, cases[i].expected);
	}
	iu_arena_free(&arena);
}

static void test_clean_random(void **state)
{
	unsigned int seed = 7, round;

	for (round = 0; round < 20000; round++) {
		struct iu_arena arena = {0};
		char bytes[32];
		const char *clean;
		size_t i, max;

		for (i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1103515245u + 12345u;
			bytes[i] = (char)(seed >> 16);
		}
		max = (seed >> 16) % 50;
		clean = iu_utf8_clean(&arena, bytes, (seed >> 22) % sizeof(bytes), max);
		assert_non_null(clean);
		assert_true(iu_utf8_valid(clean, strlen(clean)));
		assert_true(!max || strlen(clean) <= max);
		iu_arena_free(&arena);
	}
}

static void test_safe(void **state)
{
	struct iu_arena arena = {0}, full = {.limit = 1};

	assert_string_equal(iu_safe(&arena, NULL, 0), "?");
	assert_string_equal(iu_safe(&arena, "a\x1b", 0), "a\\x1b");
	assert_string_equal(iu_safe(&arena, "abcdef", 3), "ab…");
	assert_string_equal(iu_safe(&full, "abcdef", 0), "?");
	assert_true(full.failed);
	iu_arena_free(&arena);
	iu_arena_free(&full);
}

static void test_abstract(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} rows[] = {
		{"name", 4, "name"},
		{"name\0", 5, "name\\x00"},
		{"\0\0a\0b\0\0\0", 8, "\\x00{2}a\\x00b\\x00{3}"},
		{"a\\x41", 5, "a\\x5cx41"},
		{"a\\xg", 4, "a\\xg"},
		{"\x1b", 1, "\\x1b"},
		{"", 0, ""},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_text text = {0};

		iu_text_add(&text, "");
		iu_text_abstract(&text, rows[i].bytes, rows[i].len, 100);
		assert_string_equal(text.data, rows[i].text);
		iu_text_free(&text);
	}
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_failure_is_sticky),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_all),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_foreign_hides_nothing),
		cmocka_unit_test(test_foreign_columns),
		cmocka_unit_test(test_foreign_random),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_shell_word),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_random),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_abstract),
		cmocka_unit_test(test_shell_reads_it_back), /* the last one */
	};
	size_t count = sizeof(tests) / sizeof(tests[0]);

	if (getenv("WINDIR")) {
		print_message("# test_shell_reads_it_back is left out: there is no bash on Windows\n");
		count--;
	}
	return _cmocka_run_group_tests("tests", tests, count, NULL, NULL);
}

/* test-explanation.c - explanations at 100, 80 and 40 columns, with colours, and with hostile text */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "output/output.h"
#include "output/wrap.h"

#define LINES(...)                                                                                 \
	{                                                                                          \
		.v = (const char *[]){__VA_ARGS__},                                                \
		.n = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)                  \
	}

static struct iu_explanation_part parts[] = {
	{"who", LINES("node (pid 4242), user alice, started 3 hours ago",
		"runs /usr/bin/node server.js in /home/alice/shop, started from zsh (pid 4200)")},
	{"why", LINES("It listens on 0.0.0.0:8080. The holder has the port on every address, so also "
		"on 127.0.0.1.")},
	{"unseen", LINES("descriptors of pid 77 (EACCES): run as root")},
};
static struct iu_explanation_step steps[] = {
	{"Stop the program. It is asked to end first, and only killed when it does not.",
		"inuse free 127.0.0.1:8080/tcp --grace 10 --and-this-command-is-never-wrapped"},
	{"Use another port: 8081 is free.", NULL},
};
static const struct iu_explanation explanation = {
	.status = IU_STATUS_IN_USE,
	.headline = "127.0.0.1:8080/tcp is in use: node (pid 4242) of alice listens on 0.0.0.0:8080.",
	.parts = {.v = parts, .n = IU_COUNT(parts)},
	.steps = {.v = steps, .n = IU_COUNT(steps)},
};

static void check(const struct iu_explanation *what, struct iu_style style, const char *expected)
{
	struct iu_text out = {0};

	iu_output_explanation(what, &style, &out);
	assert_false(out.failed);
	if (strcmp(out.data, expected) != 0)
		print_message("# got:\n%s# expected:\n%s", out.data, expected);
	assert_string_equal(out.data, expected);
	iu_text_free(&out);
}

static void test_100(void **state)
{
	check(&explanation, (struct iu_style){.columns = 100},
		"127.0.0.1:8080/tcp is in use: node (pid 4242) of alice listens on 0.0.0.0:8080.\n"
		"\n"
		"  who     node (pid 4242), user alice, started 3 hours ago\n"
		"          runs /usr/bin/node server.js in /home/alice/shop, started from zsh (pid 4200)\n"
		"  why     It listens on 0.0.0.0:8080. The holder has the port on every address, so also on\n"
		"            127.0.0.1.\n"
		"  unseen  descriptors of pid 77 (EACCES): run as root\n"
		"\n"
		"What helps:\n"
		"  1. Stop the program. It is asked to end first, and only killed when it does not.\n"
		"       inuse free 127.0.0.1:8080/tcp --grace 10 --and-this-command-is-never-wrapped\n"
		"  2. Use another port: 8081 is free.\n");
}

/* Commands beside their texts, in one column, where they fit; a text that has its own line makes none wider. */
static struct iu_explanation_step pairs[] = {
	{"let your program bind low ports", "sudo setcap cap_net_bind_service=+ep FILE"},
	{"use a free port", "8443"},
};
static struct iu_explanation_part card_parts[] = {
	{"who", LINES("node server.js --with many --arguments here and there\t(pid 4242, user alice, running for 2 h)")},
	{"rule", LINES("bind() fails"), .detail = true},
};
static const struct iu_explanation card = {
	.status = IU_STATUS_DENIED,
	.headline = "Port 443/tcp is free, but alice may not bind ports below 1024.",
	.parts = {.v = card_parts, .n = IU_COUNT(card_parts)},
	.steps = {.v = pairs, .n = IU_COUNT(pairs)},
};

static void test_card(void **state)
{
	check(&card, (struct iu_style){.columns = 84},
		"Port 443/tcp is free, but alice may not bind ports below 1024.\n"
		"\n"
		"  who    node server.js --with many --arguments here and there\n"
		"         (pid 4242, user alice, running for 2 h)\n"
		"\n"
		"What helps:\n"
		"  1. let your program bind low ports:   sudo setcap cap_net_bind_service=+ep FILE\n"
		"  2. use a free port:                   8443\n");
	check(&card, (struct iu_style){.columns = 70},
		"Port 443/tcp is free, but alice may not bind ports below 1024.\n"
		"\n"
		"  who    node server.js --with many --arguments here and there\n"
		"         (pid 4242, user alice, running for 2 h)\n"
		"\n"
		"What helps:\n"
		"  1. let your program bind low ports:\n"
		"       sudo setcap cap_net_bind_service=+ep FILE\n"
		"  2. use a free port:   8443\n");
	/* whatever the width: it ends, and no line but a command's is wider */
	for (unsigned int columns = 1; columns < 200; columns++) {
		struct iu_style style = {.columns = columns, .verbose = columns % 2, .ascii = columns % 3 == 0};
		struct iu_text out = {0};

		iu_output_explanation(&card, &style, &out);
		assert_false(out.failed);
		assert_true(out.len < 2000);
		assert_int_equal(strstr(out.data, "rule") != NULL, style.verbose);
		assert_int_equal(strchr(out.data, '\t') != NULL, false);
		iu_text_free(&out);
	}
}

static void test_80(void **state)
{
	check(&explanation, (struct iu_style){.columns = 80},
		"127.0.0.1:8080/tcp is in use: node (pid 4242) of alice listens on 0.0.0.0:8080.\n"
		"\n"
		"  who     node (pid 4242), user alice, started 3 hours ago\n"
		"          runs /usr/bin/node server.js in /home/alice/shop, started from zsh\n"
		"            (pid 4200)\n"
		"  why     It listens on 0.0.0.0:8080. The holder has the port on every address,\n"
		"            so also on 127.0.0.1.\n"
		"  unseen  descriptors of pid 77 (EACCES): run as root\n"
		"\n"
		"What helps:\n"
		"  1. Stop the program. It is asked to end first, and only killed when it does\n"
		"     not.\n"
		"       inuse free 127.0.0.1:8080/tcp --grace 10 --and-this-command-is-never-wrapped\n"
		"  2. Use another port: 8081 is free.\n");
}

static void test_40(void **state)
{
	check(&explanation, (struct iu_style){.columns = 40},
		"127.0.0.1:8080/tcp is in use: node (pid\n"
		"4242) of alice listens on 0.0.0.0:8080.\n"
		"\n"
		"  who\n"
		"    node (pid 4242), user alice, started\n"
		"      3 hours ago\n"
		"    runs /usr/bin/node server.js in\n"
		"      /home/alice/shop, started from zsh\n"
		"      (pid 4200)\n"
		"  why\n"
		"    It listens on 0.0.0.0:8080. The\n"
		"      holder has the port on every\n"
		"      address, so also on 127.0.0.1.\n"
		"  unseen\n"
		"    descriptors of pid 77 (EACCES): run\n"
		"      as root\n"
		"\n"
		"What helps:\n"
		"  1. Stop the program. It is asked to\n"
		"     end first, and only killed when it\n"
		"     does not.\n"
		"     inuse free 127.0.0.1:8080/tcp --grace 10 --and-this-command-is-never-wrapped\n"
		"  2. Use another port: 8081 is free.\n");
}

static void test_quiet(void **state)
{
	static const struct iu_explanation bare = {.status = IU_STATUS_FREE, .headline = "It is free."};

	check(&explanation, (struct iu_style){.quiet = true},
		"127.0.0.1:8080/tcp is in use: node (pid 4242) of alice listens on 0.0.0.0:8080.\n");
	check(&bare, (struct iu_style){.columns = 80}, "It is free.\n");
	check(&bare, (struct iu_style){0}, "It is free.\n");
	check(&(struct iu_explanation){0}, (struct iu_style){.columns = 80}, "\n");
}

static void test_colors(void **state)
{
	static const char *const colors[] = {"\x1b[1;32m", "\x1b[1;31m", "\x1b[1;33m",
		"\x1b[1;33m", "\x1b[1;33m"};
	struct iu_text plain = {0}, colored = {0}, filtered = {0};
	size_t i;

	for (i = 0; i <= IU_STATUS_UNKNOWN + 1; i++) { /* one more: a number that is no status */
		struct iu_explanation bare = {.status = (enum iu_status)i, .headline = "x"};
		char expected[32];

		snprintf(expected, sizeof(expected), "%sx\x1b[0m\n",
			colors[i < IU_COUNT(colors) ? i : IU_STATUS_UNKNOWN]);
		check(&bare, (struct iu_style){.color = true}, expected);
	}
	/* Without the colours it is the same text. */
	iu_output_explanation(&explanation, &(struct iu_style){.columns = 50}, &plain);
	iu_output_explanation(&explanation, &(struct iu_style){.columns = 50, .color = true}, &colored);
	assert_null(strchr(plain.data, '\x1b'));
	for (i = 0; i < colored.len; i++) {
		if (colored.data[i] == '\x1b')
			i += strcspn(colored.data + i, "m");
		else
			iu_text_addn(&filtered, colored.data + i, 1);
	}
	assert_string_equal(filtered.data, plain.data);
	iu_text_free(&plain);
	iu_text_free(&colored);
	iu_text_free(&filtered);
}

/* Escapes stay in one piece, wide characters count two, long words are broken, nothing is lost. */
static void test_hostile(void **state)
{
	static const char hostile[] = "evil\\x1b[31m\\u{202e}gnp.exe\\n日本語日本語日本語日本語"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa e\xcc\x81"
		"\x1b[2J\r";
	struct iu_explanation_part part = {"who", LINES(hostile, NULL, "")};
	struct iu_explanation_step step = {hostile, hostile};
	struct iu_explanation bad = {.headline = hostile, .parts = {.v = &part, .n = 1},
		.steps = {.v = &step, .n = 1}};
	unsigned int columns;

	for (columns = 1; columns < 130; columns++) {
		struct iu_text out = {0};
		const char *line, *end;
		size_t limit = columns < 24 ? 24 : columns;

		iu_output_explanation(&bad, &(struct iu_style){.columns = columns}, &out);
		assert_null(strpbrk(out.data, "\x1b\r"));
		assert_true(iu_utf8_valid(out.data, out.len));
		for (line = out.data; *line; line = end + 1) {
			end = strchr(line, '\n');
			assert_non_null(end);
			if (iu_text_columns(line, (size_t)(end - line)) > limit && end[1])
				fail_msg("%u columns: %.*s", columns, (int)(end - line), line);
			/* no line ends inside an escape */
			if (end[-1] == '\\' ||
				(end - line > 2 && end[-2] == '\\' && end[-1] == 'x'))
				fail_msg("%u columns: torn: %.*s", columns, (int)(end - line),
					line);
		}
		iu_text_free(&out);
	}
}

static void test_unit(void **state)
{
	static const struct {
		const char *text;
		size_t len, columns;
	} cases[] = {
		{"a", 1, 1}, {"日x", 3, 2}, {"e\xcc\x81x", 3, 1}, {"\\n", 2, 2}, {"\\x1bz", 4, 4},
		{"\\u{202e}z", 8, 8}, {"\\u{e0001}", 9, 9}, {"\\u{20", 1, 1}, {"\\x1", 1, 1},
		{"\\", 1, 1}, {"\\q", 1, 1}, {"\\u{}", 1, 1}, {"\\u{zzzz}", 1, 1}, {"\xff", 1, 1},
	};
	size_t i, columns;

	for (i = 0; i < IU_COUNT(cases); i++) {
		size_t len = iu_unit(cases[i].text, strlen(cases[i].text), &columns);

		if (len != cases[i].len || columns != cases[i].columns)
			fail_msg("%s: %zu bytes, %zu columns", cases[i].text, len, columns);
	}
}

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *expected;
	} cases[] = {
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"abcd", 1, "…"}, {"abcd", 0, ""},
		{"", 0, ""},
		{"日本", 4, "日本"}, {"日本", 3, "日…"}, {"日本", 2, "…"},
		{"a\\x1bzz", 6, "a\\x1b…"}, {"a\\x1bzz", 5, "a…"},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(cases); i++) {
		struct iu_text out = {0};

		iu_text_add(&out, "");
		iu_cut(&out, cases[i].text, cases[i].columns, false);
		assert_string_equal(out.data, cases[i].expected);
		iu_text_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_100),
		cmocka_unit_test(test_80), cmocka_unit_test(test_card),
		cmocka_unit_test(test_40),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

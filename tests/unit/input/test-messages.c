/* tests/unit/knowledge/test-messages.c - what is read out of the messages of programs, as a table */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "base/text.h"
#include "input/error-text.h"
#include "input/message-pid.h"
#include "input/message.h"
#include "input/target.h"
#include "messages.h"

static int collect(void *context, const char *target)
{
	struct iu_text *out = context;

	iu_text_add(out, out->len ? ", " : "");
	iu_text_add(out, target);
	return 0;
}

/* "EADDRINUSE windows 10048; …" */
static void describe(const char *text, struct iu_text *out)
{
	struct iu_error_readings readings;

	iu_error_read_message(text, strlen(text), &readings);
	for (size_t i = 0; i < readings.n; i++) {
		const struct iu_error_reading *r = &readings.v[i];

		iu_text_printf(out, "%s%s %s", i ? "; " : "", iu_error_row(r->id)->name,
			r->system == IU_ERROR_ANY ? "any" : iu_error_system_name(r->system));
		if (r->number && iu_error_space_hex(r->number->space))
			iu_text_printf(out, " 0x%08" PRIX64, (uint64_t)r->number->value);
		else if (r->number)
			iu_text_printf(out, " %" PRId64, r->number->value);
	}
}

/* The first line that says something, cut to a column. */
static void print_row(const struct row *row, const char *endpoints, const char *error, bool good)
{
	print_message("# %-3s %-26s %-34s %s\n", good ? "ok" : "NOT", row->program,
		*endpoints ? endpoints : "-", *error ? error : "-");
}

static void test_messages(void **state)
{
	size_t wrong = 0;

	print_message("# %-3s %-26s %-34s %s\n", "", "printed by", "endpoints", "error, of which system");
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_text endpoints = {0}, error = {0};
		bool good;

		iu_text_add(&endpoints, "");
		iu_text_add(&error, "");
		assert_true(iu_message_targets(rows[i].text, strlen(rows[i].text), collect,
				    &endpoints) >= 0);
		describe(rows[i].text, &error);
		good = !strcmp(endpoints.data, rows[i].endpoints) &&
		       !strcmp(error.data, rows[i].error);
		print_row(&rows[i], endpoints.data, error.data, good);
		if (!good)
			print_message("#     expected %s | %s\n", rows[i].endpoints, rows[i].error);
		wrong += !good;
		iu_text_free(&endpoints);
		iu_text_free(&error);
	}
	print_message("# %zu messages\n", IU_COUNT(rows));
	assert_true(IU_COUNT(rows) >= 60);
	assert_int_equal(wrong, 0);
	(void)state;
}

/* The same with colours, CRLF, a prompt and log prefixes around every line. */
static void test_dressed(void **state)
{
	size_t wrong = 0;

	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_text text = {0}, endpoints = {0};

		iu_text_add(&text, "$ ./start.sh --verbose\r\n\x1b[31mJan 12 01:02:03 host app[4242]: ");
		for (const char *c = rows[i].text; *c; c++)
			if (*c == '\n')
				iu_text_add(&text, "\x1b[0m\r\n\x1b[1;33mJan 12 01:02:03 host app[4242]: ");
			else
				iu_text_addn(&text, c, 1);
		iu_text_add(&text, "\x1b[0m\r\nexit status 1 after 12 s\r\n");
		iu_text_add(&endpoints, "");
		assert_true(iu_message_targets(text.data, text.len, collect, &endpoints) >= 0);
		if (strcmp(endpoints.data, rows[i].endpoints) != 0) {
			print_message("# %s: gave %s, expected %s\n", rows[i].program,
				endpoints.data, rows[i].endpoints);
			wrong++;
		}
		iu_text_free(&text);
		iu_text_free(&endpoints);
	}
	assert_int_equal(wrong, 0);
	(void)state;
}

/* Which process wrote a line; what a sentence says of another one is none. */
static void test_pids(void **state)
{
	static const struct {
		const char *line;
		int32_t pid;
	} lines[] = {
		{"2026/11/30 13:45:56 [emerg] 24#24: bind() to 127.0.0.1:8081 failed (98: Address already in use)", 24},
		{"[2026-11-30 13:45:55 +0000] [6] [ERROR] Connection in use: ('0.0.0.0', 8001)", 6},
		{"Nov 30 13:45:55 host named[812]: could not listen on 127.0.0.1#53: address in use", 812},
		{"[Mon Nov 30 2026] [mpm_event:error] [pid 77:tid 12] (98)Address already in use: AH00072", 77},
		{"Error: listen EADDRINUSE: address already in use :::3000", 0},
		{"port 80 is in use by nginx (pid 812)", 0},
		{"bind() to [::1]:80 failed (98: Address already in use)", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int32_t pid = iu_message_pid(iu_span_of(lines[i].line));

		print_message("# %d: %s\n", (int)pid, lines[i].line);
		assert_int_equal(pid, lines[i].pid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_dressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

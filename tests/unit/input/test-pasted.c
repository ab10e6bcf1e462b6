/* tests/unit/input/test-pasted.c - what is read out of pasted messages, and out of damaged ones */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/text.h"
#include "input/error-text.h"
#include "input/message.h"
#include "input/message-book.h"
#include "input/target.h"

/*
 * A row of pasted.tsv: what is to be read, a tab, the message with \n for its line ends.
 * "tcp any:80": any: no address is said; "error only": an error and no endpoint; "nothing": no failed
 * bind; "book NAME": it speaks of a list of others (knowledge/books.h); "connect A:P": it is connect() that failed, and A:P is the other end.
 */
struct row {
	char *want;
	struct iu_text text;
};

struct rows {
	struct row v[400];
	size_t n;
	char *file;
};

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);

	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
	fclose(file);
	return text;
}

static void add_row(struct rows *rows, char *line)
{
	char *tab = strchr(line, '\t');
	struct row *row = &rows->v[rows->n];

	if (*line == '#' || !*line)
		return;
	assert_non_null(tab);
	assert_true(rows->n < IU_COUNT(rows->v));
	*tab = '\0';
	row->want = line;
	iu_text_add(&row->text, "");
	for (const char *c = tab + 1; *c; c++)
		if (c[0] == '\\' && c[1] == 'n') {
			iu_text_add(&row->text, "\n");
			c++;
		} else {
			iu_text_addn(&row->text, c, 1);
		}
	rows->n++;
}

static int setup(void **state)
{
	const char *path = getenv("IU_PASTED");
	struct rows *rows = calloc(1, sizeof(*rows));
	char *at, *end;

	assert_non_null(path);
	assert_non_null(rows);
	rows->file = read_file(path);
	for (at = rows->file; *at; at = end + 1) {
		end = strchr(at, '\n');
		assert_non_null(end);
		*end = '\0';
		add_row(rows, at);
	}
	*state = rows;
	return 0;
}

static int teardown(void **state)
{
	struct rows *rows = *state;

	for (size_t i = 0; i < rows->n; i++)
		iu_text_free(&rows->v[i].text);
	free(rows->file);
	free(rows);
	return 0;
}

/* ---- what was read, in the words of the table ---- */

/* "127.0.0.1:80/udp" is "udp 127.0.0.1:80", "db:80" and ":80" are "tcp any:80". */
static int describe(void *context, const struct iu_message_endpoint *e)
{
	struct iu_text *out = context;
	const char *slash = strrchr(e->target, '/');
	size_t len = e->port && slash ? (size_t)(slash - e->target) : strlen(e->target);
	const char *protocol = !e->port		     ? "unix "
			       : slash && slash[1] == '*' ? ""
			       : slash		     ? "udp "
						     : "tcp ";
	bool any = e->port && (e->named || e->target[0] == ':');

	if (out->len)
		iu_text_add(out, ", ");
	if (e->call == IU_CALL_CONNECT) {
		iu_text_add(out, "connect ");
		iu_text_add(out, e->port ? e->target : e->target + strlen("unix:"));
		return 0;
	}
	if (e->call > IU_CALL_CONNECT)
		iu_text_printf(out, "%s ", iu_question_call_name(e->call));
	iu_text_add(out, protocol);
	if (!e->port)
		iu_text_add(out, e->target + strlen("unix:"));
	else if (any)
		iu_text_printf(out, "any:%s", e->port);
	else
		iu_text_addn(out, e->target, len);
	if (any && strcmp(protocol, "udp ") == 0)
		out->len = (size_t)(strrchr(out->data, '/') - out->data), out->data[out->len] = '\0';
	return 0;
}

/* "tcp 127.0.0.1:9050,53": a port or an endpoint by itself is of the same kind as the one before. */
static void expand(const char *want, struct iu_text *out)
{
	char kind[16] = "", host[64] = "";
	const char *at = want, *space = strchr(want, ' '), *comma, *colon;
	size_t len;

	iu_text_add(out, "");
	/* ", ": of different kinds, all written out */
	if (!strchr(want, ',') || strstr(want, ", ") || !space) {
		iu_text_add(out, want);
		return;
	}
	snprintf(kind, sizeof(kind), "%.*s", (int)(space - want), want);
	for (at = space + 1; *at; at += len + (at[len] == ',')) {
		comma = strchr(at, ',');
		len = comma ? (size_t)(comma - at) : strlen(at);
		for (colon = at + len; colon > at && *colon != ':'; colon--)
			;
		if (colon > at)
			snprintf(host, sizeof(host), "%.*s:", (int)(colon - at), at);
		iu_text_printf(out, "%s%s %s%.*s", out->len ? ", " : "", kind, colon > at ? "" : host,
			(int)len, at);
	}
}

static void read_all(const char *text, size_t len, struct iu_text *out)
{
	const struct iu_book_row *book = iu_message_book_read(text, len);
	struct iu_error_readings readings;
	struct iu_text endpoints = {0};

	iu_text_add(out, "");
	if (book)
		iu_text_printf(out, "book %s", book->name);
	iu_text_add(&endpoints, "");
	assert_true(iu_message_endpoints(text, len, describe, &endpoints) >= 0);
	iu_text_printf(out, "%s%s", out->len && endpoints.len ? " " : "", endpoints.data);
	iu_text_free(&endpoints);
	if (out->len)
		return;
	iu_error_read_message(text, len, &readings);
	if (readings.n && iu_message_call(text, len) == IU_CALL_BIND)
		iu_text_add(out, "error only");
	else
		iu_text_add(out, "nothing");
}

static void test_pasted(void **state)
{
	struct rows *rows = *state;
	size_t wrong = 0;

	for (size_t i = 0; i < rows->n; i++) {
		struct row *row = &rows->v[i];
		struct iu_text want = {0}, got = {0};
		bool good;

		expand(row->want, &want);
		read_all(row->text.data, row->text.len, &got);
		good = !strcmp(want.data, got.data);
		wrong += !good;
		print_message("# %-3s %-40s %.*s\n", good ? "ok" : "NOT", got.data,
			(int)strcspn(row->text.data, "\n"), row->text.data);
		if (!good)
			print_message("#     expected %s\n", want.data);
		iu_text_free(&want);
		iu_text_free(&got);
	}
	print_message("# %zu of %zu as expected\n", rows->n - wrong, rows->n);
	assert_true(rows->n >= 241);
	assert_int_equal(wrong, 0);
}

/* ---- damage that does not change a reading ---- */

static void around_lines(const struct iu_text *text, const char *before, const char *behind,
	const char *end, struct iu_text *out)
{
	for (const char *at = text->data; *at;) {
		size_t n = strcspn(at, "\n");

		iu_text_add(out, before);
		iu_text_addn(out, at, n);
		iu_text_add(out, behind);
		iu_text_add(out, end);
		at += n + (at[n] == '\n');
	}
}

static void with_crlf(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "", "", "\r\n", out);
}

static void in_colours(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "\x1b[1;31m", "\x1b[0m", "\n", out);
}

static void quoted(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "> ", "", "\n", out);
}

static void by_journal(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "Jan 12 01:02:03 host1 app[4242]: ", "", "\n", out);
}

static void by_compose(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "web-1  | ", "", "\n", out);
}

static void by_kubelet(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "2026-01-12T01:02:03.123456789Z stderr F ", "", "\n", out);
}

static void in_spaces(const struct iu_text *text, struct iu_text *out)
{
	around_lines(text, "    ", "   ", "\n", out);
}

static void in_json(const struct iu_text *text, struct iu_text *out)
{
	iu_text_add(out, "{\"level\":\"error\",\"msg\":\"");
	for (const char *c = text->data; *c; c++)
		if (*c == '\n')
			iu_text_add(out, "\\n");
		else if (*c == '\t')
			iu_text_add(out, "\\t");
		else if (*c == '"' || *c == '\\')
			iu_text_printf(out, "\\%c", *c);
		else
			iu_text_addn(out, c, 1);
	iu_text_add(out, "\"}");
}

static void in_utf16_of(const struct iu_text *text, struct iu_text *out, bool big)
{
	size_t n;

	iu_text_addn(out, big ? "\xfe\xff" : "\xff\xfe", 2);
	for (size_t at = 0; at < text->len; at += n) {
		uint32_t point = 0;
		char unit[2];

		n = iu_utf8_next(text->data + at, text->len - at, &point);
		assert_true(n > 0);
		if (point > 0xffff)
			point = '?';
		unit[big] = (char)(point & 0xff);
		unit[!big] = (char)(point >> 8);
		iu_text_addn(out, unit, 2);
	}
}

static void in_utf16(const struct iu_text *text, struct iu_text *out)
{
	in_utf16_of(text, out, false);
}

static void in_utf16_big(const struct iu_text *text, struct iu_text *out)
{
	in_utf16_of(text, out, true);
}

static const struct {
	const char *name;
	void (*damage)(const struct iu_text *text, struct iu_text *out);
} damages[] = {
	{"CRLF", with_crlf}, {"colours", in_colours}, {"a quotation", quoted},
	{"the journal", by_journal}, {"compose", by_compose}, {"kubelet", by_kubelet},
	{"blanks", in_spaces}, {"a JSON string", in_json}, {"UTF-16", in_utf16},
	{"UTF-16, big end first", in_utf16_big},
};

static void test_damaged(void **state)
{
	struct rows *rows = *state;
	size_t wrong = 0;

	for (size_t k = 0; k < IU_COUNT(damages); k++) {
		size_t before = wrong;

		for (size_t i = 0; i < rows->n; i++) {
			struct iu_text whole = {0}, damaged = {0}, got = {0};

			read_all(rows->v[i].text.data, rows->v[i].text.len, &whole);
			damages[k].damage(&rows->v[i].text, &damaged);
			read_all(damaged.data, damaged.len, &got);
			if (strcmp(whole.data, got.data) != 0) {
				print_message("# in %s: %s, else %s: %.*s\n", damages[k].name, got.data,
					whole.data, (int)strcspn(rows->v[i].text.data, "\n"),
					rows->v[i].text.data);
				wrong++;
			}
			iu_text_free(&whole);
			iu_text_free(&damaged);
			iu_text_free(&got);
		}
		print_message("# %zu messages in %s: %zu read differently\n", rows->n,
			damages[k].name, wrong - before);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pasted),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

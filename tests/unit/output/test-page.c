/* test-page.c - the page of a small machine full of hostile names: the same bytes each time, and no markup of theirs */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "output/page.h"

#define EVIL "</script><img src=x onerror=alert(1)>\"'&\xe2\x80\xa8\xe2\x80\xae\xff\x1b[2J<!--"

static struct iu_snapshot world;
static struct iu_arena arena;
static struct iu_listing listing;
static struct iu_troubles troubles;

static struct iu_socket *add(const char *address, uint16_t port, enum iu_protocol protocol, enum iu_state state, uint64_t inode)
{
	struct iu_socket *s = iu_list_add(&world.arena, &world.sockets);

	*s = (struct iu_socket){.protocol = protocol, .state = state, .port = port, .inode = inode, .timer_ms = -1,
		.uid_known = inode != 0, .v6only = IU_NO};
	assert_int_equal(iu_address_parse(address, strlen(address), &s->local), 0);
	s->family = s->local.family;
	return s;
}

static void add_process(uint64_t inode, int32_t pid, const char *name, const char *argument)
{
	struct iu_process *p = iu_list_add(&world.arena, &world.processes);

	*iu_list_add(&world.arena, &world.holds) = (struct iu_hold){.inode = inode, .pid = pid, .fd = 3};
	*p = (struct iu_process){.pid = pid, .name = name, .started = world.host.now - 7200, .cwd = "/srv/" EVIL};
	*iu_list_add(&world.arena, &p->command) = name;
	*iu_list_add(&world.arena, &p->command) = argument;
}

static void add_trouble(enum iu_trouble_kind kind, uint16_t port)
{
	struct iu_trouble *t = iu_list_add(&arena, &troubles.list);
	struct iu_explanation_part *part = iu_list_add(&arena, &t->explanation.parts);
	struct iu_explanation_step *step = iu_list_add(&arena, &t->explanation.steps);

	part->label = "who";
	*iu_list_add(&arena, &part->lines) = "node server.js\t(pid 100)";
	*iu_list_add(&arena, &part->lines) = EVIL;
	part = iu_list_add(&arena, &t->explanation.parts);
	part->label = "cause";
	part->detail = true;
	*iu_list_add(&arena, &part->lines) = "proven";
	*step = (struct iu_explanation_step){"stop it & see", "inuse free '" EVIL "'"};
	t->kind = kind;
	t->question.target.port = port;
	t->headline = "Port 8080/tcp is <b>in use</b>.";
	t->lead = kind == IU_TROUBLE_RESTART ? "The lead & more." : NULL;
}

static int setup(void **state)
{
	struct iu_socket *s;

	iu_snapshot_init(&world);
	world.host = (struct iu_host){.os = "linux", .release = "6.18.0", .hostname = EVIL, .user = "alice",
		.now = 1000000000};
	add("0.0.0.0", 8080, IU_PROTOCOL_TCP, IU_STATE_LISTEN, 1)->user = EVIL;
	world.sockets.v[0].queue = 3;
	world.sockets.v[0].backlog = 128;
	world.sockets.v[0].reuseaddr = IU_YES;
	add("::", 8081, IU_PROTOCOL_TCP, IU_STATE_BOUND, 2)->unit = "web.service";
	s = add("127.0.0.1", 8080, IU_PROTOCOL_TCP, IU_STATE_TIME_WAIT, 0);
	s->timer_ms = 42000;
	assert_int_equal(iu_address_parse("::ffff:10.0.0.1", 15, &s->peer), 0);
	s->peer_port = 4000;
	s = add("10.0.0.2", 40001, IU_PROTOCOL_TCP, IU_STATE_ESTABLISHED, 3);
	assert_int_equal(iu_address_parse("10.0.0.1", 8, &s->peer), 0);
	s->peer_port = 443;
	add("::1", 53, IU_PROTOCOL_UDP, IU_STATE_BOUND, 4)->device = EVIL;
	s = iu_list_add(&world.arena, &world.sockets);
	*s = (struct iu_socket){.protocol = IU_PROTOCOL_UNIX, .family = IU_FAMILY_UNIX, .state = IU_STATE_LISTEN,
		.path = "/run/" EVIL, .path_len = strlen("/run/" EVIL), .inode = 5, .timer_ms = -1};
	add_process(1, 100, EVIL, "server.js");
	add_process(2, 101, "node", EVIL);
	add_process(3, 102, "curl", "https://example.com/");
	*iu_list_add(&world.arena, &world.sysctls.reserved) = (struct iu_reserved){8000, 8010};
	*iu_list_add(&world.arena, &world.windows.exclusions) =
		(struct iu_exclusion){.protocol = IU_PROTOCOL_TCP, .first = 50000, .last = 50059};
	iu_snapshot_gap(&world, IU_FACT_HOLDERS, 0, "descriptors of " EVIL, "EACCES", "run as root");
	troubles.tcp = (struct iu_range_use){32768, 60999, 28232, 1};
	troubles.udp = (struct iu_range_use){-1, -1, 0, 0};
	add_trouble(IU_TROUBLE_ASKED, 8080);
	add_trouble(IU_TROUBLE_RESTART, 8080);
	assert_int_equal(iu_listing_make(&arena, &world, &(struct iu_filter){.all = true}, &listing), 0);
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&world);
	iu_arena_free(&arena);
	return 0;
}

static void write_page(struct iu_text *out)
{
	iu_page_write(&(struct iu_page){&world, &listing, &troubles, true}, out);
	assert_false(out->failed);
}

/* Without style, script and their hashes, which are files of their own. */
static void cut(struct iu_text *page, const char *from, const char *to, struct iu_text *out)
{
	char *begin = strstr(page->data, from), *end;

	assert_non_null(begin);
	begin += strlen(from);
	end = strstr(begin, to);
	assert_non_null(end);
	iu_text_addn(out, page->data, (size_t)(begin - page->data));
	iu_text_add(out, "\xe2\x80\xa6");
	iu_text_add(out, end);
	page->len = 0;
	iu_text_addn(page, out->data, out->len);
	out->len = 0;
}

static void write_short(struct iu_text *page)
{
	struct iu_text room = {0};

	write_page(page);
	cut(page, "script-src 'sha256-", "'", &room);
	cut(page, "style-src 'sha256-", "'", &room);
	cut(page, "<style>", "</style>", &room);
	cut(page, "<script>", "</script>", &room);
	cut(page, "Made by inuse ", " This file", &room);
	iu_text_free(&room);
}

static void test_golden(void **state)
{
	const char *path = getenv("INUSE_PAGE_GOLDEN");
	FILE *file = path ? fopen(path, "rb") : NULL;
	struct iu_text page = {0}, expected = {0};
	char piece[4096];
	size_t n, at = 0;

	assert_non_null(file);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		iu_text_addn(&expected, piece, n);
	fclose(file);
	write_short(&page);
	while (at < page.len && at < expected.len && page.data[at] == expected.data[at])
		at++;
	if (at < page.len || at < expected.len)
		fail_msg("differs at byte %zu (test-page --print writes it anew):\n%.200s\nexpected:\n%.200s", at,
			page.data + at, expected.data + at);
	iu_text_free(&page);
	iu_text_free(&expected);
}

static void test_twice(void **state)
{
	struct iu_text one = {0}, two = {0};

	write_page(&one);
	write_page(&two);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	iu_text_free(&one);
	iu_text_free(&two);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

static void test_hostile(void **state)
{
	struct iu_text page = {0};

	write_page(&page);
	assert_int_equal(count(page.data, "<script"), 2);
	assert_int_equal(count(page.data, "</script"), 2);
	assert_int_equal(count(page.data, "<img"), 0);
	assert_int_equal(count(page.data, "<!--"), 0);
	assert_int_equal(count(page.data, "<b>in use"), 0);
	assert_int_equal(count(page.data, "\xe2\x80\xa8"), 0);
	assert_int_equal(count(page.data, "\xe2\x80\xae"), 0);
	assert_int_equal(count(page.data, "\x1b"), 0);
	assert_int_equal(strlen(page.data), page.len);
	assert_true(iu_utf8_valid(page.data, page.len));
	iu_text_free(&page);
}

/* What the script gets: as many values in each column as there are sockets. */
static void test_data(void **state)
{
	static const char begin[] = "id=\"data\">";
	struct iu_text page = {0};
	json_t *data, *column;
	const char *name, *at;

	write_page(&page);
	at = strstr(page.data, begin);
	assert_non_null(at);
	at += sizeof(begin) - 1;
	data = json_loadb(at, (size_t)(strstr(at, "</script>") - at), 0, NULL);
	assert_non_null(data);
	assert_int_equal(json_integer_value(json_object_get(data, "rows")), 6);
	assert_int_equal(json_integer_value(json_object_get(data, "bound")), 4);
	json_object_foreach(json_object_get(data, "columns"), name, column) {
		json_t *rows = json_is_array(column) ? column : json_object_get(column, "i");

		if (json_array_size(rows) != 6)
			fail_msg("%s has %zu rows", name, json_array_size(rows));
	}
	json_decref(data);
	iu_text_free(&page);
}

static void test_empty(void **state)
{
	struct iu_snapshot nothing;
	struct iu_listing no_rows = {.rows = {0}};
	struct iu_troubles no_troubles = {.cut = false};
	struct iu_text page = {0};

	iu_snapshot_init(&nothing);
	iu_page_write(&(struct iu_page){&nothing, &no_rows, &no_troubles, false}, &page);
	assert_false(page.failed);
	assert_non_null(strstr(page.data, "<p class=\"calm\">Nothing,"));
	iu_text_free(&page);
	iu_snapshot_free(&nothing);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_empty),
	};

	if (argc > 1 && !strcmp(argv[1], "--print")) {
		struct iu_text page = {0};

		setup(NULL);
		write_short(&page);
		fwrite(page.data, 1, page.len, stdout);
		iu_text_free(&page);
		return teardown(NULL);
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}

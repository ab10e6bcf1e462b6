/* test-tui.c - the live view without a terminal: rows over time, order, columns, keys */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/name-tables.h"
#include "model/tally.h"
#include "tui/view.h"

#define NOW 1700000000

static struct iu_snapshot world;
static struct iu_tally tally;
static struct iu_view view;
static int64_t clock_ms;

static int no_host(void *context, const char *name, struct iu_address *list, size_t most)
{
	(void)context;
	(void)name;
	(void)list;
	(void)most;
	return 0;
}

static int service(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret)
{
	(void)context;
	*ret = 80;
	return !strcmp(name, "http") && protocol == IU_PROTOCOL_TCP ? 0 : -1;
}

static int no_interface_index(void *context, const char *name, uint32_t *ret)
{
	(void)context;
	(void)name;
	(void)ret;
	return -1;
}

static const struct iu_names names = {.host = no_host, .interface = no_host, .service = service, .ifindex = no_interface_index};

static struct iu_socket *add(const char *address, uint16_t port, enum iu_protocol protocol, enum iu_state state,
	uint64_t cookie)
{
	struct iu_socket *s = iu_list_add(&world.arena, &world.sockets);

	s->protocol = protocol;
	s->state = state;
	s->cookie = s->inode = cookie;
	s->timer_ms = -1;
	assert_int_equal(iu_address_parse(address, strlen(address), &s->local), 0);
	s->family = s->local.family;
	s->port = port;
	s->uid_known = true;
	s->uid = 1000;
	return s;
}

static void hold(uint64_t inode, int32_t pid, const char *name)
{
	struct iu_process *p;

	*iu_list_add(&world.arena, &world.holds) = (struct iu_hold){.inode = inode, .pid = pid, .fd = 3};
	if (iu_snapshot_process(&world, pid))
		return;
	p = iu_list_add(&world.arena, &world.processes);
	p->pid = pid;
	p->name = name;
	p->user = "alice";
	p->started = NOW - 3700;
	*iu_list_add(&world.arena, &p->command) = iu_arena_printf(&world.arena, "/usr/bin/%s", name);
}

#define TCP IU_PROTOCOL_TCP
#define UDP IU_PROTOCOL_UDP

static void begin_world(void)
{
	iu_snapshot_free(&world);
	world.host.now = NOW;
	world.seen = IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_HOLDERS;
}

static void take(bool complete)
{
	const struct iu_filter filter = {.all = true};
	struct iu_listing listing = {0};
	struct iu_arena arena = {0};
	struct iu_table_look look = {.snapshot = &world, .listing = &listing, .complete = complete, .below = UINT32_MAX, .now_ms = clock_ms, .shown_ms = clock_ms};

	iu_tally_clear(&tally);
	for (size_t i = 0; i < world.sockets.n; i++)
		iu_tally_add(&tally, &world.sockets.v[i]);
	assert_int_equal(iu_listing_make(&arena, &world, &filter, &listing), 0);
	view.header.now_ms = clock_ms;
	view.header.now = NOW;
	assert_int_equal(iu_view_take(&view, &look, &tally), 0);
	iu_arena_free(&arena);
}

static void first_world(void)
{
	begin_world();
	add("0.0.0.0", 80, TCP, IU_STATE_LISTEN, 1);
	add("127.0.0.1", 5432, TCP, IU_STATE_LISTEN, 2);
	add("0.0.0.0", 53, UDP, IU_STATE_BOUND, 3);
	add("127.0.0.1", 9000, TCP, IU_STATE_BOUND, 4);
	add("10.0.0.1", 80, TCP, IU_STATE_ESTABLISHED, 5)->peer_port = 40000;
	world.sockets.v[4].peer = iu_address_ipv4(0x0a000002);
	hold(1, 100, "nginx");
	hold(2, 200, "postgres");
	hold(3, 300, "dnsmasq");
	hold(4, 200, "postgres");
}

static int setup(void **state)
{
	(void)state;
	clock_ms = 1000000;
	iu_view_begin(&view, &names, 80, 24);
	first_world();
	take(true);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iu_view_end(&view);
	iu_snapshot_free(&world);
	return 0;
}

/* "53 80 5432!": the ports on the screen with their marks. */
static const char *shown(void)
{
	static char text[256];

	text[0] = '\0';
	for (size_t i = 0; i < view.order.lines.n; i++) {
		const struct iu_line *line = &view.order.lines.v[i];
		char one[64], letter = line->row ? iu_row_text_letter(line->row) : ' ';

		if (line->row)
			snprintf(one, sizeof(one), "%s%u%.1s", i ? " " : "", (unsigned int)line->row->socket.port, letter == ' ' ? "" : &letter);
		else
			snprintf(one, sizeof(one), "%s[%s %zu]", i ? " " : "", line->head, line->members);
		strncat(text, one, sizeof(text) - strlen(text) - 1);
	}
	print_message("# %s\n", text);
	return text;
}

static struct iu_top_row *row_of(uint64_t cookie)
{
	const struct iu_socket s = {.cookie = cookie};
	struct iu_identity identity = iu_table_identity(&s);

	return iu_table_find(&view.table, &identity);
}

static const char *cell(const struct iu_top_row *row, enum iu_column_id id)
{
	const struct iu_row_view cells = {.now = NOW, .now_ms = clock_ms};
	static struct iu_text text;

	text.len = 0;
	iu_text_add(&text, "");
	iu_row_text_column(id)->cell(row, &cells, &text);
	print_message("# %s: %s\n", iu_row_text_column(id)->name, text.data);
	return text.data;
}

static void press(const char *keys)
{
	for (; *keys; keys++)
		iu_view_key(&view, (uint32_t)*keys);
}

static void first_look_has_no_marks(void **state)
{
	(void)state;
	assert_string_equal(shown(), "53 80 5432 9000");
	assert_int_equal(row_of(1)->connections, 1);
	assert_string_equal(cell(row_of(1), IU_COLUMN_PROGRAM), "nginx");
	assert_string_equal(cell(row_of(1), IU_COLUMN_COMMAND), "nginx");
	assert_string_equal(cell(row_of(1), IU_COLUMN_AGE), "1h");
	assert_string_equal(cell(row_of(3), IU_COLUMN_STATE), "open");
	assert_null(iu_table_event(&view.table, 0));
}

static void new_gone_and_changed(void **state)
{
	(void)state;
	begin_world();
	add("0.0.0.0", 80, TCP, IU_STATE_LISTEN, 1);
	add("127.0.0.1", 5432, TCP, IU_STATE_LISTEN, 2);
	add("127.0.0.1", 9000, TCP, IU_STATE_LISTEN, 4);
	add("0.0.0.0", 3000, TCP, IU_STATE_LISTEN, 6);
	hold(6, 600, "node");
	clock_ms += 2000;
	take(false);
	assert_string_equal(shown(), "53- 80 3000+ 5432 9000~");
	/* who was known before is known, though this look did not ask */
	assert_string_equal(cell(row_of(1), IU_COLUMN_PROGRAM), "nginx");
	assert_string_equal(cell(row_of(6), IU_COLUMN_PID), "600");
	assert_string_equal(cell(row_of(3), IU_COLUMN_STATE), "gone");
	assert_string_equal(iu_table_event(&view.table, 0)->text, "80/tcp 10.0.0.1 -> 10.0.0.2:40000");
	/* marks and gone rows last some seconds */
	clock_ms += IU_MARK_MS - 1;
	assert_false(iu_table_age(&view.table, NULL, clock_ms));
	clock_ms += 1;
	assert_true(iu_table_age(&view.table, NULL, clock_ms));
	iu_view_arrange(&view);
	assert_string_equal(shown(), "80 3000 5432 9000");
}

static void the_kernel_tells_of_an_end(void **state)
{
	const struct iu_socket gone = {.cookie = 2}, connection = {.cookie = 5, .peer_port = 1}, other = {.cookie = 77};

	(void)state;
	assert_true(iu_table_freed(&view.table, &gone, clock_ms, NOW));
	assert_false(iu_table_freed(&view.table, &gone, clock_ms, NOW));
	assert_false(iu_table_freed(&view.table, &other, clock_ms, NOW));
	assert_false(iu_table_freed(&view.table, &connection, clock_ms, NOW)); /* TIME-WAIT has its cookie */
	assert_string_equal(shown(), "53 80 5432- 9000");
	assert_string_equal(iu_table_event(&view.table, 0)->text, "5432/tcp 127.0.0.1  postgres (pid 200)");
}

/* "Could not see" is never "gone". */
static void what_was_not_looked_for_stays(void **state)
{
	(void)state;
	begin_world();
	world.seen = IU_FACT_TCP | IU_FACT_HOLDERS; /* neither UDP nor what is bound only */
	add("0.0.0.0", 80, TCP, IU_STATE_LISTEN, 1);
	clock_ms += 2000;
	take(false);
	assert_string_equal(shown(), "53 80 5432- 9000");
}

static void another_holder_is_a_change(void **state)
{
	(void)state;
	first_world();
	world.holds.v[0].pid = 200;
	clock_ms += 2000;
	take(true);
	assert_string_equal(shown(), "53 80~ 5432 9000");
	assert_string_equal(cell(row_of(1), IU_COLUMN_PROGRAM), "postgres");
}

static void selection_stays_with_its_socket(void **state)
{
	(void)state;
	press("jj"); /* 5432 */
	assert_int_equal(iu_view_row(&view)->socket.port, 5432);
	begin_world();
	add("0.0.0.0", 22, TCP, IU_STATE_LISTEN, 10);
	add("0.0.0.0", 443, TCP, IU_STATE_LISTEN, 11);
	add("127.0.0.1", 5432, TCP, IU_STATE_LISTEN, 2);
	clock_ms += 10000;
	take(false);
	assert_int_equal(iu_view_row(&view)->socket.port, 5432);
	press("s");
	assert_int_equal(iu_view_row(&view)->socket.port, 5432);
	/* one that is gone stays while it is selected */
	begin_world();
	clock_ms += 10000;
	take(false);
	clock_ms += IU_MARK_MS;
	iu_table_age(&view.table, &view.selected, clock_ms);
	iu_view_arrange(&view);
	assert_string_equal(shown(), "5432-");
}

static void order_stays_while_somebody_moves(void **state)
{
	(void)state;
	press("j");
	add("0.0.0.0", 22, TCP, IU_STATE_LISTEN, 10);
	clock_ms += 1000;
	take(false);
	assert_string_equal(shown(), "53 80 5432 9000 22+");
	clock_ms += 10000;
	take(false);
	assert_string_equal(shown(), "22+ 53 80 5432 9000");
	press("o");
	add("0.0.0.0", 23, TCP, IU_STATE_LISTEN, 11);
	clock_ms += 10000;
	take(false);
	assert_string_equal(shown(), "22+ 53 80 5432 9000 23+");
	press("o");
	assert_string_equal(shown(), "22+ 23+ 53 80 5432 9000");
}

static void sorts_by_any_column(void **state)
{
	(void)state;
	view.order.column = IU_COLUMN_PROGRAM;
	iu_view_arrange(&view);
	assert_string_equal(shown(), "53 80 5432 9000"); /* dnsmasq nginx postgres postgres */
	press("r");
	assert_string_equal(shown(), "5432 9000 80 53");
	view.order.column = IU_COLUMN_CONNECTIONS;
	view.order.descending = false;
	iu_view_arrange(&view);
	assert_string_equal(shown(), "80 53 5432 9000"); /* the busiest first */
	iu_view_click(&view, view.layout.columns[1].at + 1, IU_VIEW_HEADING);
	assert_string_equal(shown(), "53 80 5432 9000");
	iu_view_click(&view, view.layout.columns[1].at + 1, IU_VIEW_HEADING);
	assert_string_equal(shown(), "9000 5432 80 53");
}

static void type(const char *filter)
{
	press("/");
	iu_view_key(&view, 'U' & 0x1f);
	press(filter);
	iu_view_key(&view, IU_KEY_ENTER);
}

static void filters_as_list_does(void **state)
{
	(void)state;
	type("80");
	assert_string_equal(shown(), "80");
	type("5000-9999 80");
	assert_string_equal(shown(), "80 5432 9000");
	type("udp");
	assert_string_equal(shown(), "53");
	type("127.0.0.1");
	assert_string_equal(shown(), "53 80 5432 9000"); /* what is bound for all has it, too */
	type("http");
	assert_string_equal(shown(), "80"); /* the service */
	type("POST");
	assert_string_equal(shown(), "5432 9000"); /* a part of a name */
	type("200");
	assert_string_equal(shown(), "5432 9000"); /* a process */
	type("post listen");
	assert_string_equal(shown(), "5432"); /* both words */
	type("nobody");
	assert_string_equal(shown(), "");
	iu_view_key(&view, IU_KEY_ESCAPE);
	assert_string_equal(shown(), "53 80 5432 9000");
	press("/99");
	iu_view_key(&view, IU_KEY_BACKSPACE);
	iu_view_key(&view, IU_KEY_BACKSPACE);
	assert_string_equal(view.typed, "");
}

static void chooses_states_and_users(void **state)
{
	(void)state;
	press("l");
	assert_string_equal(shown(), "53 80 5432");
	press("l");
	press("a");
	assert_string_equal(shown(), "53 80 80 5432 9000");
	assert_true(iu_layout_has(&view.layout, IU_COLUMN_PEER));
	press("a");
	press("u");
	assert_string_equal(shown(), "53 80 5432 9000");
}

static void a_tree_has_heads(void **state)
{
	(void)state;
	press("t");
	assert_string_equal(shown(), "[dnsmasq (300) 1] 53 [nginx (100) 1] 80 [postgres (200) 2] 5432 9000");
	view.cursor = 4;
	iu_view_key(&view, IU_KEY_ENTER);
	assert_string_equal(shown(), "[dnsmasq (300) 1] 53 [nginx (100) 1] 80 [postgres (200) 2]");
	iu_view_key(&view, IU_KEY_ENTER);
	assert_string_equal(shown(), "[dnsmasq (300) 1] 53 [nginx (100) 1] 80 [postgres (200) 2] 5432 9000");
	press("t");
	assert_string_equal(shown(), "[no unit 4] 53 80 5432 9000");
	press("tt");
	assert_string_equal(shown(), "[port 53 1] 53 [port 80 1] 80 [port 5432 1] 5432 [port 9000 1] 9000");
	press("t");
	assert_string_equal(shown(), "53 80 5432 9000");
}

static void columns_by_priority(void **state)
{
	struct iu_layout layout;

	(void)state;
	for (unsigned int width = 20; width < 400; width++) {
		iu_layout_make(width, width % 2 ? 0 : 1u << IU_COLUMN_PEER, &layout);
		for (size_t i = 0; i + 1 < layout.n; i++)
			assert_int_equal(layout.columns[i].at + layout.columns[i].width + 1, layout.columns[i + 1].at);
		if (width >= 46) /* what never goes fits */
			assert_true(layout.columns[layout.n - 1].at + layout.columns[layout.n - 1].width <= width);
	}
	iu_layout_make(80, 1u << IU_COLUMN_PEER, &layout);
	assert_true(iu_layout_has(&layout, IU_COLUMN_USER) && iu_layout_has(&layout, IU_COLUMN_AGE));
	assert_false(iu_layout_has(&layout, IU_COLUMN_COMMAND));
	iu_layout_make(200, 1u << IU_COLUMN_PEER, &layout);
	assert_int_equal(layout.n, IU_TOP_COLUMNS - 1);
	assert_int_equal(iu_layout_at(&layout, 0), IU_COLUMN_MARK);
	assert_int_equal(iu_layout_at(&layout, 4), IU_COLUMN_PORT);
}

static void queues_and_timers(void **state)
{
	struct iu_socket *s;

	(void)state;
	row_of(1)->socket.queue = 3;
	row_of(1)->socket.backlog = 128;
	assert_string_equal(cell(row_of(1), IU_COLUMN_STATE), "listen 3/128");
	assert_string_equal(cell(row_of(1), IU_COLUMN_QUEUE), "3/128");
	s = add("127.0.0.1", 80, TCP, IU_STATE_TIME_WAIT, 20);
	s->timer_ms = 42000;
	s->peer_port = 1;
	take(false);
	assert_string_equal(cell(row_of(20), IU_COLUMN_STATE), "time-wait 42s");
	clock_ms += 40000;
	assert_string_equal(cell(row_of(20), IU_COLUMN_STATE), "time-wait 2s");
	clock_ms += 40000;
	assert_string_equal(cell(row_of(20), IU_COLUMN_STATE), "time-wait 0s");
}

static void hostile_names_are_inert(void **state)
{
	(void)state;
	begin_world();
	add("0.0.0.0", 80, TCP, IU_STATE_LISTEN, 30);
	hold(30, 700, "a\x1b[31mb\xff\xe2\x80\xae");
	take(true);
	assert_string_equal(cell(row_of(30), IU_COLUMN_PROGRAM), "a\\x1b[31mb\\xff\\u{202e}");
	assert_string_equal(iu_table_event(&view.table, 5)->text, "80/tcp 0.0.0.0 listen  a\\x1b[31mb\\xff\\u{202e} (pid 700)");
}

static void targets_are_short(void **state)
{
	struct iu_text text = {0};

	(void)state;
	iu_row_text_target(row_of(1), &text);
	iu_text_add(&text, " ");
	iu_row_text_target(row_of(2), &text);
	iu_text_add(&text, " ");
	iu_row_text_target(row_of(3), &text);
	assert_string_equal(text.data, "80 127.0.0.1:5432 53/udp");
	iu_text_free(&text);
}

static void history_forgets_the_oldest(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < IU_EVENTS_MAX + 10; i++) {
		begin_world();
		add("0.0.0.0", 80, TCP, IU_STATE_LISTEN, 1000 + i);
		take(false);
	}
	assert_int_equal(view.table.event_count, IU_EVENTS_MAX);
	assert_non_null(iu_table_event(&view.table, IU_EVENTS_MAX - 1));
	assert_null(iu_table_event(&view.table, IU_EVENTS_MAX));
	press("H");
	assert_int_equal(view.pane, IU_PANE_HISTORY);
	assert_int_equal(view.pane_count, IU_EVENTS_MAX);
	iu_view_key(&view, IU_KEY_END);
	assert_int_equal(view.pane_top, view.pane_count - (iu_view_pane_height(&view) - 1));
	press("q");
	assert_int_equal(view.pane, IU_PANE_NONE);
}

/* Whatever the size and whatever the key: the cursor lies in the table. */
static void any_key_at_any_size(void **state)
{
	static const uint32_t keys[] = {'j', 'k', 'G', 'g', 't', 'o', 's', 'r', 'H', 'h', 'q', '/', '8', IU_KEY_ESCAPE,
		IU_KEY_PAGE_DOWN, IU_KEY_PAGE_UP, IU_KEY_ENTER, IU_KEY_BACKSPACE, 'a', 'l', 'u', ' ', 0xe9, 0x1f600, IU_KEY_LEFT};
	uint32_t random = 1;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		random = random * 1664525 + 1013904223;
		if (random >> 28 == 0)
			iu_view_resize(&view, random >> 8 & 255, random >> 16 & 63);
		iu_view_key(&view, keys[(random >> 12) % IU_COUNT(keys)]);
		if (i % 100 == 0) {
			clock_ms += 500;
			take(i % 300 == 0);
		}
		assert_true(view.cursor < view.order.lines.n || (!view.order.lines.n && !view.cursor));
		assert_true(view.top <= view.cursor);
		assert_true(strlen(view.typed) < IU_FILTER_BYTES);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(first_look_has_no_marks),
		TEST(new_gone_and_changed),
		TEST(the_kernel_tells_of_an_end),
		TEST(what_was_not_looked_for_stays),
		TEST(another_holder_is_a_change),
		TEST(selection_stays_with_its_socket),
		TEST(order_stays_while_somebody_moves),
		TEST(sorts_by_any_column),
		TEST(filters_as_list_does),
		TEST(chooses_states_and_users),
		TEST(a_tree_has_heads),
		TEST(columns_by_priority),
		TEST(queues_and_timers),
		TEST(hostile_names_are_inert),
		TEST(targets_are_short),
		TEST(history_forgets_the_oldest),
		TEST(any_key_at_any_size),
	};

	return cmocka_run_group_tests_name("tui", tests, NULL, NULL);
}

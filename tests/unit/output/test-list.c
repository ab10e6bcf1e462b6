/* test-list.c - the table of `inuse list` */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "output/output.h"

static struct iu_snapshot world;
static struct iu_arena arena;
static struct iu_listing listing;

static void add_inet(const char *address, uint16_t port, enum iu_protocol protocol,
	enum iu_state state, uint64_t inode)
{
	struct iu_socket *s = iu_list_add(&world.arena, &world.sockets);

	*s = (struct iu_socket){.protocol = protocol, .state = state, .port = port, .inode = inode,
		.timer_ms = -1, .uid_known = inode != 0, .uid = inode ? 1000 : 0};
	assert_int_equal(iu_address_parse(address, strlen(address), &s->local), 0);
	s->family = s->local.family;
}

static void add_hold(uint64_t inode, int32_t pid, int32_t fd)
{
	*iu_list_add(&world.arena, &world.holds) =
		(struct iu_hold){.inode = inode, .pid = pid, .fd = fd};
}

static void add_process(int32_t pid, const char *name, int64_t age)
{
	*iu_list_add(&world.arena, &world.processes) = (struct iu_process){
		.pid = pid, .name = name, .started = world.host.now - age};
}

static void add_command(size_t which, const char *first, const char *second, const char *cwd)
{
	struct iu_process *p = &world.processes.v[which];

	*iu_list_add(&world.arena, &p->command) = first;
	*iu_list_add(&world.arena, &p->command) = second;
	p->cwd = cwd;
}

static int setup(void **state)
{
	struct iu_socket *s;

	iu_snapshot_init(&world);
	world.host.now = 1000000000;
	add_inet("0.0.0.0", 8080, IU_PROTOCOL_TCP, IU_STATE_LISTEN, 1);
	world.sockets.v[0].user = "alice";
	add_inet("::1", 8081, IU_PROTOCOL_TCP, IU_STATE_LISTEN, 2);
	world.sockets.v[1].unit = "web.service";
	add_inet("127.0.0.1", 8080, IU_PROTOCOL_TCP, IU_STATE_TIME_WAIT, 0);
	assert_int_equal(iu_address_parse("10.0.0.1", 8, &world.sockets.v[2].peer), 0);
	world.sockets.v[2].peer_port = 4000;
	add_inet("::", 53, IU_PROTOCOL_UDP, IU_STATE_BOUND, 4);
	world.sockets.v[3].container =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	s = iu_list_add(&world.arena, &world.sockets);
	*s = (struct iu_socket){.protocol = IU_PROTOCOL_UNIX, .family = IU_FAMILY_UNIX,
		.state = IU_STATE_LISTEN, .path = "/run/\x1b[31mevil\n.sock", .path_len = 20,
		.inode = 5, .timer_ms = -1};
	s = iu_list_add(&world.arena, &world.sockets);
	*s = (struct iu_socket){.protocol = IU_PROTOCOL_UNIX, .family = IU_FAMILY_UNIX,
		.state = IU_STATE_BOUND, .path = "a\0b", .path_len = 3, .abstract = true,
		.inode = 6, .timer_ms = -1};
	world.sockets.v[3].v6only = IU_NO;
	add_hold(1, 100, 3);
	add_hold(1, 101, 3);
	add_hold(1, 102, 3);
	add_hold(2, 102, 4);
	add_hold(4, 999, 4);
	add_hold(6, 103, 4);
	add_process(100, "node", 59);
	add_process(102, "nginx", 7200);
	add_process(103, "\x1b[2Jx", 86400 * 400);
	add_command(0, "/usr/bin/node", "server.js", "/home/alice/shop");
	add_command(1, "nginx:", "\x1b[31m a master process with a title that goes on", "/");
	assert_int_equal(iu_listing_make(&arena, &world, &(struct iu_filter){.all = true}, &listing),
		0);
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&world);
	iu_arena_free(&arena);
	return 0;
}

static void check(struct iu_style style, const char *expected)
{
	struct iu_text out = {0};

	iu_output_list(&world, &listing, &style, &out);
	assert_false(out.failed);
	if (strcmp(out.data, expected) != 0)
		print_message("# got:\n%s# expected:\n%s", out.data, expected);
	assert_string_equal(out.data, expected);
	iu_text_free(&out);
}

static void test_wide(void **state)
{
	check((struct iu_style){.home = "/home/alice"},
		"PROTO  ADDRESS                          STATE      PID  PROGRAM   USER   UNIT          AGE   DIR     COMMAND\n"
		"tcp    0.0.0.0:8080                     listen     100  node +2   alice                59s   ~/shop  /usr/bin/node server.js\n"
		"tcp    127.0.0.1:8080 -> 10.0.0.1:4000  time-wait  -    -         -\n"
		"tcp    [::1]:8081                       listen     102  nginx     1000   web.service   2h    /       nginx: \\x1b[31m a master process with a title that goes on\n"
		"udp    *:53                             bound      999  ?         1000   0123456789ab\n"
		"unix   /run/\\x1b[31mevil\\n.sock         listen     ?    ?         -\n"
		"unix   @a\\x00b                          bound      103  \\x1b[2Jx  -                    400d\n"
		"1 socket has a holder that could not be seen: run as root\n");
}

/* The command line takes what the others leave; below 100 columns there is no directory. */
static void test_80(void **state)
{
	check((struct iu_style){.columns = 80},
		"PROTO  ADDRESS           STATE      PID  PROGRAM   USER   AGE   COMMAND\n"
		"tcp    0.0.0.0:8080      listen     100  node +2   alice  59s   node server.js\n"
		"tcp    127.0.0.1:8080 …  time-wait  -    -         -\n"
		"tcp    [::1]:8081        listen     102  nginx     1000   2h    nginx: \\x1b[31m…\n"
		"udp    *:53              bound      999  ?         1000\n"
		"unix   /run/\\x1b[31mev…  listen     ?    ?         -\n"
		"unix   @a\\x00b           bound      103  \\x1b[2Jx  -      400d\n"
		"1 socket has a holder that could not be seen: run as root\n");
}

static void test_40(void **state)
{
	check((struct iu_style){.columns = 40},
		"PROTO  ADDRESS             PID  PROGRAM\n"
		"tcp    0.0.0.0:8080        100  node +2\n"
		"tcp    127.0.0.1:8080 ->…  -    -\n"
		"tcp    [::1]:8081          102  nginx\n"
		"udp    *:53                999  ?\n"
		"unix   /run/\\x1b[31mevil…  ?    ?\n"
		"unix   @a\\x00b             103  \\x1b[2Jx\n"
		"1 socket has a holder that could not be\n"
		"  seen: run as root\n");
}

/* Addresses as people write them. */
static void test_addresses(void **state)
{
	static const struct {
		const char *address;
		enum iu_tri v6only;
		const char *shown;
	} rows[] = {
		{"::", IU_NO, "*:9"}, {"::", IU_YES, "[::]:9 (v6)"}, {"::", IU_UNKNOWN, "[::]:9"},
		{"::1", IU_YES, "[::1]:9"}, {"::ffff:127.0.0.1", IU_NO, "127.0.0.1:9"},
		{"::ffff:0.0.0.0", IU_NO, "0.0.0.0:9"}, {"0.0.0.0", IU_UNKNOWN, "0.0.0.0:9"},
	};
	struct iu_output_table table = {.column = {(unsigned char)iu_output_list_column("address")}, .n = 1, .chosen = true};
	struct iu_snapshot snapshot;
	struct iu_listing one = {0};
	struct iu_text out = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct iu_socket *s;

		iu_snapshot_init(&snapshot);
		s = iu_list_add(&snapshot.arena, &snapshot.sockets);
		*s = (struct iu_socket){.port = 9, .state = IU_STATE_LISTEN, .timer_ms = -1, .v6only = rows[i].v6only};
		assert_int_equal(iu_address_parse(rows[i].address, strlen(rows[i].address), &s->local), 0);
		s->family = s->local.family;
		assert_int_equal(iu_listing_make(&snapshot.arena, &snapshot, NULL, &one), 0);
		table.rows = 0;
		out.len = 0;
		iu_output_list_rows(&table, &snapshot, &one, &(struct iu_style){.quiet = true}, &out);
		out.data[strcspn(out.data, "\n")] = '\0';
		print_message("# %s v6only %d: %s\n", rows[i].address, (int)rows[i].v6only, out.data);
		assert_string_equal(out.data, rows[i].shown);
		iu_snapshot_free(&snapshot);
	}
	iu_text_free(&out);
}

static void sorted_by(const char *column, const int32_t pids[6])
{
	struct iu_listing rows = {0};
	struct iu_arena own = {0};

	assert_int_equal(iu_listing_make(&own, &world, &(struct iu_filter){.all = true}, &rows), 0);
	assert_int_equal(iu_output_list_sort(&world, iu_output_list_column(column), &rows), 0);
	for (size_t i = 0; i < 6; i++) {
		int32_t pid = rows.rows.v[i].holds.n ? world.holds.v[rows.rows.v[i].holds.v[0]].pid : 0;

		print_message("# by %s, row %zu: pid %d\n", column, i, (int)pid);
		assert_int_equal(pid, pids[i]);
	}
	iu_arena_free(&own);
}

/* What is not known comes last, and of equal rows the order stays. */
static void test_sort(void **state)
{
	sorted_by("age", (const int32_t[]){100, 102, 103, 0, 999, 0});
	sorted_by("pid", (const int32_t[]){100, 102, 103, 999, 0, 0});
	sorted_by("proto", (const int32_t[]){100, 0, 102, 999, 0, 103});
	assert_int_equal(iu_output_list_column("nothing"), -1);
}

/* Who is root already is not told to become it, and a collector's own advice goes first. */
static void test_hidden(void **state)
{
	struct iu_text out = {0};

	world.host.privileged = true;
	iu_output_list(&world, &listing, &(struct iu_style){0}, &out);
	assert_non_null(strstr(out.data, "1 socket has a holder that could not be seen: a process of "
		"another PID namespace, or the kernel itself\n"));
	world.host.privileged = false;
	iu_snapshot_gap(&world, IU_FACT_HOLDERS, 0, "x", "EACCES", "ask \x1b nicely");
	out.len = 0;
	iu_output_list(&world, &listing, &(struct iu_style){0}, &out);
	assert_non_null(strstr(out.data, "could not be seen: ask \\x1b nicely\n"));
	world.gaps.n = 0;
	iu_text_free(&out);
}

/* At every width: no line is wider, no cell is torn, nothing foreign gets through. */
static void test_every_width(void **state)
{
	unsigned int columns;

	for (columns = 40; columns < 140; columns++) {
		struct iu_text out = {0};
		const char *line, *end;

		iu_output_list(&world, &listing, &(struct iu_style){.columns = columns}, &out);
		assert_null(strchr(out.data, '\x1b'));
		for (line = out.data; *line; line = end + 1) {
			end = strchr(line, '\n');
			assert_non_null(end);
			if (iu_text_columns(line, (size_t)(end - line)) > columns)
				fail_msg("%u columns: %.*s", columns, (int)(end - line), line);
			assert_true(end == line || end[-1] != ' ');
		}
		iu_text_free(&out);
	}
}

static void test_colors_and_quiet(void **state)
{
	struct iu_text out = {0};

	iu_output_list(&world, &listing, &(struct iu_style){.color = true}, &out);
	assert_memory_equal(out.data, "\x1b[1mPROTO", 9);
	assert_non_null(strstr(out.data, "COMMAND\x1b[0m\ntcp"));
	out.len = 0;
	iu_output_list(&world, &listing, &(struct iu_style){.quiet = true}, &out);
	assert_memory_equal(out.data, "tcp ", 4);
	assert_null(strstr(out.data, "socket has"));
	iu_text_free(&out);
}

static void test_empty_and_gaps(void **state)
{
	struct iu_snapshot nothing;
	struct iu_listing empty = {0};
	struct iu_text out = {0};
	char what[32];
	int i;

	iu_snapshot_init(&nothing);
	iu_output_list(&nothing, &empty, &(struct iu_style){.columns = 60}, &out);
	assert_string_equal(out.data, "No socket here matches.\n");
	iu_snapshot_gap(&nothing, IU_FACT_TCP, 0, "TCP \x1b sockets", "EPERM", "run as root");
	iu_snapshot_gap(&nothing, IU_FACT_HOLDERS, 77, "descriptors of pid 77", "EACCES", "x");
	iu_snapshot_gap(&nothing, IU_FACT_UNIX, 0, "UNIX sockets", NULL, NULL);
	for (i = 0; i < 10; i++) {
		snprintf(what, sizeof(what), "thing %d", i);
		iu_snapshot_gap(&nothing, IU_FACT_UDP, 0, what, NULL, NULL);
	}
	out.len = 0;
	iu_output_list(&nothing, &empty, &(struct iu_style){.columns = 60}, &out);
	assert_string_equal(out.data,
		"No socket here matches.\n"
		"Not seen: TCP \\x1b sockets (EPERM): run as root\n"
		"Not seen: UNIX sockets\n"
		"Not seen: thing 0\n"
		"Not seen: thing 1\n"
		"Not seen: thing 2\n"
		"Not seen: 7 more things\n");
	iu_text_free(&out);
	iu_snapshot_free(&nothing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_80),
		cmocka_unit_test(test_40),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_every_width),
		cmocka_unit_test(test_colors_and_quiet),
		cmocka_unit_test(test_empty_and_gaps),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

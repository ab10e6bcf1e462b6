/* test-troubles.c - what stands out on a whole machine, and what does not */
#include "scene.h"

#include "base/text.h"
#include "engine/troubles.h"

static struct iu_snapshot s;
static struct iu_arena arena;
static struct iu_listing listing;
static struct iu_troubles troubles;

static int setup(void **state)
{
	machine(&s);
	troubles = (struct iu_troubles){.cut = false};
	memset(&listing, 0, sizeof(listing));
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&s);
	iu_arena_free(&arena);
	return 0;
}

static struct iu_socket *put(const char *address, uint16_t port, enum iu_state state, uint64_t inode)
{
	struct iu_socket *socket = put_socket(&s, sock(IU_PROTOCOL_TCP, address, state));

	socket->port = port;
	socket->inode = inode;
	return socket;
}

static void put_left(uint16_t port, enum iu_state state)
{
	struct iu_socket *socket = put("127.0.0.1", port, state, 0);

	socket->mini = state == IU_STATE_TIME_WAIT;
	socket->timer_ms = 42000;
	socket->peer = addr("127.0.0.1");
	socket->peer_port = 50000;
}

/* "kind target | headline" of each, a line a trouble. */
static void check(const char *expected)
{
	static const char *const kinds[] = {"asked", "unserved", "shadowed", "range", "restart", "left"};
	struct iu_text out = {0};

	assert_int_equal(iu_listing_make(&arena, &s, &(struct iu_filter){.all = true}, &listing), 0);
	assert_int_equal(iu_troubles_find(&arena, &s, &listing, &troubles), 0);
	iu_text_add(&out, "");
	for (size_t i = 0; i < troubles.list.n; i++) {
		const struct iu_trouble *t = &troubles.list.v[i];

		assert_true(t->explanation.parts.n > 0);
		iu_text_printf(&out, "%s %s | %s\n", kinds[t->kind], t->question.target.text, t->headline);
	}
	if (strcmp(out.data, expected) != 0)
		print_message("# got:\n%s# expected:\n%s", out.data, expected);
	assert_string_equal(out.data, expected);
	iu_text_free(&out);
}

static void test_quiet(void **state)
{
	put("0.0.0.0", 8080, IU_STATE_LISTEN, 1);
	put_process(&s, 100, "node", 1);
	put("127.0.0.1", 8080, IU_STATE_ESTABLISHED, 1);
	put("127.0.0.1", 40000, IU_STATE_ESTABLISHED, 2);
	put_process(&s, 101, "curl", 2);
	check("");
	assert_int_equal(troubles.tcp.ports, 60999 - 32768 + 1);
	assert_int_equal(troubles.tcp.used, 1);
}

static void test_unserved(void **state)
{
	put("0.0.0.0", 8000, IU_STATE_LISTEN, 1);
	put_process(&s, 100, "python3", 1)->state = IU_PROCESS_STOPPED;
	put("127.0.0.1", 9000, IU_STATE_BOUND, 2);
	put_process(&s, 101, "java", 2);
	check("unserved 8000/tcp | Port 8000/tcp is in use: python3 (pid 100) listens on all IPv4 addresses, but is stopped.\n"
	      "unserved 127.0.0.1:9000/tcp | 127.0.0.1:9000/tcp is in use: java (pid 101) does not listen, but has bound it.\n");
}

/* One server on both families is no trouble, two are. */
static void test_shadowed(void **state)
{
	put("127.0.0.1", 3000, IU_STATE_LISTEN, 1);
	put_process(&s, 100, "node", 1);
	put("::1", 3000, IU_STATE_LISTEN, 2)->v6only = IU_YES;
	put_process(&s, 101, "vite", 2);
	put("0.0.0.0", 80, IU_STATE_LISTEN, 3);
	put_process(&s, 102, "nginx", 3);
	put("::", 80, IU_STATE_LISTEN, 4)->v6only = IU_YES;
	put_process(&s, 103, "nginx", 4);
	check("shadowed 127.0.0.1:3000/tcp | Two programs answer on port 3000/tcp: node (pid 100) on 127.0.0.1:3000, "
	      "vite (pid 101) on [::1]:3000.\n");
}

/* A netstat of Windows lacks much, and tells this all the same; a port that is excluded meanwhile, too. */
static void test_shadowed_windows(void **state)
{
	s.seen = IU_FACT_TCP;
	s.host.os = "windows";
	*iu_list_add(&s.arena, &s.windows.exclusions) =
		(struct iu_exclusion){.protocol = IU_PROTOCOL_TCP, .first = 8005, .last = 8104};
	put("0.0.0.0", 8080, IU_STATE_LISTEN, 1);
	put_process(&s, 100, "java.exe", 1);
	put("::1", 8080, IU_STATE_LISTEN, 2);
	put_process(&s, 101, "wslrelay.exe", 2);
	check("shadowed 8080/tcp | Two programs answer on port 8080/tcp: java.exe (pid 100) on 0.0.0.0:8080, "
	      "wslrelay.exe (pid 101) on [::1]:8080.\n");
}

/* Without SO_REUSEADDR what is left of its own connections keeps a server from starting again. */
static void test_restart(void **state)
{
	put("0.0.0.0", 4567, IU_STATE_LISTEN, 1);
	put_process(&s, 100, "ruby", 1);
	put_left(4567, IU_STATE_TIME_WAIT);
	put("0.0.0.0", 4568, IU_STATE_LISTEN, 2)->reuseaddr = IU_YES;
	put_process(&s, 101, "nginx", 2);
	put_left(4568, IU_STATE_TIME_WAIT);
	put_left(9000, IU_STATE_TIME_WAIT);
	check("restart 4567/tcp | A restart of ruby (pid 100) would fail now.\n"
	      "left 9000/tcp | Port 9000/tcp is in use: a closed connection on 127.0.0.1:9000 is in TIME-WAIT for another 42 s.\n");
}

static void test_range(void **state)
{
	s.sysctls.port_first = 40000;
	s.sysctls.port_last = 40009;
	*iu_list_add(&s.arena, &s.sysctls.reserved) = (struct iu_reserved){40008, 40009};
	for (uint16_t port = 40000; port < 40007; port++)
		put("127.0.0.1", port, IU_STATE_ESTABLISHED, 5);
	put_process(&s, 100, "wrk", 5);
	check("range 0/tcp | 7 of 8 TCP ports that the system may choose are taken (87 %).\n");
}

static void test_path(void **state)
{
	struct iu_path *path = iu_list_add(&s.arena, &s.paths);

	*path = (struct iu_path){.path = "/run/app.sock", .path_len = 13, .kind = IU_FILE_SOCKET, .alive = IU_NO,
		.dev = 1, .ino = 2};
	check("unserved /run/app.sock | /run/app.sock is in use: the file is left over from a socket that is gone.\n");
}

/* Whoever asked has the answer already. */
static void test_asked(void **state)
{
	struct iu_trouble *asked = iu_list_add(&arena, &troubles.list);
	struct iu_explanation_part *part = iu_list_add(&arena, &asked->explanation.parts);

	part->label = "why";
	asked->question.target.text = "9000/tcp";
	asked->headline = "asked before";
	put_left(9000, IU_STATE_TIME_WAIT);
	check("asked 9000/tcp | asked before\n");
}

/* A machine with more of it than a page could tell: the questions are bounded, and it says so. */
static void test_many(void **state)
{
	for (unsigned int port = 2000; port < 3000; port++)
		put_left((uint16_t)port, IU_STATE_TIME_WAIT);
	assert_int_equal(iu_listing_make(&arena, &s, &(struct iu_filter){.all = true}, &listing), 0);
	assert_int_equal(iu_troubles_find(&arena, &s, &listing, &troubles), 0);
	assert_true(troubles.cut);
	assert_int_equal(troubles.list.n, 300);
}

static void test_no_memory(void **state)
{
	struct iu_arena small = {.limit = 4096};

	put_left(9000, IU_STATE_TIME_WAIT);
	assert_int_equal(iu_listing_make(&arena, &s, &(struct iu_filter){.all = true}, &listing), 0);
	assert_true(iu_troubles_find(&small, &s, &listing, &troubles) < 0);
	iu_arena_free(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_quiet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unserved, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shadowed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shadowed_windows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_path, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

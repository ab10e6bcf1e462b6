/* tests/unit/engine/test-needs.c - what is looked at, and when the kernel may be asked */
#include "scene.h"

static struct iu_snapshot snap;
static struct iu_arena arena;

static int set_up(void **state)
{
	machine(&snap);
	snap.seen &= ~(uint32_t)(IU_FACT_HOLDERS | IU_FACT_OPTIONS | IU_FACT_WAITERS);
	(void)state;
	return 0;
}

static int tear_down(void **state)
{
	iu_snapshot_free(&snap);
	iu_arena_free(&arena);
	(void)state;
	return 0;
}

static struct iu_needs needs(struct iu_question *q, size_t n, const struct iu_snapshot *s)
{
	struct iu_questions questions = {q, n, n};
	struct iu_needs needs;

	assert_int_equal(iu_needs_next(&arena, &questions, s, &needs), 0);
	print_message("# wants facts %#x, %zu port ranges, %zu inodes\n", needs.facts,
		needs.ports.n, needs.inodes.n);
	return needs;
}

static void test_first_round(void **state)
{
	struct iu_snapshot empty;
	struct iu_question q[40];
	struct iu_needs w;
	size_t i;

	iu_snapshot_init(&empty);
	q[0] = ask(NULL, TEST_PORT);
	w = needs(q, 1, &empty);
	/* a wildcard is everywhere: which addresses there are is of no interest yet */
	assert_int_equal(
		w.facts, IU_FACT_HOST | IU_FACT_SYSCTLS | IU_FACT_TCP |
			IU_FACT_BOUND | IU_FACT_EXCLUSIONS);
	assert_int_equal(w.asked.n, 1);
	assert_int_equal(w.asked.v[0], TEST_PORT);
	assert_true(w.may_bind);
	q[0].how.probe = IU_PROBE_NEVER;
	assert_false(needs(q, 1, &empty).may_bind);
	q[0] = ask("127.0.0.1", TEST_PORT);
	assert_true(needs(q, 1, &empty).facts & IU_FACT_ADDRESSES);
	q[0] = ask(NULL, TEST_PORT);
	w = needs(q, 1, &empty);
	assert_int_equal(w.ports.n, 1);
	assert_int_equal(w.ports.v[0].first, TEST_PORT);
	assert_int_equal(w.ports.v[0].last, TEST_PORT + 20);
	assert_false(w.all_ports);
	q[0].target.protocol = IU_PROTOCOL_UDP;
	q[0].target.port = 65530;
	q[1] = ask(NULL, 80);
	w = needs(q, 2, &empty);
	assert_true(w.facts & IU_FACT_UDP);
	assert_int_equal(w.ports.n, 3); /* 80, its stand-in 8080, and the top */
	assert_int_equal(w.ports.v[0].first, 80);
	assert_int_equal(w.ports.v[1].first, 8080);
	assert_int_equal(w.ports.v[2].last, 65535);
	for (i = 0; i < 40; i++)
		q[i] = ask(NULL, (uint16_t)(3000 + i));
	w = needs(q, 40, &empty);
	assert_true(w.all_ports && w.connections);
	w = needs(q, 3, &empty);
	assert_int_equal(w.ports.n, 1); /* windows that overlap are one */
	assert_int_equal(w.ports.v[0].last, 3022);
	q[0].target.port = 0;
	w = needs(q, 1, &empty);
	assert_true(w.all_ports && w.connections);
	q[0] = (struct iu_question){.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = "/run/x",
		.target.path_len = 6};
	w = needs(q, 1, &empty);
	assert_int_equal(w.facts, IU_FACT_HOST | IU_FACT_UNIX | IU_FACT_PATHS);
	assert_int_equal(w.paths.n, 1);
	(void)state;
}

static void test_second_round(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN);
	struct iu_needs w;

	w = needs(&q, 1, &snap);
	assert_int_equal(w.facts, 0);
	put_socket(&snap, s);
	s.port++;
	s.inode++;
	put_socket(&snap, s); /* a neighbour's holder is of no interest */
	s = sock(IU_PROTOCOL_TCP, "127.0.0.2", IU_STATE_ESTABLISHED);
	s.inode = 79;
	put_socket(&snap, s); /* in nobody's way */
	w = needs(&q, 1, &snap);
	assert_int_equal(w.facts, IU_FACT_HOLDERS | IU_FACT_OPTIONS);
	assert_int_equal(w.inodes.n, 1);
	assert_int_equal(w.inodes.v[0], 77);
	put_process(&snap, 4242, "app", 77);
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	snap.holds.n = snap.processes.n = 0;
	iu_snapshot_gap(&snap, IU_FACT_HOLDERS, 0, "processes", "EACCES", NULL);
	assert_int_equal(needs(&q, 1, &snap).facts, 0); /* asked once is enough */
	(void)state;
}

/* Whether anybody waits on it matters only where the holders may have inherited it. */
static void test_third_round(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_process *p;
	struct iu_needs w;

	snap.seen |= IU_FACT_HOLDERS | IU_FACT_OPTIONS;
	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "sleep", 77);
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	p->ppid = 1;
	p->pgid = 4100;
	w = needs(&q, 1, &snap);
	assert_int_equal(w.facts, IU_FACT_WAITERS);
	assert_int_equal(w.inodes.n, 1);
	assert_int_equal(w.inodes.v[0], 77);
	q.how.first = true; /* then one holder is enough, and nothing more is asked */
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	q.how.first = false;
	snap.sockets.v[0].state = IU_STATE_BOUND; /* nobody can wait on that one */
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	snap.sockets.v[0].protocol = q.target.protocol = IU_PROTOCOL_UDP;
	assert_int_equal(needs(&q, 1, &snap).facts, IU_FACT_WAITERS);
	/* somebody else has it too, who was not left behind */
	put_process(&snap, 4300, "server", 77);
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	snap.processes.v[1].ppid = 1;
	snap.processes.v[1].pgid = 4100;
	assert_int_equal(needs(&q, 1, &snap).facts, IU_FACT_WAITERS);
	snap.seen |= IU_FACT_WAITERS;
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	snap.seen &= ~(uint32_t)IU_FACT_WAITERS;
	iu_snapshot_gap(&snap, IU_FACT_WAITERS, 4242, "what pid 4242 waits for", "EACCES", NULL);
	assert_int_equal(needs(&q, 1, &snap).facts, 0);
	(void)state;
}

static size_t probes(struct iu_question q, struct iu_probes *ret)
{
	struct iu_probes list = {0};
	size_t i;
	char text[IU_ADDRESS_TEXT];

	assert_int_equal(iu_probes_wanted(&arena, &q, &snap, &list), 0);
	for (i = 0; i < list.n; i++) {
		print_message("# probe %s reuseaddr %d\n",
			iu_endpoint_format(&list.v[i].address, list.v[i].port, text),
			list.v[i].reuseaddr);
		assert_false(list.v[i].done);
	}
	if (ret)
		*ret = list;
	return list.n;
}

static void test_probe_quiet_port(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "127.0.0.2", IU_STATE_LISTEN);

	assert_int_equal(probes(q, NULL), 2); /* both families */
	q.how.probe = IU_PROBE_NEVER;
	assert_int_equal(probes(q, NULL), 0);
	q = ask("127.0.0.1", TEST_PORT);
	assert_int_equal(probes(q, NULL), 1);
	/* somebody has the port number, though not this address */
	put_socket(&snap, s);
	assert_int_equal(probes(q, NULL), 0);
	q.how.probe = IU_PROBE_ALWAYS;
	assert_true(probes(q, NULL) >= 1);
	(void)state;
}

static void test_probe_incomplete(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);

	snap.seen &= ~(uint32_t)IU_FACT_BOUND;
	assert_int_equal(probes(q, NULL), 0);
	q.how.probe = IU_PROBE_ALWAYS;
	assert_int_equal(probes(q, NULL), 1);
	(void)state;
}

static void test_probe_certain_failure(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);
	struct iu_probes list;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	assert_int_equal(probes(q, &list), 2); /* itself, and a free neighbour */
	assert_int_equal(list.v[0].port, TEST_PORT);
	assert_int_equal(list.v[1].port, TEST_PORT + 1);
	/* the SO_REUSEPORT cache could let us in: do not touch it */
	q.options.reuseport = true;
	snap.sockets.v[0].reuseport = IU_UNKNOWN;
	assert_int_equal(probes(q, &list), 0);
	(void)state;
}

static void test_probe_time_wait(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_TIME_WAIT);
	struct iu_probes list;

	s.mini = true;
	s.inode = 0;
	s.reuseaddr = IU_UNKNOWN;
	put_socket(&snap, s);
	assert_int_equal(probes(q, &list), 3); /* itself, with SO_REUSEADDR, a neighbour */
	assert_false(list.v[0].reuseaddr);
	assert_true(list.v[1].reuseaddr);
	q.options.reuseaddr = true;
	assert_int_equal(probes(q, &list), 1);
	assert_true(list.v[0].reuseaddr);
	/* somebody alive with unknown options: not asked */
	s = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_ESTABLISHED);
	s.reuseaddr = IU_UNKNOWN;
	put_socket(&snap, s);
	assert_int_equal(probes(q, &list), 0);
	(void)state;
}

static void test_probe_other_user(void **state)
{
	struct iu_question q = ask("127.0.0.1", TEST_PORT);

	q.options.uid_given = true;
	q.options.uid = 33;
	assert_int_equal(probes(q, NULL), 1);
	q.options.reuseport = true;
	assert_int_equal(probes(q, NULL), 0);
	q.options.reuseport = false;
	q.target.port = 80;
	assert_int_equal(probes(q, NULL), 0);
	q.options.uid = TEST_UID;
	assert_true(probes(q, NULL) > 0);
	(void)state;
}

static void test_probe_port_zero_and_unix(void **state)
{
	struct iu_question q = ask("127.0.0.1", 0);

	assert_int_equal(probes(q, NULL), 0);
	q = (struct iu_question){.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = "/run/x",
		.target.path_len = 6,
		.how.probe = IU_PROBE_ALWAYS};
	assert_int_equal(probes(q, NULL), 0);
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_round),
		TEST(test_second_round),
		TEST(test_third_round),
		TEST(test_probe_quiet_port),
		TEST(test_probe_incomplete),
		TEST(test_probe_certain_failure),
		TEST(test_probe_time_wait),
		TEST(test_probe_other_user),
		TEST(test_probe_port_zero_and_unix),
	};

	return cmocka_run_group_tests_name("needs", tests, NULL, NULL);
}

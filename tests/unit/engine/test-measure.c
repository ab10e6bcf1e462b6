/* test-measure.c - a snapshot in numbers: what is counted, and that the number of series stays bounded */
#include "scene.h"

#include "engine/pending.h"
#include "engine/measure.h"
#include "knowledge/ports.h"

static struct iu_snapshot world;
static struct iu_arena arena;
static struct iu_metrics metrics;

static int setup(void **state)
{
	iu_snapshot_init(&world);
	metrics = (struct iu_metrics){0};
	world.seen = SEEN_ALL;
	world.host.os = "linux";
	world.sysctls.port_first = 40000;
	world.sysctls.port_last = 40999;
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&world);
	iu_arena_free(&arena);
	return 0;
}

/* The value of a sample, -1: there is none. NULL labels fit any. */
static double value_of(enum iu_metric metric, const char *first, const char *second, const char *third)
{
	const char *wanted[IU_METRIC_LABELS] = {first, second, third};
	double value = -1;

	for (size_t i = 0; i < metrics.samples.n; i++) {
		bool fits = metrics.samples.v[i].metric == metric;

		for (size_t k = 0; k < IU_METRIC_LABELS && fits; k++)
			fits = !wanted[k] || (metrics.samples.v[i].labels[k] && !strcmp(metrics.samples.v[i].labels[k], wanted[k]));
		if (fits)
			value = metrics.samples.v[i].value;
	}
	print_message("# %d %s %s %s: %g\n", metric, first ? first : "", second ? second : "", third ? third : "", value);
	return value;
}

static struct iu_socket *put(enum iu_protocol protocol, const char *address, enum iu_state state, uint16_t port)
{
	struct iu_socket *s = put_socket(&world, sock(protocol, address, state));

	s->port = port;
	s->inode = 1000 + world.sockets.n;
	return s;
}

static void connect_to(const char *peer, uint16_t from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct iu_socket *s = put(IU_PROTOCOL_TCP, "10.0.0.1", IU_STATE_ESTABLISHED, (uint16_t)(from + i));

		s->peer = addr(peer);
		s->peer_port = 443;
	}
}

static void test_sockets(void **state)
{
	struct iu_socket *alike;

	put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 80);
	alike = put(IU_PROTOCOL_TCP, "10.0.0.1", IU_STATE_TIME_WAIT, 80);
	alike->more_like_it = 4999;
	put(IU_PROTOCOL_TCP, "10.0.0.1", IU_STATE_TIME_WAIT, 40001);
	put(IU_PROTOCOL_UDP, "::", IU_STATE_BOUND, 40002);
	put(IU_PROTOCOL_UDP, "::", IU_STATE_BOUND, 40003)->v6only = IU_YES;
	connect_to("192.0.2.1", 40100, 300);
	connect_to("192.0.2.2", 40400, 100);
	iu_measure_sockets(&arena, &world, &metrics);
	assert_false(arena.failed);
	assert_true(value_of(IU_METRIC_SOCKETS, "tcp", "ipv4", "time-wait") == 5001);
	assert_true(value_of(IU_METRIC_SOCKETS, "tcp", "ipv6", "listen") == 0);
	assert_true(value_of(IU_METRIC_SOCKETS, "udp", "ipv6", "bound") == 2);
	assert_true(value_of(IU_METRIC_RANGE, "tcp", NULL, NULL) == 1000);
	assert_true(value_of(IU_METRIC_RANGE_USED, "tcp", "ipv4", NULL) == 401);
	assert_true(value_of(IU_METRIC_RANGE_USED, "tcp", "ipv6", NULL) == 0);
	assert_true(value_of(IU_METRIC_RANGE_USED, "udp", "ipv4", NULL) == 1);
	assert_true(value_of(IU_METRIC_RANGE_USED, "udp", "ipv6", NULL) == 2);
	assert_true(value_of(IU_METRIC_DESTINATIONS, "1", NULL, NULL) == 0.3);
	assert_true(value_of(IU_METRIC_DESTINATIONS, "2", NULL, NULL) == 0.1);
	assert_true(value_of(IU_METRIC_DESTINATIONS, "3", NULL, NULL) == 0); /* TIME-WAIT of nobody known is no destination */
	assert_true(value_of(IU_METRIC_TIME_WAIT, "ipv4", "server", NULL) == 5000);
	assert_true(value_of(IU_METRIC_TIME_WAIT, "ipv4", "client", NULL) == 1);
}

static void test_unseen(void **state)
{
	world.seen = IU_FACT_UDP;
	world.sysctls.port_first = -1;
	put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 80);
	iu_measure_sockets(&arena, &world, &metrics);
	assert_true(value_of(IU_METRIC_SOCKETS, "tcp", NULL, NULL) == -1);
	assert_true(value_of(IU_METRIC_SOCKETS, "udp", "ipv4", "bound") == 0);
	assert_true(value_of(IU_METRIC_RANGE, NULL, NULL, NULL) == -1);
	assert_true(value_of(IU_METRIC_RANGE_USED, NULL, NULL, NULL) == -1);
	assert_true(value_of(IU_METRIC_TIME_WAIT, NULL, NULL, NULL) == -1);
}

static void tally_listeners(void)
{
	struct iu_listing listing = {0};

	assert_int_equal(iu_listing_make(&arena, &world, &(struct iu_filter){.tcp = true, .udp = true}, &listing), 0);
	iu_measure_listeners(&arena, &world, &listing, &metrics);
}

static void test_units(void **state)
{
	static const char *const units[] = {"web.service", "session-3.scope", "session-4.scope", "user@1000.service",
		"sshd@0-10.0.0.1:22-10.0.0.2:5.service", "docker-0123456789abcdef.scope", "run-u12.service", "a-b.service"};

	for (size_t i = 0; i < IU_COUNT(units); i++)
		put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, (uint16_t)(2000 + i))->unit = units[i];
	put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 3000);
	tally_listeners();
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "web.service", NULL) == 1);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "session-*.scope", NULL) == 2);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "user@*.service", NULL) == 1);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "sshd@*.service", NULL) == 1);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "docker-*.scope", NULL) == 1);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "run-*.service", NULL) == 1);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "a-b.service", NULL) == 1);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "unknown", NULL) == 1);
}

/* 3,000 units, 60,000 ports, 9,000 destinations: no more series than on a small machine. */
static void test_bounds(void **state)
{
	static char names[3000][24];
	double listeners = 0;
	size_t series = 0;

	for (size_t i = 0; i < 60000; i++) {
		struct iu_socket *s = put(i % 2 ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP, "0.0.0.0",
			i % 2 ? IU_STATE_LISTEN : IU_STATE_BOUND, (uint16_t)(1000 + i));

		snprintf(names[i % 3000], sizeof(names[0]), "unit-%zu.service", i % 3000);
		s->unit = names[i % 3000];
	}
	for (size_t i = 0; i < 9000; i++) {
		char peer[32];

		snprintf(peer, sizeof(peer), "10.1.%zu.%zu", i / 250, i % 250);
		connect_to(peer, (uint16_t)(40000 + i % 1000), 1);
	}
	iu_measure_sockets(&arena, &world, &metrics);
	tally_listeners();
	iu_measure_gaps(&arena, &world, &metrics);
	for (size_t i = 0; i < metrics.samples.n; i++) {
		series += metrics.samples.v[i].metric == IU_METRIC_LISTENERS;
		listeners += metrics.samples.v[i].metric == IU_METRIC_LISTENERS ? metrics.samples.v[i].value : 0;
	}
	print_message("# %zu samples, %zu of them by unit, which count %g\n", metrics.samples.n, series, listeners);
	assert_true(listeners == 60000);
	assert_int_equal(series, 2 * (IU_MEASURE_UNITS + 1));
	assert_in_range(metrics.samples.n, 130, 160);
	assert_true(value_of(IU_METRIC_LISTENERS, "tcp", "other", NULL) > 0);
}

/* ---- conflicts that nobody has met yet ---- */

static struct iu_process *run(int32_t pid, uint64_t inode, const char *name, const char *unit)
{
	struct iu_process *p = iu_list_add(&world.arena, &world.processes);

	*p = (struct iu_process){.pid = pid, .name = name, .unit = unit, .started = -1};
	*iu_list_add(&world.arena, &world.holds) = (struct iu_hold){.inode = inode, .pid = pid, .fd = 3};
	return p;
}

static void want(struct iu_wanted_list *wanted, const char *unit, uint16_t port, bool service)
{
	struct iu_wanted *w = iu_list_add(&arena, &wanted->list);

	*w = (struct iu_wanted){.unit = unit, .service = service};
	w->question.target.protocol = IU_PROTOCOL_TCP;
	w->question.target.port = port;
	w->question.options.reuseaddr = true;
	w->question.how.probe = IU_PROBE_NEVER;
}

static void test_pending(void **state)
{
	static char names[100][24];
	struct iu_wanted_list wanted = {.known = true};
	struct iu_listing listing = {0};
	size_t named = 0;

	world.host.uid = 0;
	world.sysctls.unprivileged_port_start = 1024;
	world.host.cap_net_bind = IU_YES;
	run(10, put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 8080)->inode, "node", NULL);
	run(1, put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 8081)->inode, "systemd", "init.scope");
	run(11, put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 8082)->inode, "api", "api.service");
	run(12, put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 5432)->inode, "python3", NULL);
	run(13, put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 6379)->inode, "redis-server", "redis-server.service");
	run(14, put(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN, 3306)->inode, "docker-proxy", NULL);
	want(&wanted, "web.socket", 8080, false);
	want(&wanted, "own.socket", 8081, false);
	want(&wanted, "api.socket", 8082, false);
	want(&wanted, "free.socket", 8083, false);
	want(&wanted, "postgresql.service", 5432, true);
	want(&wanted, "redis-server.service", 6379, true);
	for (size_t i = 0; i < IU_COUNT(names); i++) {
		snprintf(names[i], sizeof(names[i]), "x%zu.socket", i);
		want(&wanted, names[i], 8080, false);
	}
	assert_int_equal(iu_listing_make(&arena, &world, &(struct iu_filter){.tcp = true}, &listing), 0);
	assert_int_equal(iu_pending_count(&arena, &world, &listing, &wanted, &metrics), 0);
	assert_true(value_of(IU_METRIC_PENDING, "socket-unit", NULL, NULL) == 101);
	assert_true(value_of(IU_METRIC_PENDING, "service", NULL, NULL) == 1);
	assert_true(value_of(IU_METRIC_PENDING, "well-known-port", NULL, NULL) == 1);
	assert_true(value_of(IU_METRIC_PENDING_UNIT, "socket-unit", "web.socket", NULL) == 1);
	assert_true(value_of(IU_METRIC_PENDING_UNIT, "socket-unit", "own.socket", NULL) == -1);
	assert_true(value_of(IU_METRIC_PENDING_UNIT, "socket-unit", "api.socket", NULL) == -1);
	assert_true(value_of(IU_METRIC_PENDING_UNIT, "service", "postgresql.service", NULL) == 1);
	assert_true(value_of(IU_METRIC_PENDING_UNIT, "well-known-port", "postgres", NULL) == 1);
	for (size_t i = 0; i < metrics.samples.n; i++)
		named += metrics.samples.v[i].metric == IU_METRIC_PENDING_UNIT;
	assert_int_equal(named, IU_PENDING_NAMES + 2);
}

static void test_units_unknown(void **state)
{
	struct iu_wanted_list wanted = {0};
	struct iu_listing listing = {0};

	assert_int_equal(iu_pending_count(&arena, &world, &listing, &wanted, &metrics), 0);
	assert_true(value_of(IU_METRIC_PENDING, "socket-unit", NULL, NULL) == -1);
	assert_true(value_of(IU_METRIC_PENDING, "service", NULL, NULL) == -1);
	assert_true(value_of(IU_METRIC_PENDING, "well-known-port", NULL, NULL) == 0);
}

static void test_services(void **state)
{
	static const struct {
		const char *unit;
		uint16_t port;
	} rows[] = {{"nginx.service", 80}, {"ssh.service", 22}, {"sshd.service", 22}, {"postgresql.service", 5432},
		{"postgresql@15-main.service", 5432}, {"mysql.service", 3306}, {"mariadb.service", 3306},
		{"redis.service", 6379}, {"redis-server.service", 6379}, {"prometheus.service", 9090},
		{"prometheus-node-exporter.service", 0}, {"docker.service", 0}, {"systemd-resolved.service", 0},
		{"s.service", 0}, {"smbd.service", 139}, {"named.service", 0}, {".service", 0}, {"", 0}};

	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		print_message("# %s: %u\n", rows[i].unit, (unsigned int)iu_port_of_service(rows[i].unit));
		assert_int_equal(iu_port_of_service(rows[i].unit), rows[i].port);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_sockets), TEST(test_unseen), TEST(test_units), TEST(test_bounds), TEST(test_pending),
		TEST(test_units_unknown), TEST(test_services),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

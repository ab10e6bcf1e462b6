/* tests/unit/engine/test-connect.c - connect() that failed, and what is no port of this machine */
#include "engine/connect.h"
#include "engine/plan.h"
#include "knowledge/errors.h"
#include "scene.h"

#define PEER "10.9.0.5"

static struct iu_snapshot snap;
static struct iu_arena arena;

static int set_up(void **state)
{
	machine(&snap);
	put_local(&snap, "127.0.0.1", 32);
	put_local(&snap, "192.0.2.7", 32);
	snap.sysctls.port_first = 40000;
	snap.sysctls.port_last = 40003;
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

static struct iu_question asked(const char *address, enum iu_error_id error)
{
	struct iu_question q = {
		.target.text = "asked",
		.target.protocol = IU_PROTOCOL_TCP,
		.target.family = addr(address).family,
		.target.address = addr(address),
		.target.port = TEST_PORT,
	};

	q.symptom.connects = true;
	q.symptom.from_message.given = true;
	q.symptom.from_message.error = (int)error;
	q.symptom.from_message.system = IU_ERROR_ANY;
	q.symptom.from_message.call = IU_CALL_CONNECT;
	return q;
}

static struct iu_verdict verdict_of(const struct iu_question *q)
{
	struct iu_verdict v;
	struct iu_explanation story;
	const struct iu_plan_rules rules = {.grace_seconds = 5};
	struct iu_plan plan;

	assert_int_equal(iu_decide(&arena, q, &snap, &v), 0);
	assert_int_equal(iu_describe(&arena, q, &snap, &v, &story), 0);
	print_message("# %s\n", v.headline);
	for (size_t i = 0; i < v.remedies.n; i++)
		print_message("#   %zu. %s\n", i + 1, v.remedies.v[i].summary);
	/* Nothing of it is ever a reason to end somebody. */
	assert_int_equal(iu_plan(&arena, q, &snap, NULL, &v, &rules, &plan), 0);
	assert_int_equal(plan.kind, IU_PLAN_REFUSED);
	assert_int_equal(plan.steps.n, 0);
	return v;
}

static void test_listens_now(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_CONNREFUSED);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4767, "node", 77);
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_FREE);
	assert_string_equal(v.headline, "Something listens on 127.0.0.1:8080 now (node 4767): a "
					"connection would be accepted.");
	(void)state;
}

static void test_dual_stack(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_CONNREFUSED);
	struct iu_socket *s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "::", IU_STATE_LISTEN));
	struct iu_verdict v = verdict_of(&q);

	assert_int_equal(v.status, IU_STATUS_FREE);
	s->v6only = IU_YES;
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	(void)state;
}

static void test_listens_beside(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_CONNREFUSED);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "::1", IU_STATE_LISTEN));
	put_process(&snap, 4767, "node", 77);
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.operation, IU_OPERATION_CONNECT);
	assert_int_equal(v.error_number, ECONNREFUSED);
	assert_string_equal(v.headline,
		"Nothing listens on 127.0.0.1:8080: node (pid 4767) listens on [::1]:8080.");
	(void)state;
}

static void test_nobody_listens(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_CONNREFUSED);
	struct iu_verdict v;

	/* Who has bound it and does not listen accepts nothing. */
	put_socket(&snap, sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_BOUND));
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_START_SERVER);
	/* … and what could not be looked at is no "nobody" */
	snap.seen &= ~(uint32_t)IU_FACT_TCP;
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	(void)state;
}

static void test_another_machine(void **state)
{
	struct iu_question q = asked(PEER, IU_ERROR_CONNREFUSED);
	struct iu_verdict v = verdict_of(&q);

	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.operation, IU_OPERATION_CONNECT);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_ASK_THERE);
	(void)state;
}

/* Local ports that the system may choose: @n of them toward the peer, in TIME-WAIT. */
static void put_connections(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct iu_socket s = sock(IU_PROTOCOL_TCP, "192.0.2.7", IU_STATE_TIME_WAIT);

		s.port = (uint16_t)(40000 + i);
		s.peer = addr(PEER);
		s.peer_port = TEST_PORT;
		s.inode = 0;
		s.mini = true;
		put_socket(&snap, s);
	}
}

static void test_local_ports_left(void **state)
{
	struct iu_question q = asked(PEER, IU_ERROR_ADDRNOTAVAIL);
	struct iu_verdict v;

	put_connections(3);
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.operation, IU_OPERATION_CONNECT);
	assert_non_null(strstr(v.headline, "of 4 its connections have 3"));
	(void)state;
}

static void test_local_ports_gone(void **state)
{
	struct iu_question q = asked(PEER, IU_ERROR_ADDRNOTAVAIL);
	struct iu_socket bound = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN);
	struct iu_verdict v;

	put_connections(3);
	bound.port = 40003;
	put_socket(&snap, bound);
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.operation, IU_OPERATION_CONNECT);
	assert_int_equal(v.cause, IU_CAUSE_EPHEMERAL_EXHAUSTED);
	assert_int_equal(v.error_number, EADDRNOTAVAIL);
	/* Connections to others have ports of their own. */
	q.target.port = TEST_PORT + 1;
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	(void)state;
}

static void test_source(void **state)
{
	struct iu_question q = asked(PEER, IU_ERROR_ADDRNOTAVAIL);
	struct iu_verdict v;

	q.symptom.from_message.source = "10.77.0.1";
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.cause, IU_CAUSE_ADDRESS_NOT_LOCAL);
	for (size_t i = 0; i < v.remedies.n; i++)
		assert_int_not_equal(v.remedies.v[i].id, IU_REMEDY_FREEBIND);
	q = asked("2001:db8::1", IU_ERROR_ADDRNOTAVAIL);
	v = verdict_of(&q);
	assert_int_equal(v.cause, IU_CAUSE_ADDRESS_NOT_LOCAL);
	(void)state;
}

static struct iu_question asked_path(enum iu_error_id error)
{
	struct iu_question q = asked("127.0.0.1", error);

	q.target.text = q.target.path = "/run/docker.sock";
	q.target.path_len = strlen(q.target.path);
	q.target.protocol = IU_PROTOCOL_UNIX;
	q.target.family = IU_FAMILY_UNIX;
	return q;
}

static struct iu_path *put_docker(void)
{
	struct iu_path *path = iu_list_add(&snap.arena, &snap.paths);

	assert_non_null(path);
	*path = (struct iu_path){.path = "/run/docker.sock",
		.path_len = strlen("/run/docker.sock"),
		.kind = IU_FILE_SOCKET,
		.user = "root",
		.group = "docker",
		.gid = 998,
		.mode = 0660,
		.alive = IU_YES};
	return path;
}

static void test_path(void **state)
{
	struct iu_question q = asked_path(IU_ERROR_ACCES);
	struct iu_path *path = put_docker();
	struct iu_verdict v = verdict_of(&q);

	assert_int_equal(v.status, IU_STATUS_DENIED);
	assert_int_equal(v.operation, IU_OPERATION_CONNECT);
	assert_string_equal(v.headline, "Only root and members of group docker may connect to "
					"/run/docker.sock (root:docker, mode 0660).");
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_JOIN_GROUP);
	assert_string_equal(v.remedies.v[0].command.v[3], "alice");
	q = asked_path(IU_ERROR_CONNREFUSED);
	path->alive = IU_NO;
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.error_number, ECONNREFUSED);
	path->lstat_errno = ENOENT;
	v = verdict_of(&q);
	assert_int_equal(v.error_number, ENOENT);
	(void)state;
}

static void test_elsewhere(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_ADDRINUSE);
	struct iu_verdict v;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	q.symptom.from_message.call = IU_CALL_REMOTE;
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_int_equal(v.remedies.v[0].id, IU_REMEDY_ASK_THERE);
	q.symptom.from_message.call = IU_CALL_BIND;
	q.target.other = "sctp";
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNKNOWN);
	assert_string_equal(v.remedies.v[0].command.v[2], "--sctp");
	assert_int_equal(v.blockers.n, 0);
	(void)state;
}

/* A message of EADDRINUSE proves that its program passed the check of rights, EACCES the reverse. */
static void test_rights(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_ADDRINUSE);
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN);
	struct iu_verdict v;

	q.symptom = (struct iu_symptom){0};
	q.target.port = s.port = 80;
	put_socket(&snap, s);
	put_process(&snap, 812, "nginx", 77);
	q.asker.low_ports = IU_YES;
	assert_int_equal(iu_decide(&arena, &q, &snap, &v), 0);
	print_message("# %s\n", v.headline);
	assert_int_equal(v.status, IU_STATUS_IN_USE);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	q.asker.low_ports = IU_NO;
	snap.host.cap_net_bind = IU_YES;
	snap.host.uid = 0;
	assert_int_equal(iu_decide(&arena, &q, &snap, &v), 0);
	print_message("# %s\n", v.headline);
	assert_int_equal(v.status, IU_STATUS_DENIED);
	assert_int_equal(v.cause, IU_CAUSE_PRIVILEGED_PORT);
	assert_int_equal(v.remedies.v[1].id, IU_REMEDY_LOWER_UNPRIVILEGED_START);
	(void)state;
}

/* … and of a port that needs no right that a policy has refused it, whatever others may. */
static void test_refused(void **state)
{
	static const int errors[] = {EACCES, EPERM};
	struct iu_question q = asked("127.0.0.1", IU_ERROR_ACCES);
	struct iu_verdict v;

	snap.host.cap_net_bind = IU_YES;
	for (size_t i = 0; i < IU_COUNT(errors); i++) {
		q.symptom = (struct iu_symptom){.from_capture = errors[i]};
		q.symptom.from_message.given = true;
		assert_int_equal(iu_decide(&arena, &q, &snap, &v), 0);
		print_message("# %s\n", v.headline);
		assert_int_equal(v.status, IU_STATUS_DENIED);
		assert_int_equal(v.error_number, errors[i]);
		assert_int_equal(v.cause, IU_CAUSE_POLICY_DENIED);
		q.symptom.from_message.given = false; /* `run` has its own words for what it has seen */
		assert_int_equal(iu_decide(&arena, &q, &snap, &v), 0);
		assert_int_equal(v.status, IU_STATUS_FREE);
	}
	(void)state;
}

/* A capture of Windows: the same answers, with its numbers. */
static void test_windows(void **state)
{
	struct iu_question q = asked("127.0.0.1", IU_ERROR_CONNREFUSED);
	struct iu_verdict v;

	snap.host.os = "windows";
	v = verdict_of(&q);
	assert_int_equal(v.status, IU_STATUS_UNAVAILABLE);
	assert_int_equal(v.error_number, 10061);
	assert_string_equal(v.error, "WSAECONNREFUSED");
	(void)state;
}

/* What was not taken as it stands is said with the answer. */
static void test_note(void **state)
{
	struct iu_question q = ask(NULL, 9092);
	struct iu_verdict v;

	q.symptom.from_message.note = "the name is not known";
	v = decide(&arena, &q, &snap);
	assert_string_equal(v.caveats.v[0], "the name is not known");
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_listens_now), TEST(test_dual_stack), TEST(test_listens_beside),
		TEST(test_nobody_listens), TEST(test_another_machine), TEST(test_local_ports_left),
		TEST(test_local_ports_gone), TEST(test_source), TEST(test_path), TEST(test_elsewhere),
		TEST(test_rights), TEST(test_refused), TEST(test_windows), TEST(test_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

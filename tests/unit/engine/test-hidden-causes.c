/* test-hidden-causes.c - sockets without an open descriptor: who is named, what is said, what helps */
#include "scene.h"

#define QUEUE_PID 500

static struct iu_snapshot snap;
static struct iu_arena arena;

static int setup(void **state)
{
	arena = (struct iu_arena){0};
	machine(&snap);
	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	(void)state;
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&snap);
	iu_arena_free(&arena);
	(void)state;
	return 0;
}

/* Lives on after the function: a verdict borrows nothing of it but the text. */
static struct iu_verdict why(enum iu_cause cause)
{
	static struct iu_question q;
	struct iu_verdict v;

	q = ask(snap.sockets.n && snap.sockets.v[0].family == IU_FAMILY_IPV6 ? "::1" : "127.0.0.1",
		TEST_PORT);
	v = decide(&arena, &q, &snap);
	print_message("# %s\n", v.headline);
	assert_int_equal(v.cause, cause);
	return v;
}

static void hold(enum iu_via via)
{
	put_process(&snap, QUEUE_PID, "relay", 77);
	snap.holds.v[0].via = via;
	snap.holds.v[0].fd = -1;
}

static bool says(const struct iu_verdict *v, const char *words)
{
	const struct iu_strings *evidence = &v->blockers.v[0].evidence;
	size_t i;

	for (i = 0; i < evidence->n; i++)
		if (strstr(evidence->v[i], words))
			return true;
	return false;
}

static void put_flight(int32_t pid, bool cycle)
{
	struct iu_in_flight *row = iu_list_add(&snap.arena, &snap.in_flight);

	*row = (struct iu_in_flight){77, 99, pid, cycle, IU_SOURCE_READ};
}

static void put_suspect(int32_t pid, const char *name, enum iu_via via)
{
	struct iu_suspect *row = iu_list_add(&snap.arena, &snap.suspects);

	*row = (struct iu_suspect){.pid = pid, .via = via};
	put_process(&snap, pid, name, 0);
}

static void test_message(void **state)
{
	struct iu_verdict v;

	hold(IU_VIA_MESSAGE);
	put_flight(QUEUE_PID, false);
	v = why(IU_CAUSE_DESCRIPTOR_IN_FLIGHT);
	assert_int_equal(v.confidence, IU_CONFIDENCE_LIKELY); /* no probe */
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_PROVEN);
	assert_true(says(&v, "relay (pid 500)"));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_PROCESS)), "kill 500");
	(void)state;
}

static void test_cycle(void **state)
{
	struct iu_verdict v;

	put_flight(4711, true);
	v = why(IU_CAUSE_DESCRIPTOR_IN_FLIGHT);
	assert_true(says(&v, "no process can reach"));
	assert_true(says(&v, "4711"));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_PROCESS)), "");
	assert_non_null(strstr(remedy(&v, IU_REMEDY_STOP_PROCESS)->summary, "any UNIX socket"));
	(void)state;
}

static void test_store(void **state)
{
	struct iu_process *p = put_process(&snap, 1, "systemd", 77);
	struct iu_verdict v;

	p->uid = 0;
	p->unit = "init.scope";
	snap.sockets.v[0].unit = "web.service";
	v = why(IU_CAUSE_DESCRIPTOR_IN_FLIGHT);
	assert_true(says(&v, "descriptor store"));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_UNIT)),
		"systemctl stop web.service");
	snap.sockets.v[0].unit = "web.socket";
	why(IU_CAUSE_SOCKET_ACTIVATION);
	(void)state;
}

static void test_ring(void **state)
{
	struct iu_registered *row = iu_list_add(&snap.arena, &snap.registered);
	struct iu_verdict v;

	*row = (struct iu_registered){77, 0, IU_SOURCE_BPF};
	v = why(IU_CAUSE_REGISTERED_FILE);
	assert_true(says(&v, "not visible here"));
	hold(IU_VIA_RING);
	v = why(IU_CAUSE_REGISTERED_FILE);
	assert_true(says(&v, "relay (pid 500)"));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_STOP_PROCESS)), "kill 500");
	(void)state;
}

/* One suspicion is likely, more are possible, of different kinds they are no answer. */
static void test_suspects(void **state)
{
	struct iu_verdict v;

	put_suspect(600, "worker", IU_VIA_RING);
	v = why(IU_CAUSE_REGISTERED_FILE);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_LIKELY);
	assert_int_equal(v.blockers.v[0].holds.n, 0);
	assert_null(remedy(&v, IU_REMEDY_STOP_PROCESS)); /* nobody is ended on a suspicion */
	put_suspect(601, "other", IU_VIA_RING);
	v = why(IU_CAUSE_REGISTERED_FILE);
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_POSSIBLE);
	assert_true(says(&v, "worker (pid 600)") && says(&v, "other (pid 601)"));
	put_suspect(602, "queue", IU_VIA_MESSAGE);
	v = why(IU_CAUSE_HIDDEN_HOLDER);
	assert_true(says(&v, "worker (pid 600)") && says(&v, "queue (pid 602)"));
	(void)state;
}

/* Somebody else's process does not get a socket of alice's. */
static void test_other_user(void **state)
{
	put_suspect(600, "worker", IU_VIA_RING);
	snap.processes.v[0].uid = 33;
	why(IU_CAUSE_HIDDEN_HOLDER);
	(void)state;
}

static void test_ways(void **state)
{
	struct iu_verdict v;

	hold(IU_VIA_MAPPING);
	v = why(IU_CAUSE_OTHER_PROGRAM);
	assert_true(says(&v, "mapped into its memory"));
	snap.holds.v[0].via = IU_VIA_CALL;
	snap.holds.v[0].fd = 7;
	snap.holds.v[0].tid = 501;
	snap.sockets.v[0].waited_on = IU_NO;
	snap.processes.v[0].ppid = 1;
	v = why(IU_CAUSE_OTHER_PROGRAM);
	assert_true(says(&v, "closed descriptor 7 while thread 501"));
	assert_int_equal(v.blockers.v[0].confidence, IU_CONFIDENCE_LIKELY);
	(void)state;
}

static void test_kernel(void **state)
{
	struct iu_kernel_use *use = iu_list_add(&snap.arena, &snap.kernel_uses);
	struct iu_verdict v;

	*use = (struct iu_kernel_use){IU_KERNEL_MPTCP, IU_PROTOCOL_TCP, TEST_PORT, NULL, 4};
	why(IU_CAUSE_HIDDEN_HOLDER); /* a socket of alice's is none of the kernel's */
	snap.sockets.v[0].uid = 0;
	v = why(IU_CAUSE_KERNEL_SOCKET);
	assert_non_null(strstr(v.headline, "the MPTCP endpoint 4"));
	assert_string_equal(command_line(&arena, remedy(&v, IU_REMEDY_KERNEL_HINT)),
		"ip mptcp endpoint delete id 4");
	*use = (struct iu_kernel_use){
		IU_KERNEL_VXLAN, IU_PROTOCOL_TCP, TEST_PORT, "vx\033[2J", 0};
	v = why(IU_CAUSE_KERNEL_SOCKET);
	assert_null(strchr(v.headline, '\033'));
	use->port++;
	why(IU_CAUSE_HIDDEN_HOLDER);
	(void)state;
}

static void test_policy(void **state)
{
	struct iu_verdict v;

	snap.sockets.n = 0;
	put_probe(&snap, "127.0.0.1", TEST_PORT, false, EPERM);
	v = why(IU_CAUSE_POLICY_DENIED);
	assert_int_equal(v.status, IU_STATUS_DENIED);
	assert_string_equal(v.error, "EPERM");
	assert_non_null(remedy(&v, IU_REMEDY_POLICY_HINT));
	(void)state;
}

static void test_elsewhere(void **state)
{
	struct iu_question q = {.target.text = "T",
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.path = "/run/a.sock",
		.target.path_len = 11};
	struct iu_path *path = iu_list_add(&snap.arena, &snap.paths);
	struct iu_verdict v;

	*path = (struct iu_path){.path = "/run/a.sock", .path_len = 11, .kind = IU_FILE_SOCKET,
		.dev = 1, .ino = 2, .alive = IU_YES};
	snap.sockets.v[0] = (struct iu_socket){.protocol = IU_PROTOCOL_UNIX,
		.family = IU_FAMILY_UNIX, .state = IU_STATE_LISTEN, .inode = 77, .timer_ms = -1,
		.path = path->path, .path_len = 11, .file_dev = 1, .file_ino = 2,
		.unix_type = IU_UNIX_STREAM, .in_other_netns = true};
	put_process(&snap, QUEUE_PID, "relay", 77);
	v = decide(&arena, &q, &snap);
	assert_int_equal(v.cause, IU_CAUSE_OTHER_PROGRAM);
	assert_true(says(&v, "another network namespace"));
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_message),
		TEST(test_cycle),
		TEST(test_store),
		TEST(test_ring),
		TEST(test_suspects),
		TEST(test_other_user),
		TEST(test_ways),
		TEST(test_kernel),
		TEST(test_policy),
		TEST(test_elsewhere),
	};

	return cmocka_run_group_tests_name("hidden-causes", tests, NULL, NULL);
}

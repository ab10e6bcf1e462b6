/* tests/unit/engine/test-describe.c - the explanation: what is told, how much of it, and nothing that bites */
#include "scene.h"

static struct iu_snapshot snap;
static struct iu_arena arena;

static int set_up(void **state)
{
	machine(&snap);
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

/* No byte of the explanation may be a control character; columns and counts stay on one screen. */
static size_t check_text(const char *text, bool may_part)
{
	const char *at;

	assert_non_null(text);
	for (at = text; *at; at++)
		if (((unsigned char)*at < 0x20 && (*at != '\t' || !may_part)) || (unsigned char)*at == 0x7f)
			fail_msg("control character %#x in: %s", (unsigned char)*at, text);
	return 1;
}

static struct iu_explanation tell(const struct iu_question *q)
{
	struct iu_verdict v = decide(&arena, q, &snap);
	struct iu_explanation explanation;
	size_t i, k, lines;

	assert_int_equal(iu_describe(&arena, q, &snap, &v, &explanation), 0);
	lines = check_text(explanation.headline, false);
	print_message("# %s\n", explanation.headline);
	for (i = 0; i < explanation.parts.n; i++)
		for (k = 0; k < explanation.parts.v[i].lines.n; k++) {
			lines += check_text(explanation.parts.v[i].lines.v[k], true) && !explanation.parts.v[i].detail;
			print_message("#   %-7s%s\n", k ? "" : explanation.parts.v[i].label,
				explanation.parts.v[i].lines.v[k]);
		}
	for (i = 0; i < explanation.steps.n; i++) {
		lines += check_text(explanation.steps.v[i].text, false);
		print_message("#   %zu. %s\n", i + 1, explanation.steps.v[i].text);
		if (explanation.steps.v[i].command) {
			check_text(explanation.steps.v[i].command, false);
			print_message("#        %s\n", explanation.steps.v[i].command);
		}
	}
	assert_true(lines <= 24);
	return explanation;
}

static const struct iu_explanation_part *part(const struct iu_explanation *explanation, const char *label)
{
	size_t i;

	for (i = 0; i < explanation->parts.n; i++)
		if (!strcmp(explanation->parts.v[i].label, label))
			return &explanation->parts.v[i];
	return NULL;
}

static void test_listener(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_process *p;
	struct iu_parent *parent;
	struct iu_explanation explanation;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	p = put_process(&snap, 4242, "python3", 77);
	put_argument(&snap, p, "-m");
	put_argument(&snap, p, "http.server");
	p->cwd = "/home/alice/shop";
	p->unit = "web.service";
	parent = iu_list_add(&snap.arena, &p->parents);
	*parent = (struct iu_parent){.pid = 4200, .name = "zsh"};
	explanation = tell(&q);
	assert_string_equal(part(&explanation, "who")->lines.v[0],
		"python3 -m http.server\t(pid 4242, user alice, running for 2 h)");
	assert_string_equal(part(&explanation, "who")->lines.v[1],
		"in /home/alice/shop, unit web.service");
	assert_non_null(strstr(part(&explanation, "why")->lines.v[0],
		"a listening socket is never shared"));
	assert_non_null(strstr(part(&explanation, "rule")->lines.v[0],
		"bind() to 0.0.0.0:8080 fails with EADDRINUSE (98)"));
	assert_true(part(&explanation, "rule")->detail);
	assert_string_equal(part(&explanation, "cause")->lines.v[0],
		"other-program (likely): another program listens or is bound there, and runs");
	assert_true(explanation.steps.n >= 2);
	assert_string_equal(explanation.steps.v[0].command, "sudo inuse free TARGET");
	(void)state;
}

static void test_left_over(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_explanation explanation;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	put_process(&snap, 4242, "docker-proxy", 77)->left_over = IU_YES;
	explanation = tell(&q);
	assert_non_null(strstr(part(&explanation, "why")->lines.v[0], "it is left over"));
	(void)state;
}

static void test_nothing_there(void **state)
{
	struct iu_question q = ask(NULL, 8081);
	struct iu_explanation explanation = tell(&q);

	assert_string_equal(explanation.headline, "Port 8081/tcp is free.");
	assert_non_null(part(&explanation, "checked"));
	assert_int_equal(explanation.steps.n, 0);
	(void)state;
}

static void test_hostile(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	static const char nasty[] = "a\033[2J\033]0;x\007\r\nroot\xff\xe2\x80\xae";
	struct iu_process *p;
	struct iu_explanation explanation;
	struct iu_socket *s;

	s = put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	s->unit = s->container = s->user = s->cgroup = nasty;
	p = put_process(&snap, 4242, nasty, 77);
	put_argument(&snap, p, nasty);
	p->cwd = p->exe = p->user = p->unit = p->container = p->engine = nasty;
	explanation = tell(&q);
	assert_null(strstr(explanation.headline, "\033"));
	iu_snapshot_gap(&snap, IU_FACT_TCP, 1, nasty, nasty, nasty);
	snap.holds.n = 0;
	tell(&q);
	/* a hostile path ends up in a command, quoted */
	struct iu_path *path = iu_list_add(&snap.arena, &snap.paths);

	*path = (struct iu_path){.path = nasty, .path_len = sizeof(nasty) - 1,
		.kind = IU_FILE_SOCKET, .alive = IU_NO, .uid = TEST_UID};
	q = (struct iu_question){.target.text = nasty,
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = nasty,
		.target.path_len = sizeof(nasty) - 1};
	explanation = tell(&q);
	assert_non_null(strstr(explanation.steps.v[0].command, "inuse free $'a\\033"));
	(void)state;
}

static void test_quoting(void **state)
{
	struct iu_question q = {.target.text = "/tmp/it's a; rm",
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = "/tmp/it's a; rm",
		.target.path_len = 15};
	struct iu_path *path = iu_list_add(&snap.arena, &snap.paths);
	struct iu_explanation explanation;

	*path = (struct iu_path){.path = q.target.path, .path_len = 15, .kind = IU_FILE_SOCKET,
		.alive = IU_NO, .uid = TEST_UID};
	explanation = tell(&q);
	assert_string_equal(explanation.steps.v[0].command, "inuse free '/tmp/it'\\''s a; rm'");
	(void)state;
}

/* A pool of workers, many connections and many gaps stay one screen. */
static void test_crowd(void **state)
{
	struct iu_question q = ask(NULL, TEST_PORT);
	struct iu_explanation explanation;
	char why[32];
	int i;

	put_socket(&snap, sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN));
	for (i = 0; i < 20; i++) {
		struct iu_socket s = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_ESTABLISHED);

		put_process(&snap, 100 + i, "worker", 77);
		s.inode = (uint64_t)(1000 + i);
		put_socket(&snap, s);
		put_process(&snap, 200 + i, "client", s.inode);
		snprintf(why, sizeof(why), "E%d", i);
		iu_snapshot_gap(&snap, IU_FACT_TCP, i, "something", why, NULL);
	}
	explanation = tell(&q);
	assert_string_equal(part(&explanation, "who")->lines.v[part(&explanation, "who")->lines.n - 1],
		"and 32 more");
	assert_non_null(strstr(explanation.headline, "worker (pid 100) and 19 more"));
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_listener),
		TEST(test_left_over),
		TEST(test_nothing_there),
		TEST(test_hostile),
		TEST(test_quoting),
		TEST(test_crowd),
	};

	return cmocka_run_group_tests_name("tell", tests, NULL, NULL);
}

/* test-json.c - inuse.why/1 and inuse.list/1: every key, every word, nothing made up */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/output.h"

#define LIST(array) {.v = (void *)(uintptr_t)(array), .n = IU_COUNT(array)}

/* What is asked and what is answered in one of the examples below. */
struct example {
	struct iu_snapshot snapshot;
	struct iu_question question;
	struct iu_verdict verdict;
};

static struct iu_address address_of(const char *text)
{
	struct iu_address address = {0};

	assert_int_equal(iu_address_parse(text, strlen(text), &address), 0);
	return address;
}

static void start(struct example *e)
{
	memset(e, 0, sizeof(*e));
	iu_snapshot_init(&e->snapshot);
}

static void add_socket(struct example *e)
{
	*iu_list_add(&e->snapshot.arena, &e->snapshot.sockets) = (struct iu_socket){
		.protocol = IU_PROTOCOL_TCP, .family = IU_FAMILY_IPV4, .state = IU_STATE_LISTEN,
		.local = address_of("0.0.0.0"), .port = 8080, .inode = 12345, .timer_ms = -1,
		.uid = 1000, .uid_known = true, .user = "alice", .unit = "web.service",
		.cgroup = "/system.slice/web.service", .reuseaddr = IU_YES, .reuseport = IU_NO};
}

/* The example of the contract, key for key. */
static void full_example(struct example *e)
{
	static const struct iu_parent parents[] = {{.pid = 4200, .name = "zsh"}};
	static const char *const command[] = {"node", "server.js"};
	static const char *const remedy[] = {"inuse", "free", "127.0.0.1:8080/tcp"};
	static const char *const evidence[] = {"It listens."};
	struct iu_process *p;
	struct iu_blocker *b;
	size_t i;

	start(e);
	e->snapshot.host = (struct iu_host){.os = "linux", .release = "6.18.0", .hostname = "box",
		.netns = 4026531840, .privileged = true, .uid = 1000};
	add_socket(e);
	for (i = 0; i < 3; i++) /* two descriptors of one process, one of another */
		*iu_list_add(&e->snapshot.arena, &e->snapshot.holds) = (struct iu_hold){
			.inode = 12345, .pid = i == 1 ? 77 : 4242, .fd = 18 + (int32_t)i};
	p = iu_list_add(&e->snapshot.arena, &e->snapshot.processes);
	*p = (struct iu_process){.pid = 4242, .name = "node", .exe = "/usr/bin/node",
		.command = LIST(command), .cwd = "/home/alice/shop", .uid_known = true,
		.uid = 1000, .user = "alice", .started = 1767323045, .state = IU_PROCESS_RUNNING,
		.unit = "web.service", .parents = {(struct iu_parent *)(uintptr_t)parents, 1, 1}};
	e->question = (struct iu_question){.target.text = "127.0.0.1:8080/tcp",
		.target.family = IU_FAMILY_IPV4,
		.target.address = address_of("127.0.0.1"),
		.target.port = 8080,
		.options.v6only = IU_NO};
	e->verdict = (struct iu_verdict){.status = IU_STATUS_IN_USE,
		.operation = IU_OPERATION_BIND, .error_number = 98, .error = "EADDRINUSE",
		.cause = IU_CAUSE_OTHER_PROGRAM, .confidence = IU_CONFIDENCE_PROVEN,
		.probe = "EADDRINUSE", .headline = "node holds it."};
	b = iu_list_add(&e->snapshot.arena, &e->verdict.blockers);
	*b = (struct iu_blocker){.socket = e->snapshot.sockets.v[0], .certain = IU_YES,
		.rule = IU_RULE_WILDCARD_COVERS_ADDRESS, .sharing = IU_SHARING_HOLDER_LISTENS,
		.cause = IU_CAUSE_OTHER_PROGRAM, .confidence = IU_CONFIDENCE_PROVEN,
		.evidence = LIST(evidence), .representative = 1};
	for (i = 0; i < 4; i++)
		*iu_list_add(&e->snapshot.arena, &b->holds) = i; /* 3 points to nothing */
	*iu_list_add(&e->snapshot.arena, &e->verdict.gaps) =
		(struct iu_gap){IU_GAP_DESCRIPTORS, IU_FACT_HOLDERS, 77, "descriptors of pid 77", "EACCES", "run as root"};
	*iu_list_add(&e->snapshot.arena, &e->verdict.remedies) = (struct iu_remedy){
		.id = IU_REMEDY_STOP_PROCESS, .summary = "Stop it.", .risk = IU_RISK_MEDIUM,
		.command = LIST(remedy)};
}

static const char full_expected[] =
	"{\"schema\":\"inuse.why/1\","
	"\"host\":{\"os\":\"linux\",\"release\":\"6.18.0\",\"hostname\":\"box\",\"netns\":4026531840,"
	"\"privileged\":true,\"wsl\":false},"
	"\"request\":{\"target\":\"127.0.0.1:8080/tcp\",\"protocol\":\"tcp\",\"family\":\"ipv4\","
	"\"address\":\"127.0.0.1\",\"port\":8080,\"path\":null,\"options\":{\"reuseaddr\":false,"
	"\"reuseport\":false,\"v6only\":false,\"exclusive\":false,\"device\":null,\"uid\":1000},\"message\":null,\"call\":null},"
	"\"verdict\":{\"status\":\"in-use\",\"operation\":\"bind\",\"errno\":98,"
	"\"error\":\"EADDRINUSE\",\"cause\":\"other-program\",\"confidence\":\"proven\","
	"\"probe\":\"EADDRINUSE\",\"headline\":\"node holds it.\",\"warnings\":[],\"doubts\":[],\"evidence\":[],\"endless\":null},"
	"\"blockers\":[{\"protocol\":\"tcp\",\"family\":\"ipv4\",\"address\":\"0.0.0.0\","
	"\"port\":8080,\"path\":null,\"type\":null,\"peer\":null,\"state\":\"listen\",\"inode\":12345,"
	"\"uid\":1000,\"user\":\"alice\",\"cgroup\":\"/system.slice/web.service\","
	"\"unit\":\"web.service\",\"container\":null,\"timer_ms\":null,"
	"\"since\":null,"
	"\"options\":{\"reuseaddr\":true,\"reuseport\":false,\"v6only\":null,\"exclusive\":null,\"device\":null},"
	"\"cause\":\"other-program\",\"rule\":\"wildcard-covers-address\","
	"\"sharing\":\"holder-listens\",\"confidence\":\"proven\",\"certain\":true,\"count\":1,"
	"\"evidence\":[\"It listens.\"],"
	"\"holders\":[{\"pid\":4242,\"tid\":null,\"name\":\"node\",\"exe\":\"/usr/bin/node\","
	"\"command\":[\"node\",\"server.js\"],\"cwd\":\"/home/alice/shop\",\"uid\":1000,"
	"\"user\":\"alice\",\"started\":\"2026-01-02T03:04:05Z\",\"state\":\"running\","
	"\"fds\":[18,20],\"parents\":[{\"pid\":4200,\"name\":\"zsh\"}],\"unit\":\"web.service\","
	"\"container\":null,\"container_name\":null,\"image\":null,\"project\":null,\"service\":null,\"tty\":null,\"origin\":null,\"branch\":null},"
	"{\"pid\":77,\"tid\":null,\"name\":null,\"exe\":null,\"command\":null,\"cwd\":null,"
	"\"uid\":null,\"user\":null,\"started\":null,\"state\":null,\"fds\":[19],\"parents\":null,"
	"\"unit\":null,\"container\":null,\"container_name\":null,\"image\":null,\"project\":null,\"service\":null,\"tty\":null,\"origin\":null,\"branch\":null}],\"candidates\":[]}],"
	"\"gaps\":[{\"what\":\"descriptors of pid 77\",\"why\":\"EACCES\",\"lift\":\"run as root\"}],"
	"\"remedies\":[{\"id\":\"stop-process\",\"summary\":\"Stop it.\",\"command\":[\"inuse\","
	"\"free\",\"127.0.0.1:8080/tcp\"],\"risk\":\"medium\",\"needs_root\":false,"
	"\"tried\":null}]}";

/* Nothing is known, and the question is the plainest there is. */
static void empty_example(struct example *e)
{
	start(e);
	e->verdict.status = IU_STATUS_UNKNOWN;
	*iu_list_add(&e->snapshot.arena, &e->verdict.blockers) =
		(struct iu_blocker){.socket = {.timer_ms = -1}};
	*iu_list_add(&e->snapshot.arena, &e->verdict.gaps) = (struct iu_gap){0};
	*iu_list_add(&e->snapshot.arena, &e->snapshot.sockets) = (struct iu_socket){.timer_ms = -1};
}

/* A UNIX question with bytes that are no text, and everything else a program may choose. */
static void hostile_example(struct example *e)
{
	static const char bad[] = "\xff\x1b[31m\xed\xa0\x80\n\"\\";
	static const char *const command[] = {bad, ""};
	struct iu_blocker *b;

	start(e);
	add_socket(e);
	e->snapshot.host.hostname = e->snapshot.host.os = e->snapshot.host.release = bad;
	e->snapshot.sockets.v[0] = (struct iu_socket){.protocol = IU_PROTOCOL_UNIX,
		.family = IU_FAMILY_UNIX, .state = IU_STATE_BOUND, .path = "a\0\xff", .path_len = 3,
		.abstract = true, .user = bad, .unit = bad, .container = bad, .cgroup = bad,
		.device = bad, .inode = UINT64_MAX, .timer_ms = INT64_MAX};
	*iu_list_add(&e->snapshot.arena, &e->snapshot.holds) =
		(struct iu_hold){.pid = INT32_MAX, .tid = INT32_MAX, .fd = -1};
	*iu_list_add(&e->snapshot.arena, &e->snapshot.processes) = (struct iu_process){
		.pid = INT32_MAX, .name = bad, .exe = bad, .cwd = bad, .command = LIST(command),
		.started = INT64_MAX, .user = bad};
	*iu_list_add(&e->snapshot.arena, &e->snapshot.unreadable) =
		(struct iu_unreadable){.pid = 1, .name = bad, .why = "EACCES"};
	e->question = (struct iu_question){.target.text = bad,
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = bad,
		.target.path_len = sizeof(bad) - 1,
		.options = {.device = bad, .uid_given = true, .uid = UINT32_MAX}};
	e->verdict.headline = bad;
	b = iu_list_add(&e->snapshot.arena, &e->verdict.blockers);
	*b = (struct iu_blocker){.socket = e->snapshot.sockets.v[0]};
	*iu_list_add(&e->snapshot.arena, &b->holds) = 0;
	*iu_list_add(&e->snapshot.arena, &b->candidates) = 0;
	*iu_list_add(&e->snapshot.arena, &b->candidates) = 99;
}

static json_t *why(const struct example *e)
{
	json_t *json = iu_output_why_json(&e->question, &e->snapshot, &e->verdict);

	assert_non_null(json);
	return json;
}

static void check_string(const json_t *json, const char *key, const char *expected)
{
	const json_t *value = json_object_get(json, key);

	assert_non_null(value);
	if (!expected)
		assert_true(json_is_null(value));
	else
		assert_string_equal(json_string_value(value), expected);
}

static json_t *first(const json_t *json, const char *key)
{
	json_t *value = json_array_get(json_object_get(json, key), 0);

	assert_non_null(value);
	return value;
}

static void test_contract(void **state)
{
	struct example e;
	json_t *json;
	char *text;

	full_example(&e);
	json = why(&e);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, full_expected);
	free(text);
	json_decref(json);
	iu_snapshot_free(&e.snapshot);
}

static void test_unknown_is_null(void **state)
{
	static const char *const socket_nulls[] = {"address", "peer", "state", "inode", "uid",
		"user", "cgroup", "unit", "container", "timer_ms", "since", "cause", "rule", "sharing",
		"confidence", "certain", "path"};
	static const char *const verdict_nulls[] = {"operation", "errno", "error", "cause", "probe",
		"headline"};
	static const char *const host_nulls[] = {"os", "release", "hostname", "netns"};
	struct example e;
	json_t *json, *blocker;
	size_t i;

	empty_example(&e);
	json = why(&e);
	blocker = first(json, "blockers");
	for (i = 0; i < IU_COUNT(socket_nulls); i++)
		check_string(blocker, socket_nulls[i], NULL);
	for (i = 0; i < IU_COUNT(verdict_nulls); i++)
		check_string(json_object_get(json, "verdict"), verdict_nulls[i], NULL);
	for (i = 0; i < IU_COUNT(host_nulls); i++)
		check_string(json_object_get(json, "host"), host_nulls[i], NULL);
	check_string(first(json, "gaps"), "lift", NULL);
	check_string(json_object_get(blocker, "options"), "reuseaddr", NULL);
	check_string(json_object_get(json_object_get(json, "request"), "options"), "v6only", NULL);
	check_string(json_object_get(json, "request"), "address", NULL);
	check_string(json_object_get(json, "request"), "family", "any");
	check_string(json_object_get(json, "verdict"), "status", "unknown");
	assert_int_equal(json_integer_value(json_object_get(blocker, "count")), 1);
	json_decref(json);
	iu_snapshot_free(&e.snapshot);
}

static void test_hostile(void **state)
{
	static const char clean[] = "\xef\xbf\xbd\x1b[31m\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n\"\\";
	struct example e;
	json_t *json, *blocker, *holder;

	hostile_example(&e);
	json = why(&e);
	blocker = first(json, "blockers");
	holder = first(blocker, "holders");
	check_string(json_object_get(json, "verdict"), "headline", clean);
	check_string(json_object_get(json, "request"), "path", clean);
	check_string(json_object_get(json, "request"), "port", NULL);
	check_string(blocker, "path", "@a\\x00\\xff");
	check_string(blocker, "port", NULL);
	check_string(blocker, "inode", NULL); /* no JSON reader could take that number */
	check_string(holder, "name", clean);
	check_string(holder, "started", NULL);
	assert_int_equal(json_array_size(json_object_get(holder, "fds")), 0);
	assert_int_equal(json_integer_value(json_object_get(holder, "tid")), INT32_MAX);
	assert_int_equal(json_array_size(json_object_get(blocker, "candidates")), 1);
	assert_int_equal(json_integer_value(json_object_get(
		json_object_get(json_object_get(json, "request"), "options"), "uid")), UINT32_MAX);
	json_decref(json);
	iu_snapshot_free(&e.snapshot);
}

static void test_details(void **state)
{
	struct example e;
	struct iu_blocker *b;
	json_t *json, *blocker;

	full_example(&e);
	b = &e.verdict.blockers.v[0];
	b->socket.peer = address_of("::1");
	b->socket.peer_port = 4000;
	b->socket.ifindex = 3;
	b->socket.timer_ms = 0;
	b->representative = 28;
	b->holds.n = 0;
	*iu_list_add(&e.snapshot.arena, &e.snapshot.interfaces) =
		(struct iu_interface){.ifindex = 3, .name = "eth0"};
	e.snapshot.sysctls.bindv6only = 1;
	e.question.options.v6only = IU_UNKNOWN;
	e.verdict.remedies.v[0].tried = IU_NO;
	e.verdict.remedies.v[0].command.n = 0;
	json = why(&e);
	blocker = first(json, "blockers");
	check_string(blocker, "peer", "[::1]:4000");
	check_string(json_object_get(blocker, "options"), "device", "eth0");
	assert_int_equal(json_integer_value(json_object_get(blocker, "timer_ms")), 0);
	assert_int_equal(json_integer_value(json_object_get(blocker, "count")), 28);
	assert_true(json_is_true(json_object_get(
		json_object_get(json_object_get(json, "request"), "options"), "v6only")));
	assert_true(json_is_false(json_object_get(first(json, "remedies"), "tried")));
	assert_true(json_is_array(json_object_get(first(json, "remedies"), "command")));
	json_decref(json);
	iu_snapshot_free(&e.snapshot);
}

static json_t *list(struct example *e)
{
	struct iu_arena arena = {0};
	struct iu_listing listing;
	json_t *json;

	assert_int_equal(iu_listing_make(&arena, &e->snapshot, NULL, &listing), 0);
	json = iu_output_list_json(&e->snapshot, &listing);
	assert_non_null(json);
	iu_arena_free(&arena);
	return json;
}

static void test_list(void **state)
{
	struct example e;
	json_t *json, *socket;

	full_example(&e);
	json = list(&e);
	check_string(json, "schema", "inuse.list/1");
	socket = first(json, "sockets");
	check_string(socket, "address", "0.0.0.0");
	check_string(socket, "cause", NULL);
	assert_int_equal(json_array_size(json_object_get(socket, "holders")), 2);
	assert_int_equal(json_array_size(json_object_get(
		json_array_get(json_object_get(socket, "holders"), 1), "fds")), 2);
	json_decref(json);
	iu_snapshot_free(&e.snapshot);
}

/* ---- every allocation of the JSON library may fail ---- */

static size_t allowed;

static void *limited_malloc(size_t size)
{
	return allowed && allowed-- ? malloc(size) : NULL;
}

static void check_no_memory(void (*make)(struct example *e), bool is_list)
{
	struct iu_arena arena = {0};
	struct iu_listing listing;
	struct example e;
	json_t *json = NULL;
	size_t limit;

	make(&e);
	assert_int_equal(iu_listing_make(&arena, &e.snapshot, NULL, &listing), 0);
	for (limit = 0; limit < 5000 && !json; limit++) {
		allowed = limit;
		json_set_alloc_funcs(limited_malloc, free);
		json = is_list ? iu_output_list_json(&e.snapshot, &listing)
			       : iu_output_why_json(&e.question, &e.snapshot, &e.verdict);
		json_set_alloc_funcs(malloc, free);
		if (json)
			assert_int_equal(allowed, 0); /* not one too many: nothing was lost */
	}
	assert_non_null(json);
	assert_true(limit > 30);
	json_decref(json);
	iu_arena_free(&arena);
	iu_snapshot_free(&e.snapshot);
}

static void test_no_memory(void **state)
{
	check_no_memory(full_example, false);
	check_no_memory(hostile_example, false);
	check_no_memory(full_example, true);
}

/* ---- the words of the schema are the words of the headers ---- */

static json_t *schema;

static json_t *words_of(const char *definition)
{
	json_t *words = json_object_get(
		json_object_get(json_object_get(schema, "$defs"), definition), "enum");

	if (!words)
		fail_msg("the schema has no words for %s", definition);
	return words;
}

static void check_words(const char *definition, const char *const *expected, size_t count)
{
	json_t *words = words_of(definition);
	size_t i;

	for (i = 0; i < count; i++) {
		const char *word = json_string_value(json_array_get(words, i));

		if (!word || strcmp(word, expected[i]) != 0)
			fail_msg("%s %zu: %s in the schema, %s in the code", definition, i,
				word ? word : "nothing", expected[i]);
	}
	if (json_array_size(words) != count)
		fail_msg("%s: the schema has words more", definition);
}

#define X(name, text, sentence) text,
static const char *const rule_words[] = {IU_RULES(X)};
#undef X
#define X(id, file, text, ...) text,
static const char *const cause_words[] = {IU_CAUSES(X)};
#undef X
#define X(name, text) text,
static const char *const remedy_words[] = {IU_REMEDIES(X)};
static const char *const state_words[] = {IU_STATES(X)};
static const char *const process_words[] = {IU_PROCESS_STATES(X)};
static const char *const sharing_words[] = {IU_SHARINGS(X)};
#undef X

static void check_names(const char *definition, const char *(*name)(int), int start_at, int count)
{
	const char *words[16];
	int i;

	for (i = 0; i < count; i++)
		words[i] = name(start_at + i);
	check_words(definition, words, (size_t)count);
}

static const char *name_of_status(int i)
{
	return iu_status_name((enum iu_status)i);
}

static const char *name_of_operation(int i)
{
	return iu_operation_name((enum iu_operation)i);
}

static const char *name_of_confidence(int i)
{
	return iu_confidence_name((enum iu_confidence)i);
}

static const char *name_of_risk(int i)
{
	return iu_risk_name((enum iu_risk)i);
}

static const char *name_of_protocol(int i)
{
	return iu_protocol_name((enum iu_protocol)i);
}

static const char *name_of_family(int i)
{
	return iu_family_name((enum iu_family)i);
}

/* What is "unknown" or "none" in the code is null in the documents. */
static void test_words(void **state)
{
	const char *file = getenv("INUSE_WHY_SCHEMA");
	json_error_t where;

	if (!file)
		fail_msg("INUSE_WHY_SCHEMA does not name the schema file");
	schema = json_load_file(file, 0, &where);
	if (!schema)
		fail_msg("%s: %s", file, where.text);
	check_words("cause", cause_words, IU_COUNT(cause_words));
	check_words("remedy", remedy_words, IU_COUNT(remedy_words));
	check_words("rule", rule_words + 1, IU_COUNT(rule_words) - 1);
	check_words("sharing", sharing_words + 1, IU_COUNT(sharing_words) - 1);
	check_words("state", state_words + 1, IU_COUNT(state_words) - 1);
	check_words("process_state", process_words + 1, IU_COUNT(process_words) - 1);
	check_names("status", name_of_status, 0, IU_STATUS_UNKNOWN + 1);
	check_names("operation", name_of_operation, 1, IU_OPERATION_CONNECT);
	check_names("confidence", name_of_confidence, 0, IU_CONFIDENCE_PROVEN + 1);
	check_names("risk", name_of_risk, 0, IU_RISK_HIGH + 1);
	check_names("protocol", name_of_protocol, 0, IU_PROTOCOL_UNIX + 1);
	check_names("family", name_of_family, 0, IU_FAMILY_UNIX + 1);
	json_decref(schema);
}

/* ---- documents for the validator ---- */

static void print(json_t *json)
{
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(json);
}

/* Every word of every enumeration comes up once. */
static void set_words(struct example *e, int i)
{
	struct iu_blocker *b = &e->verdict.blockers.v[0];

	b->cause = (enum iu_cause)(i % IU_CAUSE_COUNT);
	b->rule = (enum iu_rule)(i % (int)IU_COUNT(rule_words));
	b->sharing = (enum iu_sharing)(i % (int)IU_COUNT(sharing_words));
	b->confidence = (enum iu_confidence)(i % 3);
	b->certain = (enum iu_tri)(i % 3);
	b->socket.state = (enum iu_state)(i % (int)IU_COUNT(state_words));
	b->socket.v6only = (enum iu_tri)(i % 3);
	e->snapshot.sockets.v[0].reuseaddr = (enum iu_tri)(i % 3);
	if (e->snapshot.processes.n)
		e->snapshot.processes.v[0].state =
			(enum iu_process_state)(i % (int)IU_COUNT(process_words));
	e->verdict.status = (enum iu_status)(i % (IU_STATUS_UNKNOWN + 1));
	e->verdict.confidence = (enum iu_confidence)(i % 3);
	if (e->verdict.status == IU_STATUS_FREE) {
		e->verdict.operation = IU_OPERATION_NONE;
		e->verdict.error = NULL;
		e->verdict.error_number = 0;
		e->verdict.cause = IU_CAUSE_NONE;
	} else {
		e->verdict.operation = (enum iu_operation)(i % (IU_OPERATION_CONNECT + 1));
		e->verdict.cause = b->cause;
	}
	if (e->verdict.remedies.n && i) {
		e->verdict.remedies.v[0].id =
			(enum iu_remedy_id)(1 + i % (int)IU_COUNT(remedy_words));
		e->verdict.remedies.v[0].risk = (enum iu_risk)(i % (IU_RISK_HIGH + 1));
		e->verdict.remedies.v[0].tried = (enum iu_tri)(i % 3);
	}
}

static int print_documents(const char *what)
{
	static void (*const make[])(struct example *e) = {
		full_example, empty_example, hostile_example,
	};
	size_t m;
	int i;

	for (m = 0; m < IU_COUNT(make); m++) {
		for (i = -1; i < 60; i++) {
			struct example e;

			make[m](&e);
			if (i >= 0)
				set_words(&e, i);
			print(!strcmp(what, "why") ? why(&e) : list(&e));
			iu_snapshot_free(&e.snapshot);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contract),
		cmocka_unit_test(test_unknown_is_null),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_words),
	};

	if (argc > 2 && !strcmp(argv[1], "--print"))
		return print_documents(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test-no-memory.c - each allocation that may be refused: out of memory, never half an answer */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t asked, refused; /* this one of all that are asked for; 0: none */

static void *give(size_t size)
{
	return ++asked == refused ? NULL : calloc(1, size);
}

/* The arena once more, in place of the library's: a chunk for each allocation, which ASan guards. */
#define CHUNK_BYTES	   1
#define malloc(size)	   give(size)
#define calloc(n, size) give((n) * (size))
#include "base/arena.c"
#undef malloc
#undef calloc

#include "base/err.h"
#include "captures/captures.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/plan.h"
#include "engine/redact.h"
#include "input/filter.h"
#include "input/target.h"
#include "model/listing.h"
#include "model/snapshot-json.h"

#define REFUSALS_MAX  1500 /* of an act; where more is asked for some are left out */
#define QUESTIONS_MAX 10   /* of a snapshot */

static const char *folder;

static const struct scene {
	const char *files[8];
} scenes[] = {
	{{"linux/ss-tulpane.txt", "linux/ss-xpane.txt"}},
	{{"linux/netstat-anp.txt", "linux/netstat-tulp-names.txt"}},
	{{"linux/lsof-nP-i-U.txt", "linux/proc-net-tcp.txt", "linux/proc-net-unix.txt"}},
	{{"windows/netstat-ano-en.txt", "windows/tasklist-svc-en.csv", "windows/sc-queryex-en.txt",
		"windows/excludedportrange-tcp-en.txt", "windows/dynamicport-tcp-en.txt",
		"windows/portproxy-all-en.txt"}},
	{{"windows/netstat-anoq-bound-en.txt", "windows/http-servicestate-requestq-en.txt",
		"windows/http-urlacl-en.txt", "windows/http-iplisten-en.txt",
		"windows/event-http-15005.xml", "windows/event-w3svc-115-text.txt"}},
	{{"windows/netstat-anob-en.txt", "windows/portproxy-reg.txt",
		"windows/reservedports-reg-query.txt", "windows/nsi-tcp-exclusions-reg-query.txt"}},
	{{"windows/get-nettcpconnection-full-ps51.csv", "windows/tasklist-v-en.csv",
		"windows/event-security-5159.xml", "windows/event-iis-w3svc-1004.xml"}},
	{{"windows/get-nettcpconnection-table.txt", "windows/tasklist-svc-table-en.txt",
		"windows/http-servicestate-session-en.txt"}},
	{{"windows/netstat-ano-powershell-utf16le.txt", "windows/prompt-10-alg-es-utf8.txt"}},
	{{"busy-machine.json"}},
	{{"../fuzz/corpus/report/secrets.json"}},
	{{"../fuzz/corpus/report/windows.json"}},
	{{"../fuzz/corpus/snapshot-json/random-aa"}},
	{{"../fuzz/corpus/snapshot-json/random-ab"}},
	{{"../fuzz/corpus/snapshot-json/random-ac"}},
};

static char *contents(const char *name, size_t *ret_len)
{
	char path[4096];
	FILE *file;
	char *text = malloc(1 << 20);

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file || !text)
		fail_msg("%s cannot be read", path);
	*ret_len = fread(text, 1, 1 << 20, file);
	fclose(file);
	return text;
}

/* What can be done with a scene; each frees what it makes. */
struct play {
	struct iu_capture captures[8];
	size_t count;
	const char *json; /* a snapshot in place of captures */
	size_t len;
	struct iu_snapshot snapshot; /* read with all the memory it takes */
	const struct iu_question *question;
};

static int read_again(const struct play *play, struct iu_snapshot *snapshot)
{
	struct iu_text complaint = {0};
	int ret = play->json ? iu_snapshot_parse(play->json, play->len, snapshot, &complaint)
			     : iu_captures_read(play->captures, play->count, snapshot, &complaint);

	if (ret < 0 && ret != IU_E_NOMEM)
		print_message("# %s\n", complaint.data ? complaint.data : "no complaint");
	iu_text_free(&complaint);
	return ret;
}

static int act_read(const struct play *play)
{
	struct iu_snapshot snapshot;
	int ret = read_again(play, &snapshot);

	if (ret >= 0)
		iu_snapshot_free(&snapshot);
	return ret;
}

static int act_redact(const struct play *play)
{
	struct iu_question question = *play->question;
	struct iu_questions questions = {.v = &question, .n = 1, .cap = 1};
	struct iu_snapshot snapshot;
	int ret = read_again(play, &snapshot);

	if (ret < 0)
		return ret;
	ret = iu_redact(&snapshot.arena, &snapshot, NULL, &questions);
	iu_snapshot_free(&snapshot);
	return ret;
}

static int act_needs(const struct play *play)
{
	const struct iu_questions questions = {.v = (struct iu_question *)play->question, .n = 1, .cap = 1};
	struct iu_snapshot fresh, sockets = play->snapshot;
	struct iu_arena arena = {0};
	struct iu_needs needs;
	int ret;

	iu_snapshot_init(&fresh);
	sockets.seen &= ~(uint32_t)(IU_FACT_HOLDERS | IU_FACT_OPTIONS);
	sockets.gaps.n = sockets.holds.n = sockets.unreadable.n = sockets.processes.n = 0;
	ret = iu_needs_next(&arena, &questions, &fresh, &needs);
	if (ret >= 0)
		ret = iu_needs_next(&arena, &questions, &sockets, &needs);
	if (ret >= 0)
		ret = iu_needs_next(&arena, &questions, &play->snapshot, &needs);
	iu_arena_free(&arena);
	return ret;
}

static int answer(const struct play *play, bool force)
{
	struct iu_snapshot snapshot = play->snapshot;
	const struct iu_plan_rules rules = {.force = force, .disable = force, .grace_seconds = 3,
		.uids = {1000, 33}, .uid_count = 2};
	struct iu_arena arena = {0};
	struct iu_probes probes = {0};
	struct iu_explanation explanation;
	struct iu_verdict verdict;
	struct iu_plan plan;
	const char *text;
	int ret = iu_probes_wanted(&arena, play->question, &snapshot, &probes);

	snapshot.probes = probes;
	if (ret >= 0)
		ret = iu_decide(&arena, play->question, &snapshot, &verdict);
	if (ret >= 0)
		ret = iu_describe(&arena, play->question, &snapshot, &verdict, &explanation);
	if (ret >= 0)
		ret = iu_plan(&arena, play->question, &snapshot, &snapshot, &verdict, &rules, &plan);
	if (ret >= 0)
		ret = iu_plan_tell(&arena, &snapshot, &plan, &verdict, &explanation);
	if (ret >= 0)
		ret = iu_plan_respawned(&arena, &plan, &rules, &snapshot, &snapshot, &verdict, &text);
	iu_arena_free(&arena);
	return ret;
}

static int act_answer(const struct play *play)
{
	return answer(play, false);
}

static int act_free(const struct play *play)
{
	return answer(play, true);
}

static int act_list(const struct play *play)
{
	struct iu_filter filter = {.all = true};
	struct iu_arena arena = {0};
	struct iu_listing listing;
	int ret = iu_listing_make(&arena, &play->snapshot, &filter, &listing);

	iu_arena_free(&arena);
	return ret;
}

/* What people write: the names of the scene's machine are looked up. */
static int read_target(const struct play *play, const char *target)
{
	const struct iu_options options = {0};
	struct iu_questions questions = {0};
	struct iu_filter filter = {0};
	struct iu_text complaint = {0};
	struct iu_arena arena = {0};
	struct iu_target parsed;
	struct iu_names names;
	int ret = iu_target_parse(&arena, target, strlen(target), &parsed, &complaint);

	iu_captures_names(&play->snapshot, &names);
	if (ret >= 0)
		ret = iu_target_questions(&arena, &parsed, &names, &options, &questions, &complaint);
	if (ret >= 0)
		ret = iu_filter_word(&arena, &names, target, &filter, &complaint);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	return ret < 0 ? ret : 0;
}

static int act_targets(const struct play *play)
{
	static const char *const targets[] = {"8080", "http", "[::1]:80-83", "localhost:9000/udp",
		"unix:/run/some.sock", "http://127.0.0.1/x", "tcp4:443"};
	int ret = 0;

	for (size_t i = 0; i < IU_COUNT(targets) && ret == 0; i++)
		ret = read_target(play, targets[i]);
	return ret;
}

static int act_explain(const struct play *play)
{
	static const char *const errors[] = {"EADDRINUSE", "10013", "Address already in use"};
	struct iu_arena arena = {0};
	int ret = 0;

	(void)play;
	for (size_t i = 0; i < IU_COUNT(errors) && ret == 0; i++) {
		struct iu_error_readings readings;
		struct iu_explanation explanation;
		const struct iu_explain explain = {.readings = &readings, .asked = errors[i]};

		iu_error_read(errors[i], strlen(errors[i]), &readings);
		if (readings.n)
			ret = iu_explain(&arena, &explain, &explanation);
	}
	iu_arena_free(&arena);
	return ret;
}

struct tally {
	size_t refusals, wrong;
};

/* With all the memory it takes, then with each allocation of it refused. */
static void refuse_each(const char *name, const char *about, int (*act)(const struct play *),
	const struct play *play, struct tally *tally)
{
	size_t all, step;
	int ret;

	asked = refused = 0;
	ret = act(play);
	all = asked;
	if (ret < 0)
		fail_msg("%s, %s: %d with all memory", name, about, ret);
	step = all / REFUSALS_MAX + 1;
	for (size_t at = 1; at <= all; at += step) {
		asked = 0;
		refused = at;
		ret = act(play);
		refused = 0;
		tally->refusals++;
		if (ret == IU_E_NOMEM)
			continue;
		tally->wrong++;
		print_message("# %s, %s: %d where allocation %zu of %zu is refused\n", name, about,
			ret, at, all);
	}
}

static struct iu_question question_of(const struct iu_socket *s)
{
	return (struct iu_question){
		.target = {.text = "it", .protocol = s->protocol, .family = s->family,
			.address = s->local, .port = s->port, .path = s->path,
			.path_len = s->path_len, .abstract = s->abstract},
		.how = {.probe = IU_PROBE_ALWAYS},
	};
}

/* Of sockets all over the snapshot, and of a free port. */
static size_t make_questions(const struct iu_snapshot *snapshot, struct iu_question *questions)
{
	static const struct iu_socket free_port = {
		.protocol = IU_PROTOCOL_TCP, .family = IU_FAMILY_ANY, .port = 64999};
	size_t n = 0, step = snapshot->sockets.n / (QUESTIONS_MAX - 1) + 1;

	questions[n++] = question_of(&free_port);
	for (size_t i = 0; i < snapshot->sockets.n && n < QUESTIONS_MAX; i += step)
		questions[n++] = question_of(&snapshot->sockets.v[i]);
	return n;
}

static void play_scene(const struct scene *scene, struct tally *tally)
{
	struct iu_question questions[QUESTIONS_MAX];
	struct play play = {0};
	const char *name = scene->files[0];
	char *texts[8];
	size_t n;

	for (size_t i = 0; i < IU_COUNT(texts) && scene->files[i]; i++, play.count++) {
		play.captures[i].name = scene->files[i];
		play.captures[i].text = texts[i] = contents(scene->files[i], &play.captures[i].len);
	}
	if (strstr(name, "snapshot-json")) {
		play.json = texts[0];
		play.len = play.captures[0].len;
	}
	if (read_again(&play, &play.snapshot) < 0)
		fail_msg("%s cannot be read", name);
	n = make_questions(&play.snapshot, questions);
	play.question = &questions[n - 1];
	refuse_each(name, "read", act_read, &play, tally);
	refuse_each(name, "redacted", act_redact, &play, tally);
	refuse_each(name, "listed", act_list, &play, tally);
	refuse_each(name, "targets", act_targets, &play, tally);
	for (size_t i = 0; i < n; i++) {
		play.question = &questions[i];
		refuse_each(name, "needs", act_needs, &play, tally);
		refuse_each(name, "answered", act_answer, &play, tally);
		refuse_each(name, "freed by force", act_free, &play, tally);
	}
	iu_snapshot_free(&play.snapshot);
	for (size_t i = 0; i < play.count; i++)
		free(texts[i]);
}

static void test_scenes(void **state)
{
	struct tally tally = {0};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(scenes); i++)
		play_scene(&scenes[i], &tally);
	refuse_each("errors", "explained", act_explain, &(struct play){0}, &tally);
	print_message("# %zu refusals in %zu scenes, %zu wrong\n", tally.refusals, IU_COUNT(scenes),
		tally.wrong);
	assert_int_equal(tally.wrong, 0);
	assert_true(tally.refusals > 1000);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_scenes)};

	folder = argc > 1 ? argv[1] : ".";
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("no-memory", tests, NULL, NULL);
}

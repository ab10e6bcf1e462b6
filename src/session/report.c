/* session/report.c - everything of this machine at once, for later and for elsewhere */
#include "session/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/compat.h"
#include "base/err.h"
#include "engine/engine.h"
#include "engine/redact.h"
#include "engine/troubles.h"
#include "os/os.h"
#include "output/page.h"

/* ---- what to look for ---- */

static void want_path(struct iu_arena *arena, struct iu_needs *needs, const char *path, size_t len)
{
	struct iu_path *slot = iu_list_add(arena, &needs->paths);

	slot->path = path;
	slot->path_len = len;
}

static int by_path(const void *left, const void *right)
{
	const struct iu_path *a = left, *b = right;
	size_t len = a->path_len < b->path_len ? a->path_len : b->path_len;
	int order = len ? memcmp(a->path, b->path, len) : 0;

	return order ? order : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

static void unique_paths(struct iu_needs *needs)
{
	size_t n = 0;

	if (!needs->paths.n)
		return;
	qsort(needs->paths.v, needs->paths.n, sizeof(*needs->paths.v), by_path);
	for (size_t i = 1; i < needs->paths.n; i++)
		if (by_path(&needs->paths.v[i], &needs->paths.v[n]))
			needs->paths.v[++n] = needs->paths.v[i];
	needs->paths.n = n + 1;
}

/* Relative names lead from the directory of the one who bound them, not from ours. */
static bool has_file(const struct iu_socket *s)
{
	return s->protocol == IU_PROTOCOL_UNIX && s->path && s->path_len && !s->abstract &&
	       s->path[0] == '/';
}

static void want_paths(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_questions *questions, struct iu_needs *needs)
{
	needs->facts = IU_FACT_PATHS;
	for (size_t i = 0; i < questions->n; i++)
		if (questions->v[i].target.protocol == IU_PROTOCOL_UNIX &&
			!questions->v[i].target.abstract)
			want_path(arena, needs, questions->v[i].target.path,
				questions->v[i].target.path_len);
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (has_file(&snapshot->sockets.v[i]))
			want_path(arena, needs, snapshot->sockets.v[i].path,
				snapshot->sockets.v[i].path_len);
	unique_paths(needs);
}

/* A UNIX socket without a name takes none away from anybody. */
static void want_holders(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	struct iu_needs *needs)
{
	needs->facts = IU_FACT_HOLDERS | IU_FACT_OPTIONS | IU_FACT_WAITERS | IU_FACT_EVIDENCE |
		IU_FACT_SERVICES | IU_FACT_HTTP | IU_FACT_PROXIES | IU_FACT_EVENTS;
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];
		uint64_t *slot;

		if (!s->inode || (s->protocol == IU_PROTOCOL_UNIX && !s->path))
			continue;
		slot = iu_list_add(arena, &needs->inodes);
		*slot = s->inode;
	}
	iu_needs_sort_inodes(needs);
}

/* ---- what the kernel says ---- */

/* Asked as `inuse why` would ask for this question alone; @all receives the answers. */
static int ask(const struct iu_question *question, struct iu_snapshot *snapshot,
	struct iu_probes *all)
{
	struct iu_probes probes = {0};
	struct iu_arena arena = {0};
	int ret = iu_probes_wanted(&arena, question, snapshot, &probes);

	for (size_t i = 0; i < probes.n && ret == 0; i++) {
		struct iu_probe *slot;

		iu_os_probe(&probes.v[i]);
		slot = iu_list_add(&snapshot->arena, all);
		*slot = probes.v[i];
		slot->device = iu_arena_strdup(&snapshot->arena, slot->device);
	}
	iu_arena_free(&arena);
	return ret;
}

static int ask_all(const struct iu_questions *questions, struct iu_snapshot *snapshot)
{
	struct iu_probes all = {0};
	int ret = 0;

	for (size_t i = 0; i < questions->n && ret == 0; i++)
		ret = ask(&questions->v[i], snapshot, &all);
	snapshot->probes = all;
	return ret;
}

static int collect(const struct iu_needs *wanted, const struct iu_filter *how, struct iu_snapshot *snapshot)
{
	struct iu_needs needs = *wanted;

	if (how) {
		needs.plain = how->plain;
		needs.leaves_nothing = how->leaves_nothing;
		needs.budget = how->budget;
	}
	return iu_os_collect(&needs, snapshot);
}

int iu_report_look(struct iu_session *session, const struct iu_questions *questions,
	const struct iu_filter *how)
{
	struct iu_snapshot *snapshot = &session->snapshot;
	struct iu_needs sockets = {
		.facts = IU_FACT_HOST | IU_FACT_SYSCTLS | IU_FACT_ADDRESSES | IU_FACT_TCP |
			IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_UNIX | IU_FACT_EXCLUSIONS | IU_FACT_POLICY,
		.all_ports = true,
		.connections = true,
		.automatic = true,
	};
	struct iu_needs files = {0}, holders = {0};
	struct iu_arena arena = {0};
	int ret;

	iu_session_begin(how ? how->budget : NULL);
	iu_snapshot_init(snapshot);
	ret = collect(&sockets, how, snapshot);
	if (ret >= 0)
		want_paths(&arena, snapshot, questions, &files);
	if (ret >= 0)
		ret = collect(&files, how, snapshot);
	if (ret >= 0)
		want_holders(&arena, snapshot, &holders);
	if (ret >= 0)
		ret = collect(&holders, how, snapshot);
	if (ret >= 0)
		ret = ask_all(questions, snapshot);
	if (ret >= 0 && arena.failed)
		ret = IU_E_NOMEM;
	iu_arena_free(&arena);
	return ret < 0 ? ret : snapshot->arena.failed ? IU_E_NOMEM : 0;
}

int iu_report_redact(
	struct iu_arena *arena, struct iu_snapshot *snapshot, struct iu_questions *questions)
{
	struct iu_people people = {0};
	int ret = iu_os_people(arena, &people.users, &people.homes);

	return ret < 0 ? ret : iu_redact(arena, snapshot, &people, questions);
}

/* Who wrote the file, when, and what was asked: for people and other programs. */
json_t *iu_report_about(
	const struct iu_snapshot *snapshot, const struct iu_questions *questions, bool redacted)
{
	time_t when = (time_t)snapshot->host.now;
	struct tm room;
	const struct tm *tm = when > 0 ? gmtime_r(&when, &room) : NULL;
	json_t *targets = json_array();
	struct iu_arena arena = {0};
	char text[40] = "";

	if (tm)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", tm);
	for (size_t i = 0; i < questions->n; i++) {
		const char *target = questions->v[i].target.text;
		const char *clean = iu_utf8_clean(&arena, target, strlen(target), 0);

		json_array_append_new(targets, json_string(clean ? clean : ""));
	}
	iu_arena_free(&arena);
	return json_pack("{s:{s:s, s:s?, s:b, s:o}}", "report", "version", IU_VERSION, "recorded",
		*text ? text : NULL, "redacted", redacted, "targets", targets);
}

/* ---- the same for people ---- */

static int answer_all(struct iu_session *session, const struct iu_questions *questions, struct iu_arena *arena,
	struct iu_troubles *troubles)
{
	for (size_t i = 0; i < questions->n; i++) {
		struct iu_question question = questions->v[i];
		struct iu_answer answer;
		struct iu_trouble *slot;
		int ret = iu_session_answer(session, &question, arena, &answer);

		if (ret < 0)
			return ret;
		slot = iu_list_add(arena, &troubles->list);
		*slot = (struct iu_trouble){
			.kind = IU_TROUBLE_ASKED,
			.headline = answer.explanation.headline,
			.question = question,
			.explanation = answer.explanation,
		};
	}
	return 0;
}

/* What is there now may be asked of the kernel, as `inuse why` would; what a restart would meet may not. */
static int prove_all(struct iu_session *session, struct iu_arena *arena, struct iu_troubles *troubles)
{
	for (size_t i = 0; i < troubles->list.n; i++) {
		struct iu_trouble *trouble = &troubles->list.v[i];
		struct iu_answer answer;
		int ret;

		if (trouble->kind != IU_TROUBLE_UNSERVED && trouble->kind != IU_TROUBLE_LEFT)
			continue;
		trouble->question.how.probe = IU_PROBE_AUTO;
		ret = iu_session_answer(session, &trouble->question, arena, &answer);
		if (ret < 0)
			return ret;
		if (answer.verdict.status == IU_STATUS_FREE)
			continue; /* it has just ended: the page is of then */
		trouble->headline = answer.explanation.headline;
		trouble->explanation = answer.explanation;
	}
	return 0;
}

int iu_report_page(struct iu_session *session, const struct iu_questions *questions, bool redacted,
	struct iu_text *out)
{
	const struct iu_filter everything = {.all = true};
	struct iu_session live = *session, recorded = *session; /* of what was asked the answer is known */
	struct iu_troubles troubles = {0};
	struct iu_listing listing = {0};
	struct iu_arena arena = {0};
	int ret;

	if (!session->recorded)
		recorded.then = session->snapshot.probes;
	recorded.recorded = true;
	recorded.snapshot.probes = (struct iu_probes){0};
	ret = iu_listing_make(&arena, &recorded.snapshot, &everything, &listing);
	if (ret >= 0)
		ret = answer_all(&recorded, questions, &arena, &troubles);
	if (ret >= 0)
		ret = iu_troubles_find(&arena, &recorded.snapshot, &listing, &troubles);
	if (ret >= 0 && !session->recorded && !redacted)
		ret = prove_all(&live, &arena, &troubles);
	if (ret >= 0)
		iu_page_write(&(struct iu_page){&recorded.snapshot, &listing, &troubles, redacted}, out);
	iu_arena_free(&arena);
	return ret < 0 ? ret : out->failed ? IU_E_NOMEM : 0;
}

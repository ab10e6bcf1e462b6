/* session/lately.c - what was refused lately, told to each user about his own processes only */
#include "session/lately.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/phrase.h"
#include "knowledge/causes.h"
#include "output/home.h"

/* ---- writing ---- */

/* As short as the answer to `inuse` with it is the same: a wildcard's port is asked of both families. */
static const char *target_of(struct iu_arena *arena, const struct iu_question *q)
{
	bool plain = !q->target.other && q->target.protocol != IU_PROTOCOL_UNIX && q->target.port;

	if (plain && iu_address_is_wildcard(&q->target.address))
		return iu_phrase(arena, q->target.protocol == IU_PROTOCOL_TCP ? "%u" : "%u/udp",
			(unsigned int)q->target.port);
	return iu_phrase_target(arena, q);
}

static const char *command_of(struct iu_arena *arena, const struct iu_question *q)
{
	struct iu_strings words = {0};

	iu_phrase_there(arena, q, &words);
	iu_strings_add(arena, &words, "inuse");
	iu_strings_add(arena, &words, target_of(arena, q));
	return iu_phrase_shell(arena, words.v, words.n);
}

static json_t *clean(struct iu_arena *arena, const char *text)
{
	char *valid = text ? iu_utf8_clean(arena, text, strlen(text), IU_PATH_COLUMNS) : NULL;

	return valid ? json_string(valid) : json_null();
}

/* Who is in the way, as far as that user may know. */
static json_t *holder_of(struct iu_arena *arena, const struct iu_failure *failure, const struct iu_answer *answer)
{
	const struct iu_verdict *verdict = answer ? &answer->verdict : NULL;
	const struct iu_blocker *b = verdict && verdict->blockers.n ? &verdict->blockers.v[0] : NULL;
	const struct iu_hold *hold = b && b->holds.n ? &answer->snapshot->holds.v[b->holds.v[0]] : NULL;
	const struct iu_process *p = hold ? iu_snapshot_process(answer->snapshot, hold->pid) : NULL;
	uint32_t asker = failure->process.uid, uid;
	json_t *holder;

	if (!verdict || verdict->status != IU_STATUS_IN_USE || !p || !(p->uid_known || b->socket.uid_known))
		return json_null();
	uid = p->uid_known ? p->uid : b->socket.uid;
	holder = json_pack("{sb sb}", "listens", b->socket.state == IU_STATE_LISTEN, "gone", b->socket.gone);
	if (asker != 0 && asker != uid) {
		json_object_set_new(holder, "user",
			clean(arena, iu_phrase_user(arena, p->user ? p->user : b->socket.user, true, uid)));
		return holder;
	}
	json_object_set_new(holder, "name", clean(arena, p->name));
	json_object_set_new(holder, "pid", json_integer(p->pid));
	json_object_set_new(holder, "cwd", clean(arena, p->cwd));
	return holder;
}

static char *line_of(struct iu_arena *arena, const struct iu_failure *failure, const struct iu_answer *answer)
{
	const struct iu_process *p = &failure->process;
	const struct iu_question *q = &failure->question;
	json_t *line = json_pack("{sI sI sI so sb so so so so}", "ms", (json_int_t)failure->time_ms, "started",
		(json_int_t)p->started, "group", (json_int_t)p->pgid, "name", clean(arena, p->name), "listen",
		failure->listen || (q->target.protocol == IU_PROTOCOL_TCP && !q->target.other), "target",
		clean(arena, target_of(arena, q)), "command", clean(arena, command_of(arena, q)), "cause",
		clean(arena, answer ? iu_cause_name(answer->verdict.cause) : NULL), "holder", holder_of(arena, failure, answer));
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	json_decref(line);
	return text;
}

/* The user's oldest where he has his share, else a free place or the oldest of all. */
static size_t place_for(const struct iu_lately *lately, uint32_t uid)
{
	size_t oldest = 0, own = IU_LATELY_ENTRIES, count = 0;

	for (size_t i = 0; i < IU_LATELY_ENTRIES; i++) {
		if (lately->v[i].number < lately->v[oldest].number)
			oldest = i;
		if (!lately->v[i].number || lately->v[i].uid != uid)
			continue;
		count++;
		if (own == IU_LATELY_ENTRIES || lately->v[i].number < lately->v[own].number)
			own = i;
	}
	return count < IU_LATELY_OF_USER ? oldest : own;
}

void iu_lately_add(struct iu_lately *lately, const struct iu_failure *failure, const struct iu_answer *answer)
{
	struct iu_arena arena = {0};
	size_t place;
	char *line;

	if (failure->process.sid <= 0 || !failure->process.uid_known)
		return;
	line = line_of(&arena, failure, answer);
	iu_arena_free(&arena);
	if (!line)
		return;
	place = place_for(lately, failure->process.uid);
	free(lately->v[place].line);
	lately->v[place].line = line;
	lately->v[place].uid = failure->process.uid;
	lately->v[place].session = failure->process.sid;
	lately->v[place].number = ++lately->number;
}

void iu_lately_take(struct iu_lately *lately, uint32_t uid, int32_t session, struct iu_text *out)
{
	for (;;) {
		size_t next = IU_LATELY_ENTRIES;

		for (size_t i = 0; i < IU_LATELY_ENTRIES; i++)
			if (lately->v[i].number && lately->v[i].uid == uid && lately->v[i].session == session &&
				(next == IU_LATELY_ENTRIES || lately->v[i].number < lately->v[next].number))
				next = i;
		if (next == IU_LATELY_ENTRIES)
			return;
		iu_text_addn(out, lately->v[next].line, strlen(lately->v[next].line));
		iu_text_add(out, "\n");
		free(lately->v[next].line);
		lately->v[next].line = NULL;
		lately->v[next].number = 0;
	}
}

void iu_lately_free(struct iu_lately *lately)
{
	for (size_t i = 0; i < IU_LATELY_ENTRIES; i++)
		free(lately->v[i].line);
	*lately = (struct iu_lately){0};
}

/* ---- reading ---- */

static int64_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Times of a start are whole seconds. */
static bool is_of(const json_t *line, const struct iu_lately_command *command)
{
	int64_t group = number(line, "group");

	return number(line, "ms") >= command->since_ms &&
	       number(line, "started") >= command->since_ms / 1000 - 1 && group > 0 && group < INT32_MAX &&
	       !command->sees((int32_t)group) && text_of(line, "target") && text_of(line, "command");
}

static bool is_explained(const json_t *line)
{
	return text_of(line, "cause") != NULL;
}

static void add_foreign(struct iu_text *out, const char *text, size_t columns)
{
	iu_text_foreign(out, text, strlen(text), columns);
}

/* "node (4767, ~/shop) does", "a process of root has it" */
static void add_holder(const json_t *line, const json_t *holder, const char *home, struct iu_text *out)
{
	const char *user = text_of(holder, "user"), *name = text_of(holder, "name"), *cwd = text_of(holder, "cwd");

	if (user) {
		iu_text_add(out, "a process of ");
		add_foreign(out, user, IU_NAME_COLUMNS);
	} else {
		add_foreign(out, name ? name : "a process", IU_NAME_COLUMNS);
		iu_text_printf(out, " (%lld", (long long)number(holder, "pid"));
		iu_text_add(out, cwd ? ", " : "");
		if (cwd)
			iu_home_add(out, cwd, home, IU_PATH_COLUMNS);
		iu_text_add(out, ")");
	}
	if (json_is_true(json_object_get(holder, "gone")))
		iu_text_add(out, " had it, and is gone");
	else if (json_is_true(json_object_get(holder, "listens")) && json_is_true(json_object_get(line, "listen")))
		iu_text_add(out, " does");
	else
		iu_text_add(out, " has it");
}

/* Where nobody can be named: what the cause is. */
static const char *cause_words(const char *name)
{
	for (int cause = IU_CAUSE_NONE + 1; name && cause < IU_CAUSE_COUNT; cause++)
		if (!strcmp(iu_cause_name((enum iu_cause)cause), name))
			return iu_cause_row((enum iu_cause)cause)->sentence;
	return NULL;
}

static void add_sentence(const json_t *line, const char *home, struct iu_text *out)
{
	const json_t *holder = json_object_get(line, "holder");
	const char *name = text_of(line, "name"), *cause = cause_words(text_of(line, "cause"));

	add_foreign(out, name ? name : "a program", IU_NAME_COLUMNS);
	iu_text_add(out, json_is_true(json_object_get(line, "listen")) ? " could not listen on " : " could not bind ");
	add_foreign(out, text_of(line, "target"), IU_PATH_COLUMNS);
	if (json_is_object(holder) || cause)
		iu_text_add(out, ": ");
	if (json_is_object(holder))
		add_holder(line, holder, home, out);
	else
		iu_text_add(out, cause);
	iu_text_add(out, ". → ");
	add_foreign(out, text_of(line, "command"), 0);
}

int iu_lately_find(const char *bytes, size_t len, const struct iu_lately_command *command, const char *home,
	struct iu_text *ret_sentence)
{
	json_t *found = NULL;

	while (len) {
		const char *end = memchr(bytes, '\n', len);
		size_t n = end ? (size_t)(end - bytes) : len;
		json_t *line = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);

		if (json_is_object(line) && is_of(line, command) && (is_explained(line) || !is_explained(found))) {
			json_decref(found);
			found = json_incref(line);
		}
		json_decref(line);
		n += end ? 1 : 0;
		bytes += n;
		len -= n;
	}
	if (!found)
		return 0;
	add_sentence(found, home, ret_sentence);
	json_decref(found);
	return ret_sentence->failed ? IU_E_NOMEM : 1;
}

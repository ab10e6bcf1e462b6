/* session/api.c - the exported functions of libinuse over the session */
#include "inuse/inuse.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "os/os.h"
#include "out/out.h"
#include "session/session.h"

struct one {
	enum inuse_status status;
	int error_number;
	const char *cause, *headline, *text, *json;
};

struct inuse_answers {
	struct iu_arena arena;
	const char *complaint;
	IU_LIST(struct one) list;
};

static const enum inuse_status exported_status[] = {
	[IU_STATUS_FREE] = INUSE_FREE,
	[IU_STATUS_IN_USE] = INUSE_IN_USE,
	[IU_STATUS_DENIED] = INUSE_DENIED,
	[IU_STATUS_UNAVAILABLE] = INUSE_UNAVAILABLE,
	[IU_STATUS_UNKNOWN] = INUSE_UNKNOWN,
};

const char *inuse_version(void)
{
	return IU_VERSION;
}

/* A caller compiled against an older header has a shorter struct: the rest stays zero. */
static struct inuse_options options_of(const struct inuse_options *given)
{
	struct inuse_options options = {0};

	if (given)
		memcpy(&options, given,
			given->size < sizeof(options) ? given->size : sizeof(options));
	return options;
}

static int render(struct iu_arena *arena, const struct iu_answer *answer, struct one *one)
{
	const struct iu_style plain = {.columns = 80};
	struct iu_text text = {0};
	json_t *json;
	char *dump;

	iu_out_story(&answer->story, &plain, &text);
	one->text = text.failed ? NULL : iu_arena_strdup(arena, text.data);
	iu_text_free(&text);
	json = iu_out_why_json(answer->question, answer->snapshot, &answer->verdict);
	dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	one->json = iu_arena_strdup(arena, dump);
	free(dump);
	json_decref(json);
	one->status = exported_status[answer->verdict.status];
	one->error_number = answer->verdict.error_number;
	one->cause = iu_cause_name(answer->verdict.cause);
	one->headline = iu_arena_strdup(arena, answer->verdict.headline);
	return one->text && one->json && one->headline ? 0 : IU_E_NOMEM;
}

static int answer_all(struct inuse_answers *answers, const struct iu_questions *questions)
{
	struct iu_session session = {0};
	struct iu_answer answer;
	struct iu_arena arena = {0};
	struct one *one;
	size_t i;
	int r;

	r = iu_session_look(&session, questions);
	for (i = 0; r >= 0 && i < questions->n; i++) {
		r = iu_session_answer(&session, &questions->v[i], &arena, &answer);
		one = r < 0 ? NULL : iu_list_add(&answers->arena, &answers->list);
		if (r >= 0)
			r = one ? render(&answers->arena, &answer, one) : IU_E_NOMEM;
		iu_arena_free(&arena);
	}
	iu_session_free(&session);
	return r;
}

static int read_target(struct inuse_answers *answers, const char *target,
	const struct inuse_options *given, struct iu_questions *questions)
{
	struct inuse_options options = options_of(given);
	struct iu_options asked = {.reuseaddr = options.reuseaddr,
		.reuseport = options.reuseport,
		.v6only = options.v6only ? IU_YES : IU_UNKNOWN};
	struct iu_text complaint = {0};
	struct iu_target parsed;
	size_t i;
	int r;

	r = iu_target_parse(&answers->arena, target, strlen(target), &parsed, &complaint);
	if (r >= 0 && parsed.kind != IU_TARGET_INET && parsed.kind != IU_TARGET_UNIX) {
		iu_text_add(&complaint, "a message is no target here: give a port, an endpoint or a path");
		r = IU_E_INPUT;
	}
	if (r >= 0)
		r = iu_target_questions(&answers->arena, &parsed, iu_os_names(), &asked, questions,
			&complaint);
	for (i = 0; r >= 0 && i < questions->n; i++) {
		questions->v[i].probe = options.no_probe ? IU_PROBE_NEVER : IU_PROBE_AUTO;
		questions->v[i].by_self = true;
	}
	if (r == IU_E_INPUT) {
		answers->complaint = complaint.data ? iu_arena_strdup(&answers->arena, complaint.data)
						    : NULL;
		if (!answers->complaint)
			r = IU_E_NOMEM;
	}
	iu_text_free(&complaint);
	return r;
}

int inuse_why(const char *target, const struct inuse_options *options,
	struct inuse_answers **ret_answers)
{
	struct inuse_answers *answers = calloc(1, sizeof(*answers));
	struct iu_questions questions = {0};
	int r;

	if (!answers)
		return INUSE_ERROR_NOMEM;
	r = read_target(answers, target ? target : "", options, &questions);
	if (r >= 0)
		r = answer_all(answers, &questions);
	if (r < 0 && r != IU_E_INPUT) {
		inuse_answers_free(answers);
		return r == IU_E_NOMEM ? INUSE_ERROR_NOMEM : INUSE_ERROR_SYSTEM;
	}
	*ret_answers = answers;
	return r < 0 ? INUSE_ERROR_TARGET : (int)answers->list.n;
}

const char *inuse_complaint(const struct inuse_answers *answers)
{
	return answers->complaint;
}

enum inuse_status inuse_answer_status(const struct inuse_answers *answers, size_t index)
{
	return index < answers->list.n ? answers->list.v[index].status : INUSE_UNKNOWN;
}

int inuse_answer_errno(const struct inuse_answers *answers, size_t index)
{
	return index < answers->list.n ? answers->list.v[index].error_number : 0;
}

const char *inuse_answer_cause(const struct inuse_answers *answers, size_t index)
{
	return index < answers->list.n ? answers->list.v[index].cause : NULL;
}

const char *inuse_answer_headline(const struct inuse_answers *answers, size_t index)
{
	return index < answers->list.n ? answers->list.v[index].headline : NULL;
}

const char *inuse_answer_text(const struct inuse_answers *answers, size_t index)
{
	return index < answers->list.n ? answers->list.v[index].text : NULL;
}

const char *inuse_answer_json(const struct inuse_answers *answers, size_t index)
{
	return index < answers->list.n ? answers->list.v[index].json : NULL;
}

void inuse_answers_free(struct inuse_answers *answers)
{
	if (!answers)
		return;
	iu_arena_free(&answers->arena);
	free(answers);
}

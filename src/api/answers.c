/* api/answers.c - asking, and one answer as callers see it */
#include "api/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "session/questions.h"

struct inuse_answers {
	struct iu_api_look look;
	struct iu_arena arena;
	struct iu_session session;
	struct iu_questions questions;
	IU_LIST(struct inuse_answer) list;
};

static const enum inuse_status statuses[] = {
	[IU_STATUS_FREE] = INUSE_FREE,
	[IU_STATUS_IN_USE] = INUSE_IN_USE,
	[IU_STATUS_DENIED] = INUSE_DENIED,
	[IU_STATUS_UNAVAILABLE] = INUSE_UNAVAILABLE,
	[IU_STATUS_UNKNOWN] = INUSE_UNKNOWN,
};

_Static_assert((int)INUSE_PROVEN == (int)IU_CONFIDENCE_PROVEN &&
		       (int)INUSE_LIKELY == (int)IU_CONFIDENCE_LIKELY &&
		       (int)INUSE_RISK_HIGH == (int)IU_RISK_HIGH &&
		       (int)INUSE_RISK_MEDIUM == (int)IU_RISK_MEDIUM &&
		       (int)INUSE_RISK_LOW == (int)IU_RISK_LOW &&
		       (int)INUSE_TRI_NO == (int)IU_NO && (int)INUSE_TRI_YES == (int)IU_YES &&
		       (int)INUSE_OPERATION_AUTO == (int)IU_OPERATION_NONE &&
		       (int)INUSE_OPERATION_BIND == (int)IU_OPERATION_BIND &&
		       (int)INUSE_OPERATION_LISTEN == (int)IU_OPERATION_LISTEN &&
		       (int)INUSE_OPERATION_CONNECT == (int)IU_OPERATION_CONNECT,
	"the exported numbers are those of the house");

static int add_blockers(struct inuse_answer *answer)
{
	const struct iu_verdict *verdict = &answer->answer.verdict;
	int ret = 0;

	for (size_t i = 0; i < verdict->blockers.n && ret >= 0; i++) {
		struct inuse_socket *socket = iu_list_add(answer->arena, &answer->blockers);

		ret = iu_api_socket(answer->arena, answer->answer.snapshot,
			&verdict->blockers.v[i], socket);
	}
	return ret;
}

static int answer_all(struct inuse_answers *answers)
{
	bool recorded = answers->session.recorded;
	int ret = recorded ? 0 : iu_session_look(&answers->session, &answers->questions);

	for (size_t i = 0; ret >= 0 && i < answers->questions.n; i++) {
		struct inuse_answer answer = {
			.arena = &answers->arena, .style = &answers->look.style, .recorded = recorded};

		ret = iu_session_answer(&answers->session, &answers->questions.v[i],
			&answers->arena, &answer.answer);
		if (ret >= 0)
			ret = add_blockers(&answer);
		*iu_list_add(&answers->arena, &answers->list) = answer;
	}
	return ret;
}

static int finish(struct inuse_answers *answers, int r, struct inuse_answers **ret_answers)
{
	const struct inuse_options *options = &answers->look.options;
	struct iu_text none = {0};

	if (r < 0 || answers->arena.failed) {
		r = r < 0 ? r : IU_E_NOMEM; /* whoever failed has complained */
	} else {
		r = answer_all(answers);
		if (r >= 0 && answers->arena.failed)
			r = IU_E_NOMEM;
		iu_api_complain(&(struct iu_complaint){options->complaint, options->complaint_size}, &none, r);
	}
	if (r < 0) {
		inuse_answers_free(answers);
		return r;
	}
	*ret_answers = answers;
	return (int)answers->list.n;
}

/* NULL: no memory, which is said. */
static struct inuse_answers *begin(const struct inuse_options *given, int *ret)
{
	struct inuse_answers *answers = calloc(1, sizeof(*answers));
	struct iu_api_look look;

	if (!answers) {
		*ret = iu_api_begin(given, &look);
		if (*ret >= 0)
			*ret = iu_api_complain(&(struct iu_complaint){look.options.complaint,
						       look.options.complaint_size}, &(struct iu_text){0}, IU_E_NOMEM);
		return NULL;
	}
	iu_snapshot_init(&answers->session.snapshot);
	*ret = iu_api_begin(given, &answers->look);
	return answers;
}

int inuse_why(const char *target, const struct inuse_options *given,
	struct inuse_answers **ret_answers)
{
	struct inuse_answers *answers;
	int ret;

	answers = begin(given, &ret);
	if (!answers)
		return ret;
	if (ret >= 0)
		ret = iu_api_questions(
			&answers->arena, target, &answers->look, NULL, &answers->questions);
	return finish(answers, ret, ret_answers);
}

int iu_api_answers_replay(const struct iu_snapshot *snapshot, const char *target,
	const struct inuse_options *given, struct inuse_answers **ret_answers)
{
	struct inuse_answers *answers;
	int ret;

	answers = begin(given, &ret);
	if (!answers)
		return ret;
	iu_session_replay(&answers->session, snapshot);
	if (ret >= 0)
		ret = iu_api_questions(
			&answers->arena, target, &answers->look, snapshot, &answers->questions);
	return finish(answers, ret, ret_answers);
}

static int read_operation(
	const struct inuse_options *options, enum iu_operation *ret_operation, struct iu_text *complaint)
{
	switch (options->operation) {
	case INUSE_OPERATION_AUTO:
	case INUSE_OPERATION_BIND:
	case INUSE_OPERATION_LISTEN:
	case INUSE_OPERATION_CONNECT: *ret_operation = (enum iu_operation)options->operation; return 0;
	}
	iu_text_printf(complaint,
		"operation is %d: INUSE_OPERATION_AUTO, _BIND, _LISTEN or _CONNECT is meant",
		(int)options->operation);
	return IU_E_INPUT;
}

int inuse_explain_bind(int fd, const struct sockaddr *address, size_t length, int error,
	const struct inuse_options *given, struct inuse_answers **ret_answers)
{
	struct iu_text complaint = {0};
	struct inuse_answers *answers;
	struct iu_question *question;
	struct inuse_options *options;
	enum iu_operation operation;
	int ret, saved = errno;

	answers = begin(given, &ret);
	if (!answers)
		return ret;
	if (ret < 0)
		return finish(answers, ret, ret_answers);
	options = &answers->look.options;
	question = iu_list_add(&answers->arena, &answers->questions);
	ret = read_operation(options, &operation, &complaint);
	if (ret >= 0)
		ret = iu_questions_from_socket(&answers->arena, fd, address, length, operation, error,
			question, &complaint);
	if (ret >= 0)
		ret = iu_api_finish(&answers->arena, &answers->look, &answers->questions, &complaint);
	ret = iu_api_complain(&(struct iu_complaint){options->complaint, options->complaint_size},
		&complaint, ret);
	ret = finish(answers, ret, ret_answers);
	errno = saved;
	return ret;
}

size_t inuse_answers_count(const struct inuse_answers *answers)
{
	return answers ? answers->list.n : 0;
}

struct inuse_answer *inuse_answers_get(struct inuse_answers *answers, size_t index)
{
	return answers && index < answers->list.n ? &answers->list.v[index] : NULL;
}

void inuse_answers_free(struct inuse_answers *answers)
{
	if (!answers)
		return;
	if (!answers->session.recorded) /* else it belongs to whoever gave it */
		iu_session_free(&answers->session);
	iu_arena_free(&answers->arena);
	free(answers);
}

const char *inuse_answer_target(const struct inuse_answer *answer)
{
	return answer ? answer->answer.question->target.text : NULL;
}

enum inuse_status inuse_answer_status(const struct inuse_answer *answer)
{
	return answer ? statuses[answer->answer.verdict.status] : INUSE_UNKNOWN;
}

int inuse_answer_errno(const struct inuse_answer *answer)
{
	return answer ? answer->answer.verdict.error_number : 0;
}

const char *inuse_answer_error(const struct inuse_answer *answer)
{
	return answer ? answer->answer.verdict.error : NULL;
}

const char *inuse_answer_operation(const struct inuse_answer *answer)
{
	return answer ? iu_operation_name(answer->answer.verdict.operation) : NULL;
}

const char *inuse_answer_cause(const struct inuse_answer *answer)
{
	return answer ? iu_cause_name(answer->answer.verdict.cause) : NULL;
}

enum inuse_confidence inuse_answer_confidence(const struct inuse_answer *answer)
{
	return answer ? (enum inuse_confidence)answer->answer.verdict.confidence : INUSE_POSSIBLE;
}

const char *inuse_answer_headline(const struct inuse_answer *answer)
{
	return answer ? answer->answer.verdict.headline : NULL;
}

const char *inuse_answer_text(struct inuse_answer *answer)
{
	struct iu_text text = {0};

	if (!answer)
		return NULL;
	if (!answer->text) {
		iu_output_explanation(&answer->answer.explanation, answer->style, &text);
		answer->text = iu_api_keep(answer->arena, &text);
	}
	return answer->text;
}

const char *inuse_answer_json(struct inuse_answer *answer)
{
	if (!answer)
		return NULL;
	if (!answer->json)
		answer->json = iu_api_dump(answer->arena,
			iu_output_why_json(answer->answer.question, answer->answer.snapshot,
				&answer->answer.verdict));
	return answer->json;
}

const char *inuse_answer_warning(const struct inuse_answer *answer, size_t index)
{
	return answer && index < answer->answer.verdict.warnings.n
		       ? answer->answer.verdict.warnings.v[index]
		       : NULL;
}

const char *inuse_answer_doubt(const struct inuse_answer *answer, size_t index)
{
	return answer && index < answer->answer.verdict.caveats.n
		       ? answer->answer.verdict.caveats.v[index]
		       : NULL;
}

const struct inuse_socket *inuse_answer_blocker(const struct inuse_answer *answer, size_t index)
{
	return answer && index < answer->blockers.n ? &answer->blockers.v[index] : NULL;
}

const struct inuse_remedy *inuse_answer_remedy(const struct inuse_answer *answer, size_t index)
{
	if (!answer || index >= answer->answer.verdict.remedies.n)
		return NULL;
	return (const struct inuse_remedy *)&answer->answer.verdict.remedies.v[index];
}

const struct inuse_gap *inuse_answer_gap(const struct inuse_answer *answer, size_t index)
{
	if (!answer || index >= answer->answer.verdict.gaps.n)
		return NULL;
	return (const struct inuse_gap *)&answer->answer.verdict.gaps.v[index];
}

const char *inuse_remedy_id(const struct inuse_remedy *remedy)
{
	return remedy ? iu_remedy_name(remedy->remedy.id) : NULL;
}

const char *inuse_remedy_summary(const struct inuse_remedy *remedy)
{
	return remedy ? remedy->remedy.summary : NULL;
}

const char *inuse_remedy_argument(const struct inuse_remedy *remedy, size_t index)
{
	return remedy && index < remedy->remedy.command.n ? remedy->remedy.command.v[index] : NULL;
}

enum inuse_risk inuse_remedy_risk(const struct inuse_remedy *remedy)
{
	return remedy ? (enum inuse_risk)remedy->remedy.risk : INUSE_RISK_NONE;
}

bool inuse_remedy_needs_root(const struct inuse_remedy *remedy)
{
	return remedy && remedy->remedy.needs_root;
}

enum inuse_tri inuse_remedy_tried(const struct inuse_remedy *remedy)
{
	return remedy ? (enum inuse_tri)remedy->remedy.tried : INUSE_TRI_UNKNOWN;
}

const char *inuse_gap_what(const struct inuse_gap *gap)
{
	return gap ? gap->gap.what : NULL;
}

const char *inuse_gap_why(const struct inuse_gap *gap)
{
	return gap ? gap->gap.why : NULL;
}

const char *inuse_gap_lift(const struct inuse_gap *gap)
{
	return gap ? gap->gap.fix : NULL;
}

/* api/free.c - freeing a target after its caller's consent, and the plan as callers see it */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"

/* By its place: the list of steps may grow and move while the plan is carried out. */
struct inuse_step {
	const struct iu_free_run *freeing;
	size_t index;
};

struct inuse_plan {
	struct iu_free_run freeing;
	const struct iu_style *style;
	struct iu_arena arena; /* what was given out */
	const struct inuse_free_options *how; /* while it is carried out */
	IU_LIST(struct inuse_step *) steps;
};

struct inuse_plans {
	struct iu_api_look look;
	struct iu_arena arena;
	struct iu_questions questions;
	struct inuse_plan *v;
	size_t n; /* those that were begun */
};

#define X(name, text) IU_LAST_##name,
enum { IU_ENDS(X) IU_LAST };
#undef X
_Static_assert(IU_LAST == INUSE_END_INTERRUPTED + 1 &&
		       (int)IU_END_NOTHING == (int)INUSE_END_NOTHING &&
		       (int)IU_END_PLANNED == (int)INUSE_END_PLANNED &&
		       (int)IU_END_DECLINED == (int)INUSE_END_DECLINED &&
		       (int)IU_END_REFUSED == (int)INUSE_END_REFUSED &&
		       (int)IU_END_UNKNOWN == (int)INUSE_END_UNKNOWN &&
		       (int)IU_END_DONE == (int)INUSE_END_DONE &&
		       (int)IU_END_STILL_HELD == (int)INUSE_END_STILL_HELD &&
		       (int)IU_END_RESPAWNED == (int)INUSE_END_RESPAWNED &&
		       (int)IU_END_STOPPED == (int)INUSE_END_INTERRUPTED,
	"the exported numbers are those of the house");

/* ---- the callbacks of the session, handed on ---- */

static bool consent(void *context, const struct iu_free_run *freeing)
{
	struct inuse_plan *plan = context;

	(void)freeing; /* the one of the plan */
	return plan->how->consent && plan->how->consent(plan->how->context, plan);
}

static void report_step(
	void *context, const struct iu_step *step, const struct iu_step_result *result, const char *words)
{
	struct inuse_plan *plan = context;
	const struct inuse_step at = {
		.freeing = &plan->freeing, .index = (size_t)(step - plan->freeing.plan.steps.v)};

	(void)result;
	(void)words;
	if (plan->how->step)
		plan->how->step(plan->how->context, &at);
}

static void progress(void *context, const char *what, int64_t left_ms)
{
	const struct inuse_plan *plan = context;

	if (plan->how->progress)
		plan->how->progress(plan->how->context, what, left_ms);
}

static bool stopped(void *context)
{
	const struct inuse_plan *plan = context;

	return plan->how->stopped && plan->how->stopped(plan->how->context);
}

static int free_one(struct inuse_plan *plan, const struct iu_question *question,
	const struct inuse_free_options *how)
{
	const struct iu_free_options act = {.dry_run = how->dry_run,
		.force = how->force,
		.grace_seconds = how->grace_given ? how->grace_seconds : IU_GRACE_SECONDS,
		.user_given = how->user_given,
		.user = how->user,
		.context = plan,
		.consent = consent,
		.step = report_step,
		.progress = progress,
		.stopped = stopped};
	int ret;

	plan->how = how;
	ret = iu_free_run(question, &act, &plan->freeing);
	plan->how = NULL;
	return ret;
}

/* Frees what plans->questions ask for. Takes @plans when it fails. */
static int free_all(struct inuse_plans *plans, const struct inuse_free_options *how, int r,
	struct inuse_plans **ret_plans)
{
	const struct inuse_options *options = &plans->look.options;
	struct iu_text none = {0};

	if (r >= 0) {
		plans->v = iu_arena_alloc(&plans->arena, plans->questions.n * sizeof(*plans->v));
		r = plans->v ? 0 : IU_E_NOMEM;
	}
	while (r >= 0 && plans->n < plans->questions.n &&
		!(how->stopped && plans->n && how->stopped(how->context))) {
		plans->v[plans->n].style = &plans->look.style;
		plans->n++;
		r = free_one(&plans->v[plans->n - 1], &plans->questions.v[plans->n - 1], how);
	}
	if (r < 0) {
		/* unless somebody has said more of it */
		if (options->complaint && !options->complaint[0])
			iu_api_complain(&(struct iu_complaint){options->complaint, options->complaint_size}, &none, r);
		inuse_plans_free(plans);
		return r;
	}
	*ret_plans = plans;
	return (int)plans->n;
}

static int read_how(const struct inuse_free_options *given, struct inuse_free_options *how)
{
	*how = (struct inuse_free_options){0};
	return given ? iu_api_copy(given, given->size, how, sizeof(*how)) : 0;
}

int inuse_free_target(const char *target, const struct inuse_options *given,
	const struct inuse_free_options *given_how, struct inuse_plans **ret_plans)
{
	struct inuse_plans *plans = calloc(1, sizeof(*plans));
	struct inuse_free_options how;
	int ret = read_how(given_how, &how), looked;

	if (!plans)
		return IU_E_NOMEM;
	looked = iu_api_begin(given, &plans->look);
	if (ret >= 0)
		ret = looked;
	if (ret >= 0)
		ret = iu_api_questions(&plans->arena, target, &plans->look, NULL, &plans->questions);
	return free_all(plans, &how, ret, ret_plans);
}

/* What `inuse free` does is what is done here, too; waiting is a step of its own. */
bool inuse_remedy_can_apply(const struct inuse_remedy *remedy)
{
	const struct iu_strings *command = remedy ? &remedy->remedy.command : NULL;

	if (!command || command->n < 2 || strcmp(command->v[0], "inuse") != 0)
		return false;
	return !strcmp(command->v[1], "free") || !strcmp(command->v[1], "wait");
}

/* The question again, with what was seen at its bind() left out: the moment is another one. */
static int copy_question(struct inuse_plans *plans, const struct iu_question *asked)
{
	struct iu_question *q = iu_list_add(&plans->arena, &plans->questions);
	struct iu_arena *arena = &plans->arena;

	*q = *asked;
	q->symptom.from_call = 0;
	q->symptom.call = (struct iu_call_facts){0};
	q->how.budget = NULL;
	q->target.text = iu_arena_strdup(arena, asked->target.text);
	q->options.device = iu_arena_strdup(arena, asked->options.device);
	q->asker.program = iu_arena_strdup(arena, asked->asker.program);
	q->symptom.from_message.text = iu_arena_strdup(arena, asked->symptom.from_message.text);
	q->target.path = asked->target.path ? iu_arena_strndup(arena, asked->target.path,
						      asked->target.path_len)
					    : NULL;
	return arena->failed ? IU_E_NOMEM : 0;
}

int inuse_answer_apply(const struct inuse_answer *answer, const struct inuse_remedy *remedy,
	const struct inuse_free_options *given_how, struct inuse_plans **ret_plans)
{
	struct inuse_free_options how;
	struct inuse_plans *plans;
	int ret = read_how(given_how, &how);

	if (ret < 0 || !answer)
		return ret < 0 ? ret : IU_E_INPUT;
	if ((remedy && !inuse_remedy_can_apply(remedy)) || answer->recorded ||
		answer->answer.question->symptom.call.alone)
		return IU_E_NOTSUP;
	plans = calloc(1, sizeof(*plans));
	if (!plans)
		return IU_E_NOMEM;
	plans->look.style = *answer->style;
	return free_all(plans, &how, copy_question(plans, answer->answer.question), ret_plans);
}

/* ---- the plans ---- */

size_t inuse_plans_count(const struct inuse_plans *plans)
{
	return plans ? plans->n : 0;
}

struct inuse_plan *inuse_plans_get(struct inuse_plans *plans, size_t index)
{
	return plans && index < plans->n ? &plans->v[index] : NULL;
}

void inuse_plans_free(struct inuse_plans *plans)
{
	if (!plans)
		return;
	for (size_t i = 0; i < plans->n; i++) {
		iu_free_run_end(&plans->v[i].freeing);
		iu_arena_free(&plans->v[i].arena);
	}
	iu_arena_free(&plans->arena);
	free(plans);
}

const char *inuse_plan_target(const struct inuse_plan *plan)
{
	return plan ? plan->freeing.question->target.text : NULL;
}

enum inuse_end inuse_plan_end(const struct inuse_plan *plan)
{
	return plan ? (enum inuse_end)plan->freeing.end : INUSE_END_UNKNOWN;
}

const char *inuse_plan_headline(const struct inuse_plan *plan)
{
	return plan ? plan->freeing.plan.headline : NULL;
}

const char *inuse_plan_words(const struct inuse_plan *plan)
{
	return plan ? plan->freeing.words : NULL;
}

const char *inuse_plan_text(struct inuse_plan *plan)
{
	struct iu_text text = {0};

	if (!plan)
		return NULL;
	iu_output_explanation(&plan->freeing.explanation, plan->style, &text);
	return iu_api_keep(&plan->arena, &text);
}

const char *inuse_plan_json(struct inuse_plan *plan)
{
	const struct iu_free_run *f = plan ? &plan->freeing : NULL;

	if (!f)
		return NULL;
	return iu_api_dump(&plan->arena, iu_free_run_json(f, f->words));
}

const struct inuse_step *inuse_plan_step(struct inuse_plan *plan, size_t index)
{
	if (!plan || index >= plan->freeing.plan.steps.n)
		return NULL;
	for (size_t i = plan->steps.n; i <= index; i++) {
		struct inuse_step *step = iu_arena_alloc(&plan->arena, sizeof(*step));

		if (!step)
			return NULL;
		*step = (struct inuse_step){.freeing = &plan->freeing, .index = i};
		*iu_list_add(&plan->arena, &plan->steps) = step;
	}
	return index < plan->steps.n ? plan->steps.v[index] : NULL;
}

const struct inuse_refusal *inuse_plan_refusal(const struct inuse_plan *plan, size_t index)
{
	if (!plan || index >= plan->freeing.plan.refusals.n)
		return NULL;
	return (const struct inuse_refusal *)&plan->freeing.plan.refusals.v[index];
}

const char *inuse_plan_hint(const struct inuse_plan *plan, size_t index)
{
	return plan && index < plan->freeing.plan.hints.n ? plan->freeing.plan.hints.v[index] : NULL;
}

/* ---- one step ---- */

static const struct iu_step *planned(const struct inuse_step *step)
{
	static const struct iu_step nothing = {.lever.kind = IU_STEP_WAIT};

	return step ? &step->freeing->plan.steps.v[step->index] : &nothing;
}

const char *inuse_step_kind(const struct inuse_step *step)
{
	return step ? iu_step_name(planned(step)->lever.kind) : NULL;
}

const char *inuse_step_what(const struct inuse_step *step)
{
	return planned(step)->what;
}

static const char *string_at(const struct iu_strings *list, size_t index)
{
	return index < list->n ? list->v[index] : NULL;
}

const char *inuse_step_argument(const struct inuse_step *step, size_t index)
{
	return string_at(&planned(step)->lever.argv, index);
}

int32_t inuse_step_pid(const struct inuse_step *step)
{
	return planned(step)->lever.kind == IU_STEP_TERMINATE ? planned(step)->lever.process.pid : 0;
}

const char *inuse_step_unit(const struct inuse_step *step)
{
	return planned(step)->lever.kind == IU_STEP_STOP_UNIT ? planned(step)->lever.unit.name : NULL;
}

enum inuse_risk inuse_step_risk(const struct inuse_step *step)
{
	return (enum inuse_risk)planned(step)->risk;
}

bool inuse_step_needs_root(const struct inuse_step *step)
{
	return planned(step)->lever.needs_root;
}

const char *inuse_step_serves(const struct inuse_step *step, size_t index)
{
	return string_at(&planned(step)->serves, index);
}

const char *inuse_step_loss(const struct inuse_step *step, size_t index)
{
	return string_at(&planned(step)->losses, index);
}

/* Results are added when the plan is made, and with every step that is added later. */
static const struct iu_step_result *result_of(const struct inuse_step *step)
{
	return step && step->index < step->freeing->results.n
		       ? &step->freeing->results.v[step->index]
		       : NULL;
}

const char *inuse_step_result(const struct inuse_step *step)
{
	const struct iu_step_result *result = result_of(step);

	return step ? iu_result_name(result ? result->kind : IU_RESULT_NOT_YET) : NULL;
}

const char *inuse_step_detail(const struct inuse_step *step)
{
	const struct iu_step_result *result = result_of(step);

	return result && result->detail[0] ? result->detail : NULL;
}

int32_t inuse_refusal_pid(const struct inuse_refusal *refusal)
{
	return refusal ? refusal->refusal.pid : 0;
}

const char *inuse_refusal_what(const struct inuse_refusal *refusal)
{
	return refusal ? refusal->refusal.what : NULL;
}

const char *inuse_refusal_why(const struct inuse_refusal *refusal)
{
	return refusal ? refusal->refusal.why : NULL;
}

const char *inuse_refusal_next(const struct inuse_refusal *refusal)
{
	return refusal ? refusal->refusal.next : NULL;
}

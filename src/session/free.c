/* session/free.c - plan, consent, act, and the same question again */
#include "session/free.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "engine/engine.h"
#include "engine/evaluation.h"
#include "engine/plan.h"
#include "knowledge/supervisors.h"
#include "os/os.h"
#include "output/output.h"
#include "session/wait.h"

#define LOOK_MIN_MS    40
#define LOOK_MAX_MS    400
#define KILLED_MS      2000   /* after SIGKILL */
#define SETTLE_MS      1500   /* for what ends together with the one that was stopped */
#define CONFIRM_MS     300    /* nobody may have taken it again */
#define UNCLEAR_LOOKS  3      /* somebody came between what was seen and what the kernel said */
#define CLOSING_MS     130000 /* an orphan's last retransmission is mostly over by then */
#define BLIND_MS       3000   /* a wait ends where looks tell nothing any more */

#define X(name, text) text,
static const char *const end_names[] = {IU_ENDS(X)};
#undef X

const char *iu_end_name(enum iu_end end)
{
	return (size_t)end < IU_COUNT(end_names) ? end_names[end] : "unknown";
}

struct freeing {
	struct iu_free_run *f;
	const struct iu_free_options *act;
	struct iu_plan_rules rules;
	const char *still; /* while one is waited for: "node (8014) is still running after SIGTERM" */
};

static bool is_stopped(const struct freeing *run)
{
	return run->act->stopped && run->act->stopped(run->act->context);
}

static struct iu_questions only(const struct iu_question *question)
{
	return (struct iu_questions){.v = (struct iu_question *)question, .n = 1, .cap = 1};
}

static int look(const struct iu_question *question, struct iu_session *session,
	struct iu_arena *arena, struct iu_answer *answer)
{
	struct iu_question each = *question;
	const struct iu_questions one = only(&each);
	int ret;

	each.how.every = true; /* any of them may have to go */
	ret = iu_session_look(session, &one);
	return ret < 0 ? ret : iu_session_answer(session, question, arena, answer);
}

/* The same question once more. Answers of earlier times stay in the arena, a few at most. */
static int ask_again(struct freeing *run)
{
	struct iu_free_run *f = run->f;
	int ret;

	iu_session_free(&f->after_session);
	iu_snapshot_init(&f->after_session.snapshot);
	f->after_known = false;
	ret = look(f->question, &f->after_session, &f->arena, &f->after);
	f->after_known = ret >= 0;
	return ret;
}

static bool is_free(const struct iu_free_run *f)
{
	return f->after_known && f->after.verdict.status == IU_STATUS_FREE;
}

/* Nobody has what is left of it: it will not end sooner because others end. */
static bool only_closing_left(const struct iu_free_run *f)
{
	const struct iu_verdict *verdict = &f->after.verdict;

	for (size_t i = 0; f->after_known && i < verdict->blockers.n; i++)
		if (verdict->blockers.v[i].socket.inode ||
			!iu_is_closing(&verdict->blockers.v[i].socket))
			return false;
	return f->after_known && verdict->blockers.n > 0;
}

static void tell_progress(const struct freeing *run, const char *what, int64_t left)
{
	if (run->act->progress)
		run->act->progress(run->act->context, what, left);
}

/* ---- the plan ---- */

static int add_unit_facts(struct freeing *run)
{
	int ret = 0;

	for (size_t i = 0; i < run->f->plan.steps.n && ret >= 0; i++) {
		const struct iu_step *step = &run->f->plan.steps.v[i];
		struct iu_unit_facts facts, *slot;

		if (step->lever.kind != IU_STEP_STOP_UNIT)
			continue;
		facts = (struct iu_unit_facts){.name = step->lever.unit.name,
			.user = step->lever.unit.user,
			.uid = step->lever.unit.uid};
		ret = iu_os_unit_facts(&run->f->arena, &facts);
		if (ret == IU_E_NOTSUP || ret == IU_E_NOENT) {
			ret = 0;
			continue;
		}
		facts.silent = ret == IU_E_AGAIN;
		if (facts.silent)
			ret = 0;
		if (ret < 0)
			break;
		slot = iu_list_add(&run->f->arena, &run->rules.units);
		*slot = facts;
	}
	return ret < 0 || run->f->arena.failed ? IU_E_NOMEM : 0;
}

/* Pid 1 listens for the system's units, any other systemd for those of its user. */
static void find_manager(const struct freeing *run, struct iu_step_unit *unit)
{
	const struct iu_snapshot *snapshot = &run->f->before_session.snapshot;
	const struct iu_blocker *b = &run->f->before.verdict.blockers.v[0];

	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *process =
			iu_snapshot_process(snapshot, snapshot->holds.v[b->holds.v[i]].pid);

		if (!process || !iu_supervisor_is_manager(process))
			continue;
		unit->user = process->pid != 1 && process->uid_known;
		unit->uid = process->uid;
	}
}

/*
 * Neither a UNIX socket nor one that a user's systemd made says by its cgroup which unit it is of:
 * only that systemd can tell.
 */
static int find_activator(struct freeing *run)
{
	const struct iu_verdict *verdict = &run->f->before.verdict;
	int ret;

	if (run->f->plan.kind != IU_PLAN_REFUSED || verdict->cause != IU_CAUSE_SOCKET_ACTIVATION ||
		!verdict->blockers.n)
		return 0;
	find_manager(run, &run->rules.activator);
	ret = iu_os_unit_listening(
		&run->f->arena, &verdict->blockers.v[0].socket, &run->rules.activator);
	run->rules.activator_silent = ret == IU_E_AGAIN;
	return ret == IU_E_NOMEM ? ret : ret == 0;
}

/* Whom it is about, as `why` tells it, before what is done to them. */
static void add_who(struct iu_free_run *f)
{
	struct iu_explanation *plan = &f->explanation, told = *plan;

	plan->parts.v = NULL;
	plan->parts.n = plan->parts.cap = 0;
	for (size_t i = 0; i < f->before.explanation.parts.n; i++)
		if (!strcmp(f->before.explanation.parts.v[i].label, "who"))
			*iu_list_add(&f->arena, &plan->parts) = f->before.explanation.parts.v[i];
	for (size_t i = 0; i < told.parts.n; i++)
		*iu_list_add(&f->arena, &plan->parts) = told.parts.v[i];
}

static int make_plan(struct freeing *run)
{
	struct iu_free_run *f = run->f;
	struct iu_session all = {0};
	bool listed = f->before.verdict.blockers.n > 0;
	int ret = listed ? iu_session_list(&all, NULL) : 0;

	if (ret >= 0)
		ret = iu_plan(&f->arena, f->question, &f->before_session.snapshot,
			listed ? &all.snapshot : NULL, &f->before.verdict, &run->rules, &f->plan);
	if (ret >= 0)
		ret = find_activator(run);
	if (ret == 0)
		ret = add_unit_facts(run);
	if (ret >= 0 && (run->rules.units.n || run->rules.activator.name || run->rules.activator_silent))
		ret = iu_plan(&f->arena, f->question, &f->before_session.snapshot, &all.snapshot,
			&f->before.verdict, &run->rules, &f->plan);
	if (listed)
		iu_session_free(&all);
	if (ret >= 0)
		ret = iu_plan_tell(&f->arena, &f->before_session.snapshot, &f->plan, &f->before.verdict, &f->explanation);
	if (ret >= 0 && f->plan.kind == IU_PLAN_READY) {
		add_who(f);
		f->question_words = iu_plan_words_question(&f->arena, &f->before_session.snapshot, &f->plan);
	}
	return ret < 0 ? ret : f->arena.failed ? IU_E_NOMEM : 0;
}

static int add_results(struct iu_free_run *f)
{
	for (size_t i = f->results.n; i < f->plan.steps.n; i++) {
		struct iu_step_result *result = iu_list_add(&f->arena, &f->results);

		*result = (struct iu_step_result){.kind = IU_RESULT_NOT_YET};
	}
	return f->arena.failed ? IU_E_NOMEM : 0;
}

/* ---- acting ---- */

/* Sleeps @ms, whatever signals come. Returns: whether something watched has changed. */
static bool rest(const struct freeing *run, struct iu_os_watch *watch, int64_t ms)
{
	int64_t end = iu_os_now_ms() + ms, left = ms;
	int woke = 0;

	while (left > 0 && !is_stopped(run)) {
		woke = iu_os_watch_wait(watch, (unsigned int)left);
		if (woke != IU_E_AGAIN)
			break;
		left = end - iu_os_now_ms();
	}
	return woke > 0;
}

/* Waits for the end of a process; looks now and then whether the port is free already. */
static int wait_process(struct freeing *run, int handle, int64_t deadline, bool *ret_ended)
{
	struct iu_os_watch *watch;
	int64_t pause = LOOK_MIN_MS, now = iu_os_now_ms();
	int ret = iu_os_watch_new(&watch);

	if (ret < 0)
		return ret;
	*ret_ended = false;
	iu_os_watch_handle(watch, handle);
	while (!*ret_ended && now < deadline && !is_stopped(run)) {
		tell_progress(run, run->still, deadline - now);
		*ret_ended = rest(run, watch, deadline - now < pause ? deadline - now : pause);
		if (!*ret_ended && ask_again(run) >= 0 && is_free(run->f))
			break;
		pause = pause * 2 > LOOK_MAX_MS ? LOOK_MAX_MS : pause * 2;
		now = iu_os_now_ms();
	}
	iu_os_watch_free(watch);
	return 0;
}

/* Gives it the time of grace, then, where that is planned or somebody says so, the rest. Takes @handle. */
static int finish_process(struct freeing *run, const struct iu_step *step,
	struct iu_step_result *result, int handle)
{
	const struct iu_free_options *act = run->act;
	int64_t grace = (int64_t)act->grace_seconds * 1000;
	struct iu_step_result killed;
	bool ended = false;
	int ret;

	run->still = iu_plan_words_still(&run->f->arena, &run->f->before_session.snapshot, step);
	ret = wait_process(run, handle, iu_os_now_ms() + grace, &ended);
	iu_os_release(handle);
	if (ret < 0 || ended || is_free(run->f) || is_stopped(run))
		return ret;
	if (!step->kill && !(act->kill && act->kill(act->context, run->still))) {
		result->kind = IU_RESULT_FAILED;
		snprintf(result->detail, sizeof(result->detail), "%s (%u s). To kill it: %s", run->still,
			act->grace_seconds, iu_plan_words_kill(&run->f->arena, &run->f->before_session.snapshot, run->f->question, step));
		return 0;
	}
	iu_os_apply(step, true, &killed, &handle);
	*result = killed;
	if (killed.kind == IU_RESULT_DONE)
		ret = wait_process(run, handle, iu_os_now_ms() + KILLED_MS, &ended);
	iu_os_release(handle);
	return ret;
}

struct told {
	const struct freeing *run;
	const struct iu_step *step;
	int64_t blind_since; /* 0: the last look told something */
	bool blind;
};

static void wait_progress(
	void *context, const struct iu_verdict *verdict, const char *what, size_t more, int64_t left)
{
	struct told *told = context;
	int64_t now = iu_os_now_ms();

	(void)what;
	(void)more;
	if (verdict->status != IU_STATUS_UNKNOWN)
		told->blind_since = 0;
	else if (!told->blind_since)
		told->blind_since = now;
	told->blind = told->blind_since && now - told->blind_since >= BLIND_MS;
	tell_progress(told->run, told->step->what, left);
}

static bool wait_stopped(void *context)
{
	const struct told *told = context;

	return told->blind || is_stopped(told->run);
}

static int wait_step(struct freeing *run, const struct iu_step *step, struct iu_step_result *result)
{
	struct told told = {.run = run, .step = step};
	const struct iu_wait_events events = {
		.context = &told, .progress = wait_progress, .stopped = wait_stopped};
	const struct iu_questions one = only(run->f->question);
	int64_t most = step->wait_ms < 0 ? CLOSING_MS : step->wait_ms;
	enum iu_waited waited = IU_WAITED_TIME_UP;
	int ret;

	if (run->act->waits && run->f->after_known && most > SETTLE_MS)
		run->act->waits(run->act->context, step->what);
	ret = iu_wait_for(&one, false, iu_os_now_ms() + most, &events, &waited);

	if (ret >= 0 && waited != IU_WAITED_DONE) {
		result->kind = IU_RESULT_FAILED;
		snprintf(result->detail, sizeof(result->detail), "%s",
			told.blind		      ? "what is left on it cannot be seen any more"
			: waited == IU_WAITED_STOPPED ? "the wait was not over"
			: waited == IU_WAITED_ENDLESS ? "it does not end by itself"
						      : "it took longer");
	}
	return ret;
}

static int take_step(struct freeing *run, size_t i)
{
	const struct iu_step *step = &run->f->plan.steps.v[i];
	struct iu_step_result *result = &run->f->results.v[i];
	int64_t began = iu_os_now_ms();
	int handle = -1, ret = 0;

	iu_os_apply(step, false, result, &handle);
	if (step->lever.kind == IU_STEP_TERMINATE && result->kind == IU_RESULT_DONE) {
		ret = finish_process(run, step, result, handle);
	} else if (step->lever.kind == IU_STEP_WAIT) {
		ret = wait_step(run, step, result);
	}
	result->took_ms = iu_os_now_ms() - began;
	if (run->act->step)
		run->act->step(run->act->context, step, result,
			iu_plan_words_result(&run->f->arena, &run->f->before_session.snapshot, step, result));
	return ret;
}

/* What stops a container needs its engine; the next step was shown for when that does not help. */
static bool has_another_way(const struct iu_free_run *f, size_t i)
{
	return f->plan.steps.v[i].lever.kind == IU_STEP_STOP_CONTAINER &&
	       f->results.v[i].kind == IU_RESULT_FAILED && i + 1 < f->plan.steps.n &&
	       f->plan.steps.v[i + 1].if_it_stays;
}

/* Each step only as far as it is needed. Stops at one that could not be taken as planned. */
static int take_steps(struct freeing *run, size_t from)
{
	struct iu_free_run *f = run->f;
	int ret = add_results(f);

	for (size_t i = from; i < f->plan.steps.n && ret >= 0 && !is_stopped(run); i++) {
		if (i > from) {
			ret = ask_again(run);
			if (ret < 0)
				break;
			if (is_free(f)) {
				for (; i < f->plan.steps.n; i++)
					f->results.v[i].kind = IU_RESULT_NEEDLESS;
				break;
			}
		}
		ret = take_step(run, i);
		if (ret >= 0 && f->results.v[i].kind != IU_RESULT_DONE &&
			f->results.v[i].kind != IU_RESULT_GONE && !has_another_way(f, i))
			break;
	}
	return ret;
}

/* Asks again until it is free, or @ms are over. */
static int settle(struct freeing *run, int64_t ms)
{
	int64_t deadline = iu_os_now_ms() + ms, pause = LOOK_MIN_MS;
	struct iu_os_watch *watch;
	int ret = iu_os_watch_new(&watch);

	if (ret < 0)
		return ret;
	ret = ask_again(run);
	while (ret >= 0 && !is_free(run->f) && !only_closing_left(run->f) &&
		iu_os_now_ms() < deadline && !is_stopped(run)) {
		rest(run, watch, pause);
		pause = pause * 2 > LOOK_MAX_MS ? LOOK_MAX_MS : pause * 2;
		ret = ask_again(run);
	}
	iu_os_watch_free(watch);
	return ret;
}

static bool is_unclear(const struct iu_free_run *f)
{
	return f->after_known && f->after.verdict.status == IU_STATUS_UNKNOWN;
}

/* Somebody may start it again a moment later. */
static int confirm(struct freeing *run)
{
	int64_t ms = 0, deadline;
	struct iu_os_watch *watch;
	int ret, unclear = 0;

	for (size_t i = 0; i < run->f->plan.steps.n; i++) {
		const struct iu_step *step = &run->f->plan.steps.v[i];

		if (step->lever.kind != IU_STEP_TERMINATE)
			continue;
		if (ms < CONFIRM_MS)
			ms = CONFIRM_MS;
		if (step->comes_back && ms < step->back_ms)
			ms = step->back_ms;
	}
	ret = iu_os_watch_new(&watch);
	if (ret < 0)
		return ret;
	deadline = iu_os_now_ms() + ms;
	while (ret >= 0 && !is_stopped(run) &&
		(is_unclear(run->f) ? unclear++ < UNCLEAR_LOOKS : is_free(run->f) && iu_os_now_ms() < deadline)) {
		rest(run, watch, CONFIRM_MS / 2);
		ret = ask_again(run);
	}
	iu_os_watch_free(watch);
	return ret;
}

static bool only_time_is_missing(const struct iu_plan *plan)
{
	for (size_t i = 0; i < plan->steps.n; i++)
		if (plan->steps.v[i].lever.kind != IU_STEP_WAIT &&
			plan->steps.v[i].lever.kind != IU_STEP_DESTROY)
			return false;
	return plan->kind == IU_PLAN_READY && plan->steps.n > 0;
}

static bool has_destroyed(const struct iu_free_run *f)
{
	return f->plan.steps.n > 0 &&
	       f->plan.steps.v[f->plan.steps.n - 1].lever.kind == IU_STEP_DESTROY;
}

static bool may_go_on(const struct freeing *run)
{
	return run->f->after_known && !is_free(run->f) && !is_stopped(run);
}

/* What a server that ended leaves on its port: closing connections. They end by themselves. */
static int take_the_rest(struct freeing *run)
{
	struct iu_free_run *f = run->f;
	size_t from = f->plan.steps.n;
	struct iu_plan rest;
	int ret;

	ret = iu_plan(&f->arena, f->question, &f->after_session.snapshot, NULL, &f->after.verdict,
		&run->rules, &rest);

	if (ret < 0 || !only_time_is_missing(&rest))
		return ret;
	for (size_t i = 0; i < rest.steps.n; i++) {
		struct iu_step step = rest.steps.v[i];

		step.what = iu_arena_printf(&f->arena, "then %s", step.what);
		*iu_list_add(&f->arena, &f->plan.steps) = step;
	}
	ret = take_steps(run, from);
	return ret < 0 ? ret : settle(run, SETTLE_MS);
}

/* The first step that went another way than planned says why. */
static const char *what_went_wrong(const struct iu_free_run *f)
{
	const char *gone = NULL;

	for (size_t i = 0; i < f->results.n; i++)
		switch (f->results.v[i].kind) {
		case IU_RESULT_CHANGED:
		case IU_RESULT_DENIED:
		case IU_RESULT_FAILED: return f->results.v[i].detail;
		case IU_RESULT_GONE:
			if (!gone && f->results.v[i].detail[0])
				gone = f->results.v[i].detail;
			break;
		case IU_RESULT_DONE:
		case IU_RESULT_NEEDLESS:
		case IU_RESULT_NOT_YET: break;
		}
	return gone;
}

static int act_and_prove(struct freeing *run)
{
	struct iu_free_run *f = run->f;
	const char *text = NULL, *wrong;
	int ret = take_steps(run, 0);

	if (ret >= 0)
		ret = settle(run, SETTLE_MS);
	if (ret >= 0 && may_go_on(run))
		ret = take_the_rest(run);
	/* What the kernel did not drop it does not drop a second time, too: that takes time. */
	if (ret >= 0 && may_go_on(run) && has_destroyed(f)) {
		run->rules.force = false;
		ret = take_the_rest(run);
	}
	if (ret >= 0 && is_free(f))
		ret = confirm(run);
	if (ret >= 0 && f->after_known && !is_free(f))
		ret = iu_plan_respawned(&f->arena, &f->plan, &run->rules, &f->before_session.snapshot,
			&f->after_session.snapshot, &f->after.verdict, &text);
	if (ret < 0)
		return ret;
	wrong = what_went_wrong(f);
	if (is_free(f))
		f->end = IU_END_DONE;
	else if (is_stopped(run))
		f->end = IU_END_STOPPED;
	else if (text)
		f->end = IU_END_RESPAWNED;
	else if (is_unclear(f))
		f->end = IU_END_UNKNOWN;
	else
		f->end = IU_END_STILL_HELD;
	f->words = f->end == IU_END_DONE ? NULL
		   : text		 ? text
		   : wrong ? iu_safe(&f->arena, wrong, 0)
			   : f->after.verdict.headline;
	return 0;
}

int iu_free_run(const struct iu_question *question, const struct iu_free_options *act,
	struct iu_free_run *ret_freeing)
{
	struct iu_free_run *f = ret_freeing;
	struct freeing run = {.f = f, .act = act};
	int ret;

	*f = (struct iu_free_run){.question = question};
	iu_snapshot_init(&f->before_session.snapshot);
	iu_snapshot_init(&f->after_session.snapshot);
	run.rules.force = act->force;
	run.rules.disable = act->disable;
	run.rules.grace_seconds = act->grace_seconds;
	run.rules.asks = act->asks;
	ret = iu_os_rules(&f->arena, act->on_behalf, &run.rules);
	if (act->user_given && run.rules.uid_count < IU_COUNT(run.rules.uids))
		run.rules.uids[run.rules.uid_count++] = act->user;
	if (ret >= 0)
		ret = look(question, &f->before_session, &f->arena, &f->before);
	/* Something moved while we looked: rules and kernel were asked at different moments. */
	if (ret >= 0 && f->before.verdict.status == IU_STATUS_UNKNOWN) {
		iu_session_free(&f->before_session);
		ret = look(question, &f->before_session, &f->arena, &f->before);
	}
	if (ret >= 0)
		ret = make_plan(&run);
	if (ret >= 0)
		ret = add_results(f);
	if (ret < 0)
		return ret;
	switch (f->plan.kind) {
	case IU_PLAN_NOTHING: f->end = IU_END_NOTHING; return 0;
	case IU_PLAN_REFUSED: f->end = IU_END_REFUSED; return 0;
	case IU_PLAN_UNKNOWN: f->end = IU_END_UNKNOWN; return 0;
	case IU_PLAN_READY: break;
	}
	f->end = act->dry_run ? IU_END_PLANNED : IU_END_DECLINED;
	if (act->dry_run || !act->consent || !act->consent(act->context, f))
		return 0;
	return act_and_prove(&run);
}

json_t *iu_free_run_json(const struct iu_free_run *f, const char *words)
{
	const struct iu_output_plan out = {.question = f->question,
		.snapshot = &f->before_session.snapshot,
		.before = &f->before.verdict,
		.after = f->after_known ? &f->after.verdict : NULL,
		.plan = &f->plan,
		.results = f->results.v,
		.end = iu_end_name(f->end),
		.words = words};

	return iu_output_plan_json(&out);
}

void iu_free_run_words(const struct iu_free_run *f, const struct iu_style *style, struct iu_text *out)
{
	switch (f->end) {
	case IU_END_NOTHING:
	case IU_END_REFUSED:
	case IU_END_UNKNOWN:
	case IU_END_PLANNED:
		if (f->after_known)
			iu_text_add(out, "Can't tell whether it is free now.\n");
		else
			iu_output_explanation(&f->explanation, style, out);
		break;
	case IU_END_DECLINED: iu_text_add(out, "Nothing was done.\n"); break;
	case IU_END_DONE: iu_text_printf(out, "%s is free now.\n", f->question->target.text); break;
	case IU_END_STILL_HELD: iu_text_printf(out, "Not freed: %s\n", f->words ? f->words : "it is still taken."); break;
	case IU_END_RESPAWNED: iu_text_printf(out, "Not freed: %s.\n", f->words); break;
	case IU_END_STOPPED: iu_text_printf(out, "Interrupted: %s\n", f->words ? f->words : "not finished"); break;
	}
}

void iu_free_run_end(struct iu_free_run *freeing)
{
	iu_session_free(&freeing->before_session);
	iu_session_free(&freeing->after_session);
	iu_arena_free(&freeing->arena);
}

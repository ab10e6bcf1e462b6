/* engine/decide.c - the verdict on one question */
#include <errno.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "engine/blockers.h"
#include "engine/call-result.h"
#include "engine/causes/cause.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "engine/engine-list.h"
#include "engine/engine.h"
#include "engine/evaluation.h"
#include "engine/headline.h"
#include "engine/judge.h"
#include "engine/lock.h"
#include "engine/other-system.h"
#include "engine/phrase.h"
#include "engine/remedies.h"
#include "engine/rules.h"
#include "engine/unix-path.h"
#include "engine/unix.h"
#include "knowledge/errors.h"
#include "knowledge/unix-types.h"
#include "model/question.h"

/* The worse answer counts: what fails for certain, then what could not be told. */
static int badness(const struct iu_judgement *j)
{
	static const unsigned char ranks[] = {
		[IU_STATUS_FREE] = 0,
		[IU_STATUS_UNKNOWN] = 1,
		[IU_STATUS_UNAVAILABLE] = 2,
		[IU_STATUS_DENIED] = 3,
		[IU_STATUS_IN_USE] = 4,
	};

	return ranks[j->status];
}

static void set_error(struct iu_verdict *verdict, const struct iu_question *question, int error)
{
	verdict->error_number = error;
	verdict->error = error ? iu_phrase_errno(error) : NULL;
	verdict->operation = IU_OPERATION_NONE;
	if (error)
		verdict->operation =
			question->symptom.listen ? IU_OPERATION_LISTEN : IU_OPERATION_BIND;
}

static void doubt(struct iu_arena *arena, struct iu_verdict *verdict, const char *text)
{
	iu_strings_add(arena, &verdict->caveats, text);
}

static void copy_gaps(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	const struct iu_rules *rules = iu_rules_of(snapshot);

	for (size_t i = 0; i < snapshot->gaps.n; i++) {
		struct iu_gap *slot;

		if (!rules->gap_matters(question, snapshot, verdict, &snapshot->gaps.v[i]))
			continue;
		slot = iu_list_add(arena, &verdict->gaps);
		*slot = snapshot->gaps.v[i];
	}
}

/* Where only one socket can have been the reason, the system's answer makes it certain. */
static void settle_blockers(struct iu_verdict *verdict, const struct iu_judgement *worst)
{
	bool fails = worst->status == IU_STATUS_IN_USE || worst->status == IU_STATUS_DENIED;

	if (fails && worst->settled && verdict->blockers.n == 1)
		verdict->blockers.v[0].certain = IU_YES;
}

static void add_blockers(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, struct iu_verdict *verdict)
{
	if (worst->status != IU_STATUS_IN_USE && worst->status != IU_STATUS_UNKNOWN &&
		!(evaluation->rules->sockets_deny && worst->status == IU_STATUS_DENIED))
		return;
	if (evaluation->question->target.port) {
		iu_blockers_inet(arena, evaluation, verdict);
		settle_blockers(verdict, worst);
		return;
	}
	if (worst->status != IU_STATUS_IN_USE)
		return;
	/* the one reason why bind() to port 0 says EADDRINUSE; reserved ports have no holder */
	verdict->cause = IU_CAUSE_EPHEMERAL_EXHAUSTED;
	iu_blockers_range(arena, evaluation, verdict);
}

/* What no blocker has said: of some causes there is none. */
static void add_evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_cause_rule *rule = iu_cause_rule(evaluation->snapshot, verdict->cause);
	bool said = rule->applies && verdict->blockers.n &&
		    verdict->blockers.v[0].cause == verdict->cause;

	if (!said && rule->evidence)
		rule->evidence(arena, evaluation, attempt, verdict);
}

static enum iu_confidence lesser(enum iu_confidence a, enum iu_confidence b)
{
	return a < b ? a : b;
}

static void finish(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	iu_remedies(arena, question, snapshot, evaluation, verdict);
	if (!verdict->headline)
		verdict->headline = iu_headline(arena, question, snapshot, verdict);
}

/* The worst of the judgements on all attempts. */
static struct iu_judgement judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt **ret_attempt)
{
	struct iu_judgement worst = {0};

	*ret_attempt = &evaluation->attempts[0];
	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		struct iu_judgement judgement =
			evaluation->rules->judge(evaluation, &evaluation->attempts[i]);

		if (i && badness(&judgement) <= badness(&worst))
			continue;
		worst = judgement;
		*ret_attempt = &evaluation->attempts[i];
	}
	return worst;
}

/*
 * Only "in use" goes away by itself. Whoever was told anything else and hears that nothing is in the way
 * tries again for ever. Returns: whether it changed the judgement.
 */
static bool heed_call(const struct iu_question *question, struct iu_judgement *judgement)
{
	int error = question->symptom.from_call;

	if (!error || error == EADDRINUSE || error == IU_WSAEADDRINUSE ||
		judgement->status != IU_STATUS_FREE)
		return false;
	*judgement = iu_judge_unknown();
	return true;
}

static void doubt_call(struct iu_arena *arena, const struct iu_question *question,
	struct iu_verdict *verdict)
{
	const char *name = iu_phrase_errno(question->symptom.from_call);

	doubt(arena, verdict,
		iu_phrase(arena, "Nothing visible here explains the %s that the program got: another try may fail the same way.",
			name ? name
			     : iu_phrase(arena, "error %d", question->symptom.from_call)));
}

static void decide_inet(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	struct iu_evaluation evaluation;
	const struct iu_rules *rules;
	const struct iu_attempt *attempt;
	struct iu_judgement worst;
	bool heeded;

	iu_evaluation_make(arena, question, snapshot, &evaluation);
	rules = evaluation.rules;
	worst = judge(&evaluation, &attempt);
	heeded = heed_call(question, &worst);
	verdict->status = worst.status;
	verdict->cause = worst.cause;
	verdict->confidence = worst.confidence;
	verdict->probe = iu_judge_probe(attempt->probe);
	set_error(verdict, question, worst.error);
	if (question->symptom.connects && worst.error)
		verdict->operation = IU_OPERATION_CONNECT;
	add_blockers(arena, &evaluation, &worst, verdict);
	if (verdict->blockers.n && rules->explains(&worst, &verdict->blockers.v[0])) {
		verdict->cause = verdict->blockers.v[0].cause;
		verdict->confidence = lesser(worst.confidence, verdict->blockers.v[0].confidence);
	}
	rules->warnings(arena, &evaluation, verdict);
	rules->caveats(arena, &evaluation, &worst, attempt, verdict);
	if (heeded)
		doubt_call(arena, question, verdict);
	copy_gaps(arena, question, snapshot, verdict);
	rules->gaps(arena, &evaluation, verdict);
	add_evidence(arena, &evaluation, attempt, verdict);
	finish(arena, question, snapshot, &evaluation, verdict);
}

static struct iu_judgement judge_abstract(const struct iu_verdict *verdict, bool looked)
{
	if (verdict->blockers.n)
		return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE,
			verdict->blockers.v[0].certain == IU_YES ? IU_CONFIDENCE_PROVEN
								 : IU_CONFIDENCE_POSSIBLE);
	if (!looked)
		return iu_judge_unknown();
	return iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
}

static void doubt_type(struct iu_arena *arena, const struct iu_socket *s, struct iu_verdict *verdict)
{
	const char *type = iu_unix_type_name(s->unix_type);

	doubt(arena, verdict,
		type ? iu_phrase(arena, "Each type of socket has names of its own, and this one is of type %s: a socket of another type could still use the name.",
			       type)
		     : "Each type of socket has names of its own: a socket of another type could still use this one.");
}

static void unix_doubts(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_judgement *j,
	struct iu_verdict *verdict)
{
	const struct iu_socket *padded = NULL;

	if (question->symptom.from_call && j->status == IU_STATUS_FREE) {
		doubt(arena, verdict,
			"The program was refused a moment ago, and what was in the way has gone since: another try works.");
		return;
	}
	if (question->target.abstract && verdict->blockers.n &&
		verdict->blockers.v[0].certain != IU_YES) {
		doubt_type(arena, &verdict->blockers.v[0].socket, verdict);
		return;
	}
	if (question->target.abstract && j->status == IU_STATUS_FREE)
		padded = iu_unix_padded(question, snapshot);
	if (padded)
		doubt(arena, verdict,
			iu_phrase(arena, "A socket here has the name with NUL bytes behind it, which is another name: a program that gives bind() the whole address means %s.",
				iu_phrase_abstract(arena, padded->path, padded->path_len)));
	else if (question->target.abstract && j->status == IU_STATUS_FREE)
		doubt(arena, verdict,
			"Abstract names belong to a network namespace; this is the answer for this one.");
}

/* A capture has the paths that somebody was bound to, and those it was asked for. */
static void path_gap(struct iu_arena *arena, const struct iu_question *question,
	struct iu_verdict *verdict)
{
	struct iu_gap *slot = iu_list_add(arena, &verdict->gaps);

	*slot = (struct iu_gap){
		.fact = IU_FACT_PATHS,
		.what = iu_phrase(arena, "what lies at %s", iu_subject(arena, question)),
		.why = "it was not recorded",
		.fix = iu_phrase(arena, "record it there: inuse report %s", question->target.text),
	};
}

/* How a server makes the file of its socket anew. */
static const char *make_anew(struct iu_arena *arena, const struct iu_process *process)
{
	static const struct {
		const char *name, *signal;
	} rows[] = {{"tmux: server", "USR1"}, {"tmux", "USR1"}, {"screen", "CHLD"}, {"SCREEN", "CHLD"}};

	for (size_t i = 0; process && process->name && i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].name, process->name))
			return iu_phrase(arena, "kill -%s %d has it make the file anew", rows[i].signal,
				(int)process->pid);
	return "it has to be restarted, or told to make the file anew";
}

/* The path can be bound, and nobody would find the old server any more: a cleaner of /tmp took its file. */
static void warn_lost(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	for (size_t i = 0; i < snapshot->sockets.n && verdict->status == IU_STATUS_FREE; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];
		const struct iu_process *process = NULL;

		if (!iu_unix_is_lost(question, snapshot, s))
			continue;
		for (size_t k = 0; k < snapshot->holds.n && !process; k++)
			if (snapshot->holds.v[k].inode == s->inode)
				process = iu_snapshot_process(snapshot, snapshot->holds.v[k].pid);
		iu_strings_add(arena, &verdict->warnings,
			iu_phrase(arena, "shadowed: %s %s this path, and its file is gone: it lives, and no client finds it any more; %s",
				process ? iu_phrase_process(arena, process) : "a server",
				s->state == IU_STATE_LISTEN ? "still listens on" : "is still bound to",
				make_anew(arena, process)));
	}
}

/* The path can be bound, and its server would not come so far. */
static void warn_lock(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_path *path, struct iu_verdict *verdict)
{
	if (verdict->status == IU_STATUS_FREE && iu_lock_is_there(path))
		iu_strings_add(arena, &verdict->warnings,
			iu_phrase(arena, "locked: %s; a server that keeps such a lock reads it first, and gives up%s",
				iu_lock_phrase(arena, snapshot, &path->lock),
				iu_lock_is_stale(&path->lock) ? " or removes it" : ""));
}

static void decide_unix(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	const struct iu_path *path = question->target.abstract
		? NULL
		: iu_snapshot_path(snapshot, question->target.path, question->target.path_len);
	bool looked = snapshot->seen & IU_FACT_UNIX;
	struct iu_judgement j = {0};
	bool heeded;

	if (!question->target.abstract)
		j = iu_unix_path_judge(question, snapshot, path);
	if (question->target.abstract || j.status == IU_STATUS_IN_USE)
		iu_blockers_unix(arena, question, snapshot, verdict);
	if (question->target.abstract)
		j = judge_abstract(verdict, looked);
	heeded = heed_call(question, &j);
	verdict->status = j.status;
	verdict->confidence = j.confidence;
	set_error(verdict, question, j.error);
	if (verdict->blockers.n) {
		verdict->cause = verdict->blockers.v[0].cause;
		verdict->confidence = lesser(j.confidence, verdict->blockers.v[0].confidence);
	} else if (j.status != IU_STATUS_FREE) {
		verdict->headline = iu_unix_path_headline(arena, question, path, verdict);
	}
	unix_doubts(arena, question, snapshot, &j, verdict);
	if (heeded)
		doubt_call(arena, question, verdict);
	iu_unix_path_tell(arena, path, verdict);
	warn_lock(arena, snapshot, path, verdict);
	warn_lost(arena, question, snapshot, verdict);
	copy_gaps(arena, question, snapshot, verdict);
	/* where it is not even looked for there is another reason, which was told */
	if (!question->target.abstract && !path && iu_rules_of(snapshot) != &iu_rules_windows)
		path_gap(arena, question, verdict);
	finish(arena, question, snapshot, NULL, verdict);
}

/* Windows' rules know themselves of a connect() that finds no port. */
static bool own_rules(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	return iu_rules_of(snapshot) == &iu_rules_windows &&
	       question->symptom.from_message.error == IU_ERROR_ADDRINUSE;
}

int iu_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *ret_verdict)
{
	struct iu_verdict verdict = {0};

	if (iu_elsewhere_is(question))
		iu_elsewhere_decide(arena, question, &verdict);
	else if (iu_other_system_is(question, snapshot))
		iu_other_system_decide(arena, question, snapshot, &verdict);
	else if (iu_connect_is(question) && !own_rules(question, snapshot))
		iu_connect_decide(arena, question, snapshot, &verdict);
	else if (question->target.protocol == IU_PROTOCOL_UNIX)
		decide_unix(arena, question, snapshot, &verdict);
	else
		decide_inet(arena, question, snapshot, &verdict);
	iu_call_result_heed(arena, question, &verdict);
	if (question->symptom.from_message.note)
		iu_strings_add(arena, &verdict.caveats, question->symptom.from_message.note);
	if (!iu_connect_is(question)) {
		iu_engine_list_decide(arena, question, &verdict);
		iu_other_system_doubt(arena, question, &verdict);
	}
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_verdict = verdict;
	return 0;
}

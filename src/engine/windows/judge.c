/* engine/windows/judge.c - what rules, system and message together say about a bind() on Windows */
#include "engine/windows/judge.h"

#include "engine/windows/block.h"
#include "engine/windows/conflict.h"
#include "engine/windows/reason.h"
#include "engine/windows/state.h"

/* What rows and reasons make possible, before anybody was asked. */
struct evidence {
	unsigned int results;
	struct iu_windows_reason reason;
	bool sockets; /* a socket is in the way, or may be */
};

static enum iu_status status_of(int error)
{
	switch (error) {
	case 0: return IU_STATUS_FREE;
	case IU_WSAEADDRINUSE:
	case IU_WSAENOBUFS: return IU_STATUS_IN_USE;
	case IU_WSAEACCES: return IU_STATUS_DENIED;
	case IU_WSAEADDRNOTAVAIL:
	case IU_WSAEAFNOSUPPORT:
	case IU_WSAEINVAL: return IU_STATUS_UNAVAILABLE;
	}
	return IU_STATUS_UNKNOWN;
}

static int error_of(unsigned int bit)
{
	return bit & IU_BIND_INUSE ? IU_WSAEADDRINUSE : IU_WSAEACCES;
}

static unsigned int bit_of(int error)
{
	if (error == IU_WSAEADDRINUSE)
		return IU_BIND_INUSE;
	return error == IU_WSAEACCES ? IU_BIND_ACCESS : 0;
}

/*
 * Both codes are met with HTTP.sys: its ports are in the excluded list as well, and that is looked
 * at first, but not on every system. With the list at hand it says which.
 */
static bool http_may_deny(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;

	if (snapshot->seen & IU_FACT_EXCLUSIONS)
		return false;
	for (size_t i = 0; i < evaluation->sockets.n; i++)
		if (iu_windows_http_row(snapshot, &evaluation->sockets.v[i]) &&
			iu_windows_conflict(&attempt->request, &evaluation->sockets.v[i], &evaluation->kernel).blocks !=
				IU_NO)
			return true;
	return false;
}

static struct evidence gather(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	struct evidence e = {
		.results = attempt->outcome.results ? attempt->outcome.results : IU_BIND_OK,
		.reason = iu_windows_reason(evaluation, &attempt->request),
		.sockets = attempt->outcome.fails != IU_NO,
	};

	if (http_may_deny(evaluation, attempt))
		e.results |= IU_BIND_ACCESS;
	if (e.reason.certain == IU_YES)
		e.results = e.reason.results;
	else
		e.results |= e.reason.results;
	return e;
}

/* The reason beside the sockets is the answer, not one of them. */
static enum iu_cause reason_for(const struct evidence *e, unsigned int bit)
{
	if (!e->reason.cause || !(e->reason.results & bit))
		return IU_CAUSE_NONE;
	return e->reason.certain == IU_YES || !e->sockets ? e->reason.cause : IU_CAUSE_NONE;
}

static struct iu_judgement by_rules(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt, const struct evidence *e)
{
	struct iu_judgement j;
	/* what is in the way for certain gives the code, not what perhaps is */
	bool sure = attempt->outcome.fails == IU_YES && e->reason.certain != IU_YES;
	unsigned int bit = (sure ? attempt->outcome.results : e->results) & IU_BIND_INUSE;

	if (e->results == IU_BIND_OK)
		return evaluation->complete && attempt->check.ok == IU_YES
			? iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY)
			: iu_judge_unknown();
	if (e->results & IU_BIND_OK) {
		j = iu_judge_unknown();
		if (!e->sockets)
			j.cause = e->reason.cause;
		return j;
	}
	if (!bit || (e->reason.cause == IU_CAUSE_EXCLUDED_RANGE && e->results & IU_BIND_ACCESS))
		bit = IU_BIND_ACCESS;
	j = iu_judge(status_of(error_of(bit)), error_of(bit), reason_for(e, bit),
		IU_CONFIDENCE_LIKELY);
	if (e->results & IU_BIND_FAILS & ~bit)
		j.other = error_of(e->results & IU_BIND_FAILS & ~bit);
	if (j.cause)
		j.confidence = e->reason.confidence;
	return j;
}

/* Wine has rules of its own where sockets listen, so there its answer is the one that counts. */
static struct iu_judgement by_success(const struct iu_evaluation *evaluation, const struct evidence *e)
{
	bool fails = !(e->results & IU_BIND_OK);

	if (fails && !evaluation->snapshot->windows.wine)
		return iu_judge_disagreement();
	return iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE,
		fails || !evaluation->complete ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_PROVEN);
}

/* 10013 that no socket which was seen gives, and the excluded ranges could not be seen. */
static struct iu_judgement by_neighbours(const struct iu_evaluation *evaluation)
{
	int wildcard = iu_windows_block_told(evaluation, evaluation->question->target.port);

	if (wildcard == IU_WSAEADDRINUSE) /* an exclusive wildcard says so to one, 10013 to the other */
		return iu_judge(IU_STATUS_DENIED, IU_WSAEACCES, IU_CAUSE_HIDDEN_HOLDER,
			IU_CONFIDENCE_LIKELY);
	if (wildcard == 0)
		return iu_judge(IU_STATUS_DENIED, IU_WSAEACCES, IU_CAUSE_POLICY_DENIED,
			IU_CONFIDENCE_POSSIBLE);
	return iu_judge(IU_STATUS_DENIED, IU_WSAEACCES, IU_CAUSE_EXCLUDED_RANGE,
		iu_windows_is_block(evaluation) ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE);
}

/* The code is one that nothing which was seen can give: who is left (table 1.2 read by columns). */
static struct iu_judgement by_elimination(
	const struct iu_evaluation *evaluation, const struct evidence *e, int error, bool asked)
{
	bool excluded_seen = evaluation->snapshot->seen & IU_FACT_EXCLUSIONS ||
			     iu_windows_before(evaluation->snapshot, 6, 0);

	if (!(e->results & IU_BIND_OK)) /* it fails anyway, with another code */
		return iu_judge(status_of(error), error, IU_CAUSE_NONE,
			asked ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE);
	if (!asked && evaluation->complete && e->results == IU_BIND_OK)
		return iu_judge_disagreement();
	if (error == IU_WSAEADDRINUSE)
		return iu_judge(IU_STATUS_IN_USE, error, IU_CAUSE_HIDDEN_HOLDER,
			IU_CONFIDENCE_POSSIBLE);
	if (!excluded_seen)
		return by_neighbours(evaluation);
	return iu_judge(IU_STATUS_DENIED, error, IU_CAUSE_POLICY_DENIED, IU_CONFIDENCE_POSSIBLE);
}

/* @asked: the system itself said it just now; else the message of the one who asks. */
static struct iu_judgement by_answer(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt,
	const struct evidence *e, int error, bool asked)
{
	unsigned int bit = bit_of(error);
	struct iu_judgement j;

	if (!error)
		return by_success(evaluation, e);
	if (error == IU_WSAEADDRNOTAVAIL)
		return iu_judge(IU_STATUS_UNAVAILABLE, error, IU_CAUSE_ADDRESS_NOT_LOCAL,
			IU_CONFIDENCE_LIKELY);
	if (error == IU_WSAENOBUFS)
		return iu_judge(IU_STATUS_IN_USE, error, IU_CAUSE_EPHEMERAL_EXHAUSTED,
			IU_CONFIDENCE_LIKELY);
	if (!bit)
		return status_of(error) == IU_STATUS_UNKNOWN
			? by_rules(evaluation, attempt, e)
			: iu_judge(status_of(error), error, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
	if (!(e->results & bit))
		return by_elimination(evaluation, e, error, asked);
	j = iu_judge(status_of(error), error, reason_for(e, bit), IU_CONFIDENCE_LIKELY);
	if (asked && !(e->results & IU_BIND_OK))
		j.confidence = IU_CONFIDENCE_PROVEN;
	return j;
}

/* Ports that run out: bind() to port 0, or connect(), which binds by itself. */
static struct iu_judgement judge_any_port(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	int told = evaluation->question->symptom.from_capture;

	if (attempt->probe && attempt->probe->result == 0)
		return iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	if (told == IU_WSAENOBUFS ||
		(evaluation->question->symptom.connects && told == IU_WSAEADDRINUSE))
		return iu_judge(IU_STATUS_IN_USE, told, IU_CAUSE_EPHEMERAL_EXHAUSTED,
			attempt->outcome.fails == IU_YES ? IU_CONFIDENCE_PROVEN
						     : IU_CONFIDENCE_LIKELY);
	if (told && evaluation->question->symptom.connects)
		return iu_judge(status_of(told), told,
			told == IU_WSAEACCES ? IU_CAUSE_POLICY_DENIED : IU_CAUSE_NONE,
			IU_CONFIDENCE_POSSIBLE);
	if (attempt->outcome.fails == IU_YES)
		return iu_judge(IU_STATUS_IN_USE, IU_WSAENOBUFS, IU_CAUSE_EPHEMERAL_EXHAUSTED,
			IU_CONFIDENCE_LIKELY);
	if (attempt->outcome.fails == IU_NO && iu_windows_rows_seen(evaluation->question, evaluation->snapshot) && attempt->check.ok == IU_YES)
		return iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
	return iu_judge_unknown();
}

static struct iu_judgement judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	const struct iu_probe *probe = attempt->probe;
	struct evidence e;

	if (attempt->check.ok == IU_NO)
		return probe && probe->result != attempt->check.error
			? iu_judge_disagreement()
			: iu_judge(status_of(attempt->check.error), attempt->check.error, attempt->check.cause,
				  probe ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY);
	if (!evaluation->question->target.port || evaluation->question->symptom.connects)
		return judge_any_port(evaluation, attempt);
	e = gather(evaluation, attempt);
	if (probe)
		return by_answer(evaluation, attempt, &e, probe->result, true);
	if (evaluation->question->symptom.from_capture >
		10000) /* an errno of another system says nothing */
		return by_answer(
			evaluation, attempt, &e, evaluation->question->symptom.from_capture, false);
	return by_rules(evaluation, attempt, &e);
}

struct iu_judgement iu_windows_judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	struct iu_judgement judgement = judge(evaluation, attempt);

	/* an error that was reported is an answer, too */
	judgement.settled = attempt->probe || (evaluation->question->symptom.from_capture &&
						      judgement.cause == IU_CAUSE_NONE);
	return judgement;
}

bool iu_windows_explains(const struct iu_judgement *worst, const struct iu_blocker *blocker)
{
	if (worst->cause == IU_CAUSE_NONE)
		return true;
	return blocker->cause == IU_CAUSE_HTTP_SYS ||
	       (blocker->certain == IU_YES && worst->cause != IU_CAUSE_EPHEMERAL_EXHAUSTED);
}

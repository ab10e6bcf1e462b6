/* engine/linux/judge.c - what rules and kernel together say about one bind() on Linux */
#include "engine/linux/judge.h"

#include <errno.h>

#include "engine/evaluation.h"
#include "engine/linux/conflict.h"

static enum iu_status status_of(int error)
{
	switch (error) {
	case 0: return IU_STATUS_FREE;
	case EADDRINUSE: return IU_STATUS_IN_USE;
	case EACCES:
	case EPERM: return IU_STATUS_DENIED;
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EINVAL:
	case ENODEV: return IU_STATUS_UNAVAILABLE;
	}
	return IU_STATUS_UNKNOWN; /* EMFILE and the like say nothing about the port */
}

/* Address or right are wrong whatever sockets there are. */
static struct iu_judgement judge_check(const struct iu_attempt *attempt, const struct iu_probe *probe)
{
	const struct iu_local_check *check = &attempt->check;

	if (probe && probe->result != check->error)
		return iu_judge_disagreement();
	return iu_judge(status_of(check->error), check->error, check->cause,
		probe ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY);
}

/* Only the sockets decide, nobody was asked. */
static struct iu_judgement judge_rules(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	switch (attempt->outcome.fails) {
	case IU_YES:
		return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE,
			attempt->outcome.cache_dependent ? IU_CONFIDENCE_POSSIBLE
						     : IU_CONFIDENCE_LIKELY);
	case IU_NO:
		/* programs of the cgroup may refuse it, or bind something else */
		if (evaluation->complete && attempt->check.ok == IU_YES &&
			!evaluation->snapshot->bind_programs.n)
			return iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
		break;
	case IU_UNKNOWN: break;
	}
	return iu_judge_unknown();
}

static struct iu_judgement judge_success(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	struct iu_judgement j = iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);

	if (attempt->probe->moved_port)
		return iu_judge_unknown();
	if (attempt->outcome.fails == IU_YES) {
		if (!attempt->outcome.cache_dependent && !attempt->outcome.order_dependent &&
			!attempt->outcome.fastreuse_dependent)
			return iu_judge_disagreement();
		j.cache = attempt->outcome.cache_dependent;
		j.confidence = IU_CONFIDENCE_LIKELY;
	}
	if (!evaluation->complete)
		j.confidence = IU_CONFIDENCE_LIKELY;
	return j;
}

/* A single socket can be meant: the refusal says of it what could not be seen. */
static bool one_suspect(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	size_t n = 0;

	for (size_t i = 0; i < evaluation->sockets.n && n < 2; i++)
		n += iu_linux_conflict(&attempt->request, &evaluation->sockets.v[i], &evaluation->kernel).blocks != IU_NO;
	return n == 1 && evaluation->complete;
}

static struct iu_judgement judge_in_use(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	switch (attempt->outcome.fails) {
	case IU_YES:
		return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	case IU_UNKNOWN:
		return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE,
			one_suspect(evaluation, attempt) ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY);
	case IU_NO: break;
	}
	/* in mirrored mode WSL's bind() asks Windows too, and its sockets are not seen here */
	if (evaluation->snapshot->host.wsl)
		return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_WSL_HOST,
			evaluation->complete ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE);
	if (evaluation->complete && evaluation->snapshot->bind_programs.n)
		return iu_judge_unknown(); /* a program may have bound something else, which is taken */
	if (evaluation->complete)
		return iu_judge_disagreement();
	/* the kernel sees what the incomplete list does not show */
	return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_HIDDEN_HOLDER, IU_CONFIDENCE_POSSIBLE);
}

/* Only below it a right may be missing. */
static bool is_low(const struct iu_evaluation *evaluation)
{
	int32_t start = evaluation->snapshot->sysctls.unprivileged_port_start;
	uint16_t port = evaluation->question->target.port;

	return port && (int32_t)port < (start < 0 ? 1024 : start);
}

/* EACCES, EPERM, EADDRNOTAVAIL … where the rules saw no reason for it. */
static struct iu_judgement judge_other(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt, int error)
{
	enum iu_cause cause = IU_CAUSE_NONE;

	if (status_of(error) == IU_STATUS_UNKNOWN)
		return judge_rules(evaluation, attempt);
	if (attempt->check.ok == IU_UNKNOWN && error == EACCES && is_low(evaluation))
		cause = IU_CAUSE_PRIVILEGED_PORT;
	else if (error == EACCES || error == EPERM)
		cause = IU_CAUSE_POLICY_DENIED;
	else if (error == EADDRNOTAVAIL && attempt->check.ok == IU_YES &&
		 (evaluation->snapshot->seen & IU_FACT_ADDRESSES))
		return iu_judge_disagreement();
	else if (error == EADDRNOTAVAIL)
		cause = IU_CAUSE_ADDRESS_NOT_LOCAL;
	return iu_judge(status_of(error), error, cause, IU_CONFIDENCE_LIKELY);
}

static struct iu_judgement judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	const struct iu_probe *probe = attempt->probe;

	if (attempt->check.ok == IU_NO)
		return judge_check(attempt, probe);
	if (!probe)
		return judge_rules(evaluation, attempt);
	if (probe->result == 0)
		return judge_success(evaluation, attempt);
	if (probe->result == EADDRINUSE)
		return judge_in_use(evaluation, attempt);
	return judge_other(evaluation, attempt, probe->result);
}

struct iu_judgement iu_linux_judge(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	struct iu_judgement judgement = judge(evaluation, attempt);

	judgement.settled = attempt->probe != NULL;
	return judgement;
}

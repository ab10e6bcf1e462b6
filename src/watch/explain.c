/* watch/explain.c - why a call has failed: the engine's answer to what was seen at that moment */
#include "watch/explain.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

/* What belongs to a network namespace: where nobody is left it cannot be seen any more. */
#define ELSEWHERE                                                                                  \
	(IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_UNIX | IU_FACT_SYSCTLS | IU_FACT_ADDRESSES)

static void tell_gone(struct iu_failure *failure, struct iu_snapshot *snapshot)
{
	snapshot->host.netns = failure->netns;
	snapshot->sysctls.unprivileged_port_start = failure->low_ports;
	iu_snapshot_gap(snapshot, IU_FACT_ADDRESSES, 0, "addresses and limits of that network namespace",
		"nobody is left there who could be asked", NULL);
}

/* Who has it now is in /proc; who had it then, and is gone, was noted when it began to listen. */
static void add_owners(const struct iu_failure *failure, struct iu_snapshot *snapshot)
{
	for (size_t i = 0; i < failure->owners.n; i++) {
		const struct iu_failure_owner *owner = &failure->owners.v[i];

		if (iu_snapshot_is_held(snapshot, owner->inode))
			continue;
		*iu_list_add(&snapshot->arena, &snapshot->holds) = (struct iu_hold){
			.inode = owner->inode, .pid = owner->process.pid, .fd = -1};
		if (!iu_snapshot_process(snapshot, owner->process.pid))
			*iu_list_add(&snapshot->arena, &snapshot->processes) = owner->process;
	}
}

static void name_netns(const struct iu_failure *failure, const struct iu_snapshot *snapshot,
	struct iu_question *question)
{
	if (failure->here)
		return;
	question->asker.netns_pid = snapshot->holds.n ? snapshot->holds.v[0].pid : failure->process.pid;
}

static int look(struct iu_failures *failures, const struct iu_failure *failure,
	struct iu_session *session)
{
	struct iu_question question = failure->question;
	const struct iu_questions one = {.v = &question, .n = 1, .cap = 1};
	bool entered = iu_failures_enter(failures, failure);
	const struct iu_sockets sockets = session->snapshot.sockets;
	const struct iu_then then = {.sockets = failure->captured ? &sockets : NULL,
		.closed = entered ? 0 : ELSEWHERE};
	int ret;

	session->snapshot.sockets = (struct iu_sockets){0};
	ret = iu_session_complete(session, &one, &then);
	if (entered && iu_failures_leave(failures) < 0)
		return IU_E_SYSTEM;
	return ret;
}

/*
 * Where the hook does not see the error, the rules give it. They find none where the reason is gone
 * already: a socket that was closed in the last microsecond.
 */
static int answer(struct iu_failure *failure, struct iu_session *session, struct iu_arena *arena,
	struct iu_answer *ret_answer)
{
	struct iu_question *question = &failure->question;
	int ret;

	if (!failure->error && question->symptom.call.bound)
		question->symptom.from_call = EINVAL;
	ret = iu_session_answer(session, question, arena, ret_answer);
	if (ret < 0 || ret_answer->verdict.status != IU_STATUS_FREE || question->symptom.from_call)
		return ret;
	question->symptom.from_call = EADDRINUSE;
	return iu_session_answer(session, question, arena, ret_answer);
}

/* What the hook has seen is all there is. */
static int tell_hung(const struct iu_failure *failure, struct iu_snapshot *snapshot)
{
	if (failure->captured)
		snapshot->seen |= failure->question.target.protocol == IU_PROTOCOL_UDP ? IU_FACT_UDP
											: IU_FACT_TCP | IU_FACT_BOUND;
	iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0, "what this machine looked like after the call",
		"a look took longer than 10 s: something in it does not answer (a file server, a device)", NULL);
	return 0;
}

int iu_explain_failure(struct iu_failures *failures, struct iu_failure *failure, bool hung,
	struct iu_session *session, struct iu_arena *arena, struct iu_answer *ret_answer)
{
	struct iu_snapshot *snapshot = &session->snapshot;
	int ret = hung ? tell_hung(failure, snapshot) : look(failures, failure, session);

	if (ret < 0)
		return ret;
	if (!hung && !failure->here && snapshot->host.netns != failure->netns)
		tell_gone(failure, snapshot);
	if (failure->may_low != IU_UNKNOWN) /* what the program may, not what we may */
		snapshot->host.cap_net_bind = failure->may_low;
	add_owners(failure, snapshot);
	name_netns(failure, snapshot, &failure->question);
	if (snapshot->arena.failed)
		return IU_E_NOMEM;
	return answer(failure, session, arena, ret_answer);
}

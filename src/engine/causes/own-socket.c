/* engine/causes/own-socket.c - the program that asks has bound the port already */
#include "engine/causes/cause.h"

/* The asker, or a process of the same command above or below it: a debugger's port, a first try. */
static bool belongs(struct iu_case *c, int32_t pid)
{
	const struct iu_question *q = c->question;
	const struct iu_process *holder = iu_snapshot_process(c->snapshot, pid);

	for (size_t i = 0; i < q->asker.count; i++) {
		if (q->asker.line[i] != pid)
			continue;
		iu_case_say(c, i == 0 ? "%s is the program that asks"
				      : "%s started the program that asks: they are one command",
			iu_phrase_pid(c->arena, c->snapshot, pid));
		return true;
	}
	for (size_t i = 0; holder && q->asker.count && i < holder->parents.n; i++)
		if (holder->parents.v[i].pid == q->asker.line[0]) {
			iu_case_say(c, "%s was started by the program that asks",
				iu_phrase_process(c->arena, holder));
			return true;
		}
	return false;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_holds *holds = &c->snapshot->holds;

	for (size_t i = 0; i < c->blocker->holds.n && c->question->asker.count; i++)
		if (belongs(c, holds->v[c->blocker->holds.v[i]].pid)) {
			*ret_confidence = IU_CONFIDENCE_PROVEN;
			return true;
		}
	if (!c->question->asker.by_self)
		return false;
	for (size_t i = 0; i < c->blocker->holds.n; i++) {
		const struct iu_hold *hold = &holds->v[c->blocker->holds.v[i]];

		if (hold->pid != c->snapshot->host.pid)
			continue;
		if (hold->fd >= 0)
			iu_case_say(c, "the program that asks has the socket itself, as descriptor %d",
				(int)hold->fd);
		else
			iu_case_say(c, "the program that asks has the socket itself");
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_own_socket = {
	.cause = IU_CAUSE_OWN_SOCKET,
	.applies = applies,
	.refusal = {"nothing is stopped", "the program that asks holds the socket itself"},
};

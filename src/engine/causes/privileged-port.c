/* engine/causes/privileged-port.c - the port needs a right that the asker does not have */
#include "engine/causes/cause.h"

/* "root (nginx, pid 812)": whoever has the port all the same. */
static const char *holder(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	const char *user = iu_phrase_user(arena, s->user, s->uid_known, s->uid);

	for (size_t i = 0; s->inode && i < snapshot->holds.n; i++) {
		const struct iu_process *p = snapshot->holds.v[i].inode == s->inode
			? iu_snapshot_process(snapshot, snapshot->holds.v[i].pid) : NULL;

		if (p && p->name)
			return iu_phrase(arena, "%s (%s, pid %d)", user,
				iu_phrase_safe(arena, p->name, IU_NAME_COLUMNS), (int)p->pid);
	}
	return user;
}

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const struct iu_socket *taken = NULL;
	const char *who, *below;
	unsigned int port = attempt->request.port;
	const char *protocol = iu_protocol_name(attempt->request.protocol);

	if (iu_evaluation_foreign_user(evaluation->question, snapshot) &&
		verdict->status != IU_STATUS_FREE)
		iu_strings_add(arena, &verdict->caveats,
			"What that user's program may do is not known; only root may bind low ports by default.");
	if (evaluation->question->asker.low_ports == IU_NO)
		who = "the program that printed the message";
	else
		who = iu_phrase_user(arena,
			attempt->request.uid == snapshot->host.uid ? snapshot->host.user : NULL, true,
			attempt->request.uid);
	/* 1024, where the limit cannot be read */
	below = snapshot->sysctls.unprivileged_port_start < 0
		? "low ports" : iu_phrase(arena, "ports below %d", (int)snapshot->sysctls.unprivileged_port_start);
	if (attempt->outcome.fails == IU_YES && attempt->outcome.blocker < evaluation->sockets.n)
		taken = &evaluation->sockets.v[attempt->outcome.blocker];
	if (taken)
		verdict->headline = iu_phrase(arena,
			"Port %u/%s is in use by %s, and %s may not bind %s.", port, protocol,
			holder(arena, snapshot, taken), who, below);
	else
		verdict->headline = iu_phrase(arena,
			"Port %u/%s is free, but %s may not bind %s.", port, protocol, who, below);
}

const struct iu_cause_rule iu_cause_privileged_port = {
	.cause = IU_CAUSE_PRIVILEGED_PORT,
	.evidence = evidence,
	.refusal = {"nothing is in the way",
		"the port is free, but it needs a right that is missing"},
};

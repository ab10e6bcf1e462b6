/* engine/causes/privileged-port.c - the port needs a right that the asker does not have */
#include "engine/causes/cause.h"

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const char *in_the_way = NULL, *who, *below;

	if (iu_evaluation_foreign_user(evaluation->question, snapshot) &&
		verdict->status != IU_STATUS_FREE)
		iu_strings_add(arena, &verdict->caveats,
			"The capabilities of the other user's program are not known; only root has this one by default.");
	if (evaluation->question->asker.low_ports == IU_NO)
		who = "the program that printed the message";
	else
		who = iu_phrase_user(arena,
			attempt->request.uid == snapshot->host.uid ? snapshot->host.user : NULL, true,
			attempt->request.uid);
	/* 1024, where the limit cannot be read */
	below = snapshot->sysctls.unprivileged_port_start < 0
		? "low ports" : iu_phrase(arena, "ports below %d", (int)snapshot->sysctls.unprivileged_port_start);
	verdict->headline = iu_phrase(arena,
		"Port %u/%s needs a right that %s does not have: %s are for programs with CAP_NET_BIND_SERVICE.",
		(unsigned int)attempt->request.port, iu_protocol_name(attempt->request.protocol), who, below);
	if (attempt->outcome.fails == IU_YES && attempt->outcome.blocker < evaluation->sockets.n)
		in_the_way = iu_phrase_endpoint(arena, &evaluation->sockets.v[attempt->outcome.blocker]);
	if (in_the_way)
		iu_strings_add(arena, &verdict->caveats,
			iu_phrase(arena, "With that right it would still fail: another socket has %s.",
				in_the_way));
}

const struct iu_cause_rule iu_cause_privileged_port = {
	.cause = IU_CAUSE_PRIVILEGED_PORT,
	.evidence = evidence,
	.refusal = {"nothing is in the way",
		"the port is free, but it needs a right that is missing"},
};

/* engine/causes/policy-denied.c - the system refuses a bind() that no socket and no rule forbids */
#include "engine/causes/cause.h"
#include "engine/headline.h"

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const char *error = verdict->error ? verdict->error : "an error";

	(void)attempt;
	if (iu_evaluation_told_refused(evaluation->question)) {
		verdict->headline = iu_phrase(arena,
			"%s was refused to the program that printed the message (%s): a security policy does that, and no other socket.",
			iu_subject(arena, evaluation->question), error);
		iu_strings_add(arena, &verdict->caveats,
			"That port needs no right here. What refuses it to one program and not to others: SELinux or AppArmor, a cgroup program (SocketBindDeny= of its unit), Landlock, a system call filter, or its container.");
		return;
	}
	verdict->headline = iu_phrase(arena, "%s may not be bound: a security policy refuses with %s.",
		iu_subject(arena, evaluation->question), error);
	iu_strings_add(arena, &verdict->caveats,
		iu_phrase(arena, "Nothing that is visible forbids it, and %s said %s: a cgroup program (SocketBindDeny= of a unit), a security module or a system call filter does. Another program may be allowed.",
			evaluation->question->symptom.from_call ? "the program's own bind()" : "a trial bind()",
			error));
}

/* What is left of "how can 10013 be" when all else was looked at. */
static void filtered(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	(void)attempt;
	if (!verdict->blockers.n)
		verdict->headline = iu_phrase(arena, "%s may not be bound: Windows refuses with %s, and nothing that is visible explains it.",
			iu_subject(arena, evaluation->question),
			verdict->error ? verdict->error : "no error was seen");
	iu_strings_add(arena, &verdict->evidence,
		"no socket and no excluded range refuses it; what remains is a filter of the Windows Filtering Platform (security software, event 5159 where auditing is on), or a reservation that belongs to one program");
	iu_strings_add(arena, &verdict->evidence,
		"it is no matter of rights: Windows has no privileged ports");
}

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_POLICY_DENIED,
	.evidence = filtered,
	.refusal = {"nothing is in the way",
		"a filter refuses the bind, and that is not changed here"},
};

const struct iu_cause_rule iu_cause_policy_denied = {
	.cause = IU_CAUSE_POLICY_DENIED,
	.evidence = evidence,
	.refusal = {"nothing is in the way",
		"a security policy refuses the bind, and that is not changed here"},
	.windows = &on_windows,
};

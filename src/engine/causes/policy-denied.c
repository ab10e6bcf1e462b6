/* engine/causes/policy-denied.c - the kernel refuses a bind() that no socket and no rule forbids */
#include "base/err.h"
#include "engine/causes/cause.h"
#include "engine/headline.h"

int iu_policy_denied(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const char *error = verdict->error ? verdict->error : "an error";

	(void)attempt;
	verdict->headline = iu_phrase(arena, "%s may not be bound: a security policy refuses with %s.",
		iu_subject(arena, evaluation->question), error);
	return iu_strings_add(arena, &verdict->caveats,
		iu_phrase(arena, "Nothing that is visible forbids it, and a bind() that was tried said %s: a cgroup program (SocketBindDeny= of a unit), a security module or a system call filter does. Another program may be allowed.",
			error));
}

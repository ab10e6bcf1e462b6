/* engine/causes/policy-denied.c - the kernel refuses a bind() that no socket and no rule forbids */
#include "base/err.h"
#include "engine/causes/cause.h"
#include "engine/headline.h"

int iu_policy_denied(struct iu_arena *arena, const struct iu_view *view,
	const struct iu_ask *ask, struct iu_verdict *verdict)
{
	const char *error = verdict->error ? verdict->error : "an error";

	(void)ask;
	verdict->headline = iu_words(arena, "%s may not be bound: a security policy refuses with %s.",
		iu_subject(arena, view->question), error);
	return iu_strings_add(arena, &verdict->doubts,
		iu_words(arena, "Nothing that is visible forbids it, and a bind() that was tried said %s: a cgroup program (SocketBindDeny= of a unit), a security module or a system call filter does. Another program may be allowed.",
			error));
}

/* engine/causes/exclusive-use.c - Windows: 10013 because the holder shares with nobody, or not with us */
#include "engine/causes/cause.h"
#include "engine/windows/conflict.h"

/* Whether bind() says WSAEACCES because of this socket, whatever else it may say. */
static bool denies(const struct iu_case *c)
{
	struct iu_conflict conflict;

	if (!c->request)
		return false;
	conflict = iu_windows_conflict(c->request, &c->blocker->socket, &c->evaluation->kernel);
	if (!(conflict.results & IU_BIND_ACCESS))
		return false;
	return !(conflict.results & IU_BIND_INUSE) ||
	       c->question->symptom.from_capture == IU_WSAEACCES;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);

	if (!denies(c))
		return false;
	iu_case_say(c, "%s %s %s", who ? who : "a socket",
		iu_phrase_state(s, iu_phrase_many(c->snapshot, c->blocker)),
		iu_phrase_endpoint(c->arena, s));
	if (s->exclusive == IU_YES)
		iu_case_say(c, "its socket has SO_EXCLUSIVEADDRUSE");
	else if (c->blocker->sharing == IU_SHARING_ACCOUNTS_DIFFER)
		iu_case_say(c, "its socket belongs to another account (%s)",
			iu_phrase_user(c->arena, s->user, false, 0));
	else if (c->request->reuseaddr)
		iu_case_say(c, "SO_REUSEADDR shares only with sockets that set it too, and else says access denied instead of in use");
	else
		iu_case_say(c, "either its socket has SO_EXCLUSIVEADDRUSE, or it belongs to another account");
	iu_case_say(c, "it is no matter of rights: Windows has no privileged ports, and an administrator gets the same answer");
	*ret_confidence = s->exclusive == IU_YES || c->blocker->certain == IU_YES
		? IU_CONFIDENCE_PROVEN
		: IU_CONFIDENCE_POSSIBLE;
	return true;
}

const struct iu_cause_rule iu_cause_exclusive_use = {
	.cause = IU_CAUSE_EXCLUSIVE_USE,
	.applies = applies,
	.lever = IU_WAY_HOLDERS,
};

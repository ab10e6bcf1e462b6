/* engine/causes/reuseport-mismatch.c - the asker sets SO_REUSEPORT, and yet it is not shared */
#include "engine/causes/cause.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *who;

	if (!c->request || !c->request->reuseport || iu_is_closing(s))
		return false;
	who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);
	if (c->blocker->sharing == IU_SHARING_USERS_DIFFER)
		iu_case_say(c, "both sockets set SO_REUSEPORT, but %s belongs to %s and the asker is %s",
			who ? who : "the holder's socket",
			iu_phrase_user(c->arena, s->user, s->uid_known, s->uid),
			iu_phrase_user(c->arena,
				c->request->uid == c->snapshot->host.uid ? c->snapshot->host.user : NULL,
				true, c->request->uid));
	else if (c->blocker->sharing == IU_SHARING_HOLDER_WITHOUT_REUSEPORT)
		iu_case_say(c, "the asker sets SO_REUSEPORT, %s did not", who ? who : "the holder");
	else
		return false;
	*ret_confidence = s->options_source == IU_SOURCE_INFERRED ? IU_CONFIDENCE_LIKELY
								   : IU_CONFIDENCE_PROVEN;
	return true;
}

const struct iu_cause_rule iu_cause_reuseport_mismatch = {
	.cause = IU_CAUSE_REUSEPORT_MISMATCH,
	.applies = applies,
	.lever = IU_WAY_HOLDERS,
};

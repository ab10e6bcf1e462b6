/* engine/causes/other-program.c - another program has it, and runs: what remains when nothing else fits */
#include "base/text.h"
#include "engine/causes/cause.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);

	if (who) {
		iu_case_say(c, "%s %s %s", who,
			iu_phrase_state(s, iu_phrase_many(c->snapshot, c->blocker)),
			iu_phrase_endpoint(c->arena, s));
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		for (size_t i = 0; i < c->holders.n && i < 3; i++) {
			iu_cause_say_worker(c, c->holders.v[i]);
			/* whether it serves could not be seen: then it is not said that it does */
			if (c->holders.v[i]->binds == IU_NO && s->waited_on != IU_YES)
				*ret_confidence = IU_CONFIDENCE_LIKELY;
		}
	} else {
		iu_case_say(c, "a socket in state %s has %s", iu_state_name(s->state),
			iu_phrase_endpoint(c->arena, s));
		*ret_confidence = IU_CONFIDENCE_POSSIBLE;
	}
	return true;
}

const struct iu_cause_rule iu_cause_other_program = {
	.cause = IU_CAUSE_OTHER_PROGRAM,
	.applies = applies,
	.lever = IU_WAY_HOLDERS,
};

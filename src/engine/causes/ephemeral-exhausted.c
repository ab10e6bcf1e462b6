/* engine/causes/ephemeral-exhausted.c - the system has no port left to choose */
#include "engine/causes/cause.h"

/* So many groups are counted out loud. */
#define GROUPS_SHOWN 5

int iu_ephemeral_exhausted(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const struct iu_sysctls *sysctls = &evaluation->limits;
	struct iu_strings *evidence;
	size_t i, rest = 0;
	int err = 0;

	if (!verdict->blockers.n)
		return 0;
	evidence = &verdict->blockers.v[0].evidence;
	err = iu_strings_add(arena, evidence,
		iu_phrase(arena, "the system chooses from %d-%d, and every port of it is held",
			(int)sysctls->port_first, (int)sysctls->port_last));
	for (i = 0; i < verdict->blockers.n && i < GROUPS_SHOWN && err == 0; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];
		const char *who = iu_phrase_holders(arena, evaluation->snapshot, b);

		err = iu_strings_add(arena, evidence,
			iu_phrase(arena, "%zu in state %s: %s", b->representative,
				iu_state_name(b->socket.state), who ? who : "no visible process"));
	}
	for (; i < verdict->blockers.n; i++)
		rest += verdict->blockers.v[i].representative;
	if (rest && err == 0)
		err = iu_strings_add(arena, evidence,
			iu_phrase(arena, "and %zu in smaller groups", rest));
	return err;
}

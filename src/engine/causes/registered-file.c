/* engine/causes/registered-file.c - an io_uring has the socket in its table of registered files */
#include "engine/causes/cause.h"

static bool is_registered(const struct iu_case *c)
{
	for (size_t i = 0; i < c->snapshot->registered.n; i++)
		if (c->snapshot->registered.v[i].inode == c->blocker->socket.inode)
			return true;
	return false;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	size_t n;

	if (!c->blocker->socket.inode || (c->holder_count && !iu_case_only_via(c, IU_VIA_RING)))
		return false;
	if (c->holder_count || is_registered(c)) {
		if (c->holders.n)
			iu_case_say(c, "%s has the socket registered with its io_uring, and no descriptor of it",
				iu_phrase_process(c->arena, c->holders.v[0]));
		else
			iu_case_say(c, "the socket is registered with the io_uring of a process that is not visible here");
		iu_case_say(c, "it lives as long as that io_uring, or until the program takes it out of there");
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	n = iu_case_suspected(c, IU_VIA_RING);
	if (n == 0 || iu_case_suspected(c, IU_VIA_MESSAGE) || iu_case_suspected(c, IU_VIA_CALL))
		return false;
	iu_case_suspects(c, IU_VIA_RING,
		"it has an io_uring whose files or requests cannot be read");
	iu_case_say(c, "no process has a descriptor of the socket");
	*ret_confidence = n == 1 && (c->snapshot->seen & IU_FACT_HOLDERS)
				  ? IU_CONFIDENCE_LIKELY
				  : IU_CONFIDENCE_POSSIBLE;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *at = iu_phrase_endpoint(arena, &b->socket);
	const char *who = iu_phrase_holders(arena, snapshot, b);

	if (!who && b->confidence != IU_CONFIDENCE_PROVEN)
		return iu_phrase(arena, "no process has a descriptor of the socket on %s; it may be registered with an io_uring",
			at);
	return iu_phrase(arena, "%s has the socket on %s in its io_uring, without a descriptor",
		who ? who : "a process", at);
}

const struct iu_cause_rule iu_cause_registered_file = {
	.cause = IU_CAUSE_REGISTERED_FILE,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_RING,
};

/* engine/causes/stale-socket-file.c - the file of a UNIX socket that is gone */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/lock.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	if (!c->path || c->blocker->socket.state != IU_STATE_FILE ||
		c->path->kind != IU_FILE_SOCKET || c->path->alive != IU_NO || c->path->shared)
		return false;
	iu_case_say(c, "the file is a socket, and no socket of this system is bound to it any more");
	if (iu_lock_is_there(c->path))
		iu_case_say(c, "the lock beside it, %s",
			iu_lock_phrase(c->arena, c->snapshot, &c->path->lock));
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	(void)arena;
	(void)snapshot;
	(void)b;
	return "the file is left over from a socket that is gone";
}

const struct iu_cause_rule iu_cause_stale_socket_file = {
	.cause = IU_CAUSE_STALE_SOCKET_FILE,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_FILE,
};

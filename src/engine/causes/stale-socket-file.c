/* engine/causes/stale-socket-file.c - the file of a UNIX socket that is gone */
#include "base/text.h"
#include "engine/causes/cause.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	if (!c->path || c->blocker->socket.state != IU_STATE_FILE ||
		c->path->kind != IU_FILE_SOCKET || c->path->alive != IU_NO)
		return false;
	iu_case_say(c, "the file is a socket, and no socket of this system is bound to it any more");
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

const struct iu_cause_rule iu_cause_stale_socket_file = {
	IU_CAUSE_STALE_SOCKET_FILE, applies};

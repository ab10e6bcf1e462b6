/* engine/causes/privileged-port.c - the port needs a right that the asker does not have */
#include "engine/causes/cause.h"

int iu_privileged_port(struct iu_arena *arena, const struct iu_view *view,
	const struct iu_ask *ask, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = view->snapshot;
	const char *in_the_way = NULL;

	verdict->headline = iu_words(arena,
		"Port %u/%s needs a right that %s does not have: ports below %d are for programs with CAP_NET_BIND_SERVICE.",
		(unsigned int)ask->request.port, iu_protocol_name(ask->request.protocol),
		ask->request.uid == snapshot->host.uid
			? iu_words_user(arena, snapshot->host.user, true, ask->request.uid)
			: iu_words_user(arena, NULL, true, ask->request.uid),
		(int)snapshot->sysctls.unprivileged_port_start);
	if (ask->outcome.fails == IU_YES && ask->outcome.blocker < view->sockets.n)
		in_the_way = iu_words_endpoint(arena, &view->sockets.v[ask->outcome.blocker]);
	if (in_the_way)
		return iu_strings_add(arena, &verdict->doubts,
			iu_words(arena, "With that right it would still fail: another socket has %s.",
				in_the_way));
	return 0;
}

/* engine/causes/kernel-socket.c - a part of the kernel has the socket, no process does */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/windows/state.h"
#include "knowledge/kernel-users.h"
#include "knowledge/windows-ports.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_kernel_use *use = iu_phrase_kernel_use(c->snapshot, s);

	if (!use || c->holder_count || !s->inode)
		return false;
	iu_case_say(c, "%s uses port %u, and says so itself",
		iu_phrase_kernel_user(c->arena, use), (unsigned int)use->port);
	iu_case_say(c, "no process has the socket, and it belongs to root, as sockets of the kernel do");
	*ret_confidence = c->snapshot->seen & IU_FACT_HOLDERS ? IU_CONFIDENCE_PROVEN
							      : IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_kernel_use *use = iu_phrase_kernel_use(snapshot, &b->socket);

	if (!use)
		return NULL;
	return iu_phrase(arena, "the kernel itself holds %s, for %s",
		iu_phrase_endpoint(arena, &b->socket), iu_phrase_kernel_user(arena, use));
}

/* Of pid 4, and no port of HTTP.sys: file sharing, NetBIOS, NFS. */
static bool is_driver(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_windows_port *row =
		iu_windows_port_of(s->port, s->protocol, IU_WINDOWS_KERNEL, NULL);

	if (iu_windows_owner(c->snapshot, s) != IU_WINDOWS_SYSTEM_PID ||
		iu_windows_http_row(c->snapshot, s))
		return false;
	iu_case_say(c, "pid 4 is Windows itself, and it has %s", iu_phrase_endpoint(c->arena, s));
	if (row)
		iu_case_say(c, "it is known for this port: %s (%s)", row->what, row->name);
	*ret_confidence = row ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *driver_headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	(void)snapshot;
	return iu_phrase(arena, "Windows itself (pid 4) has %s", iu_phrase_endpoint(arena, &b->socket));
}

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_KERNEL_SOCKET,
	.applies = is_driver,
	.headline = driver_headline,
	.refusal = {"pid 4 is left alone", "it is Windows itself"},
};

const struct iu_cause_rule iu_cause_kernel_socket = {
	.cause = IU_CAUSE_KERNEL_SOCKET,
	.applies = applies,
	.headline = headline,
	.refusal = {"nothing is stopped",
		"the kernel itself holds the port, for a part of the system's configuration"},
	.windows = &on_windows,
};

/* engine/causes/inherited-descriptor.c - a child has the socket of a server that is gone */
#include <string.h>

#include "engine/causes/cause.h"

/* Whether the descriptor would have survived an exec(): not when all of them are close-on-exec. */
static bool survives_exec(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	const struct iu_process *process)
{
	for (size_t i = 0; i < snapshot->holds.n; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];

		if (hold->inode == s->inode && hold->pid == process->pid && hold->cloexec != IU_YES)
			return true;
	}
	return false;
}

/*
 * Left behind: its parent ended and a reaper took it over, while it leads neither a session nor a
 * process group of its own, as a daemon would. Pid 1 of a container is often no reaper but the
 * shell that started the server, so there a descriptor that is closed on exec clears the holder.
 */
static bool left_behind(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	const struct iu_process *process)
{
	static const char *const reapers[] = {"systemd", "init", "tini", "dumb-init",
		"docker-init", "catatonit", "containerd-shim", "conmon"};

	if (process->sid == process->pid || process->pgid == process->pid || process->ppid < 0)
		return false;
	if (process->ppid == 1)
		return snapshot->host.init_is_manager > 0 || survives_exec(snapshot, s, process);
	if (!process->parents.n || !process->parents.v[0].name)
		return false;
	for (size_t i = 0; i < IU_COUNT(reapers); i++)
		if (!strcmp(process->parents.v[0].name, reapers[i]))
			return true;
	return false;
}

/* Made elsewhere: the socket keeps user and cgroup of the process that called socket(). */
static const char *made_elsewhere(const struct iu_socket *s, const struct iu_process *process)
{
	if (s->cgroup && process->cgroup && strcmp(s->cgroup, process->cgroup) != 0)
		return "the socket was made in another cgroup than the one the holder runs in";
	if (s->uid_known && process->uid_known && s->uid != process->uid && process->uid != 0)
		return "the socket was made by another user than the one the holder runs as";
	return NULL;
}

bool iu_perhaps_inherited(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	bool by_self)
{
	bool any = false;

	if (!s->inode || (s->state != IU_STATE_LISTEN && s->protocol != IU_PROTOCOL_UDP))
		return false;
	for (size_t i = 0; i < snapshot->holds.n; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];
		const struct iu_process *process;

		if (hold->inode != s->inode || (hold->pid == snapshot->host.pid && !by_self))
			continue;
		process = iu_snapshot_process(snapshot, hold->pid);
		/* only a descriptor can be inherited; a child of a holder was not left behind */
		if (hold->via != IU_VIA_DESCRIPTOR || !process ||
			(!left_behind(snapshot, s, process) && !made_elsewhere(s, process)))
			return false;
		any = true;
	}
	return any;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *in_other_netns = NULL;

	if (s->waited_on != IU_NO || !c->holders.n ||
		!iu_perhaps_inherited(c->snapshot, s, c->question->asker.by_self))
		return false;
	for (size_t i = 0; i < c->holders.n; i++) {
		const char *other = made_elsewhere(s, c->holders.v[i]);

		if (other)
			in_other_netns = other;
	}
	iu_case_say(c, "%s holds the socket, but nobody waits on it: no accept, poll or read",
		iu_phrase_process(c->arena, c->holders.v[0]));
	if (left_behind(c->snapshot, s, c->holders.v[0]))
		iu_case_say(c, "its parent is gone, and it inherited the descriptor from there");
	if (in_other_netns)
		iu_case_say(c, "%s", in_other_netns);
	*ret_confidence = IU_CONFIDENCE_LIKELY;
	return true;
}

const struct iu_cause_rule iu_cause_inherited_descriptor = {
	.cause = IU_CAUSE_INHERITED_DESCRIPTOR,
	.applies = applies,
	.lever = IU_WAY_PROCESSES,
};

/* engine/causes/inherited-descriptor.c - a child has the socket of a server that is gone */
#include <string.h>

#include "engine/causes/cause.h"
#include "knowledge/interpreters.h"

/* Why a holder cannot have made the socket itself, the surest first. */
enum sign {
	SIGN_NONE,
	SIGN_CANNOT_BIND, /* its program knows no bind() */
	SIGN_LEFT_OPEN,   /* its language closes sockets on exec(), and this one is open */
	SIGN_ELSEWHERE,   /* another user or cgroup made it */
	SIGN_ORPHAN,      /* who started it is gone */
	SIGN_COPY,        /* it is a copy of its parent, which has not got the socket (any more) */
	SIGN_DAEMON,      /* … and it leads a session or group of its own: it may have meant to */
};

static const struct iu_hold *hold_of(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	int32_t pid)
{
	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == s->inode && snapshot->holds.v[i].pid == pid)
			return &snapshot->holds.v[i];
	return NULL;
}

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

static bool is_left_open(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	const struct iu_process *process)
{
	const struct iu_hold *hold = hold_of(snapshot, s, process->pid);

	return hold && hold->cloexec == IU_NO && process->exe &&
	       iu_interpreter_closes(process->exe);
}

/*
 * Its parent ended and a reaper took it over. Pid 1 of a container is often no reaper but the shell
 * that started the server, so there a descriptor that is closed on exec clears the holder, and so
 * does a session of its own. What a service manager started was not left behind.
 */
static enum sign orphaned(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	const struct iu_process *process)
{
	bool leads = process->sid == process->pid || process->pgid == process->pid;
	size_t len = process->unit ? strlen(process->unit) : 0;

	if (process->ppid < 0 || !iu_cause_is_reaper(process))
		return SIGN_NONE;
	if (process->ppid == 1 && snapshot->host.init_is_manager <= 0 &&
		(leads || !survives_exec(snapshot, s, process)))
		return SIGN_NONE;
	if (leads && len > 8 && !strcmp(process->unit + len - 8, ".service"))
		return SIGN_NONE;
	return leads ? SIGN_DAEMON : SIGN_ORPHAN;
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

static enum sign sign_of(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	const struct iu_process *process)
{
	if (process->binds == IU_NO)
		return SIGN_CANNOT_BIND;
	if (is_left_open(snapshot, s, process))
		return SIGN_LEFT_OPEN;
	if (made_elsewhere(s, process))
		return SIGN_ELSEWHERE;
	if (process->forked == IU_YES && !hold_of(snapshot, s, process->ppid))
		return SIGN_COPY;
	return orphaned(snapshot, s, process);
}

/* Who got it from another holder says nothing of where that one had it from. */
static bool is_heir(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	const struct iu_process *process)
{
	return process->ppid != process->pid && process->ppid != snapshot->host.pid &&
	       hold_of(snapshot, s, process->ppid);
}

bool iu_perhaps_inherited(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	bool by_self)
{
	bool any = false, waits = s->state == IU_STATE_LISTEN ||
				  (s->state == IU_STATE_BOUND && s->protocol != IU_PROTOCOL_TCP) ||
				  s->protocol == IU_PROTOCOL_UDP;

	if (!s->inode || !waits)
		return false;
	for (size_t i = 0; i < snapshot->holds.n; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];
		const struct iu_process *process;

		if (hold->inode != s->inode || (hold->pid == snapshot->host.pid && !by_self))
			continue;
		process = iu_snapshot_process(snapshot, hold->pid);
		/* only a descriptor can be inherited */
		if (hold->via != IU_VIA_DESCRIPTOR || !process)
			return false;
		any = true;
		if (!is_heir(snapshot, s, process) && sign_of(snapshot, s, process) == SIGN_NONE)
			return false;
	}
	return any;
}

static void say_sign(struct iu_case *c, const struct iu_process *process, enum sign sign)
{
	const char *who = iu_phrase_process(c->arena, process);

	switch (sign) {
	case SIGN_CANNOT_BIND:
		iu_case_say(c, "the program of %s knows no bind(): another one made the socket", who);
		break;
	case SIGN_LEFT_OPEN:
		iu_case_say(c, "a socket that %s had made would be closed on exec(), and this one is not", who);
		break;
	case SIGN_ELSEWHERE: iu_case_say(c, "%s", made_elsewhere(&c->blocker->socket, process)); break;
	case SIGN_ORPHAN:
		iu_case_say(c, "its parent is gone, and it inherited the descriptor from there");
		break;
	case SIGN_COPY:
		iu_case_say(c, "%s is a copy of its parent, which may have made the socket and closed it", who);
		break;
	case SIGN_DAEMON:
		iu_case_say(c, "its parent is gone, and it may have inherited the descriptor from there");
		break;
	case SIGN_NONE: break;
	}
}

/* Who started it lives, and has not got the socket any more. */
static void say_parent(struct iu_case *c, const struct iu_process *process)
{
	if (!iu_cause_is_reaper(process) && process->parents.n && process->parents.v[0].name &&
		process->parents.v[0].pid == process->ppid &&
		!hold_of(c->snapshot, &c->blocker->socket, process->ppid))
		iu_case_say(c, "%s (pid %d), which started it, does not have the socket any more",
			iu_phrase_safe(c->arena, process->parents.v[0].name, IU_NAME_COLUMNS),
			(int)process->ppid);
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_process *eldest = NULL;
	enum sign sign;

	if (s->waited_on != IU_NO || !c->holders.n ||
		!iu_perhaps_inherited(c->snapshot, s, c->question->asker.by_self))
		return false;
	for (size_t i = 0; i < c->holders.n && !eldest; i++)
		if (!is_heir(c->snapshot, s, c->holders.v[i]))
			eldest = c->holders.v[i];
	if (!eldest)
		eldest = c->holders.v[0];
	sign = sign_of(c->snapshot, s, eldest);
	iu_case_say(c, "%s holds the socket, but nobody waits on it: no accept, poll or read",
		iu_phrase_process(c->arena, eldest));
	say_sign(c, eldest, sign);
	say_parent(c, eldest);
	iu_cause_say_worker(c, eldest);
	*ret_confidence = sign == SIGN_DAEMON || sign == SIGN_COPY ? IU_CONFIDENCE_POSSIBLE : IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *who = iu_phrase_holders(arena, snapshot, b);
	bool many = iu_phrase_many(snapshot, b);

	return iu_phrase(arena, "%s %s %s from the program that %s, and %s it",
		who ? who : "a program", many ? "have inherited" : "has inherited",
		iu_phrase_endpoint(arena, &b->socket),
		b->socket.state == IU_STATE_LISTEN ? "listened there" : "had bound it",
		many ? "none of them serves" : "does not serve");
}

const struct iu_cause_rule iu_cause_inherited_descriptor = {
	.cause = IU_CAUSE_INHERITED_DESCRIPTOR,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_PROCESSES,
};

/* engine/causes/cause.c - all causes, and what they share */
#include "engine/causes/cause.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/rules.h"
#include "knowledge/workers.h"

/* Each row has its file: whatever defines no rule does not link. */
#define X(id, file, ...) [IU_CAUSE_##id] = &iu_cause_##file,
static const struct iu_cause_rule *const all[] = {IU_CAUSES(X)};
#undef X

const struct iu_cause_rule *iu_cause_rule(
	const struct iu_snapshot *snapshot, enum iu_cause cause)
{
	static const struct iu_cause_rule none = {IU_CAUSE_NONE};

	if (cause == IU_CAUSE_NONE || (size_t)cause >= IU_COUNT(all))
		return &none;
	return iu_rules_of(snapshot)->cause(all[cause]);
}

void iu_case_say(struct iu_case *c, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = iu_arena_vprintf(c->arena, format, args);
	va_end(args);
	if (text) /* the arena remembers */
		iu_strings_add(c->arena, &c->blocker->evidence, text);
}

bool iu_cause_is_reaper(const struct iu_process *process)
{
	static const char *const reapers[] = {"systemd", "init", "tini", "dumb-init",
		"docker-init", "catatonit", "containerd-shim", "conmon"};
	const char *parent = process->parents.n ? process->parents.v[0].name : NULL;

	if (process->ppid == 1)
		return true;
	for (size_t i = 0; parent && i < IU_COUNT(reapers); i++)
		if (!strcmp(parent, reapers[i]))
			return true;
	return false;
}

/*
 * It was forked and never called exec(), and its job's first process is gone. A daemon leaves its session;
 * one that forked twice has the session and group of the process between.
 */
static bool is_left_copy(const struct iu_process *process)
{
	return process->copied == IU_YES && process->pgid > 0 && process->pgid != process->pid &&
	       process->sid != process->pid && process->pgid != process->sid;
}

const char *iu_cause_left_worker(const struct iu_process *process)
{
	const char *parent = process->parents.n ? process->parents.v[0].name : NULL;
	const char *what = iu_worker_of(process);

	/* pid 1 of a container may be the main process itself */
	if (!iu_cause_is_reaper(process) || (parent && process->name && !strcmp(parent, process->name)))
		return NULL;
	return what || !is_left_copy(process) ? what : "a worker that its main process forked";
}

void iu_cause_say_worker(struct iu_case *c, const struct iu_process *process)
{
	const char *what = iu_cause_left_worker(process);

	if (what)
		iu_case_say(c, "%s is %s, and its main process is gone",
			iu_phrase_process(c->arena, process), what);
}

bool iu_case_has_owner(const struct iu_case *c)
{
	const struct iu_socket *s = &c->blocker->socket;

	return s->inode != 0 || s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND ||
	       c->holder_count > 0;
}

bool iu_case_only_via(const struct iu_case *c, enum iu_via via)
{
	for (size_t i = 0; i < c->blocker->holds.n; i++)
		if (c->snapshot->holds.v[c->blocker->holds.v[i]].via != via)
			return false;
	return c->blocker->holds.n > 0;
}

bool iu_case_runs(const struct iu_case *c, const char *name)
{
	for (size_t i = 0; i < c->holders.n; i++)
		if (c->holders.v[i]->name && !strcasecmp(c->holders.v[i]->name, name))
			return true;
	return false;
}

/* A socket belongs to the user who made it; whoever it was given to is another matter. */
static bool fits(const struct iu_case *c, const struct iu_suspect *suspect, enum iu_via via)
{
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_process *p = iu_snapshot_process(c->snapshot, suspect->pid);

	if (suspect->via != via || (suspect->inode && suspect->inode != s->inode))
		return false;
	return !p || !p->uid_known || !s->uid_known || p->uid == s->uid || p->uid == 0;
}

size_t iu_case_suspected(const struct iu_case *c, enum iu_via via)
{
	size_t n = 0;

	for (size_t i = 0; i < c->snapshot->suspects.n; i++)
		n += fits(c, &c->snapshot->suspects.v[i], via);
	return n;
}

size_t iu_case_suspects(struct iu_case *c, enum iu_via via, const char *sentence)
{
	size_t n = 0;

	for (size_t i = 0; i < c->snapshot->suspects.n; i++) {
		const struct iu_suspect *suspect = &c->snapshot->suspects.v[i];

		if (fits(c, suspect, via) && n++ < 3)
			iu_case_say(c, "%s could be it: %s",
				iu_phrase_pid(c->arena, c->snapshot, suspect->pid), sentence);
	}
	return n;
}

/* How a process has it, where that is not by an open descriptor. */
static void say_ways(struct iu_case *c)
{
	const struct iu_hold *hold = NULL;
	const char *who;

	if (c->blocker->socket.in_other_netns)
		iu_case_say(c, "the socket lives in another network namespace; a path is the same in all of them");
	for (size_t i = 0; i < c->blocker->holds.n && !hold; i++)
		if (c->snapshot->holds.v[c->blocker->holds.v[i]].via != IU_VIA_DESCRIPTOR)
			hold = &c->snapshot->holds.v[c->blocker->holds.v[i]];
	if (!hold)
		return;
	who = iu_phrase_pid(c->arena, c->snapshot, hold->pid);
	switch (hold->via) {
	case IU_VIA_DESCRIPTOR:
	case IU_VIA_MESSAGE:
	case IU_VIA_RING: break; /* causes of their own */
	case IU_VIA_MAPPING:
		iu_case_say(c, "%s has no descriptor of it any more, but has it mapped into its memory",
			who);
		break;
	case IU_VIA_CALL:
		c->blocker->confidence = IU_CONFIDENCE_LIKELY; /* on what it waits is a conclusion */
		iu_case_say(c, "%s closed descriptor %d while thread %d was in a system call with it: the socket lives until that call ends",
			who, (int)hold->fd, (int)hold->tid);
		break;
	}
}

static void collect_holders(struct iu_case *c)
{
	const struct iu_snapshot *snapshot = c->snapshot;
	size_t k;

	for (size_t i = 0; i < c->blocker->holds.n; i++) {
		int32_t pid = snapshot->holds.v[c->blocker->holds.v[i]].pid;
		const struct iu_process *process;
		const struct iu_process **slot;

		for (k = 0; k < i; k++)
			if (snapshot->holds.v[c->blocker->holds.v[k]].pid == pid)
				break;
		if (k < i)
			continue;
		c->holder_count++;
		process = iu_snapshot_process(snapshot, pid);
		if (!process)
			continue;
		slot = iu_list_add(c->arena, &c->holders);
		*slot = process;
	}
}

void iu_cause_find(struct iu_case *c)
{
	const struct iu_rules *rules = iu_rules_of(c->snapshot);

	collect_holders(c);
	for (size_t i = 0; rules->causes[i]; i++) {
		const struct iu_cause_rule *rule = rules->cause(rules->causes[i]);
		enum iu_confidence confidence = IU_CONFIDENCE_POSSIBLE;

		if (!rule->applies(c, &confidence))
			continue;
		c->blocker->cause = rule->cause;
		c->blocker->confidence = confidence;
		say_ways(c);
		break;
	}
}

/* connect() to a port of the range that the system gave the same client (a simultaneous open). */
bool iu_cause_meets_itself(const struct iu_socket *s)
{
	return s->protocol == IU_PROTOCOL_TCP && s->port && s->port == s->peer_port &&
	       (s->state == IU_STATE_ESTABLISHED || s->state == IU_STATE_CLOSE_WAIT) &&
	       iu_address_equal(&s->local, &s->peer);
}

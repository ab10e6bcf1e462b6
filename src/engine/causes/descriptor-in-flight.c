/* engine/causes/descriptor-in-flight.c - the only reference is a message that nobody has read */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"

static const struct iu_in_flight *message_of(const struct iu_case *c)
{
	for (size_t i = 0; i < c->snapshot->in_flight.n; i++)
		if (c->snapshot->in_flight.v[i].inode == c->blocker->socket.inode)
			return &c->snapshot->in_flight.v[i];
	return NULL;
}

/* Only systemd has it, and a service made it: it was put into the service's descriptor store. */
static bool in_store(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const char *unit = c->blocker->socket.unit;
	size_t len = unit ? strlen(unit) : 0, i;

	if (len <= 8 || strcmp(unit + len - 8, ".service") != 0 || !strncmp(unit, "user@", 5) ||
		!c->holders.n || c->holders.n != c->holder_count)
		return false;
	for (i = 0; i < c->holders.n; i++)
		if (!c->holders.v[i]->name || strcmp(c->holders.v[i]->name, "systemd") != 0 ||
			(c->holders.v[i]->unit && !strcmp(c->holders.v[i]->unit, unit)))
			return false;
	iu_case_say(c, "%s made the socket and gave it to %s to keep: it lies in the service's descriptor store",
		iu_safe(c->arena, unit, 80), iu_phrase_process(c->arena, c->holders.v[0]));
	iu_case_say(c, "no process of the service has it any more");
	*ret_confidence = IU_CONFIDENCE_LIKELY;
	return true;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_in_flight *message = message_of(c);
	size_t n;

	if (c->holder_count && !iu_case_only_via(c, IU_VIA_MESSAGE))
		return in_store(c, ret_confidence);
	if (!c->blocker->socket.inode)
		return false;
	if (message && message->cycle) {
		iu_case_say(c, "the descriptor lies in a message that no process can reach any more: the queue it is in was sent to itself");
		if (message->pid)
			iu_case_say(c, "it was made by the process with the pid %d",
				(int)message->pid);
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	if (message) {
		iu_case_say(c, "the descriptor was sent over a UNIX socket%s%s, and nobody has read the message",
			message->pid ? " to " : "",
			message->pid ? iu_phrase_pid(c->arena, c->snapshot, message->pid) : "");
		iu_case_say(c, "until it is read or the queue is closed, the message keeps the socket alive");
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	n = iu_case_suspected(c, IU_VIA_MESSAGE);
	if (c->holder_count || n == 0 || iu_case_suspected(c, IU_VIA_RING) ||
		iu_case_suspected(c, IU_VIA_CALL))
		return false;
	iu_case_suspects(c, IU_VIA_MESSAGE,
		"a descriptor waits in a connection or queue of it that it has not read, and what it is could not be looked at");
	iu_case_say(c, "no process has the socket itself");
	*ret_confidence = n == 1 && (c->snapshot->seen & IU_FACT_HOLDERS)
				  ? IU_CONFIDENCE_LIKELY
				  : IU_CONFIDENCE_POSSIBLE;
	return true;
}

static bool message_holds(const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	return b->holds.n && snapshot->holds.v[b->holds.v[0]].via == IU_VIA_MESSAGE;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *at = iu_phrase_endpoint(arena, &b->socket);
	const char *who = iu_phrase_holders(arena, snapshot, b);

	if (!who && b->confidence != IU_CONFIDENCE_PROVEN)
		return iu_phrase(arena, "no process has a descriptor of the socket on %s; it may be in a message that nobody has read",
			at);
	return b->socket.unit && who && !message_holds(snapshot, b)
		? iu_phrase(arena, "%s keeps a socket on %s for %s", who, at,
			  iu_safe(arena, b->socket.unit, 60))
		: iu_phrase(arena, "the socket on %s is inside a message that %s", at,
			  who ? iu_phrase(arena, "%s has not read", who) : "nobody has read");
}

const struct iu_cause_rule iu_cause_descriptor_in_flight = {
	.cause = IU_CAUSE_DESCRIPTOR_IN_FLIGHT,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_MESSAGE,
};

/* engine/headline.c - the answer in one sentence */
#include "engine/headline.h"

#include "base/text.h"
#include "engine/judge.h"
#include "engine/windows/state.h"
#include "engine/phrase.h"

static const char *subject_path(struct iu_arena *arena, const struct iu_question *question)
{
	char *bytes = iu_arena_strndup(arena, question->path, question->path_len);

	return iu_phrase(arena, "%s%s", question->abstract ? "@" : "", iu_safe(arena, bytes, 120));
}

const char *iu_subject(struct iu_arena *arena, const struct iu_question *question)
{
	const char *protocol = iu_protocol_name(question->protocol);
	char text[IU_ADDRESS_TEXT];

	if (question->protocol == IU_PROTOCOL_UNIX)
		return subject_path(arena, question);
	if (question->family == IU_FAMILY_ANY || question->address.family == IU_FAMILY_ANY)
		return iu_phrase(arena, "Port %u/%s", (unsigned int)question->port, protocol);
	return iu_phrase(arena, "%s/%s",
		iu_endpoint_format(&question->address, question->port, text), protocol);
}

static const char *seconds_left(struct iu_arena *arena, const struct iu_socket *s)
{
	if (s->timer_ms < 0)
		return "";
	return iu_phrase(arena, " for another %lld s", (long long)((s->timer_ms + 999) / 1000));
}

static bool message_holds(const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	return b->holds.n && snapshot->holds.v[b->holds.v[0]].via == IU_VIA_MESSAGE;
}

/*
 * Who is in the way, for the causes where "PROGRAM listens on ADDRESS" is not the point. Long, because
 * the switch has one case a cause, and the compiler finds the one that was forgotten.
 */
static const char *special(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *b)
{
	const char *at = iu_phrase_endpoint(arena, &b->socket);
	const char *who = iu_phrase_holders(arena, snapshot, b);
	bool many = iu_phrase_many(snapshot, b);

	switch (b->cause) {
	case IU_CAUSE_TIME_WAIT:
		if (b->representative > 1)
			return iu_phrase(arena, "%zu closed connections on %s are in TIME-WAIT%s",
				b->representative, at, seconds_left(arena, &b->socket));
		return iu_phrase(arena, "a closed connection on %s is in TIME-WAIT%s", at,
			seconds_left(arena, &b->socket));
	case IU_CAUSE_CLOSING_CONNECTION:
		return iu_phrase(arena, "a connection on %s is still being closed (%s), its program is gone",
			at, iu_state_name(b->socket.state));
	case IU_CAUSE_OUTBOUND_CONNECTION:
		return iu_phrase(arena, "%s %s it for an outgoing connection from %s",
			who ? who : "a program", many ? "use" : "uses", at);
	case IU_CAUSE_SUSPENDED_PROCESS:
		return iu_phrase(arena, "%s %s %s, but %s stopped", who ? who : "a program",
			iu_phrase_state(&b->socket, many), at, many ? "are" : "is");
	case IU_CAUSE_STALE_SOCKET_FILE:
		return "the file is left over from a socket that is gone";
	case IU_CAUSE_PATH_EXISTS: return "something else has that name";
	case IU_CAUSE_KERNEL_SOCKET:
		if (!iu_phrase_kernel_use(snapshot, &b->socket))
			break;
		return iu_phrase(arena, "the kernel itself holds %s, for %s", at,
			iu_phrase_kernel_user(
				arena, iu_phrase_kernel_use(snapshot, &b->socket)));
	case IU_CAUSE_DESCRIPTOR_IN_FLIGHT:
		if (!who && b->confidence != IU_CONFIDENCE_PROVEN)
			return iu_phrase(arena, "no process has a descriptor of the socket on %s; it may be in a message that nobody has read",
				at);
		return b->socket.unit && who && !message_holds(snapshot, b)
			? iu_phrase(arena, "%s keeps a socket on %s for %s", who, at,
				  iu_safe(arena, b->socket.unit, 60))
			: iu_phrase(arena, "the socket on %s is inside a message that %s", at,
				  who ? iu_phrase(arena, "%s has not read", who)
				      : "nobody has read");
	case IU_CAUSE_REGISTERED_FILE:
		if (!who && b->confidence != IU_CONFIDENCE_PROVEN)
			return iu_phrase(arena, "no process has a descriptor of the socket on %s; it may be registered with an io_uring",
				at);
		return iu_phrase(arena, "%s has the socket on %s in its io_uring, without a descriptor",
			who ? who : "a process", at);
	case IU_CAUSE_HIDDEN_HOLDER:
		if (b->socket.state == IU_STATE_FILE)
			return b->confidence == IU_CONFIDENCE_POSSIBLE
				? "a socket file is there, and whether it is alive cannot be seen"
				: "a socket of another network namespace is bound to it";
		return iu_phrase(arena, "a socket of %s%s%s %s %s, and no visible process has it",
			iu_phrase_user(arena, b->socket.user, b->socket.uid_known, b->socket.uid),
			b->socket.unit ? " in " : "",
			b->socket.unit ? iu_safe(arena, b->socket.unit, 60) : "",
			iu_phrase_state(&b->socket, many), at);
	case IU_CAUSE_EPHEMERAL_EXHAUSTED:
		return iu_phrase(arena, "the system has none left to choose from %d-%d",
			(int)snapshot->sysctls.port_first, (int)snapshot->sysctls.port_last);
	case IU_CAUSE_NONE:
	case IU_CAUSE_OTHER_PROGRAM:
	case IU_CAUSE_ALREADY_RUNNING:
	case IU_CAUSE_INHERITED_DESCRIPTOR:
	case IU_CAUSE_BOUND_NOT_LISTENING:
	case IU_CAUSE_OPEN_CONNECTION:
	case IU_CAUSE_REUSEPORT_MISMATCH:
	case IU_CAUSE_SOCKET_ACTIVATION:
	case IU_CAUSE_CONTAINER_PORT:
	case IU_CAUSE_PORT_FORWARD:
	case IU_CAUSE_PRIVILEGED_PORT:
	case IU_CAUSE_ADDRESS_NOT_LOCAL:
	case IU_CAUSE_ADDRESS_TENTATIVE:
	case IU_CAUSE_POLICY_DENIED:
	case IU_CAUSE_OWN_SOCKET:
	case IU_CAUSE_WSL_HOST:
	case IU_CAUSE_EXCLUDED_RANGE:
	case IU_CAUSE_HTTP_SYS:
	case IU_CAUSE_ALG_RESERVED:
	case IU_CAUSE_SERVICE:
	case IU_CAUSE_EXCLUSIVE_USE:
	case IU_CAUSE_ORPHANED_HANDLE:
	case IU_CAUSE_PORT_PROXY:
	case IU_CAUSE_COUNT: break;
	}
	return NULL;
}

static const char *in_the_way(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *b)
{
	const char *text = special(arena, snapshot, b);
	const char *who = iu_phrase_holders(arena, snapshot, b);
	bool many = iu_phrase_many(snapshot, b);

	if (iu_is_windows(snapshot) && iu_windows_in_the_way(arena, snapshot, b))
		return iu_windows_in_the_way(arena, snapshot, b);
	if (text)
		return text;
	return iu_phrase(arena, "%s %s %s", who ? who : "a socket", iu_phrase_state(&b->socket, many),
		iu_phrase_endpoint(arena, &b->socket));
}

const char *iu_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	const char *subject = iu_subject(arena, question);
	const char *error = verdict->error ? verdict->error : "an error";

	switch (verdict->status) {
	case IU_STATUS_FREE:
		return question->port == 0 && question->protocol != IU_PROTOCOL_UNIX
			? iu_phrase(arena, "%s: the system has free ports to choose from.", subject)
			: iu_phrase(arena, "Nothing stands in the way of %s.",
				  question->family == IU_FAMILY_ANY &&
						  question->protocol != IU_PROTOCOL_UNIX
					  ? subject + sizeof("Port ") - 1
					  : subject);
	case IU_STATUS_IN_USE:
		if (!verdict->blockers.n && verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED)
			return iu_phrase(arena, "%s: the system has none left to choose from %d-%d, for all of them are reserved or hidden.",
				subject, (int)snapshot->sysctls.port_first,
				(int)snapshot->sysctls.port_last);
		if (verdict->blockers.n)
			return iu_phrase(arena, "%s is in use: %s.", subject,
				in_the_way(arena, snapshot, &verdict->blockers.v[0]));
		return iu_phrase(arena, "%s is in use, but what holds it cannot be seen from here.",
			subject);
	case IU_STATUS_DENIED:
		if (verdict->blockers.n)
			return iu_phrase(arena, "%s may not be bound: %s (%s).", subject,
				in_the_way(arena, snapshot, &verdict->blockers.v[0]), error);
		return iu_phrase(arena, "%s may not be bound: the system refuses with %s.", subject,
			error);
	case IU_STATUS_UNAVAILABLE:
		if (question->already_bound && !question->seen_listen)
			return iu_phrase(arena, "%s cannot be bound with this socket: it has an address already, and bind() works once (%s).",
				subject, error);
		return iu_phrase(arena, "%s cannot be bound here: bind() says %s.", subject, error);
	case IU_STATUS_UNKNOWN: break;
	}
	if (verdict->blockers.n)
		return iu_phrase(arena, "%s: whether it can be bound could not be told: %s.",
			subject, in_the_way(arena, snapshot, &verdict->blockers.v[0]));
	return iu_phrase(arena, "%s: whether it can be bound could not be told.", subject);
}

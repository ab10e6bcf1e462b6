/* engine/headline.c - the answer in one sentence */
#include "engine/headline.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/phrase.h"
#include "model/zone.h"

static const char *subject_path(struct iu_arena *arena, const struct iu_question *question)
{
	if (question->target.abstract)
		return iu_phrase_abstract(arena, question->target.path, question->target.path_len);
	return iu_safe(arena,
		iu_arena_strndup(arena, question->target.path, question->target.path_len), 120);
}

/* "[fe80::1%eth0]:546", "0.0.0.0%eth0:67" as it was written: numbers of interfaces tell nobody anything. */
static const char *endpoint(struct iu_arena *arena, const struct iu_question *question)
{
	const char *said = question->target.text;
	char text[IU_ADDRESS_TEXT];

	if (said && strchr(said, '%'))
		return iu_phrase_safe(arena, iu_arena_strndup(arena, said, strcspn(said, "/")), IU_PATH_COLUMNS);
	return iu_phrase(arena, "%s", iu_endpoint_format(&question->target.address, question->target.port, text));
}

const char *iu_subject(struct iu_arena *arena, const struct iu_question *question)
{
	const char *protocol = iu_protocol_name(question->target.protocol);

	if (question->target.protocol == IU_PROTOCOL_UNIX)
		return subject_path(arena, question);
	if (question->target.family == IU_FAMILY_ANY ||
		question->target.address.family == IU_FAMILY_ANY)
		return iu_phrase(
			arena, "Port %u/%s", (unsigned int)question->target.port, protocol);
	return iu_phrase(arena, "%s/%s", endpoint(arena, question), protocol);
}

static const char *in_the_way(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *b)
{
	const struct iu_cause_rule *rule = iu_cause_rule(snapshot, b->cause);
	const char *text = rule->headline ? rule->headline(arena, snapshot, b) : NULL;
	const char *who;

	if (text)
		return text;
	who = iu_phrase_holders(arena, snapshot, b);
	return iu_phrase(arena, "%s %s %s", who ? who : "a socket",
		iu_phrase_state(&b->socket, iu_phrase_many(snapshot, b)),
		iu_phrase_where(arena, &b->socket));
}

/* Where the subject is an address already, it is not said again. */
static const char *there(struct iu_arena *arena, const struct iu_question *question, const char *text)
{
	static const struct {
		const char *before, *instead;
	} ways[] = {{" on ", " there"}, {" has bound ", " has bound it"}, {" connection from ", " connection"}};
	const char *again, *at;
	size_t len;

	if (question->target.protocol == IU_PROTOCOL_UNIX || question->target.family == IU_FAMILY_ANY)
		return text;
	for (size_t i = 0; i < IU_COUNT(ways); i++) {
		again = iu_phrase(arena, "%s%s", ways[i].before, endpoint(arena, question));
		at = strstr(text, again);
		len = strlen(again);
		if (at && (!at[len] || at[len] == ' ' || at[len] == ',' || at[len] == ';'))
			return iu_phrase(arena, "%.*s%s%s", (int)(at - text), text, ways[i].instead, at + len);
	}
	return text;
}

static const char *was_in_the_way(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_socket *s = &b->socket;
	const char *who = iu_phrase_holders(arena, snapshot, b);

	if (!who)
		who = iu_phrase(arena, "a socket%s%s", s->uid_known ? " of " : "",
			s->uid_known ? iu_phrase_user(arena, s->user, true, s->uid) : "");
	return iu_phrase(arena, "%s was in use by %s, gone by now.", iu_subject(arena, question), who);
}

/* "8080/tcp" of "Port 8080/tcp"; of the "?" that stands for lack of memory nothing. */
static const char *in_sentence(const char *subject)
{
	static const char word[] = "Port ";

	return strncmp(subject, word, sizeof(word) - 1) ? subject : subject + sizeof(word) - 1;
}

const char *iu_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	const char *subject = iu_subject(arena, question);
	const char *error = verdict->error ? verdict->error : "an error";

	switch (verdict->status) {
	case IU_STATUS_FREE:
		return question->target.port == 0 && question->target.protocol != IU_PROTOCOL_UNIX
			? iu_phrase(arena, "%s: the system has free ports to choose from.", subject)
			: iu_phrase(arena, "%s is free.", subject);
	case IU_STATUS_IN_USE:
		if (verdict->blockers.n && verdict->blockers.v[0].socket.gone)
			return was_in_the_way(arena, question, snapshot, &verdict->blockers.v[0]);
		if (verdict->blockers.n)
			return iu_phrase(arena, "%s is in use: %s.", subject,
				there(arena, question, in_the_way(arena, snapshot, &verdict->blockers.v[0])));
		if (question->symptom.from_call && snapshot->bind_programs.n)
			return iu_phrase(arena, "%s was refused with %s, and no socket here is in its way: BPF programs of the cgroup may have bound something else.",
				subject, error);
		return iu_phrase(arena, "%s is in use, but who has it is not visible from here.",
			subject);
	case IU_STATUS_DENIED:
		if (verdict->blockers.n)
			return iu_phrase(arena, "%s may not be bound: %s (%s).", subject,
				there(arena, question, in_the_way(arena, snapshot, &verdict->blockers.v[0])), error);
		return iu_phrase(arena, "%s may not be bound: the system refuses with %s.", subject,
			error);
	case IU_STATUS_UNAVAILABLE:
		if (question->asker.bound && !question->symptom.listen)
			return iu_phrase(arena, "%s cannot be bound with this socket: it has an address already, and bind() works once (%s).",
				subject, error);
		if (verdict->error_number == EINVAL && iu_zone_needed(&question->target.address) &&
			!question->target.address.scope)
			return iu_phrase(arena, "%s cannot be bound: that address says nothing without its interface (as in %%eth0), and bind() says EINVAL.",
				subject);
		return iu_phrase(arena, "%s cannot be bound here: %s says %s.", subject,
			question->symptom.listen ? "listen()" : "bind()", error);
	case IU_STATUS_UNKNOWN: break;
	}
	if (verdict->blockers.n)
		return iu_phrase(arena, "Can't tell whether %s can be bound: %s.",
			in_sentence(subject), there(arena, question, in_the_way(arena, snapshot, &verdict->blockers.v[0])));
	return iu_phrase(arena, "Can't tell whether %s can be bound.", in_sentence(subject));
}

/* Short, for a line that is rewritten: who, and what they do. */
const char *iu_headline_waiting(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	const struct iu_blocker *b = verdict->blockers.n ? &verdict->blockers.v[0] : NULL;
	const struct iu_process *p = b && b->holds.n
		? iu_snapshot_process(snapshot, snapshot->holds.v[b->holds.v[0]].pid) : NULL;
	const char *target = question->target.text, *colon;

	if (p && p->name)
		return iu_phrase(arena, "waiting for %s: %s (%d)%s", iu_safe(arena, target, 80),
			iu_phrase_safe(arena, p->name, IU_NAME_COLUMNS), (int)p->pid,
			b->socket.state == IU_STATE_LISTEN ? " listens" : " has it");
	colon = verdict->headline ? strstr(verdict->headline, ": ") : NULL;
	return iu_phrase(arena, "waiting for %s%s", iu_safe(arena, target, 80), colon ? colon : "");
}

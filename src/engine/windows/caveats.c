/* engine/windows/caveats.c - what could be otherwise on Windows, and who else answers on the port */
#include "engine/windows/caveats.h"

#include "base/text.h"
#include "engine/phrase.h"
#include "engine/windows/block.h"
#include "engine/evaluation.h"
#include "engine/windows/state.h"
#include "knowledge/events.h"

static void add(struct iu_arena *arena, struct iu_verdict *verdict, const char *text)
{
	iu_strings_add(arena, &verdict->caveats, text);
}

static const char *code(struct iu_arena *arena, int error)
{
	const char *name = iu_phrase_errno(error);

	return error ? iu_phrase(arena, "%s (%d)", name ? name : "error", error) : "success";
}

static void tell_disagreement(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	bool asked = attempt->probe != NULL;
	int error = asked ? attempt->probe->result : evaluation->question->symptom.from_capture;

	add(arena, verdict,
		iu_phrase(arena, "What is visible says: %s. %s says: %s.",
			attempt->outcome.fails == IU_YES || attempt->check.ok == IU_NO
				? "it fails" : "nothing is in the way",
			asked ? "A trial bind()" : "The message", code(arena, error)));
	if (!asked) {
		add(arena, verdict,
			"What was in the way may have ended between the message and this look; or security software (a filter of the Windows Filtering Platform) refuses that program only.");
		return;
	}
	add(arena, verdict,
		"Something may have taken or left the port just now; asking again tells.");
}

static void tell_other_code(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, struct iu_verdict *verdict)
{
	const char *other = code(arena, worst->other);

	if (verdict->cause == IU_CAUSE_HTTP_SYS) {
		add(arena, verdict,
			iu_phrase(arena, "bind() may also say %s: ports of HTTP.sys mostly are in the excluded list too, and that is looked at first.",
				other));
		return;
	}
	if (evaluation->question->options.reuseaddr) {
		add(arena, verdict,
			iu_phrase(arena, "bind() may also say %s: two pages of Microsoft name different codes for this case.",
				other));
		return;
	}
	add(arena, verdict, iu_phrase(arena, "bind() may also say %s.", other));
}

static bool any_uncertain(const struct iu_verdict *verdict)
{
	for (size_t i = 0; i < verdict->blockers.n; i++)
		if (verdict->blockers.v[i].certain == IU_UNKNOWN &&
			verdict->blockers.v[i].socket.state != IU_STATE_TIME_WAIT)
			return true;
	return false;
}

static bool any_time_wait(const struct iu_verdict *verdict)
{
	for (size_t i = 0; i < verdict->blockers.n; i++)
		if (verdict->blockers.v[i].socket.state == IU_STATE_TIME_WAIT)
			return true;
	return false;
}

/* The port is excluded, whoever holds it besides. */
static bool stays_excluded(const struct iu_evaluation *evaluation, const struct iu_verdict *verdict)
{
	const struct iu_exclusion *e = iu_windows_exclusion(evaluation->snapshot,
		evaluation->question->target.protocol, evaluation->question->target.port);

	return e && iu_exclusion_maker(e) != IU_EXCLUDED_SINGLE && verdict->blockers.n &&
	       verdict->cause != IU_CAUSE_EXCLUDED_RANGE;
}

static void caveats_of_rules(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_options *options = &evaluation->question->options;

	if (attempt->check.ok == IU_NO && attempt->check.error == IU_WSAEACCES)
		iu_strings_add(arena, &verdict->evidence,
			"a datagram socket may bind the broadcast address only with SO_BROADCAST set");
	if (attempt->check.ok == IU_NO && attempt->check.error == IU_WSAEINVAL)
		iu_strings_add(arena, &verdict->evidence,
			"SO_REUSEADDR and SO_EXCLUSIVEADDRUSE cannot be set on one socket");
	if (verdict->cause == IU_CAUSE_EXCLUDED_RANGE && iu_windows_is_block(evaluation))
		iu_strings_add(arena, &verdict->evidence,
			"bind() to the neighbouring ports is denied as well, where no socket is: a whole block is reserved");
	if (evaluation->assumed)
		add(arena, verdict,
			iu_phrase(arena, "The sockets there give %s only to a program that sets %s; many set it without saying so.",
				verdict->error ? verdict->error : "this error", evaluation->assumed));
	if (any_uncertain(verdict) && !attempt->probe)
		add(arena, verdict,
			"Whether the two may share the port depends on the other socket's SO_REUSEADDR and SO_EXCLUSIVEADDRUSE and on its account, which could not be seen.");
	if (options->exclusive && any_time_wait(verdict))
		add(arena, verdict,
			"Whether TIME-WAIT stops SO_EXCLUSIVEADDRUSE is told in different ways; connections that are still active do.");
	if (options->reuseport)
		add(arena, verdict,
			"SO_REUSEPORT does not exist on Windows; it changes nothing here.");
	if (stays_excluded(evaluation, verdict))
		add(arena, verdict,
			"Even without that holder the port stays refused: it lies in an excluded range as well.");
	if (verdict->status == IU_STATUS_IN_USE && evaluation->question->target.port &&
		iu_address_is_wildcard(&attempt->request.address) &&
		verdict->operation == IU_OPERATION_BIND)
		add(arena, verdict,
			"For a wildcard address Windows may report it only in listen().");
}

static bool is_administered(const struct iu_evaluation *evaluation)
{
	const struct iu_windows *windows = &evaluation->snapshot->windows;

	for (size_t i = 0; i < windows->exclusions.n; i++)
		if (windows->exclusions.v[i].administered &&
			windows->exclusions.v[i].protocol ==
				evaluation->question->target.protocol &&
			windows->exclusions.v[i].first <= evaluation->question->target.port &&
			windows->exclusions.v[i].last >= evaluation->question->target.port)
			return true;
	return false;
}

static void caveats_of_free(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	uint16_t port = evaluation->question->target.port;

	if (evaluation->question->symptom.from_capture)
		add(arena, verdict,
			iu_phrase(arena, "The message says %s: what was in the way then is gone now.",
				code(arena, evaluation->question->symptom.from_capture)));
	if (port && is_administered(evaluation))
		add(arena, verdict,
			"The port is excluded by hand (marked with *): Windows does not give it out by itself, and a bind() that names it works.");
	if (port && iu_in_range(&evaluation->limits, port) == IU_YES)
		add(arena, verdict,
			iu_phrase(arena, "Windows may give port %u to a connection, or reserve it for WinNAT, at any time: it lies in the dynamic range %d-%d.",
				(unsigned int)port, (int)evaluation->limits.port_first,
				(int)evaluation->limits.port_last));
}

/* ---- the event log ---- */

/* Event 115 names a site, not its port. */
static bool about_port(const struct iu_event *event, const struct iu_event_row *row,
	const struct iu_question *question)
{
	if (!event->port_known)
		return row && question->target.protocol == IU_PROTOCOL_TCP &&
		       question->target.port &&
		       (row->ports[0] == question->target.port ||
			       row->ports[1] == question->target.port);
	return event->port == question->target.port && event->protocol == question->target.protocol;
}

static void tell_event(struct iu_arena *arena, const struct iu_event *event,
	struct iu_verdict *verdict)
{
	const struct iu_event_row *row = iu_event_row(event->provider, event->id);
	const char *what = iu_event_code(event->code);
	const char *text = iu_phrase(arena, "event log: %s %u%s%s%s%s%s%s",
		event->provider ? iu_safe(arena, event->provider, 40) : "event",
		(unsigned int)event->id,
		event->time >= 0 ? " of " : "",
		event->time >= 0 ? iu_phrase_time(arena, event->time, 0) : "",
		row ? ", " : "", row ? row->sentence : "", what ? ": " : "", what ? what : "");

	/* an entry alone proves nothing of now; where there is nothing else it still is what was pasted */
	if (!verdict->blockers.n)
		add(arena, verdict,
			iu_phrase(arena, "Event %u of %s: %s%s%s.", (unsigned int)event->id,
				event->provider ? iu_safe(arena, event->provider, 40) : "?",
				row ? row->sentence : "it speaks of this port",
				what || (row && row->data) ? "; " : "",
				what ? iu_phrase(arena, "its data is the error code: %s", what)
				     : row && row->data ? row->data : ""));
	iu_strings_add(arena, &verdict->evidence, text);
}

static void tell_events(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const struct iu_windows *windows = &evaluation->snapshot->windows;
	bool exhausted = verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED;
	size_t told = 0;

	for (size_t i = 0; i < windows->events.n && told < 3; i++) {
		const struct iu_event *event = &windows->events.v[i];
		const struct iu_event_row *row = iu_event_row(event->provider, event->id);
		bool fits = exhausted ? row && row->exhausted : about_port(event, row, evaluation->question);

		if (!fits)
			continue;
		told++;
		tell_event(arena, event, verdict);
		if (!exhausted && row && iu_event_no_conflict(event->code))
			add(arena, verdict,
				"That event's own data says that it is no port conflict: look at the site's binding and certificate first.");
		/* the articles' advice is for the IIS of Windows 2000 and XP */
		if (row && row->advice &&
			(!windows->version || evaluation->kernel.old_windows))
			add(arena, verdict, row->advice);
	}
}

void iu_windows_caveats(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	iu_judge_unlisted(arena, verdict);
	if (worst->disagree)
		tell_disagreement(arena, evaluation, attempt, verdict);
	if (worst->other)
		tell_other_code(arena, evaluation, worst, verdict);
	caveats_of_rules(arena, evaluation, attempt, verdict);
	if (worst->status == IU_STATUS_FREE)
		caveats_of_free(arena, evaluation, verdict);
	tell_events(arena, evaluation, verdict);
}

/* ---- who else is there ---- */

static bool answers(const struct iu_socket *s)
{
	return s->state == IU_STATE_LISTEN ||
	       (s->protocol == IU_PROTOCOL_UDP && s->state == IU_STATE_BOUND);
}

/* Both would get what is sent to one address: with the options left aside. */
static bool overlaps(const struct iu_address *a, const struct iu_address *b)
{
	if (a->family != b->family)
		return false;
	return iu_address_is_wildcard(a) || iu_address_is_wildcard(b) || iu_address_equal(a, b);
}

static bool is_localhost(const struct iu_address *address)
{
	return iu_address_is_wildcard(address) || iu_address_is_loopback(address);
}

static const char *owner_words(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, const struct iu_socket *s)
{
	int32_t pid = iu_windows_owner(evaluation->snapshot, s);

	return pid < 0 ? "another socket" : iu_phrase_pid(arena, evaluation->snapshot, pid);
}

static void warn_shadowed(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	for (size_t i = 0; i < evaluation->sockets.n && verdict->warnings.n < 8; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];
		bool meets = false, named = false;

		if (!answers(s))
			continue;
		for (size_t k = 0; k < evaluation->attempt_count; k++) {
			const struct iu_address *a = &evaluation->attempts[k].request.address;

			meets |= overlaps(a, &s->local);
			named |= is_localhost(a) && is_localhost(&s->local) &&
				 a->family != s->local.family;
		}
		if (!meets && !named)
			continue;
		iu_strings_add(arena, &verdict->warnings,
			iu_phrase(arena, meets
					? "shadowed: %s has %s too; the more specific address gets the connections, of two equal ones one gets all, and no call fails"
					: "shadowed: %s has %s; a client that uses a name like localhost may reach it instead",
				owner_words(arena, evaluation, s), iu_phrase_endpoint(arena, s)));
	}
}

static bool shares_with_another(const struct iu_evaluation *evaluation, size_t at)
{
	const struct iu_socket *s = &evaluation->sockets.v[at];

	for (size_t i = 0; i < evaluation->sockets.n; i++)
		if (i != at && answers(&evaluation->sockets.v[i]) &&
			overlaps(&s->local, &evaluation->sockets.v[i].local) &&
			iu_windows_owner(evaluation->snapshot, s) !=
				iu_windows_owner(evaluation->snapshot, &evaluation->sockets.v[i]))
			return true;
	return false;
}

/* Two holders of one port: whoever asks "who has it" must hear of both. */
static void warn_shared(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const char *list = "";
	size_t n = 0;

	for (size_t i = 0; i < evaluation->sockets.n; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];

		if (!answers(s) || !shares_with_another(evaluation, i))
			continue;
		if (n++ < 4)
			list = iu_phrase(arena, "%s%s%s on %s", list, *list ? ", " : "",
				owner_words(arena, evaluation, s), iu_phrase_endpoint(arena, s));
	}
	if (n < 2)
		return;
	iu_strings_add(arena, &verdict->warnings,
		iu_phrase(arena, "shadowed: %zu holders share this port: %s; the more specific address gets the connections, of two equal ones one gets all, and no call failed",
			n, list));
}

void iu_windows_warnings(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	if (!evaluation->question->target.port || evaluation->question->symptom.connects)
		return;
	warn_shared(arena, evaluation, verdict);
	/* where it could not be told, who is there all the same is what is known */
	if ((verdict->status == IU_STATUS_FREE ||
				(verdict->status == IU_STATUS_UNKNOWN && !verdict->blockers.n)))
		warn_shadowed(arena, evaluation, verdict);
}

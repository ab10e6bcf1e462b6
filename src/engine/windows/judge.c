/* engine/windows/judge.c - what rules, system and message together say about a bind() on Windows */
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "engine/headline.h"
#include "engine/judge.h"
#include "engine/windows/state.h"
#include "engine/phrase.h"
#include "knowledge/events.h"

/* What rows and reasons make possible, before anybody was asked. */
struct evidence {
	unsigned int results;
	struct iu_windows_reason reason;
	bool sockets; /* a socket is in the way, or may be */
};

static struct iu_judgement says(enum iu_status status, int error, enum iu_cause cause,
	enum iu_confidence confidence)
{
	return (struct iu_judgement){
		.status = status, .error = error, .cause = cause, .confidence = confidence};
}

static struct iu_judgement unknown(void)
{
	return says(IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE, IU_CONFIDENCE_POSSIBLE);
}

static enum iu_status status_of(int error)
{
	switch (error) {
	case 0: return IU_STATUS_FREE;
	case IU_WSAEADDRINUSE:
	case IU_WSAENOBUFS: return IU_STATUS_IN_USE;
	case IU_WSAEACCES: return IU_STATUS_DENIED;
	case IU_WSAEADDRNOTAVAIL:
	case IU_WSAEAFNOSUPPORT:
	case IU_WSAEINVAL: return IU_STATUS_UNAVAILABLE;
	}
	return IU_STATUS_UNKNOWN;
}

static int error_of(unsigned int bit)
{
	return bit & IU_BIND_INUSE ? IU_WSAEADDRINUSE : IU_WSAEACCES;
}

static unsigned int bit_of(int error)
{
	if (error == IU_WSAEADDRINUSE)
		return IU_BIND_INUSE;
	return error == IU_WSAEACCES ? IU_BIND_ACCESS : 0;
}

/*
 * Both codes are met with HTTP.sys: its ports are in the excluded list as well, and that is looked
 * at first, but not on every system. With the list at hand it says which.
 */
static bool http_may_deny(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	size_t i;

	if (snapshot->seen & IU_FACT_EXCLUSIONS)
		return false;
	for (i = 0; i < evaluation->sockets.n; i++)
		if (iu_windows_http_row(snapshot, &evaluation->sockets.v[i]) &&
			iu_windows_conflict(&attempt->request, &evaluation->sockets.v[i], &evaluation->kernel).blocks !=
				IU_NO)
			return true;
	return false;
}

static struct evidence gather(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	struct evidence e = {
		.results = attempt->outcome.results ? attempt->outcome.results : IU_BIND_OK,
		.reason = iu_windows_reason(evaluation, &attempt->request),
		.sockets = attempt->outcome.fails != IU_NO,
	};

	if (http_may_deny(evaluation, attempt))
		e.results |= IU_BIND_ACCESS;
	if (e.reason.certain == IU_YES)
		e.results = e.reason.results;
	else
		e.results |= e.reason.results;
	return e;
}

/* The reason beside the sockets is the answer, not one of them. */
static enum iu_cause reason_for(const struct evidence *e, unsigned int bit)
{
	if (!e->reason.cause || !(e->reason.results & bit))
		return IU_CAUSE_NONE;
	return e->reason.certain == IU_YES || !e->sockets ? e->reason.cause : IU_CAUSE_NONE;
}

static struct iu_judgement by_rules(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt, const struct evidence *e)
{
	struct iu_judgement j;
	/* what is in the way for certain gives the code, not what perhaps is */
	bool sure = attempt->outcome.fails == IU_YES && e->reason.certain != IU_YES;
	unsigned int bit = (sure ? attempt->outcome.results : e->results) & IU_BIND_INUSE;

	if (e->results == IU_BIND_OK)
		return evaluation->complete && attempt->check.ok == IU_YES
			? says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY)
			: unknown();
	if (e->results & IU_BIND_OK) {
		j = unknown();
		if (!e->sockets)
			j.cause = e->reason.cause;
		return j;
	}
	if (!bit || (e->reason.cause == IU_CAUSE_EXCLUDED_RANGE && e->results & IU_BIND_ACCESS))
		bit = IU_BIND_ACCESS;
	j = says(status_of(error_of(bit)), error_of(bit), reason_for(e, bit),
		IU_CONFIDENCE_LIKELY);
	if (e->results & IU_BIND_FAILS & ~bit)
		j.other = error_of(e->results & IU_BIND_FAILS & ~bit);
	if (j.cause)
		j.confidence = e->reason.confidence;
	return j;
}

static struct iu_judgement disagree(void)
{
	struct iu_judgement j = unknown();

	j.disagree = true;
	return j;
}

/* Wine has rules of its own where sockets listen, so there its answer is the one that counts. */
static struct iu_judgement by_success(const struct iu_evaluation *evaluation, const struct evidence *e)
{
	bool fails = !(e->results & IU_BIND_OK);

	if (fails && !evaluation->snapshot->windows.wine)
		return disagree();
	return says(IU_STATUS_FREE, 0, IU_CAUSE_NONE,
		fails || !evaluation->complete ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_PROVEN);
}

/* What a plain bind() to the wildcard was told there; -1: it was not asked. */
static int told_at(const struct iu_evaluation *evaluation, int32_t port)
{
	struct iu_request r = iu_windows_block_request(evaluation, (uint16_t)port);
	const struct iu_probe *probe = port > 0 && port <= UINT16_MAX
		? iu_evaluation_probe(evaluation->snapshot, &r) : NULL;

	return probe ? probe->result : -1;
}

/* Two in a row beside it, or one on each side: sockets of strangers do not lie like that. */
static bool is_block(const struct iu_evaluation *evaluation)
{
	int32_t port = evaluation->question->port, first;
	int i, denied;

	for (first = port - IU_BLOCK_LOOK; first <= port; first++) {
		for (i = 0, denied = 0; i <= IU_BLOCK_LOOK; i++)
			denied += told_at(evaluation, first + i) == IU_WSAEACCES;
		if (denied == IU_BLOCK_LOOK + 1)
			return true;
	}
	return false;
}

/* 10013 that no socket which was seen gives, and the excluded ranges could not be seen. */
static struct iu_judgement by_neighbours(const struct iu_evaluation *evaluation)
{
	int wildcard = told_at(evaluation, evaluation->question->port);

	if (wildcard == IU_WSAEADDRINUSE) /* an exclusive wildcard says so to one, 10013 to the other */
		return says(IU_STATUS_DENIED, IU_WSAEACCES, IU_CAUSE_HIDDEN_HOLDER,
			IU_CONFIDENCE_LIKELY);
	if (wildcard == 0)
		return says(IU_STATUS_DENIED, IU_WSAEACCES, IU_CAUSE_POLICY_DENIED,
			IU_CONFIDENCE_POSSIBLE);
	return says(IU_STATUS_DENIED, IU_WSAEACCES, IU_CAUSE_EXCLUDED_RANGE,
		is_block(evaluation) ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE);
}

/* The code is one that nothing which was seen can give: who is left (table 1.2 read by columns). */
static struct iu_judgement by_elimination(
	const struct iu_evaluation *evaluation, const struct evidence *e, int error, bool asked)
{
	bool excluded_seen = evaluation->snapshot->seen & IU_FACT_EXCLUSIONS ||
			     iu_windows_before(evaluation->snapshot, 6, 0);

	if (!(e->results & IU_BIND_OK)) /* it fails anyway, with another code */
		return says(status_of(error), error, IU_CAUSE_NONE,
			asked ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE);
	if (!asked && evaluation->complete && e->results == IU_BIND_OK)
		return disagree();
	if (error == IU_WSAEADDRINUSE)
		return says(IU_STATUS_IN_USE, error, IU_CAUSE_HIDDEN_HOLDER,
			IU_CONFIDENCE_POSSIBLE);
	if (!excluded_seen)
		return by_neighbours(evaluation);
	return says(IU_STATUS_DENIED, error, IU_CAUSE_POLICY_DENIED, IU_CONFIDENCE_POSSIBLE);
}

/* @asked: the system itself said it just now; else the message of the one who asks. */
static struct iu_judgement by_answer(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt,
	const struct evidence *e, int error, bool asked)
{
	unsigned int bit = bit_of(error);
	struct iu_judgement j;

	if (!error)
		return by_success(evaluation, e);
	if (error == IU_WSAEADDRNOTAVAIL)
		return says(IU_STATUS_UNAVAILABLE, error, IU_CAUSE_ADDRESS_NOT_LOCAL,
			IU_CONFIDENCE_LIKELY);
	if (error == IU_WSAENOBUFS)
		return says(IU_STATUS_IN_USE, error, IU_CAUSE_EPHEMERAL_EXHAUSTED,
			IU_CONFIDENCE_LIKELY);
	if (!bit)
		return status_of(error) == IU_STATUS_UNKNOWN
			? by_rules(evaluation, attempt, e)
			: says(status_of(error), error, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
	if (!(e->results & bit))
		return by_elimination(evaluation, e, error, asked);
	j = says(status_of(error), error, reason_for(e, bit), IU_CONFIDENCE_LIKELY);
	if (asked && !(e->results & IU_BIND_OK))
		j.confidence = IU_CONFIDENCE_PROVEN;
	return j;
}

/* Ports that run out: bind() to port 0, or connect(), which binds by itself. */
static struct iu_judgement judge_any_port(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	int told = evaluation->question->reported_error;

	if (attempt->probe && attempt->probe->result == 0)
		return says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	if (told == IU_WSAENOBUFS || (evaluation->question->connects && told == IU_WSAEADDRINUSE))
		return says(IU_STATUS_IN_USE, told, IU_CAUSE_EPHEMERAL_EXHAUSTED,
			attempt->outcome.fails == IU_YES ? IU_CONFIDENCE_PROVEN
						     : IU_CONFIDENCE_LIKELY);
	if (told && evaluation->question->connects)
		return says(status_of(told), told,
			told == IU_WSAEACCES ? IU_CAUSE_POLICY_DENIED : IU_CAUSE_NONE,
			IU_CONFIDENCE_POSSIBLE);
	if (attempt->outcome.fails == IU_YES)
		return says(IU_STATUS_IN_USE, IU_WSAENOBUFS, IU_CAUSE_EPHEMERAL_EXHAUSTED,
			IU_CONFIDENCE_LIKELY);
	if (attempt->outcome.fails == IU_NO && iu_windows_rows_seen(evaluation) && attempt->check.ok == IU_YES)
		return says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
	return unknown();
}

struct iu_judgement iu_judge_windows(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	const struct iu_probe *probe = attempt->probe;
	struct evidence e;

	if (attempt->check.ok == IU_NO)
		return probe && probe->result != attempt->check.error
			? disagree()
			: says(status_of(attempt->check.error), attempt->check.error, attempt->check.cause,
				  probe ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY);
	if (!evaluation->question->port || evaluation->question->connects)
		return judge_any_port(evaluation, attempt);
	e = gather(evaluation, attempt);
	if (probe)
		return by_answer(evaluation, attempt, &e, probe->result, true);
	if (evaluation->question->reported_error > 10000) /* an errno of another system says nothing */
		return by_answer(evaluation, attempt, &e, evaluation->question->reported_error, false);
	return by_rules(evaluation, attempt, &e);
}

/* ---- what could be otherwise ---- */

static int doubt(struct iu_arena *arena, struct iu_verdict *verdict, const char *text)
{
	return iu_strings_add(arena, &verdict->caveats, text);
}

static const char *code(struct iu_arena *arena, int error)
{
	const char *name = iu_phrase_errno(error);

	return error ? iu_phrase(arena, "%s (%d)", name ? name : "error", error) : "success";
}

static int doubt_disagreement(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	bool asked = attempt->probe != NULL;
	int error = asked ? attempt->probe->result : evaluation->question->reported_error;
	int err = doubt(arena, verdict,
		iu_phrase(arena, "What is visible says: %s. %s says: %s.",
			attempt->outcome.fails == IU_YES || attempt->check.ok == IU_NO
				? "it fails" : "nothing is in the way",
			asked ? "A bind() that was tried" : "The message", code(arena, error)));

	if (err < 0)
		return err;
	if (!asked)
		return doubt(arena, verdict,
			"What was in the way may have ended between the message and this look; or security software (a filter of the Windows Filtering Platform) refuses that program only.");
	return doubt(arena, verdict,
		"Something may have taken or left the port just now; asking again tells.");
}

static int doubt_other_code(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, struct iu_verdict *verdict)
{
	const char *other = code(arena, worst->other);

	if (verdict->cause == IU_CAUSE_HTTP_SYS)
		return doubt(arena, verdict,
			iu_phrase(arena, "bind() may also say %s: ports of HTTP.sys mostly are in the excluded list too, and that is looked at first.",
				other));
	if (evaluation->question->options.reuseaddr)
		return doubt(arena, verdict,
			iu_phrase(arena, "bind() may also say %s: two pages of Microsoft name different codes for this case.",
				other));
	return doubt(arena, verdict, iu_phrase(arena, "bind() may also say %s.", other));
}

static bool any_uncertain(const struct iu_verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->blockers.n; i++)
		if (verdict->blockers.v[i].certain == IU_UNKNOWN &&
			verdict->blockers.v[i].socket.state != IU_STATE_TIME_WAIT)
			return true;
	return false;
}

static bool any_time_wait(const struct iu_verdict *verdict)
{
	size_t i;

	for (i = 0; i < verdict->blockers.n; i++)
		if (verdict->blockers.v[i].socket.state == IU_STATE_TIME_WAIT)
			return true;
	return false;
}

/* The port is excluded, whoever holds it besides. */
static bool stays_excluded(const struct iu_evaluation *evaluation, const struct iu_verdict *verdict)
{
	const struct iu_exclusion *e = iu_windows_exclusion(
		evaluation->snapshot, evaluation->question->protocol, evaluation->question->port);

	return e && iu_exclusion_maker(e) != IU_EXCLUDED_SINGLE && verdict->blockers.n &&
	       verdict->cause != IU_CAUSE_EXCLUDED_RANGE;
}

static int doubts_of_rules(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_options *options = &evaluation->question->options;
	int err = 0;

	if (attempt->check.ok == IU_NO && attempt->check.error == IU_WSAEACCES)
		err = iu_strings_add(arena, &verdict->evidence,
			"a datagram socket may bind the broadcast address only with SO_BROADCAST set");
	if (attempt->check.ok == IU_NO && attempt->check.error == IU_WSAEINVAL)
		err = iu_strings_add(arena, &verdict->evidence,
			"SO_REUSEADDR and SO_EXCLUSIVEADDRUSE cannot be set on one socket");
	if (err == 0 && verdict->cause == IU_CAUSE_EXCLUDED_RANGE && is_block(evaluation))
		err = iu_strings_add(arena, &verdict->evidence,
			"bind() to the neighbouring ports is denied as well, where no socket is: a whole block is reserved");
	if (err == 0 && evaluation->assumed)
		err = doubt(arena, verdict,
			iu_phrase(arena, "The sockets there give %s only to a program that sets %s; many set it without saying so.",
				verdict->error ? verdict->error : "this error", evaluation->assumed));
	if (err == 0 && any_uncertain(verdict) && !attempt->probe)
		err = doubt(arena, verdict,
			"Whether the two may share the port depends on the other socket's SO_REUSEADDR and SO_EXCLUSIVEADDRUSE and on its account, which could not be seen.");
	if (err == 0 && options->exclusive && any_time_wait(verdict))
		err = doubt(arena, verdict,
			"Whether TIME-WAIT stops SO_EXCLUSIVEADDRUSE is told in different ways; connections that are still active do.");
	if (err == 0 && options->reuseport)
		err = doubt(arena, verdict,
			"SO_REUSEPORT does not exist on Windows; it changes nothing here.");
	if (err == 0 && stays_excluded(evaluation, verdict))
		err = doubt(arena, verdict,
			"Even without that holder the port stays refused: it lies in an excluded range as well.");
	if (err == 0 && verdict->status == IU_STATUS_IN_USE && evaluation->question->port &&
		iu_address_is_wildcard(&attempt->request.address) &&
		verdict->operation == IU_OPERATION_BIND)
		err = doubt(arena, verdict,
			"For a wildcard address Windows may report it only in listen().");
	return err;
}

static bool is_administered(const struct iu_evaluation *evaluation)
{
	const struct iu_windows *windows = &evaluation->snapshot->windows;
	size_t i;

	for (i = 0; i < windows->exclusions.n; i++)
		if (windows->exclusions.v[i].administered &&
			windows->exclusions.v[i].protocol == evaluation->question->protocol &&
			windows->exclusions.v[i].first <= evaluation->question->port &&
			windows->exclusions.v[i].last >= evaluation->question->port)
			return true;
	return false;
}

static int doubts_of_free(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	uint16_t port = evaluation->question->port;
	int err = 0;

	if (evaluation->question->reported_error)
		err = doubt(arena, verdict,
			iu_phrase(arena, "The message says %s: what was in the way then is gone now.",
				code(arena, evaluation->question->reported_error)));
	if (err == 0 && port && is_administered(evaluation))
		err = doubt(arena, verdict,
			"The port is excluded by hand (marked with *): Windows does not give it out by itself, and a bind() that names it works.");
	if (err == 0 && port && iu_in_range(&evaluation->limits, port) == IU_YES)
		err = doubt(arena, verdict,
			iu_phrase(arena, "Windows may give port %u to a connection, or reserve it for WinNAT, at any time: it lies in the dynamic range %d-%d.",
				(unsigned int)port, (int)evaluation->limits.port_first,
				(int)evaluation->limits.port_last));
	return err;
}

/* ---- the event log ---- */

/* Event 115 names a site, not its port. */
static bool about_port(const struct iu_event *event, const struct iu_event_row *row,
	const struct iu_question *question)
{
	if (!event->port_known)
		return row && question->protocol == IU_PROTOCOL_TCP && question->port &&
		       (row->ports[0] == question->port || row->ports[1] == question->port);
	return event->port == question->port && event->protocol == question->protocol;
}

static int tell_event(struct iu_arena *arena, const struct iu_event *event,
	struct iu_verdict *verdict)
{
	const struct iu_event_row *row = iu_event_row(event->provider, event->id);
	const char *what = iu_event_code(event->code);
	const char *text = iu_phrase(arena, "event log: %s %u%s%s%s%s%s%s",
		event->provider ? iu_safe(arena, event->provider, 40) : "event",
		(unsigned int)event->id,
		event->time >= 0 ? " of " : "",
		event->time >= 0 ? iu_phrase_time(arena, event->time) : "",
		row ? ", " : "", row ? row->sentence : "", what ? ": " : "", what ? what : "");

	return iu_strings_add(arena, &verdict->evidence, text);
}

static int tell_events(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const struct iu_windows *windows = &evaluation->snapshot->windows;
	bool exhausted = verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED;
	size_t i, told = 0;
	int err = 0;

	for (i = 0; i < windows->events.n && err == 0 && told < 3; i++) {
		const struct iu_event *event = &windows->events.v[i];
		const struct iu_event_row *row = iu_event_row(event->provider, event->id);
		bool fits = exhausted ? row && row->exhausted : about_port(event, row, evaluation->question);

		if (!fits)
			continue;
		told++;
		err = tell_event(arena, event, verdict);
		if (err == 0 && !exhausted && row && iu_event_no_conflict(event->code))
			err = doubt(arena, verdict,
				"That event's own data says that it is no port conflict: look at the site's binding and certificate first.");
		/* the articles' advice is for the IIS of Windows 2000 and XP */
		if (err == 0 && row && row->advice &&
			(!windows->version || evaluation->kernel.old_windows))
			err = doubt(arena, verdict, row->advice);
	}
	return err;
}

int iu_windows_doubts(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	int err = 0;

	if (worst->disagree)
		err = doubt_disagreement(arena, evaluation, attempt, verdict);
	if (err == 0 && worst->other)
		err = doubt_other_code(arena, evaluation, worst, verdict);
	if (err == 0)
		err = doubts_of_rules(arena, evaluation, attempt, verdict);
	if (err == 0 && worst->status == IU_STATUS_FREE)
		err = doubts_of_free(arena, evaluation, verdict);
	if (err == 0)
		err = tell_events(arena, evaluation, verdict);
	return err;
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

static int warn_shadowed(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	size_t i, k;
	int err = 0;

	for (i = 0; i < evaluation->sockets.n && err == 0 && verdict->warnings.n < 8; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];
		bool meets = false, named = false;

		if (!answers(s))
			continue;
		for (k = 0; k < evaluation->attempt_count; k++) {
			const struct iu_address *a = &evaluation->attempts[k].request.address;

			meets |= overlaps(a, &s->local);
			named |= is_localhost(a) && is_localhost(&s->local) &&
				 a->family != s->local.family;
		}
		if (!meets && !named)
			continue;
		err = iu_strings_add(arena, &verdict->warnings,
			iu_phrase(arena, meets
					? "shadowed: %s has %s too; the more specific address gets the connections, of two equal ones one gets all, and no call fails"
					: "shadowed: %s has %s; a client that uses a name like localhost may reach it instead",
				owner_words(arena, evaluation, s), iu_phrase_endpoint(arena, s)));
	}
	return err;
}

static bool shares_with_another(const struct iu_evaluation *evaluation, size_t at)
{
	const struct iu_socket *s = &evaluation->sockets.v[at];
	size_t i;

	for (i = 0; i < evaluation->sockets.n; i++)
		if (i != at && answers(&evaluation->sockets.v[i]) &&
			overlaps(&s->local, &evaluation->sockets.v[i].local) &&
			iu_windows_owner(evaluation->snapshot, s) !=
				iu_windows_owner(evaluation->snapshot, &evaluation->sockets.v[i]))
			return true;
	return false;
}

/* Two holders of one port: whoever asks "who has it" must hear of both. */
static int warn_shared(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const char *list = "";
	size_t i, n = 0;

	for (i = 0; i < evaluation->sockets.n; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];

		if (!answers(s) || !shares_with_another(evaluation, i))
			continue;
		if (n++ < 4)
			list = iu_phrase(arena, "%s%s%s on %s", list, *list ? ", " : "",
				owner_words(arena, evaluation, s), iu_phrase_endpoint(arena, s));
	}
	if (n < 2)
		return 0;
	return iu_strings_add(arena, &verdict->warnings,
		iu_phrase(arena, "shadowed: %zu holders share this port: %s; the more specific address gets the connections, of two equal ones one gets all, and no call failed",
			n, list));
}

int iu_windows_warnings(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	int err;

	if (!evaluation->question->port || evaluation->question->connects)
		return 0;
	err = warn_shared(arena, evaluation, verdict);
	/* where it could not be told, who is there all the same is what is known */
	if (err == 0 && (verdict->status == IU_STATUS_FREE ||
				(verdict->status == IU_STATUS_UNKNOWN && !verdict->blockers.n)))
		err = warn_shadowed(arena, evaluation, verdict);
	return err;
}

/* ---- what would tell more ---- */

static bool has_gap(const struct iu_verdict *verdict, uint32_t fact)
{
	size_t i;

	for (i = 0; i < verdict->gaps.n; i++)
		if (verdict->gaps.v[i].fact & fact)
			return true;
	return false;
}

static bool no_name(const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	int32_t pid = iu_windows_owner(snapshot, &b->socket);

	return pid > IU_WINDOWS_SYSTEM_PID && !iu_snapshot_process(snapshot, pid);
}

/* Who the blockers are, as far as it is not known. */
static uint32_t facts_of_blockers(
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	uint32_t facts = 0;
	size_t i;

	for (i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (iu_is_closing(&b->socket))
			continue;
		facts |= IU_FACT_SERVICES;
		if (b->certain == IU_UNKNOWN)
			facts |= IU_FACT_OPTIONS;
		if (no_name(snapshot, b))
			facts |= IU_FACT_HOLDERS;
		if (b->cause == IU_CAUSE_SERVICE || no_name(snapshot, b))
			facts |= IU_FACT_PROXIES;
	}
	return facts;
}

/* IU_FACT_* that would say more about this answer. */
static uint32_t facts_for(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	uint32_t facts = facts_of_blockers(snapshot, verdict);
	bool reason = verdict->cause == IU_CAUSE_ALG_RESERVED ||
		      verdict->cause == IU_CAUSE_HTTP_SYS || verdict->cause == IU_CAUSE_PORT_PROXY;
	bool settled =
		reason || (verdict->blockers.n && verdict->blockers.v[0].certain == IU_YES);

	if (verdict->status == IU_STATUS_FREE)
		return 0;
	if (verdict->cause == IU_CAUSE_HTTP_SYS)
		facts |= IU_FACT_HTTP | IU_FACT_SERVICES;
	if (verdict->cause == IU_CAUSE_ALG_RESERVED)
		facts |= IU_FACT_SERVICES;
	if (verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED)
		return facts | IU_FACT_TCP;
	if (verdict->status == IU_STATUS_UNKNOWN || !(settled || iu_windows_exclusion(snapshot,
				question->protocol, question->port)))
		facts |= iu_windows_wanted(question, snapshot) | IU_FACT_ADDRESSES;
	if (question->reported_error == IU_WSAEACCES)
		facts |= IU_FACT_EXCLUSIONS;
	return facts;
}

bool iu_windows_gap_matters(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	const struct iu_gap *gap)
{
	const char *other =
		question->protocol == IU_PROTOCOL_UDP ? "protocol=tcp" : "protocol=udp";

	if (gap->fix && strstr(gap->fix, other))
		return false;
	if (gap->fact == IU_FACT_ADDRESSES &&
		(question->family == IU_FAMILY_ANY || iu_address_is_wildcard(&question->address)))
		return false;
	return gap->fact & facts_for(question, snapshot, verdict);
}

int iu_windows_gaps(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	bool udp = evaluation->question->protocol == IU_PROTOCOL_UDP;
	uint32_t wanted = facts_for(evaluation->question, evaluation->snapshot, verdict);
	/* a capture is completed, a machine is asked */
	bool capture = evaluation->snapshot->host.pid <= 0;
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const struct {
		enum iu_fact fact;
		const char *what, *fix;
		bool some; /* a part of it was seen, and whether that is all nobody can tell */
	} rows[] = {
		{IU_FACT_TCP, "the list of TCP sockets", "netstat -anoq", false},
		{IU_FACT_BOUND, "TCP sockets that are bound without listening", "netstat -anoq",
			false},
		{IU_FACT_UDP, "the list of UDP sockets", "netstat -ano", false},
		{IU_FACT_EXCLUSIONS, "excluded port ranges",
			udp ? "netsh int ipv4 show excludedportrange protocol=udp"
			    : "netsh int ipv4 show excludedportrange protocol=tcp",
			false},
		{IU_FACT_HOLDERS, "names of processes", "tasklist /svc /fo csv",
			snapshot->processes.n > 0},
		{IU_FACT_SERVICES, "which services live in which process",
			"tasklist /svc /fo csv", snapshot->windows.services.n > 0},
		{IU_FACT_HTTP, "who has which URLs in HTTP.sys",
			"netsh http show servicestate view=requestq",
			snapshot->windows.http_queues.n > 0},
		{IU_FACT_PROXIES, "port proxy rules", "netsh interface portproxy show all",
			snapshot->windows.port_proxies.n > 0},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(rows); i++) {
		struct iu_gap *slot;

		if (!(wanted & rows[i].fact) || (snapshot->seen & rows[i].fact) ||
			rows[i].some || has_gap(verdict, rows[i].fact))
			continue;
		slot = iu_list_add(arena, &verdict->gaps);
		if (!slot)
			return IU_E_NOMEM;
		*slot = (struct iu_gap){.fact = rows[i].fact,
			.what = rows[i].what,
			.why = "not looked at, or not completely",
			.fix = iu_phrase(arena, capture ? "run `%s` and add its output" : "run `%s`",
				rows[i].fix)};
	}
	return 0;
}

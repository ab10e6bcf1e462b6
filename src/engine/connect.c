/* engine/connect.c - why a connect() failed: who listens, which ports are left */
#include "engine/connect.h"

#include <errno.h>
#include <string.h>

#include "base/compat.h"
#include "base/text.h"
#include "engine/blockers.h"
#include "engine/connect-path.h"
#include "engine/evaluation.h"
#include "engine/phrase.h"
#include "engine/remedies.h"
#include "engine/rules.h"
#include "knowledge/causes.h"
#include "knowledge/errors.h"

bool iu_connect_is(const struct iu_question *question)
{
	return question->symptom.from_message.call == IU_CALL_CONNECT;
}

/* EADDRNOTAVAIL and EADDRINUSE of connect() are about its own end, all others about the other one. */
static bool wants_local_port(const struct iu_question *question)
{
	int error = question->symptom.from_message.error;

	return error == IU_ERROR_ADDRNOTAVAIL || error == IU_ERROR_ADDRINUSE;
}

void iu_connect_look(const struct iu_question *question, struct iu_question *ret_look)
{
	struct iu_question look = *question;

	look.symptom = (struct iu_symptom){0};
	look.how.probe = IU_PROBE_NEVER;
	if (question->target.protocol != IU_PROTOCOL_UNIX) {
		look.target.family = IU_FAMILY_ANY;
		look.target.address = (struct iu_address){0};
		if (wants_local_port(question))
			look.target.port = 0;
	}
	*ret_look = look;
}

/* ---- what is there ---- */

/* A connection to ::ffff:127.0.0.1 is one of IPv4. */
static struct iu_address plain(const struct iu_address *address)
{
	return address->family == IU_FAMILY_IPV6 && iu_address_space(address) == IU_SPACE_MAPPED
		       ? iu_address_ipv4(iu_address_v4(address))
		       : *address;
}

static bool is_same(const struct iu_address *a, const struct iu_address *b)
{
	const struct iu_address one = plain(a), other = plain(b);

	return iu_address_equal(&one, &other);
}

static bool is_listener(const struct iu_question *q, const struct iu_socket *s)
{
	if (s->protocol != q->target.protocol || s->port != q->target.port || s->in_other_netns)
		return false;
	return s->protocol == IU_PROTOCOL_TCP ? s->state == IU_STATE_LISTEN
					      : s->state == IU_STATE_BOUND;
}

/* Whether a connect() to the target reaches @s. */
static bool reaches(const struct iu_question *q, const struct iu_socket *s)
{
	if (!is_listener(q, s))
		return false;
	if (q->target.family == IU_FAMILY_ANY || iu_address_is_wildcard(&q->target.address))
		return true;
	if (iu_address_is_wildcard(&s->local))
		return s->family == plain(&q->target.address).family ||
		       (s->family == IU_FAMILY_IPV6 && s->v6only != IU_YES);
	return is_same(&s->local, &q->target.address);
}

static bool is_toward(const struct iu_question *q, const struct iu_socket *s)
{
	return s->protocol == q->target.protocol && s->peer_port == q->target.port &&
	       s->peer.family != IU_FAMILY_ANY && is_same(&s->peer, &q->target.address);
}

/* Whether the other end is this machine. */
static bool is_here(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	if (iu_address_is_wildcard(address) || iu_address_is_loopback(address))
		return true;
	for (size_t i = 0; i < snapshot->locals.n; i++)
		if (snapshot->locals.v[i].kind == IU_LOCAL_ADDRESS &&
			is_same(&snapshot->locals.v[i].address, address))
			return true;
	return false;
}

bool iu_connect_matters(const struct iu_question *question, const struct iu_socket *s)
{
	return s->inode && (is_listener(question, s) || is_toward(question, s));
}

/* ---- the answer ---- */

struct answer {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	struct iu_verdict *verdict;
	const char *subject; /* "127.0.0.1:3000" */
};

/* The same error as the system of the snapshot numbers it. */
static int native(const struct answer *a, int error)
{
	static const struct {
		int error, windows;
	} numbers[] = {
		{ECONNREFUSED, IU_WSAECONNREFUSED}, {EADDRNOTAVAIL, IU_WSAEADDRNOTAVAIL},
		{EADDRINUSE, IU_WSAEADDRINUSE}, {EACCES, IU_WSAEACCES},
	};

	/* Of the systems that are known only Windows has SO_EXCLUSIVEADDRUSE, and numbers of its own. */
	for (size_t i = 0; i < IU_COUNT(numbers) && iu_rules_of(a->snapshot)->has_exclusive; i++)
		if (numbers[i].error == error)
			return numbers[i].windows;
	return error;
}

static void fail(struct answer *a, enum iu_status status, int error, enum iu_cause cause)
{
	error = native(a, error);
	a->verdict->status = status;
	a->verdict->cause = cause;
	a->verdict->error_number = error;
	a->verdict->error = error ? iu_phrase_errno(error) : NULL;
	a->verdict->operation = IU_OPERATION_CONNECT;
}

static void add_remedy(struct answer *a, enum iu_remedy_id id, const char *summary)
{
	struct iu_remedy *remedy = iu_list_add(a->arena, &a->verdict->remedies);

	*remedy = (struct iu_remedy){
		.id = id,
		.summary = summary ? summary : iu_remedy_row(id)->sentence,
		.risk = iu_remedy_row(id)->risk,
		.tried = IU_UNKNOWN,
	};
}

/* A socket that is told of with its holders, and is in nobody's way. Of a message it is not inuse's own. */
static struct iu_blocker *add_socket(struct answer *a, const struct iu_socket *s)
{
	struct iu_blocker *row = iu_list_add(a->arena, &a->verdict->blockers);
	const struct iu_holds *holds = &a->snapshot->holds;

	*row = (struct iu_blocker){
		.socket = *s, .certain = IU_NO, .confidence = IU_CONFIDENCE_PROVEN, .representative = 1};
	for (size_t i = 0; i < holds->n && s->inode; i++) {
		size_t *slot;

		if (holds->v[i].inode != s->inode ||
			(holds->v[i].pid == a->snapshot->host.pid && !a->question->asker.by_self))
			continue;
		slot = iu_list_add(a->arena, &row->holds);
		*slot = i;
	}
	return row;
}

static const char *holder_of(struct answer *a, const struct iu_blocker *row)
{
	const char *who = iu_phrase_holders(a->arena, a->snapshot, row);

	if (who)
		return who;
	return row->socket.user ? iu_phrase(a->arena, "a process of %s",
					  iu_safe(a->arena, row->socket.user, IU_NAME_COLUMNS))
				: NULL;
}

/* ---- ECONNREFUSED ---- */

static void answer_listens(struct answer *a, const struct iu_socket *s)
{
	struct iu_blocker *row = add_socket(a, s);
	const char *who;

	who = iu_phrase_listener(a->arena, a->snapshot, row);
	a->verdict->status = IU_STATUS_FREE;
	a->verdict->confidence = IU_CONFIDENCE_PROVEN;
	a->verdict->headline = iu_phrase(a->arena,
		"Something listens on %s now%s%s%s: a connection would be accepted.", a->subject,
		who ? " (" : "", who ? who : "", who ? ")" : "");
	if (a->question->symptom.from_message.given)
		iu_strings_add(a->arena, &a->verdict->caveats,
			"The message is older, or from another machine, container or network namespace: what "
			"listens there now did not listen there then.");
}

/* On which other address of the same port somebody listens. */
static const struct iu_socket *listener_beside(const struct answer *a)
{
	for (size_t i = 0; i < a->snapshot->sockets.n; i++)
		if (is_listener(a->question, &a->snapshot->sockets.v[i]))
			return &a->snapshot->sockets.v[i];
	return NULL;
}

static void answer_beside(struct answer *a, const struct iu_socket *s)
{
	struct iu_blocker *row = add_socket(a, s);
	const char *who, *there, *reached_at;

	who = holder_of(a, row);
	there = iu_phrase_endpoint(a->arena, s);
	reached_at = iu_address_is_wildcard(&s->local)
		? iu_phrase(a->arena, "%s:%u", s->family == IU_FAMILY_IPV6 ? "[::1]" : "127.0.0.1",
			  (unsigned int)s->port)
		: there;
	fail(a, IU_STATUS_UNAVAILABLE, ECONNREFUSED, IU_CAUSE_NONE);
	a->verdict->headline = iu_phrase(a->arena, "Nothing listens on %s: %s listens on %s.",
		a->subject, who ? who : "a program", there);
	add_remedy(a, IU_REMEDY_BIND_ADDRESS,
		iu_phrase(a->arena, "connect to %s, or have the server listen on all addresses",
			reached_at));
}

/* Nobody listens there, and nobody on another address: or it could not be seen. */
static void answer_nobody(struct answer *a)
{
	uint32_t fact = a->question->target.protocol == IU_PROTOCOL_TCP ? IU_FACT_TCP : IU_FACT_UDP;

	if (!(a->snapshot->seen & fact)) {
		fail(a, IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE);
		a->verdict->headline = iu_phrase(
			a->arena, "Can't tell whether anything listens on %s.", a->subject);
		return;
	}
	fail(a, IU_STATUS_UNAVAILABLE, ECONNREFUSED, IU_CAUSE_NONE);
	a->verdict->confidence = IU_CONFIDENCE_PROVEN;
	a->verdict->headline = iu_phrase(a->arena,
		"Nothing listens on %s now, so a connection is refused (%s).", a->subject,
		a->verdict->error);
	add_remedy(a, IU_REMEDY_START_SERVER,
		iu_phrase(a->arena, "start the server that should listen there, or wait for it: inuse wait "
				    "--listening %s",
			iu_safe(a->arena, a->question->target.text, 0)));
}

static const struct iu_socket *listener_there(const struct answer *a)
{
	for (size_t i = 0; i < a->snapshot->sockets.n; i++)
		if (reaches(a->question, &a->snapshot->sockets.v[i]))
			return &a->snapshot->sockets.v[i];
	return NULL;
}

static void answer_refused(struct answer *a)
{
	const struct iu_socket *there = listener_there(a), *beside = listener_beside(a);

	if (a->question->target.family != IU_FAMILY_ANY &&
		!is_here(a->snapshot, &a->question->target.address)) {
		fail(a, IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE);
		a->verdict->headline = iu_phrase(a->arena,
			"connect() to %s failed: that is no address of this machine, and who listens there "
			"cannot be seen from here.",
			a->subject);
		add_remedy(a, IU_REMEDY_ASK_THERE, NULL);
	} else if (there) {
		answer_listens(a, there);
	} else if (beside) {
		answer_beside(a, beside);
	} else {
		answer_nobody(a);
	}
}

/* ---- no local port, no source address ---- */

/* Local ports that no more connection to the target can be made from. */
struct taken {
	uint64_t bits[65536 / 64];
	size_t toward, bound; /* because of connections there, because somebody has bound them */
};

static bool take_port(struct taken *taken, uint16_t port)
{
	uint64_t bit = UINT64_C(1) << (port & 63);
	bool had = taken->bits[port >> 6] & bit;

	taken->bits[port >> 6] |= bit;
	return !had;
}

/*
 * __inet_hash_connect(): a port is passed over that a connection to the same end has, and one that
 * somebody has bound by number, whatever its options.
 */
static void count_taken(
	const struct answer *a, const struct iu_sysctls *limits, struct taken *taken)
{
	for (size_t i = 0; i < a->snapshot->sockets.n; i++) {
		const struct iu_socket *s = &a->snapshot->sockets.v[i];

		if (s->protocol != a->question->target.protocol || s->in_other_netns ||
			iu_in_range(limits, s->port) != IU_YES)
			continue;
		if (is_toward(a->question, s))
			taken->toward += take_port(taken, s->port);
		else if (s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND)
			taken->bound += take_port(taken, s->port);
	}
}

static size_t count_range(const struct iu_sysctls *limits)
{
	size_t n = 0;

	for (int32_t port = limits->port_first; port > 0 && port <= limits->port_last; port++)
		n += iu_in_range(limits, (uint16_t)port) == IU_YES;
	return n;
}

/* Of all sockets only those toward the target: they are who holds the ports. */
static void keep_toward(const struct answer *a, struct iu_evaluation *evaluation)
{
	size_t n = 0;

	for (size_t i = 0; i < evaluation->sockets.n; i++)
		if (is_toward(a->question, &evaluation->sockets.v[i]))
			evaluation->sockets.v[n++] = evaluation->sockets.v[i];
	evaluation->sockets.n = n;
}

static void answer_exhausted(struct answer *a, struct iu_evaluation *evaluation,
	const struct taken *taken, size_t range)
{
	int error = a->question->symptom.from_message.error == IU_ERROR_ADDRINUSE ? EADDRINUSE
										  : EADDRNOTAVAIL;

	fail(a, IU_STATUS_UNAVAILABLE, error, IU_CAUSE_EPHEMERAL_EXHAUSTED);
	keep_toward(a, evaluation);
	iu_blockers_range(a->arena, evaluation, a->verdict);
	a->verdict->confidence = IU_CONFIDENCE_PROVEN;
	a->verdict->headline = iu_phrase(a->arena,
		"No local port is left for a connection to %s: of the %zu from %d to %d its connections have "
		"%zu, and %zu are bound.",
		a->subject, range, (int)a->snapshot->sysctls.port_first,
		(int)a->snapshot->sysctls.port_last, taken->toward, taken->bound);
	iu_remedies(a->arena, evaluation->question, a->snapshot, evaluation, a->verdict);
	add_remedy(a, IU_REMEDY_REUSE_INSTANCE,
		"keep connections open and use them again (keep-alive, a pool of connections)");
}

/* Whether this machine has any address that a connection to the target could come from. */
static bool has_source(const struct answer *a)
{
	const struct iu_address *to = &a->question->target.address;

	if (!(a->snapshot->seen & IU_FACT_ADDRESSES) || to->family != IU_FAMILY_IPV6)
		return true;
	for (size_t i = 0; i < a->snapshot->locals.n; i++) {
		const struct iu_local *local = &a->snapshot->locals.v[i];

		if (local->address.family == IU_FAMILY_IPV6 &&
			iu_address_is_loopback(&local->address) == iu_address_is_loopback(to) &&
			(iu_address_is_loopback(to) || !iu_address_is_link_local(&local->address) ||
				iu_address_is_link_local(to)))
			return true;
	}
	return false;
}

static void answer_source(struct answer *a, const char *source)
{
	fail(a, IU_STATUS_UNAVAILABLE, EADDRNOTAVAIL, IU_CAUSE_ADDRESS_NOT_LOCAL);
	a->verdict->confidence = IU_CONFIDENCE_LIKELY;
	a->verdict->headline = source
		? iu_phrase(a->arena, "connect() to %s fails: its own end shall be %s, and no interface of this machine has that address.",
			  a->subject, iu_safe(a->arena, source, 60))
		: iu_phrase(a->arena, "connect() to %s fails: this machine has no IPv6 address that it could come from.",
			  a->subject);
	add_remedy(a, IU_REMEDY_BIND_ADDRESS,
		source ? "have the program use an address of this machine, or none, as its own"
		       : "use the IPv4 address of the other end, or switch IPv6 on");
}

static bool source_is_missing(const struct answer *a)
{
	const char *source = a->question->symptom.from_message.source;
	struct iu_address address;

	if (!source || !(a->snapshot->seen & IU_FACT_ADDRESSES) ||
		iu_address_parse(source, strlen(source), &address) < 0)
		return false;
	return !is_here(a->snapshot, &address);
}

static void say_ports_left(struct answer *a, const struct taken *taken, size_t range)
{
	fail(a, IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE);
	if (!range || !(a->snapshot->seen & IU_FACT_TCP)) {
		a->verdict->headline = iu_phrase(a->arena,
			"Can't tell whether local ports are left for connections to %s.", a->subject);
		return;
	}
	a->verdict->headline = iu_phrase(a->arena,
		"Local ports are left for connections to %s now: of %zu its connections have %zu, and %zu are "
		"bound.",
		a->subject, range, taken->toward, taken->bound);
	iu_strings_add(a->arena, &a->verdict->caveats,
		"connect() says this where every local port was in use toward that end, or where its own "
		"address had gone; which of both it was cannot be told afterwards.");
}

static void answer_range(struct answer *a)
{
	struct iu_question look;
	struct iu_evaluation evaluation;
	struct taken *taken = iu_arena_alloc(a->arena, sizeof(*taken));
	size_t range;

	if (!taken)
		return;
	iu_connect_look(a->question, &look);
	iu_evaluation_make(a->arena, &look, a->snapshot, &evaluation);
	count_taken(a, &evaluation.limits, taken);
	range = count_range(&evaluation.limits);
	if (range && taken->toward + taken->bound >= range)
		answer_exhausted(a, &evaluation, taken, range);
	else
		say_ports_left(a, taken, range);
}

static void answer_local_port(struct answer *a)
{
	if (source_is_missing(a))
		answer_source(a, a->question->symptom.from_message.source);
	else if (!has_source(a))
		answer_source(a, NULL);
	else
		answer_range(a);
}

/* ---- the others ---- */

static void answer_denied(struct answer *a)
{
	fail(a, IU_STATUS_UNKNOWN, 0, IU_CAUSE_POLICY_DENIED);
	a->verdict->headline = iu_phrase(a->arena,
		"connect() to %s was refused by a rule of this machine: a firewall, a cgroup program or a "
		"security module. No port is in the way.",
		a->subject);
	add_remedy(a, IU_REMEDY_POLICY_HINT, "look into the policies that may refuse a connect()");
}

static void answer_inet(struct answer *a)
{
	switch (a->question->symptom.from_message.error) {
	case IU_ERROR_ADDRNOTAVAIL:
	case IU_ERROR_ADDRINUSE: answer_local_port(a); return;
	case IU_ERROR_ACCES:
	case IU_ERROR_PERM: answer_denied(a); return;
	}
	answer_refused(a);
}

/* Refused for want of a server, which may have started since; all else does not go away by itself. */
static bool may_be_over(int error)
{
	return error == ECONNREFUSED || error == ENOENT || error == IU_WSAECONNREFUSED;
}

/* The call has failed just now: its error is known, and that a server is there says nothing of others. */
static void heed_call(struct answer *a)
{
	int error = a->question->symptom.from_call;
	const char *name = error ? iu_phrase_errno(error) : NULL;
	enum iu_status *status = &a->verdict->status;

	if (!error || a->verdict->error_number)
		return;
	if (*status == IU_STATUS_FREE && may_be_over(error)) {
		iu_strings_add(a->arena, &a->verdict->caveats,
			"The program was refused a moment ago, and somebody listens there now: another try works.");
		return;
	}
	if (*status == IU_STATUS_FREE)
		iu_strings_add(a->arena, &a->verdict->caveats,
			iu_phrase(a->arena, "Nothing visible here explains the %s that the program got: another try may fail the same way.",
				name ? name : iu_phrase(a->arena, "error %d", error)));
	*status = error == EACCES || error == EPERM || error == IU_WSAEACCES ? IU_STATUS_DENIED
									     : IU_STATUS_UNKNOWN;
	if (name) {
		a->verdict->error_number = error;
		a->verdict->error = name;
		a->verdict->operation = IU_OPERATION_CONNECT;
	}
}

static const char *subject_of(struct iu_arena *arena, const struct iu_question *question)
{
	char text[IU_ADDRESS_TEXT];

	if (question->target.protocol == IU_PROTOCOL_UNIX ||
		question->target.family == IU_FAMILY_ANY)
		return iu_safe(arena, question->target.text, IU_PATH_COLUMNS);
	return iu_phrase(arena, "%s%s",
		iu_endpoint_format(&question->target.address, question->target.port, text),
		question->target.protocol == IU_PROTOCOL_UDP ? "/udp" : "");
}

void iu_connect_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	struct answer answer = {arena, question, snapshot, verdict, subject_of(arena, question)};

	*verdict = (struct iu_verdict){.confidence = IU_CONFIDENCE_LIKELY};
	if (question->target.protocol == IU_PROTOCOL_UNIX)
		iu_connect_path_decide(arena, question, snapshot, verdict);
	else
		answer_inet(&answer);
	heed_call(&answer);
}

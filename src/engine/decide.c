/* engine/decide.c - the verdict on one question */
#include <errno.h>

#include "base/err.h"
#include "base/text.h"
#include "engine/blockers.h"
#include "engine/causes/cause.h"
#include "engine/engine.h"
#include "engine/other-system.h"
#include "engine/headline.h"
#include "engine/judge.h"
#include "engine/remedies.h"
#include "engine/evaluation.h"
#include "engine/rules.h"
#include "engine/windows/state.h"
#include "engine/phrase.h"
#include "model/question.h"

static struct iu_judgement says(enum iu_status status, int error, enum iu_cause cause,
	enum iu_confidence confidence)
{
	return (struct iu_judgement){
		.status = status, .error = error, .cause = cause, .confidence = confidence};
}

static enum iu_status status_of(int error)
{
	switch (error) {
	case 0: return IU_STATUS_FREE;
	case EADDRINUSE: return IU_STATUS_IN_USE;
	case EACCES:
	case EPERM: return IU_STATUS_DENIED;
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EINVAL:
	case ENODEV: return IU_STATUS_UNAVAILABLE;
	}
	return IU_STATUS_UNKNOWN; /* EMFILE and the like say nothing about the port */
}

static struct iu_judgement disagree(void)
{
	struct iu_judgement j =
		says(IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE, IU_CONFIDENCE_POSSIBLE);

	j.disagree = true;
	return j;
}

/* Address or right are wrong whatever sockets there are. */
static struct iu_judgement judge_check(const struct iu_attempt *attempt, const struct iu_probe *probe)
{
	const struct iu_local_check *check = &attempt->check;

	if (probe && probe->result != check->error)
		return disagree();
	return says(status_of(check->error), check->error, check->cause,
		probe ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY);
}

/* Only the sockets decide, nobody was asked. */
static struct iu_judgement judge_rules(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	switch (attempt->outcome.fails) {
	case IU_YES:
		return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE,
			attempt->outcome.cache_dependent ? IU_CONFIDENCE_POSSIBLE
						     : IU_CONFIDENCE_LIKELY);
	case IU_NO:
		if (evaluation->complete && attempt->check.ok == IU_YES)
			return says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
		break;
	case IU_UNKNOWN: break;
	}
	return says(IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE, IU_CONFIDENCE_POSSIBLE);
}

static struct iu_judgement judge_success(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	struct iu_judgement j = says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);

	if (attempt->outcome.fails == IU_YES) {
		if (!attempt->outcome.cache_dependent && !attempt->outcome.order_dependent &&
			!attempt->outcome.fastreuse_dependent)
			return disagree();
		j.cache = attempt->outcome.cache_dependent;
		j.confidence = IU_CONFIDENCE_LIKELY;
	}
	if (!evaluation->complete)
		j.confidence = IU_CONFIDENCE_LIKELY;
	return j;
}

/* A single socket can be meant: the refusal says of it what could not be seen. */
static bool one_suspect(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	size_t i, n = 0;

	for (i = 0; i < evaluation->sockets.n && n < 2; i++)
		n += evaluation->rules->conflict(&attempt->request, &evaluation->sockets.v[i], &evaluation->kernel).blocks != IU_NO;
	return n == 1 && evaluation->complete;
}

static struct iu_judgement judge_in_use(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	switch (attempt->outcome.fails) {
	case IU_YES:
		return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	case IU_UNKNOWN:
		return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE,
			one_suspect(evaluation, attempt) ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY);
	case IU_NO: break;
	}
	/* in mirrored mode WSL's bind() asks Windows too, and its sockets are not seen here */
	if (evaluation->snapshot->host.wsl)
		return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_WSL_HOST,
			evaluation->complete ? IU_CONFIDENCE_LIKELY : IU_CONFIDENCE_POSSIBLE);
	if (evaluation->complete)
		return disagree();
	/* the kernel sees what the incomplete list does not show */
	return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_HIDDEN_HOLDER, IU_CONFIDENCE_POSSIBLE);
}

/* EACCES, EPERM, EADDRNOTAVAIL … where the rules saw no reason for it. */
static struct iu_judgement judge_other(
	const struct iu_evaluation *evaluation, const struct iu_attempt *attempt, int error)
{
	enum iu_cause cause = IU_CAUSE_NONE;

	if (status_of(error) == IU_STATUS_UNKNOWN)
		return judge_rules(evaluation, attempt);
	if (attempt->check.ok == IU_UNKNOWN && error == EACCES)
		cause = IU_CAUSE_PRIVILEGED_PORT;
	else if (error == EACCES || error == EPERM)
		cause = IU_CAUSE_POLICY_DENIED;
	else if (error == EADDRNOTAVAIL && attempt->check.ok == IU_YES &&
		 (evaluation->snapshot->seen & IU_FACT_ADDRESSES))
		return disagree();
	else if (error == EADDRNOTAVAIL)
		cause = IU_CAUSE_ADDRESS_NOT_LOCAL;
	return says(status_of(error), error, cause, IU_CONFIDENCE_LIKELY);
}

static struct iu_judgement judge(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	const struct iu_probe *probe = attempt->probe;

	if ((evaluation->rules == &iu_rules_windows))
		return iu_judge_windows(evaluation, attempt);
	if (attempt->check.ok == IU_NO)
		return judge_check(attempt, probe);
	if (!probe)
		return judge_rules(evaluation, attempt);
	if (probe->result == 0)
		return judge_success(evaluation, attempt);
	if (probe->result == EADDRINUSE)
		return judge_in_use(evaluation, attempt);
	return judge_other(evaluation, attempt, probe->result);
}

/* The worse answer counts: what fails for certain, then what could not be told. */
static int badness(const struct iu_judgement *j)
{
	static const unsigned char ranks[] = {
		[IU_STATUS_FREE] = 0,
		[IU_STATUS_UNKNOWN] = 1,
		[IU_STATUS_UNAVAILABLE] = 2,
		[IU_STATUS_DENIED] = 3,
		[IU_STATUS_IN_USE] = 4,
	};

	return ranks[j->status];
}

static const char *probe_word(const struct iu_probe *probe)
{
	const char *name;

	if (!probe)
		return NULL;
	if (!probe->result)
		return "success";
	name = iu_phrase_errno(probe->result);
	return name ? name : "error";
}

static void set_error(struct iu_verdict *verdict, const struct iu_question *question, int error)
{
	verdict->error_number = error;
	verdict->error = error ? iu_phrase_errno(error) : NULL;
	verdict->operation = IU_OPERATION_NONE;
	if (error)
		verdict->operation =
			question->seen_listen ? IU_OPERATION_LISTEN : IU_OPERATION_BIND;
}

static int doubt(struct iu_arena *arena, struct iu_verdict *verdict, const char *text)
{
	return iu_strings_add(arena, &verdict->caveats, text);
}

/* Both answers, and where the missing socket could be. */
static int tell_disagreement(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, const struct iu_attempt *attempt,
	struct iu_verdict *verdict)
{
	bool bound = attempt->probe->result == 0;
	const char *error = attempt->check.ok == IU_NO ? iu_phrase_errno(attempt->check.error)
						   : "EADDRINUSE";
	int err = doubt(arena, verdict,
		iu_phrase(arena, "The sockets that are visible say: %s. A bind() that was tried says: %s.",
			attempt->check.ok == IU_NO || attempt->outcome.fails == IU_YES
				? (error ? error : "it fails")
				: "nothing is in the way",
			probe_word(attempt->probe)));

	if (err < 0)
		return err;
	if (!bound)
		return doubt(arena, verdict,
			"A seccomp or cgroup filter may refuse it, a VRF may keep sockets apart, or something took the port just now; asking again tells.");
	return doubt(arena, verdict,
		"The holder may just have ended, or a cgroup program redirects the bind; asking again tells.");
}

/* A capture has the gaps of every path and socket; an answer tells those of its own. */
static bool path_doubtful(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	const struct iu_path *path = question->abstract
		? NULL
		: iu_snapshot_path(snapshot, question->path, question->path_len);

	return path && !path->lstat_errno && path->alive == IU_UNKNOWN;
}

static bool holds_any(
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict, int32_t pid)
{
	size_t i, k;

	for (i = 0; i < verdict->blockers.n; i++)
		for (k = 0; k < verdict->blockers.v[i].holds.n; k++)
			if (snapshot->holds.v[verdict->blockers.v[i].holds.v[k]].pid == pid)
				return true;
	return false;
}

static bool gap_matters(const struct iu_verdict *verdict, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_gap *gap)
{
	uint32_t facts = IU_FACT_HOST;
	size_t i;

	switch (question->protocol) {
	case IU_PROTOCOL_TCP: facts |= IU_FACT_TCP | IU_FACT_BOUND; break;
	case IU_PROTOCOL_UDP: facts |= IU_FACT_UDP; break;
	case IU_PROTOCOL_UNIX:
		facts |= IU_FACT_UNIX;
		facts |= path_doubtful(question, snapshot) ? IU_FACT_PATHS : 0;
		break;
	}
	if (question->protocol != IU_PROTOCOL_UNIX)
		facts |= IU_FACT_SYSCTLS | IU_FACT_ADDRESSES;
	for (i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (!b->holds.n && b->socket.inode)
			facts |= IU_FACT_HOLDERS;
		if (b->certain == IU_UNKNOWN)
			facts |= IU_FACT_OPTIONS;
	}
	if (gap->fact == IU_FACT_OPTIONS && gap->pid && !holds_any(snapshot, verdict, gap->pid))
		return false;
	return gap->fact & facts;
}

static int copy_gaps(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	size_t i;

	for (i = 0; i < snapshot->gaps.n; i++) {
		struct iu_gap *slot;

		if (iu_is_windows(snapshot)
				? !iu_windows_gap_matters(question, snapshot, verdict,
					  &snapshot->gaps.v[i])
				: !gap_matters(verdict, question, snapshot, &snapshot->gaps.v[i]))
			continue;
		slot = iu_list_add(arena, &verdict->gaps);
		if (!slot)
			return IU_E_NOMEM;
		*slot = snapshot->gaps.v[i];
	}
	return 0;
}

/* Facts that are missing without a gap that says so (a snapshot from elsewhere). */
static int missing_gap(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	bool udp = evaluation->question->protocol == IU_PROTOCOL_UDP;
	struct iu_gap *slot;

	if (evaluation->complete || verdict->gaps.n)
		return 0;
	slot = iu_list_add(arena, &verdict->gaps);
	if (!slot)
		return IU_E_NOMEM;
	*slot = (struct iu_gap){
		.fact = udp ? IU_FACT_UDP : IU_FACT_TCP,
		.what = udp ? "the list of UDP sockets" : "the list of TCP sockets",
		.why = "it could not be read completely",
	};
	if (!udp && (evaluation->snapshot->seen & IU_FACT_TCP)) {
		slot->fact = IU_FACT_BOUND;
		slot->what = "TCP sockets that are bound without listening";
		slot->why = "this kernel does not list them (Linux 6.8 does)";
	}
	return 0;
}

/* Would the two meet if nobody had set an option? */
static bool overlaps(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt,
	const struct iu_socket *s)
{
	struct iu_request r = attempt->request;

	r.reuseaddr = r.reuseport = false;
	return evaluation->rules->conflict(&r, s, &evaluation->kernel).blocks == IU_YES;
}

/* localhost is 127.0.0.1 and ::1, and every name of the machine leads to its wildcards. */
static bool is_localhost(const struct iu_address *address)
{
	return iu_address_is_wildcard(address) ||
	       (iu_address_is_loopback(address) && iu_address_v4(address) <= 0x7f000001u);
}

/* Both are reached under one name, as IPv4 and as IPv6. */
static bool same_name(const struct iu_attempt *attempt, const struct iu_socket *s)
{
	const struct iu_address *a = &attempt->request.address;

	return is_localhost(a) && is_localhost(&s->local) && a->family != s->family;
}

static const char *holder_words(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_socket *s)
{
	size_t i;

	for (i = 0; s->inode && i < evaluation->snapshot->holds.n; i++)
		if (evaluation->snapshot->holds.v[i].inode == s->inode)
			return iu_phrase_pid(arena, evaluation->snapshot, evaluation->snapshot->holds.v[i].pid);
	return "another socket";
}

/* "shadowed": the bind works, yet somebody else answers too. */
static int warn_shadowed(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	size_t i, k;
	int err = 0;

	if (!evaluation->question->port) /* the system chooses: no other socket is on that port */
		return 0;
	for (i = 0; i < evaluation->sockets.n && err == 0 && verdict->warnings.n < 8; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];
		bool meets = false, named = false;
		const char *who, *at;

		if (s->state != IU_STATE_LISTEN &&
			!(s->protocol == IU_PROTOCOL_UDP && s->state == IU_STATE_BOUND))
			continue;
		for (k = 0; k < evaluation->attempt_count; k++) {
			meets |= overlaps(evaluation, &evaluation->attempts[k], s);
			named |= same_name(&evaluation->attempts[k], s);
		}
		if (!meets && !named)
			continue;
		who = holder_words(arena, evaluation, s);
		at = iu_phrase_endpoint(arena, s);
		err = iu_strings_add(arena, &verdict->warnings,
			meets ? iu_phrase(arena, "shadowed: %s has %s too; what arrives is shared with it, or goes to the more specific address",
					who, at)
			      : iu_phrase(arena, "shadowed: %s has %s; a client that uses a name like localhost may reach it instead",
					who, at));
	}
	return err;
}

static int inet_doubts(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, struct iu_verdict *verdict)
{
	bool order = false, cache = false, history = false;
	size_t i;
	int err = 0;

	for (i = 0; i < evaluation->attempt_count; i++) {
		order |= evaluation->attempts[i].outcome.order_dependent;
		cache |= evaluation->attempts[i].outcome.cache_dependent;
		history |= evaluation->attempts[i].outcome.history_dependent && !evaluation->attempts[i].probe;
	}
	if (history)
		err = doubt(arena, verdict,
			"On this kernel (before 6.8) it matters which wildcard was bound first, 0.0.0.0 or ::ffff:0.0.0.0, and that is not visible.");
	if (order && !evaluation->attempts[0].probe && err == 0)
		err = doubt(arena, verdict,
			"The kernel compares UDP sockets in the order in which they were bound, and that order is not visible across IPv4 and IPv6.");
	if (cache && err == 0)
		err = doubt(arena, verdict, worst->cache
			? "The kernel allowed it through its SO_REUSEPORT shortcut, although a socket there would forbid it; this can change with the next bind."
			: "The kernel may allow it all the same: a socket of this user with SO_REUSEPORT on the port can open a shortcut that nobody can read.");
	if (evaluation->question->seen_error && worst->status == IU_STATUS_FREE && err == 0)
		err = doubt(arena, verdict,
			iu_phrase(arena, "The program was told %s a moment ago, and what was in the way has gone since: another try works, unless a filter (seccomp, cgroup) refuses it to this program alone.",
				iu_phrase_errno(evaluation->question->seen_error)
					? iu_phrase_errno(evaluation->question->seen_error)
					: "an error"));
	if (evaluation->question->options.exclusive && err == 0)
		err = doubt(arena, verdict,
			"SO_EXCLUSIVEADDRUSE exists on Windows only; it changes nothing here.");
	if (worst->status == IU_STATUS_FREE && evaluation->question->port && err == 0 &&
		iu_in_range(&evaluation->limits, evaluation->question->port) == IU_YES)
		err = doubt(arena, verdict,
			iu_phrase(arena, "The system may give port %u to an outgoing connection at any time: it lies in the range %d-%d.",
				(unsigned int)evaluation->question->port,
				(int)evaluation->limits.port_first,
				(int)evaluation->limits.port_last));
	return err;
}

/* Where only one socket can have been the reason, the kernel's answer makes it certain. */
static void settle_blockers(struct iu_verdict *verdict, const struct iu_judgement *worst,
	const struct iu_attempt *attempt, bool settled)
{
	bool fails = worst->status == IU_STATUS_IN_USE || worst->status == IU_STATUS_DENIED;

	if (fails && (attempt->probe || settled) && verdict->blockers.n == 1)
		verdict->blockers.v[0].certain = IU_YES;
}

static int add_blockers(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	size_t more = 0;
	int err;

	if (worst->status != IU_STATUS_IN_USE && worst->status != IU_STATUS_UNKNOWN &&
		!((evaluation->rules == &iu_rules_windows) && worst->status == IU_STATUS_DENIED))
		return 0;
	if (!evaluation->question->port) {
		if (worst->status != IU_STATUS_IN_USE)
			return 0;
		err = iu_blockers_range(arena, evaluation, verdict, &more);
		/* the one reason why bind() to port 0 says EADDRINUSE; reserved ports have no holder */
		verdict->cause = IU_CAUSE_EPHEMERAL_EXHAUSTED;
	} else {
		err = iu_blockers_inet(arena, evaluation, verdict, &more);
		/* on Windows an error that was reported is an answer, too */
		settle_blockers(verdict, worst, attempt,
			(evaluation->rules == &iu_rules_windows) && evaluation->question->reported_error &&
				worst->cause == IU_CAUSE_NONE);
	}
	if (err == 0 && more)
		err = doubt(arena, verdict,
			iu_phrase(arena, "%zu more sockets are in the way and not shown.", more));
	return err;
}

/* What no blocker has said: of some causes there is none. */
static int add_evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_cause_rule *rule = iu_cause_rule(evaluation->snapshot, verdict->cause);
	bool said = rule->applies && verdict->blockers.n &&
		    verdict->blockers.v[0].cause == verdict->cause;

	return said || !rule->evidence ? 0 : rule->evidence(arena, evaluation, attempt, verdict);
}

static enum iu_confidence lesser(enum iu_confidence a, enum iu_confidence b)
{
	return a < b ? a : b;
}

static int finish(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	int err = iu_remedies(arena, question, snapshot, evaluation, verdict);

	if (err < 0)
		return err;
	if (!verdict->headline)
		verdict->headline = iu_headline(arena, question, snapshot, verdict);
	return arena->failed ? IU_E_NOMEM : 0;
}

/* Windows: a socket that perhaps is in the way, beside something that is for certain. */
static bool blocker_explains(const struct iu_evaluation *evaluation, const struct iu_judgement *worst,
	const struct iu_blocker *blocker)
{
	if (!(evaluation->rules == &iu_rules_windows) || worst->cause == IU_CAUSE_NONE)
		return true;
	return blocker->cause == IU_CAUSE_HTTP_SYS ||
	       (blocker->certain == IU_YES && worst->cause != IU_CAUSE_EPHEMERAL_EXHAUSTED);
}

static int decide_inet(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	struct iu_evaluation evaluation;
	struct iu_judgement worst = {0};
	size_t i, at = 0;
	int err = iu_evaluation_make(arena, question, snapshot, &evaluation);

	if (err < 0)
		return err;
	for (i = 0; i < evaluation.attempt_count; i++) {
		struct iu_judgement j = judge(&evaluation, &evaluation.attempts[i]);

		if (i == 0 || badness(&j) > badness(&worst)) {
			worst = j;
			at = i;
		}
	}
	verdict->status = worst.status;
	verdict->cause = worst.cause;
	verdict->confidence = worst.confidence;
	verdict->probe = probe_word(evaluation.attempts[at].probe);
	set_error(verdict, question, worst.error);
	if (question->connects && worst.error)
		verdict->operation = IU_OPERATION_CONNECT;
	if (worst.disagree && !(evaluation.rules == &iu_rules_windows))
		err = tell_disagreement(arena, &evaluation, &evaluation.attempts[at], verdict);
	if (err == 0)
		err = add_blockers(arena, &evaluation, &worst, &evaluation.attempts[at], verdict);
	if (err < 0)
		return err;
	if (verdict->blockers.n && blocker_explains(&evaluation, &worst, &verdict->blockers.v[0])) {
		verdict->cause = verdict->blockers.v[0].cause;
		verdict->confidence = lesser(worst.confidence, verdict->blockers.v[0].confidence);
	}
	if ((evaluation.rules == &iu_rules_windows))
		err = iu_windows_warnings(arena, &evaluation, verdict);
	else if (worst.status == IU_STATUS_FREE)
		err = warn_shadowed(arena, &evaluation, verdict);
	if (err == 0)
		err = (evaluation.rules == &iu_rules_windows)
			? iu_windows_doubts(arena, &evaluation, &worst, &evaluation.attempts[at], verdict)
			: inet_doubts(arena, &evaluation, &worst, verdict);
	if (err == 0)
		err = copy_gaps(arena, question, snapshot, verdict);
	if (err == 0)
		err = (evaluation.rules == &iu_rules_windows) ? iu_windows_gaps(arena, &evaluation, verdict)
					  : missing_gap(arena, &evaluation, verdict);
	if (err == 0)
		err = add_evidence(arena, &evaluation, &evaluation.attempts[at], verdict);
	return err < 0 ? err : finish(arena, question, snapshot, &evaluation, verdict);
}

/* A path that bind() would have to create: EADDRINUSE if and only if something is there. */
static struct iu_judgement judge_path(
	const struct iu_question *question, const struct iu_path *path)
{
	if (question->path_len > IU_UNIX_PATH_MAX)
		return says(IU_STATUS_UNAVAILABLE, EINVAL, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	if (!path)
		return says(IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE, IU_CONFIDENCE_POSSIBLE);
	if (path->lstat_errno == 0)
		return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	if (path->lstat_errno != ENOENT || path->parent_errno) {
		int error = path->lstat_errno != ENOENT ? path->lstat_errno : path->parent_errno;
		bool denied = status_of(error) == IU_STATUS_DENIED;

		return says(denied ? IU_STATUS_DENIED : IU_STATUS_UNAVAILABLE, error,
			IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
	}
	return says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
}

static struct iu_judgement judge_abstract(const struct iu_verdict *verdict, bool looked)
{
	if (verdict->blockers.n)
		return says(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE,
			verdict->blockers.v[0].certain == IU_YES ? IU_CONFIDENCE_PROVEN
								 : IU_CONFIDENCE_POSSIBLE);
	if (!looked)
		return says(IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE, IU_CONFIDENCE_POSSIBLE);
	return says(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
}

static int unix_doubts(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_judgement *j, struct iu_verdict *verdict)
{
	if (question->seen_error && j->status == IU_STATUS_FREE)
		return doubt(arena, verdict,
			"The program was refused a moment ago, and what was in the way has gone since: another try works.");
	if (question->abstract && verdict->blockers.n &&
		verdict->blockers.v[0].certain != IU_YES)
		return doubt(arena, verdict,
			"Each type of socket has names of its own: a socket of another type could still use this one.");
	if (question->abstract && j->status == IU_STATUS_FREE)
		return doubt(arena, verdict,
			"Abstract names belong to a network namespace; this is the answer for this one.");
	return 0;
}

/* What the errno of a directory means, for the headline. */
static const char *path_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_verdict *verdict)
{
	const char *subject = iu_subject(arena, question);

	switch (verdict->error_number) {
	case ENOENT:
		return iu_phrase(arena, "%s cannot be bound: its directory does not exist (ENOENT).",
			subject);
	case ENOTDIR:
		return iu_phrase(arena, "%s cannot be bound: a part of the path is no directory (ENOTDIR).",
			subject);
	case EACCES:
	case EPERM:
		return iu_phrase(arena, "%s may not be bound: its directory does not allow a new file (%s).",
			subject, verdict->error);
	case EROFS:
		return iu_phrase(arena, "%s cannot be bound: its file system is read-only (EROFS).",
			subject);
	case EINVAL:
		return iu_phrase(arena, "%s cannot be bound: a socket path has at most %d bytes (EINVAL).",
			subject, IU_UNIX_PATH_MAX);
	}
	return NULL;
}

/* A capture has the paths that somebody was bound to, and those it was asked for. */
static int path_gap(struct iu_arena *arena, const struct iu_question *question,
	struct iu_verdict *verdict)
{
	struct iu_gap *slot = iu_list_add(arena, &verdict->gaps);

	if (!slot)
		return IU_E_NOMEM;
	*slot = (struct iu_gap){
		.fact = IU_FACT_PATHS,
		.what = iu_phrase(arena, "what lies at %s", iu_subject(arena, question)),
		.why = "it was not recorded",
		.fix = iu_phrase(arena, "record it there: inuse report %s", question->text),
	};
	return 0;
}

static int decide_unix(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	const struct iu_path *path = question->abstract
		? NULL
		: iu_snapshot_path(snapshot, question->path, question->path_len);
	bool looked = snapshot->seen & IU_FACT_UNIX;
	struct iu_judgement j = {0};
	size_t more = 0;
	int err = 0;

	if (!question->abstract)
		j = judge_path(question, path);
	if (question->abstract || j.status == IU_STATUS_IN_USE)
		err = iu_blockers_unix(arena, question, snapshot, verdict, &more);
	if (err < 0)
		return err;
	if (question->abstract)
		j = judge_abstract(verdict, looked);
	verdict->status = j.status;
	verdict->confidence = j.confidence;
	set_error(verdict, question, j.error);
	if (verdict->blockers.n) {
		verdict->cause = verdict->blockers.v[0].cause;
		verdict->confidence = lesser(j.confidence, verdict->blockers.v[0].confidence);
	} else if (j.status != IU_STATUS_FREE) {
		verdict->headline = path_headline(arena, question, verdict);
	}
	err = unix_doubts(arena, question, &j, verdict);
	if (err == 0)
		err = copy_gaps(arena, question, snapshot, verdict);
	if (err == 0 && !question->abstract && !path)
		err = path_gap(arena, question, verdict);
	return err < 0 ? err : finish(arena, question, snapshot, NULL, verdict);
}

int iu_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *ret_verdict)
{
	struct iu_verdict verdict = {0};
	int err;

	if (iu_other_system_is(question, snapshot))
		err = iu_other_system_decide(arena, question, snapshot, &verdict);
	else if (question->protocol == IU_PROTOCOL_UNIX)
		err = decide_unix(arena, question, snapshot, &verdict);
	else
		err = decide_inet(arena, question, snapshot, &verdict);
	if (err == 0)
		err = iu_other_system_doubt(arena, question, &verdict);
	if (err < 0)
		return err;
	*ret_verdict = verdict;
	return 0;
}

/* engine/linux/caveats.c - what could be otherwise on Linux, and who else answers on the port */
#include "engine/linux/caveats.h"

#include <errno.h>

#include "engine/causes/cause.h"
#include "engine/evaluation.h"
#include "engine/headline.h"
#include "engine/linux/around.h"
#include "engine/linux/conflict.h"
#include "engine/linux/ipv6.h"
#include "engine/phrase.h"

static void add(struct iu_arena *arena, struct iu_verdict *verdict, const char *text)
{
	iu_strings_add(arena, &verdict->caveats, text);
}

/* Both answers, and where the missing socket could be. */
static void tell_disagreement(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, const struct iu_attempt *attempt,
	struct iu_verdict *verdict)
{
	bool bound = attempt->probe->result == 0;
	const char *error = attempt->check.ok == IU_NO ? iu_phrase_errno(attempt->check.error)
						   : "EADDRINUSE";

	add(arena, verdict,
		iu_phrase(arena, "The visible sockets say: %s. A trial bind() says: %s.",
			attempt->check.ok == IU_NO || attempt->outcome.fails == IU_YES
				? (error ? error : "it fails")
				: "nothing is in the way",
			iu_judge_probe(attempt->probe)));
	if (!bound) {
		add(arena, verdict,
			"A seccomp or cgroup filter may refuse it, a VRF may keep sockets apart, or something took the port just now; asking again tells.");
		return;
	}
	add(arena, verdict,
		"The holder may just have ended, or a cgroup program redirects the bind; asking again tells.");
}

static void caveats_of_rules(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, struct iu_verdict *verdict)
{
	bool order = false, cache = false, history = false;

	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		order |= evaluation->attempts[i].outcome.order_dependent;
		cache |= evaluation->attempts[i].outcome.cache_dependent;
		history |= evaluation->attempts[i].outcome.history_dependent && !evaluation->attempts[i].probe;
	}
	if (history)
		add(arena, verdict,
			"On this kernel (before 6.8) it matters which wildcard was bound first, 0.0.0.0 or ::ffff:0.0.0.0, and that is not visible.");
	if (order && !evaluation->attempts[0].probe)
		add(arena, verdict,
			"The kernel compares UDP sockets in the order in which they were bound, and that order is not visible across IPv4 and IPv6.");
	if (cache)
		add(arena, verdict, worst->cache
			? "The kernel allowed it through its SO_REUSEPORT shortcut, although a socket there would forbid it; this can change with the next bind."
			: "The kernel may allow it all the same: a socket of this user with SO_REUSEPORT on the port can open a shortcut that nobody can read.");
	if (evaluation->question->symptom.from_call && worst->status == IU_STATUS_FREE)
		add(arena, verdict,
			iu_phrase(arena, "The program was told %s a moment ago, and what was in the way has gone since: another try works, unless a filter (seccomp, cgroup) refuses it to this program alone.",
				iu_phrase_errno(evaluation->question->symptom.from_call)
					? iu_phrase_errno(evaluation->question->symptom.from_call)
					: "an error"));
	if (evaluation->question->options.exclusive)
		add(arena, verdict,
			"SO_EXCLUSIVEADDRUSE exists on Windows only; it changes nothing here.");
	if (worst->status == IU_STATUS_FREE && evaluation->question->target.port &&
		iu_in_range(&evaluation->limits, evaluation->question->target.port) == IU_YES)
		add(arena, verdict,
			iu_phrase(arena, "The system may give port %u to an outgoing connection at any time: it lies in the range %d-%d.",
				(unsigned int)evaluation->question->target.port,
				(int)evaluation->limits.port_first,
				(int)evaluation->limits.port_last));
}

/* What waiting does not change, and an IPv6 that is not there at all. */
static void tell_state(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_question *question = evaluation->question;
	enum iu_ipv6 ipv6 = iu_linux_ipv6_asked(
		question, evaluation->snapshot, &attempt->request.address);

	for (size_t i = 0; i < verdict->blockers.n && !verdict->endless; i++)
		if (verdict->blockers.v[i].certain == IU_YES &&
			iu_cause_meets_itself(&verdict->blockers.v[i].socket))
			verdict->endless = "a client that is connected to itself never closes that: it has to be ended, or to connect anew";
	if (verdict->error_number == EAFNOSUPPORT && ipv6 == IU_IPV6_MISSING)
		verdict->headline = iu_phrase(arena, "%s cannot be bound: this kernel has no IPv6 (EAFNOSUPPORT).",
			iu_subject(arena, question));
	else if (verdict->error_number == EAFNOSUPPORT && evaluation->snapshot->host.ipv6 != IU_NO &&
		 question->target.family != IU_FAMILY_IPV4)
		verdict->headline = iu_phrase(arena, "%s could not be bound by %s: a filter (RestrictAddressFamilies=, seccomp) refuses it IPv6 (EAFNOSUPPORT), which this machine has.",
			iu_subject(arena, question),
			question->symptom.from_call ? "this program" : "the program that printed the message");
	else if (verdict->error_number == EAFNOSUPPORT && ipv6 == IU_IPV6_REFUSED)
		verdict->headline = iu_phrase(arena, "%s cannot be bound here: a filter (RestrictAddressFamilies=, seccomp) refuses IPv6 sockets (EAFNOSUPPORT), which this kernel has.",
			iu_subject(arena, question));
	if (verdict->error_number == EAFNOSUPPORT && question->target.family != IU_FAMILY_IPV4)
		verdict->endless = "IPv6 stays as it is until somebody changes that";

}

void iu_linux_caveats(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_judgement *worst, const struct iu_attempt *attempt,
	struct iu_verdict *verdict)
{
	tell_state(arena, evaluation, attempt, verdict);
	if (worst->disagree)
		tell_disagreement(arena, evaluation, attempt, verdict);
	iu_judge_unlisted(arena, verdict);
	caveats_of_rules(arena, evaluation, worst, verdict);
}

/* ---- who else answers there ---- */

/* Would the two meet if nobody had set an option? */
static bool overlaps(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt,
	const struct iu_socket *s)
{
	struct iu_request r = attempt->request;

	r.reuseaddr = r.reuseport = false;
	return iu_linux_conflict(&r, s, &evaluation->kernel).blocks == IU_YES;
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

	/* what comes in by another device reaches only one of them */
	if (attempt->request.ifindex && s->ifindex && attempt->request.ifindex != s->ifindex)
		return false;
	return is_localhost(a) && is_localhost(&s->local) && a->family != s->family;
}

static const char *holder_words(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_socket *s)
{
	for (size_t i = 0; s->inode && i < evaluation->snapshot->holds.n; i++)
		if (evaluation->snapshot->holds.v[i].inode == s->inode)
			return iu_phrase_pid(arena, evaluation->snapshot, evaluation->snapshot->holds.v[i].pid);
	return "another socket";
}

void iu_linux_warnings(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	iu_linux_around(arena, evaluation, verdict);
	/* port 0: the system chooses, and no other socket is on that port */
	if (verdict->status != IU_STATUS_FREE || !evaluation->question->target.port)
		return;
	for (size_t i = 0; i < evaluation->sockets.n && verdict->warnings.n < 8; i++) {
		const struct iu_socket *s = &evaluation->sockets.v[i];
		bool meets = false, named = false;
		const char *who, *at;

		if (s->state != IU_STATE_LISTEN &&
			!(s->protocol == IU_PROTOCOL_UDP && s->state == IU_STATE_BOUND))
			continue;
		for (size_t k = 0; k < evaluation->attempt_count; k++) {
			meets |= overlaps(evaluation, &evaluation->attempts[k], s);
			named |= same_name(&evaluation->attempts[k], s);
		}
		if (!meets && !named)
			continue;
		who = holder_words(arena, evaluation, s);
		at = iu_phrase_endpoint(arena, s);
		iu_strings_add(arena, &verdict->warnings,
			meets ? iu_phrase(arena, "shadowed: %s has %s too; what arrives is shared with it, or goes to the more specific address",
					who, at)
			      : iu_phrase(arena, "shadowed: %s has %s; a client that uses a name like localhost may reach it instead",
					who, at));
	}
}

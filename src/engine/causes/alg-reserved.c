/* engine/causes/alg-reserved.c - Windows: the Application Layer Gateway has TCP 5001-5032 */
#include "engine/causes/cause.h"
#include "engine/windows/state.h"
#include "engine/headline.h"

#define SENTENCE                                                                                   \
	"the Application Layer Gateway service (ALG) reserves TCP 5001-5032 while Internet Connection Sharing is on, by design (Microsoft KB 943710)"

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;

	(void)attempt;
	iu_strings_add(arena, &verdict->evidence, SENTENCE);
	if (!verdict->blockers.n)
		verdict->headline = iu_phrase(arena, verdict->status == IU_STATUS_UNKNOWN
				? "%s: can't tell whether it can be bound: the Application Layer Gateway service runs, which may reserve TCP 5001-5032."
				: "%s is in use: the Application Layer Gateway service reserves TCP 5001-5032.",
			iu_subject(arena, evaluation->question));
	iu_strings_add(arena, &verdict->evidence,
		iu_windows_running(snapshot, "SharedAccess") == IU_YES
			? "ALG and SharedAccess (Internet Connection Sharing) both run"
			: "ALG runs; whether SharedAccess (Internet Connection Sharing) does was not seen");
	if (!iu_windows_before(snapshot, 6, 1))
		iu_strings_add(arena, &verdict->caveats,
			"The article speaks of Windows XP, Server 2003 and Vista; whether newer systems still reserve these ports is not documented.");
	if (iu_windows_before(snapshot, 5, 2))
		iu_strings_add(arena, &verdict->caveats,
			"On Windows XP SharedAccess is the firewall as well, so it runs without a shared connection, too.");
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_service *alg = iu_windows_service(c->snapshot, "ALG");
	int32_t pid = iu_windows_owner(c->snapshot, s);

	if (s->protocol != IU_PROTOCOL_TCP || s->port < IU_ALG_FIRST || s->port > IU_ALG_LAST)
		return false;
	if (!iu_case_runs(c, "alg.exe") && !(alg && alg->pid > 0 && alg->pid == pid))
		return false;
	iu_case_say(c, "%s is the Application Layer Gateway service",
		iu_phrase_pid(c->arena, c->snapshot, pid));
	iu_case_say(c, SENTENCE);
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const char *who = iu_phrase_holders(arena, snapshot, b);

	return iu_phrase(arena, "the Application Layer Gateway service (%s) has %s", who ? who : "ALG",
		iu_phrase_endpoint(arena, &b->socket));
}

const struct iu_cause_rule iu_cause_alg_reserved = {
	.cause = IU_CAUSE_ALG_RESERVED,
	.applies = applies,
	.headline = headline,
	.evidence = evidence,
	.lever = IU_WAY_SERVICE,
};

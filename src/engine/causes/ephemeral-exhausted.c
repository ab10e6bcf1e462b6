/* engine/causes/ephemeral-exhausted.c - the system has no port left to choose */
#include "engine/causes/cause.h"
#include "engine/headline.h"

/* So many groups are counted out loud. */
#define GROUPS_SHOWN 5

static void say_groups(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const struct iu_sysctls *sysctls = &evaluation->limits;
	struct iu_strings *evidence = &verdict->blockers.v[0].evidence;
	size_t i, rest = 0;

	iu_strings_add(arena, evidence,
		iu_phrase(arena, "the system chooses from %d-%d, and %s port of it is held",
			(int)sysctls->port_first, (int)sysctls->port_last,
			verdict->error_number ? "every" : "nearly every"));
	for (i = 0; i < verdict->blockers.n && i < GROUPS_SHOWN; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];
		const char *who = iu_phrase_holders(arena, evaluation->snapshot, b);

		iu_strings_add(arena, evidence,
			iu_phrase(arena, "%zu in state %s: %s", b->representative,
				iu_state_name(b->socket.state), who ? who : "no visible process"));
	}
	for (; i < verdict->blockers.n; i++)
		rest += verdict->blockers.v[i].representative;
	if (rest)
		iu_strings_add(arena, evidence,
			iu_phrase(arena, "and %zu in smaller groups", rest));
}

/* The sockets that were found may hold one port that was asked for, not the range. */
static bool holds_range(const struct iu_verdict *verdict)
{
	return verdict->blockers.n && verdict->blockers.v[0].rule == IU_RULE_RANGE_FULL;
}

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	(void)attempt;
	if (!verdict->blockers.n)
		verdict->headline = iu_phrase(arena, "%s: the system has none left to choose from %d-%d, for all of them are reserved or hidden.",
			iu_subject(arena, evaluation->question),
			(int)evaluation->snapshot->sysctls.port_first,
			(int)evaluation->snapshot->sysctls.port_last);
	if (holds_range(verdict))
		say_groups(arena, evaluation, verdict);
}

static void evidence_windows(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	(void)attempt;
	if (!verdict->blockers.n)
		verdict->headline = iu_phrase(arena, "%s: Windows has no port of its dynamic range left to choose (%s).",
			evaluation->question->symptom.connects
				? "connect()"
				: iu_subject(arena, evaluation->question),
			verdict->error ? verdict->error : "no error was seen");
	if (holds_range(verdict))
		say_groups(arena, evaluation, verdict);
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	(void)b;
	return iu_phrase(arena, "the system has none left to choose from %d-%d",
		(int)snapshot->sysctls.port_first, (int)snapshot->sysctls.port_last);
}

#define REFUSAL "nothing is stopped", \
	"thousands of sockets hold the range, and none of them is the one in the way"

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_EPHEMERAL_EXHAUSTED,
	.headline = headline,
	.evidence = evidence_windows,
	.refusal = {REFUSAL},
};

const struct iu_cause_rule iu_cause_ephemeral_exhausted = {
	.cause = IU_CAUSE_EPHEMERAL_EXHAUSTED,
	.headline = headline,
	.evidence = evidence,
	.refusal = {REFUSAL},
	.windows = &on_windows,
};

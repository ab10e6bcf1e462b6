/* engine/causes/excluded-range.c - Windows: the port lies in an excluded range */
#include "engine/causes/cause.h"
#include "engine/windows/state.h"
#include "engine/headline.h"

static const char *maker(const struct iu_exclusion *e)
{
	switch (iu_exclusion_maker(e)) {
	case IU_EXCLUDED_SINGLE:
		return "one port alone is mostly HTTP.sys, or a program that reserved it at run time";
	case IU_EXCLUDED_WINNAT:
		return "blocks of 100 are reserved by WinNAT, for Hyper-V, Docker or WSL, anew at each start";
	case IU_EXCLUDED_WSL:
		return "a block of 4096 is reserved for WSL in mirrored mode, as the ports its Linux may choose";
	case IU_EXCLUDED_OTHER: break;
	}
	return "a program or a part of Windows reserved it at run time";
}

static void say(struct iu_arena *arena, struct iu_verdict *verdict, const char *text)
{
	iu_strings_add(arena, &verdict->evidence, text);
}

/* Where the dynamic range begins too low, WinNAT's blocks land on servers' ports. */
static void say_range(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	struct iu_port_range range;

	if (!iu_windows_broken_range(
		    evaluation->snapshot, evaluation->question->target.protocol, &range))
		return;
	say(arena, verdict,
		iu_phrase(arena, "root cause: the dynamic range is %u-%u instead of 49152-65535, so such blocks land on the ports of servers",
			(unsigned int)range.first, (unsigned int)range.last));
}

static const char *headline(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_exclusion *e, const struct iu_verdict *verdict)
{
	const char *subject = iu_subject(arena, evaluation->question);
	const char *error = verdict->error ? verdict->error : "no error was seen";

	if (!e)
		return iu_phrase(arena, "%s may not be bound (%s): most likely it lies in an excluded port range.",
			subject, error);
	if (e->first == e->last)
		return iu_phrase(arena, "%s may not be bound: Windows has excluded exactly this port (%s).",
			subject, error);
	return iu_phrase(arena, "%s may not be bound: Windows has excluded the ports %u-%u (%s).",
		subject, (unsigned int)e->first, (unsigned int)e->last, error);
}

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_exclusion *e = iu_windows_exclusion(evaluation->snapshot,
		evaluation->question->target.protocol, evaluation->question->target.port);

	(void)attempt;
	verdict->headline = headline(arena, evaluation, e, verdict);
	if (!e) {
		say(arena, verdict,
			"no ordinary socket gives this error here; the list of excluded ranges was not looked at, and that is the usual reason");
		return;
	}
	say(arena, verdict,
		e->first == e->last
			? iu_phrase(arena, "port %u is in the list of excluded %s ports, not by hand (no *)",
				  (unsigned int)e->first, iu_protocol_name(e->protocol))
			: iu_phrase(arena, "the range %u-%u is in the list of excluded %s ports, not by hand (no *)",
				  (unsigned int)e->first, (unsigned int)e->last,
				  iu_protocol_name(e->protocol)));
	say(arena, verdict, maker(e));
	say(arena, verdict,
		"no program holds it, so netstat shows nothing, and it is no matter of rights: as administrator bind() fails as well");
	say_range(arena, evaluation, verdict);
}

const struct iu_cause_rule iu_cause_excluded_range = {
	.cause = IU_CAUSE_EXCLUDED_RANGE,
	.evidence = evidence,
	.lever = IU_WAY_RANGE,
};

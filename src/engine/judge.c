/* engine/judge.c - judgements, and what every system says beside them */
#include "engine/judge.h"

#include "engine/phrase.h"

struct iu_judgement iu_judge(enum iu_status status, int error, enum iu_cause cause,
	enum iu_confidence confidence)
{
	return (struct iu_judgement){
		.status = status, .error = error, .cause = cause, .confidence = confidence};
}

struct iu_judgement iu_judge_unknown(void)
{
	return iu_judge(IU_STATUS_UNKNOWN, 0, IU_CAUSE_NONE, IU_CONFIDENCE_POSSIBLE);
}

struct iu_judgement iu_judge_disagreement(void)
{
	struct iu_judgement judgement = iu_judge_unknown();

	judgement.disagree = true;
	return judgement;
}

const char *iu_judge_probe(const struct iu_probe *probe)
{
	const char *name;

	if (!probe)
		return NULL;
	if (!probe->result)
		return "success";
	name = iu_phrase_errno(probe->result);
	return name ? name : "error";
}

void iu_judge_unlisted(struct iu_arena *arena, struct iu_verdict *verdict)
{
	if (!verdict->unlisted)
		return;
	iu_strings_add(arena, &verdict->caveats,
		iu_phrase(arena, "%zu more sockets are in the way and not shown.", verdict->unlisted));
}

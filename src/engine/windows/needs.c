/* engine/windows/needs.c - what is wanted once the sockets are known */
#include "engine/windows/needs.h"

#include "engine/needs.h"
#include "engine/windows/state.h"

bool iu_windows_holders_asked(const struct iu_snapshot *snapshot)
{
	return snapshot->seen & (IU_FACT_SERVICES | IU_FACT_HTTP | IU_FACT_PROXIES);
}

void iu_windows_want_holders(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs)
{
	struct iu_evaluation evaluation;

	iu_evaluation_make(arena, question, snapshot, &evaluation);
	if (iu_windows_wanted(question, snapshot) & IU_FACT_SERVICES)
		needs->facts |= IU_FACT_SERVICES;
	if (question->symptom.connects)
		needs->facts |= IU_FACT_EVENTS;
	if (!evaluation.sockets.n || iu_needs_nothing_of_range(&evaluation))
		return;
	needs->facts |= IU_FACT_SERVICES | IU_FACT_HTTP | IU_FACT_PROXIES | IU_FACT_EVENTS |
			(question->target.port ? IU_FACTS_HOLDERS : IU_FACT_HOLDERS);
	for (size_t i = 0; i < evaluation.sockets.n && needs->inodes.n < IU_INODES_OF_RANGE; i++)
		if (evaluation.sockets.v[i].inode)
			iu_needs_add_inode(arena, needs, evaluation.sockets.v[i].inode);
}

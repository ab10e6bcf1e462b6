/* engine/linux/gaps.c - what was not seen, where the answer depends on it */
#include "engine/linux/gaps.h"

#include "engine/evaluation.h"

/* A capture has the gaps of every path and socket; an answer tells those of its own. */
static bool path_doubtful(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	const struct iu_path *path = question->target.abstract
		? NULL
		: iu_snapshot_path(snapshot, question->target.path, question->target.path_len);

	return path && (path->unanswered || (!path->lstat_errno && path->alive == IU_UNKNOWN));
}

static bool holds_any(
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict, int32_t pid)
{
	for (size_t i = 0; i < verdict->blockers.n; i++)
		for (size_t k = 0; k < verdict->blockers.v[i].holds.n; k++)
			if (snapshot->holds.v[verdict->blockers.v[i].holds.v[k]].pid == pid)
				return true;
	return false;
}

bool iu_linux_gap_matters(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_verdict *verdict, const struct iu_gap *gap)
{
	uint32_t facts = IU_FACT_HOST;

	switch (question->target.protocol) {
	case IU_PROTOCOL_TCP: facts |= IU_FACT_TCP | IU_FACT_BOUND; break;
	case IU_PROTOCOL_UDP: facts |= IU_FACT_UDP; break;
	case IU_PROTOCOL_UNIX:
		facts |= IU_FACT_UNIX;
		facts |= path_doubtful(question, snapshot) ? IU_FACT_PATHS : 0;
		break;
	}
	if (question->target.protocol != IU_PROTOCOL_UNIX)
		facts |= IU_FACT_SYSCTLS | IU_FACT_ADDRESSES;
	if (verdict->status == IU_STATUS_FREE && question->how.around)
		facts |= IU_FACT_AROUND;
	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (!b->holds.n && b->socket.inode)
			facts |= IU_FACT_HOLDERS;
		if (b->certain == IU_UNKNOWN)
			facts |= IU_FACT_OPTIONS;
	}
	if (verdict->blockers.n)
		facts |= IU_FACT_FILES; /* of the holders, as the next line says */
	if ((gap->fact == IU_FACT_OPTIONS || gap->fact == IU_FACT_FILES) && gap->pid && !holds_any(snapshot, verdict, gap->pid))
		return false;
	return gap->fact & facts;
}

void iu_linux_gaps(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	bool udp = evaluation->question->target.protocol == IU_PROTOCOL_UDP;
	struct iu_gap *slot;

	if (evaluation->complete || verdict->gaps.n)
		return;
	slot = iu_list_add(arena, &verdict->gaps);
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
}

/* engine/engine-list.c - a container engine's own list of ports, which the kernel knows nothing of */
#include "engine/engine-list.h"

#include <string.h>

#include "engine/headline.h"
#include "engine/phrase.h"
#include "model/snapshot.h"

/* A remedy with a command of at most seven words. */
static void add_remedy(struct iu_arena *arena, struct iu_verdict *verdict, struct iu_remedy remedy,
	const char *const *words)
{
	struct iu_remedy *slot;

	for (; *words; words++)
		iu_strings_add(arena, &remedy.command, *words);
	slot = iu_list_add(arena, &verdict->remedies);
	*slot = remedy;
}

static void add_remedies(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	const char *filter = iu_phrase(arena, "publish=%u", (unsigned int)question->target.port);
	const char *const list[] = {"docker", "ps", "-a", "--filter", filter, NULL};
	const char *const restart[] = {"systemctl", "restart", "docker", NULL};

	add_remedy(arena, verdict,
		(struct iu_remedy){.id = IU_REMEDY_STOP_CONTAINER,
			.risk = IU_RISK_LOW,
			.summary = "find the container that has it, also one that was only created or has ended; then docker rm NAME"},
		list);
	add_remedy(arena, verdict,
		(struct iu_remedy){.id = IU_REMEDY_RESTART_SERVICE,
			.risk = IU_RISK_MEDIUM,
			.needs_root = true,
			.summary = "if none has it, its list is out of date: restart Docker, which restarts containers, too"},
		restart);
}

void iu_engine_list_decide(struct iu_arena *arena, const struct iu_question *question,
	struct iu_verdict *verdict)
{
	if (!question->symptom.from_message.engine_list || verdict->status != IU_STATUS_FREE)
		return;
	verdict->status = IU_STATUS_IN_USE;
	verdict->operation = IU_OPERATION_BIND;
	verdict->cause = IU_CAUSE_CONTAINER_PORT;
	verdict->confidence = IU_CONFIDENCE_LIKELY;
	verdict->remedies.n = verdict->caveats.n = 0;
	verdict->headline = iu_phrase(arena,
		"%s is taken in Docker's own list of published ports, not by any socket: the kernel has nothing against it.",
		iu_subject(arena, question));
	iu_strings_add(arena, &verdict->evidence,
		"\"port is already allocated\" is what Docker says of its own list, before it asks the kernel");
	add_remedies(arena, question, verdict);
}

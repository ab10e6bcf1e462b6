/* engine/causes/already-running.c - the holder runs the file that the asker would run */
#include "base/text.h"
#include "engine/causes/cause.h"

static bool runs(const struct iu_process *process, const struct iu_question *question)
{
	size_t i;

	for (i = 0; i < process->files.n; i++)
		if (process->files.v[i].dev == question->program_dev &&
			process->files.v[i].ino == question->program_ino)
			return true;
	return false;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	size_t i;

	if (!c->question->program_known)
		return false;
	for (i = 0; i < c->holders.n; i++) {
		if (!runs(c->holders.v[i], c->question))
			continue;
		iu_case_say(c, "%s runs the same file as %s",
			iu_words_process(c->arena, c->holders.v[i]),
			iu_safe(c->arena, c->question->program, 80));
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_already_running = {IU_CAUSE_ALREADY_RUNNING, applies};

/* engine/causes/already-running.c - the holder runs the file that the asker would run */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"

static bool runs(const struct iu_process *process, const struct iu_question *question)
{
	const char *directory = question->program_directory;
	size_t i;

	if (directory && (!process->cwd || strcmp(process->cwd, directory) != 0))
		return false;
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
		iu_case_say(c, "%s runs the same file as %s%s",
			iu_words_process(c->arena, c->holders.v[i]),
			c->question->asker_count ? "the program that asks, "
						 : iu_safe(c->arena, c->question->program, 80),
			c->question->asker_count ? "in the same directory" : "");
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_already_running = {IU_CAUSE_ALREADY_RUNNING, applies};

/* engine/levers.c - what lets go of a port when it is pulled */
#include "engine/levers.h"

#include <stdarg.h>

#include "engine/phrase.h"

void iu_lever_words(struct iu_arena *arena, struct iu_lever *lever, ...)
{
	const char *word;
	va_list args;

	lever->argv = (struct iu_strings){0};
	va_start(args, lever);
	while ((word = va_arg(args, const char *)))
		iu_strings_add(arena, &lever->argv, word);
	va_end(args);
}

const struct iu_process *iu_lever_holder(
	const struct iu_snapshot *snapshot, const struct iu_blocker *blocker)
{
	for (size_t i = 0; blocker && i < blocker->holds.n; i++) {
		const struct iu_process *p = iu_snapshot_process(
			snapshot, snapshot->holds.v[blocker->holds.v[i]].pid);

		if (p)
			return p;
	}
	return NULL;
}

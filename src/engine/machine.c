/* engine/machine.c - a virtual machine in words */
#include "engine/machine.h"

#include <string.h>

#include "base/text.h"
#include "engine/phrase.h"

static const char *name_of(struct iu_arena *arena, const struct iu_machine_row *row,
	const struct iu_process *process)
{
	struct iu_span name = iu_machine_name(row, process);

	return name.text ? iu_safe(arena, iu_arena_strndup(arena, name.text, name.len), IU_NAME_COLUMNS)
			 : NULL;
}

/* A row's sentence with the name in the place of each %s. */
static const char *fill(struct iu_arena *arena, const char *sentence, const char *name)
{
	const char *text = "", *at;

	for (; sentence && (at = strstr(sentence, "%s")); sentence = at + 2)
		text = iu_phrase(arena, "%s%.*s%s", text, (int)(at - sentence), sentence,
			name ? name : "NAME");
	return sentence ? iu_phrase(arena, "%s%s", text, sentence) : NULL;
}

const char *iu_machine_phrase(struct iu_arena *arena, const struct iu_process *process)
{
	const struct iu_machine_row *row = iu_machine_of(process);
	const char *name = row ? name_of(arena, row, process) : NULL;

	if (!row)
		return NULL;
	return name ? iu_phrase(arena, "the virtual machine %s", name) : "a virtual machine";
}

const char *iu_machine_shut_down(struct iu_arena *arena, const struct iu_process *process)
{
	const struct iu_machine_row *row = iu_machine_of(process);

	return row ? fill(arena, row->shut_down, name_of(arena, row, process)) : NULL;
}

const char *iu_machine_close(struct iu_arena *arena, const struct iu_process *process)
{
	const struct iu_machine_row *row = iu_machine_of(process);

	return row ? fill(arena, row->close, name_of(arena, row, process)) : NULL;
}

/* engine/causes/already-running.c - the holder runs the file that the asker would run */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "knowledge/interpreters.h"
#include "knowledge/machines.h"
#include "knowledge/workers.h"

/*
 * Two scripts of one interpreter are two programs: its own file proves nothing. Where only the
 * interpreter is known of the asker, nothing can be compared.
 */
static bool runs(const struct iu_process *process, const struct iu_question *question)
{
	const char *directory = question->asker.directory, *program = question->asker.program;

	if (directory && (!process->cwd || strcmp(process->cwd, directory) != 0))
		return false;
	if (program && iu_is_interpreter(program))
		return false;
	for (size_t i = 0; i < process->files.n; i++)
		if (process->files.v[i].dev == question->asker.program_dev &&
			process->files.v[i].ino == question->asker.program_ino)
			return true;
	return false;
}

/* Of a path of either system. */
/* "server1" is server1.exe; a list of processes mostly says no more than the name. */
static bool has_name(const struct iu_process *process, const char *program)
{
	const char *name = process->exe ? iu_text_base_name(process->exe, "\\/") : process->name;
	const char *base = iu_text_base_name(program, "\\/");
	size_t len = strlen(base);

	return name && len && !strncasecmp(name, base, len) &&
	       (!name[len] || !strcasecmp(name + len, ".exe"));
}

/* A worker does not name its program; it works in the same folder. So does all of a project. */
static bool works_there(struct iu_case *c, const struct iu_process *process)
{
	const char *folder = c->question->asker.folder;
	bool is_project = c->question->asker.folder_only;

	if (!folder || !process->cwd || strcmp(process->cwd, folder) != 0 ||
		(!is_project && !iu_worker_hides(process)))
		return false;
	iu_case_say(c, "%s runs in %s%s%s", iu_phrase_process(c->arena, process),
		iu_phrase_safe(c->arena, folder, IU_PATH_COLUMNS),
		is_project ? "" : ", the folder of the program that asks, as ",
		is_project ? "" : iu_worker_of(process));
	iu_cause_say_worker(c, process);
	return true;
}

static bool runs_already(struct iu_case *c, bool by_name, enum iu_confidence *ret_confidence)
{
	/* with a port that was handed down every program of its kind fails, whatever it is to do */
	if (!c->question->asker.program_known || c->question->asker.variable)
		return false;
	/* two machines of one QEMU are two machines */
	if (c->question->asker.program && iu_machine_program(c->question->asker.program))
		return false;
	for (size_t i = 0; i < c->holders.n; i++)
		if (works_there(c, c->holders.v[i])) {
			*ret_confidence = IU_CONFIDENCE_LIKELY;
			return true;
		}
	if (c->question->asker.folder_only)
		return false;
	for (size_t i = 0; i < c->holders.n; i++) {
		if (!runs(c->holders.v[i], c->question)) {
			if (!by_name || !c->question->asker.program ||
				!has_name(c->holders.v[i], c->question->asker.program))
				continue;
			iu_case_say(c, "%s has the name of %s",
				iu_phrase_process(c->arena, c->holders.v[i]),
				iu_safe(c->arena, c->question->asker.program, 80));
			*ret_confidence = IU_CONFIDENCE_LIKELY;
			return true;
		}
		iu_case_say(c, "%s runs the same file as %s%s",
			iu_phrase_process(c->arena, c->holders.v[i]),
			c->question->asker.count
				? "the program that asks, "
				: iu_safe(c->arena, c->question->asker.program, 80),
			c->question->asker.count ? "in the same directory" : "");
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	return runs_already(c, false, ret_confidence);
}

static bool applies_windows(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	return runs_already(c, true, ret_confidence);
}

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_ALREADY_RUNNING,
	.applies = applies_windows,
	.lever = IU_WAY_HOLDERS,
};

const struct iu_cause_rule iu_cause_already_running = {
	.cause = IU_CAUSE_ALREADY_RUNNING,
	.applies = applies,
	.lever = IU_WAY_HOLDERS,
	.windows = &on_windows,
};

/* captures/program.c - which file --for PROGRAM means on a machine that is not this one */
#include <string.h>

#include "base/err.h"
#include "captures/captures.h"

#define SCRIPT_ARGUMENTS 3 /* behind an interpreter's own options */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_called(const char *path, const char *program)
{
	if (!path)
		return false;
	if (*program == '/')
		return !strcmp(path, program);
	return !strcmp(last_part(path), last_part(program));
}

static bool runs_script(const struct iu_process *process, const char *program)
{
	for (size_t i = 1; i < process->command.n && i <= SCRIPT_ARGUMENTS; i++)
		if (is_called(process->command.v[i], program))
			return true;
	return false;
}

int iu_captures_program(
	const struct iu_snapshot *snapshot, const char *program, struct iu_file_id *ret_file)
{
	for (size_t i = 0; i < snapshot->processes.n; i++) {
		const struct iu_process *p = &snapshot->processes.v[i];
		/* the executable comes first, then what its first arguments name */
		size_t at = is_called(p->exe, program) ? 0 : 1;

		if (at >= p->files.n || (at && !runs_script(p, program)))
			continue;
		*ret_file = p->files.v[at];
		return 0;
	}
	return IU_E_NOENT;
}

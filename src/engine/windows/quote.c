/* engine/windows/quote.c - command lines as people type them on Windows */
#include "engine/windows/quote.h"

#include <string.h>

#include "engine/phrase.h"

/*
 * What would end a quotation, or start something inside of one, in cmd.exe or PowerShell. There is
 * no way to write it that both read back, and no honest name has it: the command then names nothing.
 */
static void defuse(char *text)
{
	for (; *text; text++)
		if (strchr("\"%`", *text) || (*text == '$' && text[1] == '('))
			*text = '?';
}

/* "..." as cmd.exe and CommandLineToArgvW() read it. */
static const char *quote_cmd(struct iu_arena *arena, const char *text)
{
	static const char special[] = " \t&|<>^()!';,";
	const char *shown = iu_phrase_safe(arena, text, IU_COMMAND_COLUMNS);
	char *harmless = iu_arena_strndup(arena, shown, strlen(shown));

	if (!harmless)
		return "?";
	defuse(harmless);
	if (*harmless && !strpbrk(harmless, special))
		return harmless;
	return iu_phrase(arena, "\"%s\"", harmless);
}

const char *iu_windows_quote_powershell(struct iu_arena *arena, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	static const char quoted[] = " ()$@&,;+#[]{}=!~^";
	const char *shown = iu_phrase_safe(arena, text, IU_NAME_COLUMNS);
	char *harmless = iu_arena_strndup(arena, shown, strlen(shown)), *at;

	if (!harmless)
		return "?";
	if (*harmless && !harmless[strspn(harmless, plain)])
		return harmless;
	/* PowerShell takes typographic quotes for quotes, so nothing but ASCII is left */
	for (at = harmless; *at; at++)
		if (!strchr(plain, *at) && !strchr(quoted, *at))
			*at = '?';
	return iu_phrase(arena, "'%s'", harmless);
}

const char *iu_windows_quote(struct iu_arena *arena, const char *const *argv, size_t n)
{
	const char *line = "";

	for (size_t i = 0; i < n; i++)
		line = iu_phrase(arena, "%s%s%s", line, i ? " " : "",
			quote_cmd(arena, argv[i] ? argv[i] : ""));
	return line;
}

const char *iu_windows_quote_process(struct iu_arena *arena, const struct iu_process *process)
{
	size_t n = process->command.n;

	if (!n)
		return iu_phrase_safe(arena, process->exe ? process->exe : process->name, IU_PATH_COLUMNS);
	if (n > IU_COMMAND_ARGUMENTS)
		n = IU_COMMAND_ARGUMENTS;
	return iu_phrase_safe(arena, iu_windows_quote(arena, process->command.v, n),
		IU_COMMAND_COLUMNS);
}

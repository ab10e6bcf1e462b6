/* cli/init.c - inuse init: what a shell reads, so that it says why a command could not listen */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "os/server.h"
#include "session/lately.h"

#define TOOK_MAX    (7 * 24 * 3600 * 1000ul)
#define PATIENCE_MS 500 /* with a watch that has much to do; else it answers in one or two */
#define SLACK_MS    50   /* until we look at the clock, too */

/*
 * A command that failed costs one start of inuse where a watch runs; where none does, and after other
 * commands, nothing is started at all: clock and test are the shells' own. Whatever it finds must not end a
 * shell that ends on errors (set -e), nor start a trap of the user's: in bash "&& :" keeps the status for what
 * follows and makes it no error; zsh keeps it for all hooks itself.
 */
static const struct {
	const char *name, *text;
} shells[] = {
	{"bash",
		"__inuse_since=\n"
		"__inuse_prompt() {\n"
		"\tlocal code=$?\n"
		"\tif [[ $code != 0 && -n $__inuse_since && -S " IU_SERVER " ]]; then\n"
		"\t\tcommand inuse init --took \"$(((${EPOCHREALTIME/[^0-9]/} - __inuse_since) / 1000))\" >&2\n"
		"\tfi\n"
		"\t__inuse_since=\n"
		"\treturn $code\n"
		"}\n"
		"if [[ ${BASH_VERSINFO[0]} -ge 5 && ${PROMPT_COMMAND-} != *__inuse_prompt* ]] && shopt -q promptvars; then\n"
		"\tPROMPT_COMMAND=\"__inuse_prompt && :${PROMPT_COMMAND:+; $PROMPT_COMMAND}\"\n"
		"\tPS0+='${PS0:0:$((__inuse_since = ${EPOCHREALTIME/[^0-9]/}, 0))}'\n"
		"fi\n"},
	{"zsh",
		"zmodload zsh/datetime && autoload -Uz add-zsh-hook && {\n"
		"\t__inuse_since=\n"
		"\t__inuse_preexec() {\n"
		"\t\temulate -L zsh\n"
		"\t\tlocal -a now=($epochtime)\n"
		"\t\t__inuse_since=$((now[1] * 1000 + now[2] / 1000000))\n"
		"\t}\n"
		"\t__inuse_precmd() {\n"
		"\t\tlocal code=$?\n"
		"\t\temulate -L zsh\n"
		"\t\tif [[ $code != 0 && -n $__inuse_since && -S " IU_SERVER " ]]; then\n"
		"\t\t\tlocal -a now=($epochtime)\n"
		"\t\t\tcommand inuse init --took $((now[1] * 1000 + now[2] / 1000000 - __inuse_since)) >&2 || :\n"
		"\t\tfi\n"
		"\t\t__inuse_since=\n"
		"\t\treturn 0\n"
		"\t}\n"
		"\tadd-zsh-hook preexec __inuse_preexec\n"
		"\tadd-zsh-hook precmd __inuse_precmd\n"
		"}\n"},
	{"fish",
		"function __inuse_postexec --on-event fish_postexec\n"
		"\tset -l code $status\n"
		"\tif test $code -ne 0 -a -n \"$CMD_DURATION\" -a -S " IU_SERVER "\n"
		"\t\tcommand inuse init --took $CMD_DURATION >&2\n"
		"\tend\n"
		"end\n"},
};

/* Silence is an answer here: nothing was refused, or nobody watches. */
static int tell(unsigned long took)
{
	const struct iu_lately_command command = {
		.since_ms = iu_os_server_clock_ms() - (int64_t)took - SLACK_MS,
		.sees = iu_os_server_sees};
	struct iu_text lines = {0}, line = {0};
	int code = IU_EXIT_NO;

	iu_text_add(&line, "inuse: ");
	if (iu_os_server_ask(PATIENCE_MS, &lines) >= 0 && lines.len &&
		iu_lately_find(lines.data, lines.len, &command, iu_system_home(), &line) > 0) {
		iu_text_add(&line, "\n");
		code = iu_write(&line) ? IU_EXIT_DONE : IU_EXIT_NO;
	}
	iu_text_free(&line);
	iu_text_free(&lines);
	return code;
}

static int print(const char *shell)
{
	struct iu_text text = {0};

	for (size_t i = 0; i < IU_COUNT(shells); i++)
		if (!strcmp(shells[i].name, shell))
			iu_text_add(&text, shells[i].text);
	if (!text.len) {
		iu_complain("there is no snippet for ", shell, "; there are: bash, zsh, fish");
		return IU_EXIT_USAGE;
	}
	iu_write(&text);
	iu_text_free(&text);
	return IU_EXIT_DONE;
}

static int run_command(const struct iu_invocation *invocation)
{
	const char *given = invocation->arguments.took;
	unsigned long took;
	int code;

	if (given && !invocation->count) {
		code = iu_number_read("took", given, 0, TOOK_MAX, &took);
		return code ? code : tell(took);
	}
	if (!given && invocation->count == 1)
		return print(invocation->words[0]);
	iu_complain("init takes one shell: bash, zsh or fish", NULL, "");
	return IU_EXIT_USAGE;
}

const struct iu_command iu_command_init = {
	.name = "init",
	.meant = {"hook", "setup", "shell"},
	.operands = "bash|zsh|fish",
	.summary = "have a shell say why a command could not listen",
	.description =
		"Prints what a shell has to read at its start. From then on, while inuse watch runs as root, a command "
		"that failed is followed by one line when a bind() or listen() of its processes was refused: who had the "
		"port, and what to ask. Without a watch, and after commands that did not fail, nothing is started. A user is told of his own "
		"processes only, and the holder by name only where it is his, too. Not seen: what another session did "
		"(sudo with a terminal of its own, setsid), and the same failure twice in a second. For bash 5 and "
		"later, zsh, fish; in bash after the lines that set PS0 and PROMPT_COMMAND.",
	.examples = {
		{"inuse init bash", "in ~/.bashrc, at its end: eval \"$(inuse init bash)\""},
		{"inuse init zsh", "in ~/.zshrc: eval \"$(inuse init zsh)\""},
		{"inuse init fish", "in ~/.config/fish/config.fish: inuse init fish | source"},
	},
	.options = {
		{IU_OPTION_TOOK, "what the shell then calls", ": tells what a command of its session was refused that ran MS milliseconds"},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_SHELL,
	.run = run_command,
};

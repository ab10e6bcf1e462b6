/* man/complete-bash.c - completions for bash */
#include <stdio.h>

#include "base/compat.h"
#include "cli/cli.h"
#include "complete.h"

/* Each value as words of compgen -W, or what prints them. */
static const char *const values[COMPLETE_VALUES] = {
	[COMPLETE_INTERFACES] = "$(command ls /sys/class/net 2>/dev/null)",
	[COMPLETE_USERS] = "$(compgen -u)",
	[COMPLETE_PROGRAM] = "$(compgen -c -- \"$word\") $(compgen -f -- \"$word\")",
	[COMPLETE_FOLDER] = "$(compgen -d -- \"$word\")",
	[COMPLETE_FILE] = "$(compgen -f -- \"$word\")",
	[COMPLETE_RUNNING] = "$(_inuse_rows program)",
	[COMPLETE_UNITS] = "$(_inuse_rows unit)",
};

static const char before[] =
	"# bash completion for inuse(1)\n\n"
	"# One column of what is listening or bound.\n"
	"_inuse_rows()\n{\n"
	"\tcommand inuse list -q -o \"$1\" tcp udp 2>/dev/null | command grep -vx '[-?(].*' | sort -u\n}\n\n"
	"# \"3000  node ~/shop\": what holds a port is shown where bash lists candidates, and never inserted.\n"
	"_inuse_targets()\n{\n"
	"\tlocal port proto rest\n"
	"\twhile read -r port proto rest; do\n"
	"\t\t[[ $proto == udp ]] && port+=/udp\n"
	"\t\t[[ $port == \"$1\"* ]] || continue\n"
	"\t\t[[ ${COMP_TYPE-} == 63 && -n $rest ]] && port+=\"  $rest\"\n"
	"\t\tCOMPREPLY+=(\"$port\")\n"
	"\tdone < <(command inuse list -q -o port,proto,program,dir tcp udp 2>/dev/null | sort -u)\n"
	"\tCOMPREPLY+=($(compgen -W \"localhost:\" -- \"$1\"))\n"
	"\tif [[ $1 == /* || $1 == ./* || $1 == ../* ]]; then\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"$1\"))\n\tfi\n}\n\n"
	"# A command line of its own, from word $1 on.\n"
	"_inuse_program()\n{\n"
	"\tif declare -F _command_offset >/dev/null; then\n"
	"\t\t_command_offset \"$1\"\n"
	"\telif ((COMP_CWORD == $1)); then\n"
	"\t\tCOMPREPLY=($(compgen -c -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
	"\telse\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n\tfi\n}\n\n"
	"_inuse()\n{\n"
	"\tlocal word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
	"\tlocal command=why takes=target options values=\"\" given=0 i\n\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase \"${COMP_WORDS[i]}\" in\n"
	"\t\t--) _inuse_program $((i + 1)); return ;;\n"
	"\t\t-*) continue ;;\n"
	"\t\tesac\n"
	"\t\t((given)) && continue\n"
	"\t\tgiven=$i\n"
	"\t\tcase \"${COMP_WORDS[i]}\" in\n";

static const char after[] =
	"\t*) before=\"\" ;;\n\tesac\n"
	"\tif [[ $values == , ]]; then\n"
	"\t\tlocal list=\"\"\n"
	"\t\t[[ $word == *,* ]] && list=\"${word%,*},\"\n"
	"\t\tcompopt -o nospace 2>/dev/null\n"
	"\t\tCOMPREPLY=($(compgen -P \"$list\" -W \"$columns\" -- \"${word##*,}\"))\n"
	"\telif [[ -n $before ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
	"\telif [[ $word == -* ]]; then\n"
	"\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
	"\telse\n"
	"\t\tcase \"$takes\" in\n"
	"\t\ttarget) _inuse_targets \"$word\" ;;\n"
	"\t\tfilter) _inuse_targets \"$word\"; COMPREPLY+=($(compgen -W \"tcp udp unix\" -- \"$word\")) ;;\n"
	"\t\tprogram) COMPREPLY=($(compgen -c -- \"$word\")) ;;\n"
	"\t\tshell) COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$word\")) ;;\n"
	"\t\ttopic) COMPREPLY=($(compgen -W \"$commands $topics\" -- \"$word\")) ;;\n"
	"\t\tesac\n"
	"\t\tif ((!given)); then COMPREPLY+=($(compgen -W \"$commands\" -- \"$word\")); fi\n"
	"\tfi\n}\n"
	"complete -F _inuse inuse\n";

static const char *const takes[] = {
	[IU_OPERAND_NONE] = "nothing",
	[IU_OPERAND_TARGET] = "target",
	[IU_OPERAND_FILTER] = "filter",
	[IU_OPERAND_PROGRAM] = "program",
	[IU_OPERAND_ERROR] = "nothing",
	[IU_OPERAND_TOPIC] = "topic",
	[IU_OPERAND_SHELL] = "shell",
};

static void put_commands(const struct iu_command *const *commands, size_t count)
{
	for (size_t c = 0; c < count; c++) {
		printf("\t\t%s", commands[c]->name);
		for (size_t i = 0; i < IU_ALIASES_MAX && commands[c]->aliases[i]; i++)
			printf(" | %s", commands[c]->aliases[i]);
		printf(") command=%s takes=%s ;;\n", commands[c]->name, takes[commands[c]->takes]);
	}
	puts("\t\tesac\n\tdone\n\tcase \"$command\" in");
	for (size_t c = 0; c < count; c++) {
		printf("\t%s) options=\"", commands[c]->name);
		for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
			if (iu_command_shows(commands[c], i))
				printf("--%s ", iu_option_row(i)->name);
		puts("\" ;;");
	}
	fputs("\tesac\n\tlocal commands=\"", stdout);
	for (size_t c = 0; c < count; c++)
		printf("%s ", commands[c]->name);
	fputs("\" topics=\"", stdout);
	for (size_t i = 0; iu_help_topic(i); i++)
		printf("%s ", iu_help_topic(i));
	fputs("\" columns=\"", stdout);
	complete_columns(" ");
	puts("\"");
}

static void put_value(const struct iu_command *command, int number)
{
	const struct iu_option *option = iu_option_row(number);
	enum complete_value value = complete_value(command, number);

	if (!iu_command_shows(command, number) || option->value == IU_VALUE_NONE)
		return;
	printf("\t%s:--%s", command->name, option->name);
	if (option->letter)
		printf(" | %s:-%c", command->name, option->letter);
	fputs(") values=\"", stdout);
	if (value == COMPLETE_CHOICES)
		complete_words(option->choices, " ");
	else if (value == COMPLETE_COLUMNS)
		putchar(',');
	else if (value == COMPLETE_COLUMN)
		fputs("$columns", stdout);
	else if (values[value])
		fputs(values[value], stdout);
	puts("\" ;;");
}

void complete_bash(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	fputs(before, stdout);
	put_commands(commands, count);
	/* "--color=al" comes as three words. */
	puts("\tif [[ $word == \"=\" ]]; then\n\t\tword=\"\"\n"
	     "\telif [[ $before == \"=\" ]]; then\n\t\tbefore=\"${COMP_WORDS[COMP_CWORD-2]}\"\n\tfi\n"
	     "\tcase \"$command:$before\" in");
	for (size_t c = 0; c < count; c++)
		for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
			put_value(commands[c], i);
	fputs(after, stdout);
}

/* man/complete-zsh.c - completions for zsh */
#include <stdio.h>

#include "cli/cli.h"
#include "complete.h"

static const char *const values[COMPLETE_VALUES] = {
	[COMPLETE_INTERFACES] = "_net_interfaces",
	[COMPLETE_USERS] = "_users",
	[COMPLETE_PROGRAM] = "{ _command_names -e; _files }",
	[COMPLETE_FOLDER] = "_directories",
	[COMPLETE_FILE] = "_files",
	[COMPLETE_RUNNING] = "{ _inuse_rows program }",
	[COMPLETE_UNITS] = "{ _inuse_rows unit }",
};

static const char before[] =
	"#compdef inuse\n# zsh completion for inuse(1)\n\n"
	"# One column of what is listening or bound.\n"
	"_inuse_rows()\n{\n"
	"\tlocal -a rows\n"
	"\trows=(${(fu)\"$(command inuse list -q -o $1 tcp udp 2>/dev/null)\"})\n"
	"\trows=(${rows:#[-?\\(]*})\n"
	"\t(( $#rows )) && compadd -a rows\n}\n\n"
	"# Ports in use, with what holds them.\n"
	"_inuse_targets()\n{\n"
	"\tlocal -a ports\n\tlocal port proto rest\n"
	"\tcommand inuse list -q -o port,proto,program,dir tcp udp 2>/dev/null | sort -u |\n"
	"\twhile read -r port proto rest; do\n"
	"\t\t[[ $proto == udp ]] && port+=/udp\n"
	"\t\tports+=(\"$port:$rest\")\n"
	"\tdone\n"
	"\t(( $#ports )) && _describe -t ports 'port in use' ports\n"
	"\t_files\n}\n\n"
	"_inuse_filters()\n{\n\t_inuse_targets\n\tcompadd tcp udp unix\n}\n\n";

static const char *const takes[] = {
	[IU_OPERAND_NONE] = NULL,
	[IU_OPERAND_TARGET] = "'*:target:_inuse_targets'",
	[IU_OPERAND_FILTER] = "'*:filter:_inuse_filters'",
	[IU_OPERAND_PROGRAM] = "'(-)1:command:_command_names -e' '*::arguments:_normal'",
	[IU_OPERAND_ERROR] = NULL,
	[IU_OPERAND_TOPIC] = "'*:topic:{ _describe -t commands command subcommands; compadd -a topics }'",
	[IU_OPERAND_SHELL] = "'1:shell:(bash zsh fish)'",
};

/* Within an _arguments spec brackets and colons have a meaning, within quotes the quote has. */
static void put_text(const char *text)
{
	complete_quoted(text, "[]:\\", "'\\''");
}

static void put_value(const struct iu_command *command, int number)
{
	enum complete_value value = complete_value(command, number);

	putchar(':');
	put_text(iu_option_argument(command, number));
	putchar(':');
	if (value == COMPLETE_CHOICES) {
		putchar('(');
		complete_words(iu_option_row(number)->choices, " ");
		putchar(')');
	} else if (value == COMPLETE_COLUMNS) {
		fputs("_sequence -s , compadd - ", stdout);
		complete_columns(" ");
	} else if (value == COMPLETE_COLUMN) {
		putchar('(');
		complete_columns(" ");
		putchar(')');
	} else if (values[value]) {
		fputs(values[value], stdout);
	}
}

static void put_option(const struct iu_command *command, int number)
{
	const struct iu_option *option = iu_option_row(number);

	if (option->letter)
		printf("\t\t\t'(-%c --%s)'{-%c,--%s}'[", option->letter, option->name, option->letter,
			option->name);
	else
		printf("\t\t\t'--%s%s[", option->name, option->value != IU_VALUE_NONE ? "=" : "");
	put_text(iu_option_help(command, number));
	putchar(']');
	if (option->value != IU_VALUE_NONE)
		put_value(command, number);
	puts("' \\");
}

static void put_options(const struct iu_command *command)
{
	for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
		if (iu_command_shows(command, i))
			put_option(command, i);
}

/* zsh has a parameter "commands" of its own: that of the programs there are. */
static void put_tables(const struct iu_command *const *commands, size_t count)
{
	puts("_inuse()\n{\n\tlocal subcommand=why\n\tlocal -a subcommands topics\n\tsubcommands=(");
	for (size_t c = 0; c < count; c++) {
		printf("\t\t'%s:", commands[c]->name);
		put_text(commands[c]->summary);
		puts("'");
	}
	fputs("\t)\n\ttopics=(", stdout);
	for (size_t i = 0; iu_help_topic(i); i++)
		printf("%s%s", i ? " " : "", iu_help_topic(i));
	puts(")");
}

void complete_zsh(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	fputs(before, stdout);
	put_tables(commands, count);
	puts("\t(( CURRENT > 2 )) && subcommand=${words[2]}\n\tcase $subcommand in");
	for (size_t c = 0; c < count; c++) {
		printf("\t(%s", commands[c]->name);
		for (size_t i = 0; i < IU_ALIASES_MAX && commands[c]->aliases[i]; i++)
			printf("|%s", commands[c]->aliases[i]);
		puts(")\n\t\t(( CURRENT > 2 )) && { shift words; (( CURRENT-- )) }\n\t\t_arguments -s -S \\");
		put_options(commands[c]);
		if (commands[c] == &iu_command_why)
			puts("\t\t\t'1: :{ (( ${#words} < 3 )) && _describe -t commands command subcommands; "
			     "_inuse_targets }' \\");
		printf("\t\t\t%s ;;\n", takes[commands[c]->takes] ? takes[commands[c]->takes] : "");
	}
	puts("\t(*)\n\t\t_arguments -s -S \\");
	put_options(&iu_command_why);
	puts("\t\t\t'*:target:_inuse_targets' ;;\n\tesac\n}\n\n_inuse \"$@\"");
}

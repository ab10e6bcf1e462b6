/* man/complete-fish.c - completions for fish */
#include <stdio.h>

#include "cli/cli.h"
#include "complete.h"

static const char *const values[COMPLETE_VALUES] = {
	[COMPLETE_INTERFACES] = "(command ls /sys/class/net 2>/dev/null)",
	[COMPLETE_USERS] = "(__fish_complete_users)",
	[COMPLETE_PROGRAM] = "(__fish_complete_command; __fish_complete_path)",
	[COMPLETE_FOLDER] = "(__fish_complete_directories)",
	[COMPLETE_FILE] = "(__fish_complete_path)",
	[COMPLETE_RUNNING] = "(__inuse_rows program)",
	[COMPLETE_UNITS] = "(__inuse_rows unit)",
};

static const char before[] =
	"# fish completion for inuse(1)\n\n"
	"# One column of what is listening or bound.\n"
	"function __inuse_rows\n"
	"\tcommand inuse list -q -o $argv[1] tcp udp 2>/dev/null | string match -rv '^[-?(]|^$' | sort -u\n"
	"end\n\n"
	"# Ports in use, with what holds them.\n"
	"function __inuse_targets\n"
	"\tcommand inuse list -q -o port,proto,program,dir tcp udp 2>/dev/null | sort -u | while read -l port proto rest\n"
	"\t\ttest \"$proto\" = udp; and set port $port/udp\n"
	"\t\tprintf '%s\\t%s\\n' $port (string trim -- \"$rest\")\n"
	"\tend\n"
	"\tstring match -qr '^[./]' -- (commandline -ct); and __fish_complete_path (commandline -ct)\n"
	"end\n\n"
	"# The command of the line; without one it is why.\n"
	"function __inuse_command\n"
	"\tset -l words (commandline -opc)\n"
	"\tfor word in $words[2..-1]\n"
	"\t\tswitch $word\n"
	"\t\t\tcase '-*'\n\t\t\t\tcontinue\n";

static const char after[] =
	"\t\t\tcase '*'\n\t\t\t\techo why\n"
	"\t\tend\n\t\treturn\n\tend\n\techo why\n"
	"end\n\n"
	"function __inuse_is\n"
	"\tcontains -- '--' (commandline -opc); and return 1\n"
	"\tcontains -- (__inuse_command) $argv\n"
	"end\n\n"
	"# No word yet that is no option.\n"
	"function __inuse_first\n"
	"\tset -l words (commandline -opc)\n"
	"\tnot string match -qrv '^-' -- $words[2..-1]\n"
	"end\n\n"
	"# What comes after -- is a command line of its own.\n"
	"function __inuse_program\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l at (contains -i -- '--' $words); or return 1\n"
	"\tset -l rest $words[(math $at + 1)..-1]\n"
	"\tcomplete -C (string join ' ' -- (string escape -- $rest) (commandline -ct))\n"
	"end\n\n"
	"complete -c inuse -f\n"
	"complete -c inuse -n \"contains -- '--' (commandline -opc)\" -a '(__inuse_program)'\n";

static void put_text(const char *text)
{
	complete_quoted(text, "\\", "\\'");
}

static void put_option(const struct iu_command *command, int number)
{
	const struct iu_option *option = iu_option_row(number);
	enum complete_value value = complete_value(command, number);

	printf("complete -c inuse -n '__inuse_is %s' -l %s", command->name, option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (option->value != IU_VALUE_NONE)
		fputs(" -x", stdout);
	if (value == COMPLETE_CHOICES) {
		fputs(" -a '", stdout);
		complete_words(option->choices, " ");
		putchar('\'');
	} else if (value == COMPLETE_COLUMN || value == COMPLETE_COLUMNS) {
		fputs(value == COMPLETE_COLUMN ? " -a '" : " -a '(__fish_append , ", stdout);
		complete_columns(" ");
		fputs(value == COMPLETE_COLUMN ? "'" : ")'", stdout);
	} else if (values[value]) {
		printf(" -a '%s'", values[value]);
	}
	fputs(" -d '", stdout);
	put_text(iu_option_help(command, number));
	puts("'");
}

static void put_operands(const struct iu_command *command)
{
	switch (command->takes) {
	case IU_OPERAND_NONE:
	case IU_OPERAND_ERROR: break;
	case IU_OPERAND_TARGET:
	case IU_OPERAND_FILTER:
		printf("complete -c inuse -n '__inuse_is %s' -a '(__inuse_targets)'\n", command->name);
		if (command->takes == IU_OPERAND_FILTER)
			printf("complete -c inuse -n '__inuse_is %s' -a 'tcp udp unix'\n", command->name);
		break;
	case IU_OPERAND_PROGRAM:
		printf("complete -c inuse -n '__inuse_is %s' -a '(__fish_complete_subcommand)'\n",
			command->name);
		break;
	case IU_OPERAND_SHELL:
		printf("complete -c inuse -n '__inuse_is %s' -a 'bash zsh fish'\n", command->name);
		break;
	case IU_OPERAND_TOPIC:
		printf("complete -c inuse -n '__inuse_is %s' -a '", command->name);
		for (size_t i = 0; iu_help_topic(i); i++)
			printf("%s%s", i ? " " : "", iu_help_topic(i));
		puts("'");
		break;
	}
}

static void put_names(const struct iu_command *command)
{
	printf("\t\t\tcase %s", command->name);
	for (size_t i = 0; i < IU_ALIASES_MAX && command->aliases[i]; i++)
		printf(" %s", command->aliases[i]);
	printf("\n\t\t\t\techo %s\n", command->name);
}

void complete_fish(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	fputs(before, stdout);
	for (size_t c = 0; c < count; c++)
		put_names(commands[c]);
	fputs(after, stdout);
	for (size_t c = 0; c < count; c++) {
		printf("complete -c inuse -n '__inuse_first; or __inuse_is help' -a %s -d '", commands[c]->name);
		put_text(commands[c]->summary);
		puts("'");
		put_operands(commands[c]);
		for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
			if (iu_command_shows(commands[c], i))
				put_option(commands[c], i);
	}
}

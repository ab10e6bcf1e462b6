/* man/generate.c - man page and shell completions from the records of the command line */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "cli/commands.h"
#include "cli/system.h"
#include "knowledge/causes.h"

#define LINE_BYTES 4096

/* ---- the man page: scdoc with @NAMES@ on lines of their own ---- */

/* scdoc reads *, _ and \ as marks. */
static void put_scdoc(const char *text)
{
	for (; *text; text++) {
		if (strchr("*_\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void put_bold(const char *text)
{
	putchar('*');
	put_scdoc(text);
	putchar('*');
}

static void put_targets(void)
{
	size_t count;
	const struct iu_target_form *forms = iu_target_forms(&count);

	for (size_t i = 0; i < count; i++) {
		if (forms[i].on && forms[i].on != iu_system_kind())
			continue;
		put_bold(forms[i].written);
		fputs("\n\t", stdout);
		put_scdoc(forms[i].means);
		fputs("\n\n", stdout);
	}
}

static void put_synopsis(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	for (size_t i = 0; i < count; i++) {
		fputs("*inuse ", stdout);
		put_scdoc(commands[i]->name);
		fputs("* [_OPTION_...] ", stdout);
		put_scdoc(commands[i]->operands);
		fputs("\n\n", stdout);
	}
}

static void put_option(const struct iu_command *command, int number)
{
	const struct iu_option *option = iu_option_row(number);
	const char *argument = iu_option_argument(command, number);

	if (option->letter)
		printf("*-%c*, ", option->letter);
	printf("*--%s*", option->name);
	if (argument) {
		fputs(" _", stdout);
		put_scdoc(argument);
		putchar('_');
	}
	fputs("\n\t", stdout);
	put_scdoc(iu_option_help(command, number));
	put_scdoc(iu_option_more(command, number));
	fputs(".\n\n", stdout);
}

/* What every answer takes stands once, unless this command means something else by it. */
static bool is_own(const struct iu_command *command, int option)
{
	return iu_command_shows(command, option) &&
	       (option < IU_OPTION_JSON ||
		       iu_option_help(command, option) != iu_option_row(option)->help);
}

static void put_command(const struct iu_command *command)
{
	printf("## inuse %s", command->name);
	for (size_t i = 0; i < IU_ALIASES_MAX && command->aliases[i]; i++)
		printf("%s%s", i ? ", " : " (or ", command->aliases[i]);
	puts(command->aliases[0] ? ")\n" : "\n");
	put_scdoc(command->description);
	fputs("\n\n", stdout);
	for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
		if (is_own(command, i))
			put_option(command, i);
}

static void put_commands(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	for (size_t i = 0; i < count; i++)
		put_command(commands[i]);
}

static void put_options(void)
{
	for (int i = IU_OPTION_JSON; i < IU_OPTION_END; i++)
		put_option(&iu_command_why, i);
}

static void put_exit_codes(void)
{
	size_t count;
	const struct iu_exit_code *codes = iu_exit_codes(&count);

	for (size_t i = 0; i < count; i++) {
		printf("*%d*\n\t", codes[i].code);
		put_scdoc(codes[i].why);
		if (strcmp(codes[i].list, "the same") != 0) {
			fputs(". *list*, *pid*: ", stdout);
			put_scdoc(codes[i].list);
			fputs(". Other commands: ", stdout);
			put_scdoc(codes[i].others);
		}
		fputs(".\n\n", stdout);
	}
}

static void put_causes(void)
{
	for (int cause = IU_CAUSE_NONE + 1; cause < IU_CAUSE_COUNT; cause++) {
		const struct iu_cause_row *row = iu_cause_row((enum iu_cause)cause);

		put_bold(row->name);
		fputs("\n\t", stdout);
		put_scdoc(row->sentence);
		fputs(". Helps: ", stdout);
		for (size_t i = 0; i < IU_CAUSE_REMEDIES_MAX && row->remedies[i]; i++) {
			fputs(i ? ", " : "", stdout);
			put_scdoc(iu_remedy_row(row->remedies[i])->name);
		}
		fputs(".\n\n", stdout);
	}
}

static void put_examples(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	for (size_t c = 0; c < count; c++)
		for (size_t i = 0; i < IU_EXAMPLES_MAX && commands[c]->examples[i].command; i++) {
			put_bold(commands[c]->examples[i].command);
			fputs("\n\t", stdout);
			put_scdoc(commands[c]->examples[i].meaning);
			fputs("\n\n", stdout);
		}
}

static const struct {
	const char *mark;
	void (*put)(void);
} marks[] = {
	{"@SYNOPSIS@\n", put_synopsis},
	{"@TARGETS@\n", put_targets},
	{"@COMMANDS@\n", put_commands},
	{"@OPTIONS@\n", put_options},
	{"@EXIT@\n", put_exit_codes},
	{"@CAUSES@\n", put_causes},
	{"@EXAMPLES@\n", put_examples},
};

static int put_man(const char *template)
{
	FILE *file = fopen(template, "r");
	char line[LINE_BYTES];
	size_t i;

	if (!file) {
		fprintf(stderr, "generate: %s: %s\n", template, strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), file)) {
		for (i = 0; i < IU_COUNT(marks) && strcmp(line, marks[i].mark) != 0; i++)
			;
		if (i < IU_COUNT(marks))
			marks[i].put();
		else
			fputs(line, stdout);
	}
	fclose(file);
	return 0;
}

/*
 * scdoc ends blocks with ".P" before ".RE" and headings, where it is empty for mandoc's lint: the
 * space belongs after ".RE", and a heading makes its own.
 */
static int tidy_man(void)
{
	char line[LINE_BYTES];
	bool wanted = false; /* a paragraph is due before the next text */
	bool fresh = true;   /* nothing has been printed since a heading */

	while (fgets(line, sizeof(line), stdin)) {
		bool heading = !strncmp(line, ".SH", 3) || !strncmp(line, ".SS", 3) ||
			       !strncmp(line, ".TH", 3);

		if (!strcmp(line, ".P\n") || !strcmp(line, ".PP\n")) {
			wanted = true;
			continue;
		}
		if (wanted && !heading && !fresh && strcmp(line, ".RE\n") != 0)
			puts(".P");
		if (strcmp(line, ".RE\n") != 0)
			wanted = false;
		fresh = heading;
		fputs(line, stdout);
	}
	return 0;
}

/* ---- completions ---- */

/* What an option's argument is made of, in each shell. */
static const struct {
	const char *argument, *bash, *zsh, *fish;
} arguments[] = {
	{"IF", "$(command ls /sys/class/net 2>/dev/null)", "_net_interfaces",
		"(command ls /sys/class/net 2>/dev/null)"},
	{"NAME|UID", "$(compgen -u)", "_users", "(__fish_complete_users)"},
	{"PROGRAM", "$(compgen -c) $(compgen -f -- \"$word\")", "_command_names -e",
		"(__fish_complete_command)"},
	{"FILE", "$(compgen -f -- \"$word\")", "_files", "(__fish_complete_path)"},
	{"FILE…", "$(compgen -f -- \"$word\")", "_files", "(__fish_complete_path)"},
};

static size_t argument_row(const struct iu_option *option)
{
	size_t i;

	for (i = 0; i < IU_COUNT(arguments); i++)
		if (option->argument && !strcmp(arguments[i].argument, option->argument))
			break;
	return i;
}

static void put_words(const char *choices)
{
	for (; *choices; choices++)
		putchar(*choices == '|' ? ' ' : *choices);
}

static void put_bash_values(void)
{
	for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++) {
		const struct iu_option *option = iu_option_row(i);
		size_t row = argument_row(option);

		if (!option->argument)
			continue;
		printf("\t--%s", option->name);
		if (option->letter)
			printf("|-%c", option->letter);
		fputs(") values=\"", stdout);
		if (option->choices)
			put_words(option->choices);
		else if (row < IU_COUNT(arguments))
			fputs(arguments[row].bash, stdout);
		puts("\" ;;");
	}
}

static void put_bash(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	puts("# bash completion for inuse(1)\n\n_inuse()\n{\n"
	     "\tlocal word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
	     "\tlocal command=why options values=\"\" i\n\tCOMPREPLY=()\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase \"${COMP_WORDS[i]}\" in");
	for (size_t c = 0; c < count; c++)
		printf("\t\t%s) command=%s; break ;;\n", commands[c]->name, commands[c]->name);
	puts("\t\t-*) ;;\n\t\t*) break ;;\n\t\tesac\n\tdone\n\tcase \"$command\" in");
	for (size_t c = 0; c < count; c++) {
		printf("\t%s) options=\"", commands[c]->name);
		for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
			if (iu_command_takes(commands[c], i))
				printf("--%s ", iu_option_row(i)->name);
		puts("\" ;;");
	}
	/* "--color=al" comes as three words. */
	puts("\tesac\n\tif [[ $word == \"=\" ]]; then\n\t\tword=\"\"\n"
	     "\telif [[ $before == \"=\" ]]; "
	     "then\n\t\tbefore=\"${COMP_WORDS[COMP_CWORD-2]}\"\n\tfi\n"
	     "\tcase \"$before\" in");
	put_bash_values();
	puts("\t*) before=\"\" ;;\n\tesac\n\tif [[ -n $before ]]; then\n"
	     "\t\tCOMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
	     "\telif [[ $word == -* ]]; then\n"
	     "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
	     "\telif [[ $word == /* || $word == ./* || $word == ../* ]]; then\n"
	     "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\telse");
	fputs("\t\tvalues=\"", stdout);
	for (size_t c = 0; c < count; c++)
		printf("%s ", commands[c]->name);
	puts("localhost:\"\n\t\tif ((i < COMP_CWORD)); then values=\"localhost:\"; fi\n"
	     "\t\tCOMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n\tfi\n}\n"
	     "complete -o default -F _inuse inuse");
}

/* Within an _arguments spec brackets and colons have a meaning, within quotes the quote has. */
static void put_zsh_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			putchar('\\');
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
}

static void put_zsh_option(const struct iu_command *command, int number)
{
	const struct iu_option *option = iu_option_row(number);
	size_t row = argument_row(option);

	if (option->letter)
		printf("\t\t\t'(-%c --%s)'{-%c,--%s}'[", option->letter, option->name,
			option->letter, option->name);
	else
		printf("\t\t\t'--%s%s[", option->name, option->argument ? "=" : "");
	put_zsh_text(iu_option_help(command, number));
	putchar(']');
	if (option->argument) {
		putchar(':');
		put_zsh_text(option->argument);
		putchar(':');
		if (option->choices) {
			putchar('(');
			put_words(option->choices);
			putchar(')');
		} else if (row < IU_COUNT(arguments)) {
			fputs(arguments[row].zsh, stdout);
		}
	}
	puts("' \\");
}

static void put_zsh_options(const struct iu_command *command)
{
	for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
		if (iu_command_takes(command, i))
			put_zsh_option(command, i);
}

static void put_zsh(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	puts("#compdef inuse\n# zsh completion for inuse(1)\n\n_inuse()\n{\n\tlocal command=why\n"
	     "\tlocal -a commands\n\tcommands=(");
	for (size_t c = 0; c < count; c++) {
		printf("\t\t'%s:", commands[c]->name);
		put_zsh_text(commands[c]->summary);
		puts("'");
	}
	puts("\t)\n\t(( CURRENT > 2 )) && command=${words[2]}\n\tcase $command in");
	for (size_t c = 0; c < count; c++) {
		printf("\t(%s)\n\t\t_arguments -s \\\n", commands[c]->name);
		put_zsh_options(commands[c]);
		puts("\t\t\t'1: :{ _describe command commands; _files }' '*:target:_files' ;;");
	}
	puts("\t(*)\n\t\t_arguments -s \\");
	put_zsh_options(&iu_command_why);
	puts("\t\t\t'*:target:_files' ;;\n\tesac\n}\n\n_inuse \"$@\"");
}

static void put_fish_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("'\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

/* Those that take an option, or those that do not. */
static void put_fish_commands(int option, bool takes)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	for (size_t c = 0; c < count; c++)
		if (iu_command_takes(commands[c], option) == takes)
			printf(" %s", commands[c]->name);
}

static void put_fish_option(int number)
{
	const struct iu_option *option = iu_option_row(number);
	size_t row = argument_row(option);

	fputs("complete -c inuse", stdout);
	if (!iu_command_takes(&iu_command_why, number)) { /* those of `why` go without the word */
		fputs(" -n '__fish_seen_subcommand_from", stdout);
		put_fish_commands(number, true);
		fputs("'", stdout);
	} else if (!iu_command_takes(&iu_command_list, number)) {
		fputs(" -n 'not __fish_seen_subcommand_from", stdout);
		put_fish_commands(number, false);
		fputs("'", stdout);
	}
	printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (option->argument)
		fputs(" -x", stdout);
	if (option->choices) {
		fputs(" -a '", stdout);
		put_words(option->choices);
		fputs("'", stdout);
	} else if (row < IU_COUNT(arguments)) {
		printf(" -a '%s'", arguments[row].fish);
	}
	fputs(" -d '", stdout);
	put_fish_text(option->help ? option->help : "");
	puts("'");
}

static void put_fish(void)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	puts("# fish completion for inuse(1)\n");
	for (size_t c = 0; c < count; c++) {
		printf("complete -c inuse -n __fish_use_subcommand -a %s -d '", commands[c]->name);
		put_fish_text(commands[c]->summary);
		puts("'");
	}
	for (int i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
		put_fish_option(i);
}

int main(int argc, char **argv)
{
	int ret = 0;

	if (argc == 3 && !strcmp(argv[1], "man"))
		ret = put_man(argv[2]);
	else if (argc == 2 && !strcmp(argv[1], "tidy"))
		ret = tidy_man();
	else if (argc == 2 && !strcmp(argv[1], "bash"))
		put_bash();
	else if (argc == 2 && !strcmp(argv[1], "zsh"))
		put_zsh();
	else if (argc == 2 && !strcmp(argv[1], "fish"))
		put_fish();
	else {
		fputs("usage: generate man TEMPLATE | tidy | bash | zsh | fish\n", stderr);
		return 2;
	}
	return fflush(stdout) == EOF || ferror(stdout) ? 1 : ret;
}

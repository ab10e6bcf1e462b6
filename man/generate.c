/* man/generate.c - man page and completions from the records of the command line */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "cli/commands.h"
#include "cli/system.h"
#include "knowledge/causes.h"
#include "complete.h"

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

static const struct {
	const char *shell;
	void (*put)(void);
} shells[] = {
	{"bash", complete_bash},
	{"zsh", complete_zsh},
	{"fish", complete_fish},
	{"powershell", complete_powershell},
};

static bool complete(const char *shell)
{
	for (size_t i = 0; i < IU_COUNT(shells); i++) {
		if (strcmp(shells[i].shell, shell) != 0)
			continue;
		shells[i].put();
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	int ret = 0;

	if (argc == 3 && !strcmp(argv[1], "man"))
		ret = put_man(argv[2]);
	else if (argc == 2 && !strcmp(argv[1], "tidy"))
		ret = tidy_man();
	else if (argc == 2 && complete(argv[1]))
		ret = 0;
	else {
		fputs("usage: generate man TEMPLATE | tidy | bash | zsh | fish | powershell\n", stderr);
		return 2;
	}
	return fflush(stdout) == EOF || ferror(stdout) ? 1 : ret;
}

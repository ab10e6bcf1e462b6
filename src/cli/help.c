/* cli/help.c - --help and inuse help, from the records of the commands */
#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/near.h"
#include "cli/cli.h"
#include "knowledge/causes.h"

#define HELP_COLUMNS   80
#define OPTION_ROOM    28
#define TARGET_ROOM    34
#define COMMAND_ROOM   29
#define CAUSE_ROOM     24
#define EXAMPLE_ROOM   30
#define BRIEF_EXAMPLES 3

/* Words of @text, wrapped at HELP_COLUMNS, each line indented; the first is so already. */
static void wrapped(struct iu_text *out, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text) {
		size_t n = strcspn(text, " ");
		size_t width = iu_text_columns(text, n);

		if (column > indent && column + 1 + width > HELP_COLUMNS) {
			iu_text_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			iu_text_add(out, " ");
			column++;
		}
		iu_text_addn(out, text, n);
		column += width;
		text += n;
		while (*text == ' ')
			text++;
	}
	iu_text_add(out, "\n");
}

/* A term and its meaning: beside each other, or below when the term is long. */
static void row(struct iu_text *out, const char *term, size_t room, const char *meaning)
{
	size_t used = 2 + iu_text_columns(term, strlen(term));

	iu_text_printf(out, "  %s", term);
	if (used + 2 > room)
		iu_text_printf(out, "\n%*s", (int)room, "");
	else
		iu_text_printf(out, "%*s", (int)(room - used), "");
	wrapped(out, meaning, room);
}

static void option_term(const struct iu_command *command, int number, char *term, size_t size)
{
	const struct iu_option *option = iu_option_row(number);
	const char *argument = iu_option_argument(command, number);
	char letter[8] = "    ";

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	snprintf(term, size, "%s--%s%s%s", letter, option->name, argument ? " " : "",
		argument ? argument : "");
}

static void option_row(struct iu_text *out, const struct iu_command *command, int number)
{
	struct iu_text help = {0};
	char term[80];

	option_term(command, number, term, sizeof(term));
	iu_text_add(&help, iu_option_help(command, number));
	iu_text_add(&help, iu_option_more(command, number));
	row(out, term, OPTION_ROOM, help.data ? help.data : "");
	out->failed = out->failed || help.failed;
	iu_text_free(&help);
}

static bool every_command_takes(int option)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	for (size_t i = 0; i < count; i++)
		if (!iu_command_takes(commands[i], option))
			return false;
	return true;
}

/* Options of that command: those that every command takes, or the others. */
static void options(struct iu_text *out, const struct iu_command *command, bool common)
{
	for (int option = IU_OPTION_NONE + 1; option < IU_OPTION_END; option++)
		if (iu_command_shows(command, option) && common == every_command_takes(option))
			option_row(out, command, option);
}

/* Whether it takes more than what an answer looks like. */
static bool has_options(const struct iu_command *command)
{
	int option = IU_OPTION_NONE + 1;

	while (option < IU_OPTION_JSON && !iu_command_shows(command, option))
		option++;
	return option < IU_OPTION_JSON;
}

static void target_forms(struct iu_text *out)
{
	size_t count;
	const struct iu_target_form *forms = iu_target_forms(&count);

	iu_text_add(out, "A TARGET is what somebody wants to bind:\n");
	for (size_t i = 0; i < count; i++)
		if (!forms[i].on || forms[i].on == iu_system_kind())
			row(out, forms[i].written, TARGET_ROOM, forms[i].means);
}

/* What an exit code means for each of the three kinds of commands. */
static const char *code_of_why(const struct iu_exit_code *code)
{
	return code->why;
}

static const char *code_of_list(const struct iu_exit_code *code)
{
	return code->list;
}

static const char *code_of_others(const struct iu_exit_code *code)
{
	return code->others;
}

static void exit_codes(
	struct iu_text *out, const char *heading, const char *(*meaning)(const struct iu_exit_code *code))
{
	size_t count;
	const struct iu_exit_code *codes = iu_exit_codes(&count);
	char term[8];

	iu_text_printf(out, "%s:\n", heading);
	for (size_t i = 0; i < count; i++) {
		snprintf(term, sizeof(term), "%d", codes[i].code);
		row(out, term, 6, strcmp(meaning(&codes[i]), "the same") != 0 ? meaning(&codes[i])
									      : codes[i].why);
	}
}

static void exit_codes_of(struct iu_text *out, const struct iu_command *command)
{
	bool lists = command == &iu_command_list || command == &iu_command_pid;

	exit_codes(out, "\nExit codes",
		command == &iu_command_why ? code_of_why : lists ? code_of_list : code_of_others);
}

static void examples(struct iu_text *out, const struct iu_command *command)
{
	iu_text_add(out, "\nExamples:\n");
	for (size_t i = 0; i < IU_EXAMPLES_MAX && command->examples[i].command; i++)
		iu_text_printf(out, "  %s\n      %s\n", command->examples[i].command,
			command->examples[i].meaning);
}

static void commands_rows(struct iu_text *out)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);
	char term[64];

	for (size_t i = 0; i < count; i++) {
		snprintf(term, sizeof(term), "%s %s", commands[i]->name, commands[i]->operands);
		row(out, term, COMMAND_ROOM, commands[i]->summary);
	}
}

/* ---- the whole text ---- */

static void help_of_all(struct iu_text *out)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);

	iu_text_add(out,
		"Usage: inuse [TARGET…]\n       inuse COMMAND …\n\n"
		"Says why a port, an address or a socket path cannot be bound, who holds it,\n"
		"and what helps. Without a TARGET: what is listening or bound.\n\nCommands:\n");
	commands_rows(out);
	iu_text_add(out, "\n");
	wrapped(out,
		"A bare word is a command, else a program that holds a socket now (inuse nginx is inuse "
		"list --process nginx), else a service of the services database.", 0);
	iu_text_add(out, "\n");
	target_forms(out);
	for (size_t i = 0; i < count; i++) {
		if (!has_options(commands[i]))
			continue;
		iu_text_printf(out, "\nOptions of %s:\n", commands[i]->name);
		options(out, commands[i], false);
	}
	iu_text_add(out, "\nOptions everywhere:\n");
	options(out, &iu_command_help, true);
	exit_codes(out, "\nExit codes of why", code_of_why);
	examples(out, &iu_command_why);
	iu_text_add(out, "\nMore: inuse help COMMAND; inuse help targets, causes, exit-codes; man inuse\n");
}

static void other_names(struct iu_text *out, const struct iu_command *command)
{
	for (size_t i = 0; i < IU_ALIASES_MAX && command->aliases[i]; i++)
		iu_text_printf(out, "%s%s", i ? ", " : "\nThe same command: ", command->aliases[i]);
	iu_text_add(out, command->aliases[0] ? "\n" : "");
}

static void usage_of(const struct iu_command *command, struct iu_text *out)
{
	iu_text_printf(out, "Usage: inuse %s [OPTION…]%s%s\n\n", command->name, *command->operands ? " " : "",
		command->operands);
}

static void help_of(const struct iu_command *command, struct iu_text *out)
{
	usage_of(command, out);
	wrapped(out, command->description, 0);
	other_names(out, command);
	if (command->takes == IU_OPERAND_TARGET || command->takes == IU_OPERAND_FILTER) {
		iu_text_add(out, "\n");
		target_forms(out);
	}
	iu_text_add(out, "\nOptions:\n");
	options(out, command, false);
	options(out, command, true);
	exit_codes_of(out, command);
	examples(out, command);
}

/* ---- -h: one screen ---- */

/* The term and the first words of its meaning, in one line. */
static void brief_row(struct iu_text *out, const char *term, size_t room, const char *meaning)
{
	size_t used = 2 + iu_text_columns(term, strlen(term));

	iu_text_printf(out, "  %s%*s", term, used + 2 > room ? 2 : (int)(room - used), "");
	iu_text_add(out, meaning);
	iu_text_add(out, "\n");
}

static void brief_of_all(struct iu_text *out)
{
	iu_text_add(out, "Usage: inuse [TARGET…]   or   inuse COMMAND …\n\n");
	commands_rows(out);
	iu_text_add(out, "\nA TARGET: 8080  127.0.0.1:8080  53/udp  http  3000-3010  a path  a message\n");
	iu_text_add(out, "Everywhere: --json  -v (more)  -q (less)  --color=WHEN  --help (all of it)  -V\n");
	iu_text_add(out, "\nExamples:\n");
	for (size_t i = 0; i < BRIEF_EXAMPLES && iu_command_help.examples[i].command; i++)
		brief_row(out, iu_command_help.examples[i].command, EXAMPLE_ROOM,
			iu_command_help.examples[i].meaning);
	iu_text_add(out, "More: inuse help COMMAND; inuse help targets, causes, exit-codes; man inuse\n");
}

/* No line for what every command has: there is room for one screen. */
static void brief_of(const struct iu_command *command, struct iu_text *out)
{
	char term[80];

	usage_of(command, out);
	iu_text_printf(out, "%c%s.\n\n", command->summary[0] - 'a' + 'A', command->summary + 1);
	for (int option = IU_OPTION_NONE + 1; option < IU_OPTION_END; option++) {
		if (!iu_command_shows(command, option) || every_command_takes(option))
			continue;
		option_term(command, option, term, sizeof(term));
		brief_row(out, term, OPTION_ROOM, iu_option_help(command, option));
	}
	iu_text_add(out, "\nExamples:\n");
	for (size_t i = 0; i < 2 && command->examples[i].command; i++)
		iu_text_printf(out, "  %s\n", command->examples[i].command);
	iu_text_printf(out, "\nMore: inuse help %s\n", command->name);
}

static int put(struct iu_text *text)
{
	bool good = iu_write(text);

	iu_text_free(text);
	return good ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
}

int iu_help_show(const struct iu_command *command, bool brief)
{
	struct iu_text text = {0};

	if (command && brief)
		brief_of(command, &text);
	else if (command)
		help_of(command, &text);
	else if (brief)
		brief_of_all(&text);
	else
		help_of_all(&text);
	return put(&text);
}

/* ---- topics ---- */

static void topic_targets(struct iu_text *out)
{
	target_forms(out);
	iu_text_add(out, "\n");
	wrapped(out,
		"A bare word is, in this order: a command, a program that holds a socket now, a service of "
		"the services database. Words that read as a message as a whole need no quotes.", 0);
}

/* The sentence of a cause that one system alone has begins with its name. */
static bool is_elsewhere(const char *sentence)
{
	return !strncmp(sentence, "Windows: ", strlen("Windows: ")) && iu_system_kind() != IU_ON_WINDOWS;
}

static void topic_causes(struct iu_text *out)
{
	iu_text_add(out, "Why a bind() or listen() fails:\n");
	for (int cause = IU_CAUSE_NONE + 1; cause < IU_CAUSE_COUNT; cause++) {
		const struct iu_cause_row *cause_row = iu_cause_row((enum iu_cause)cause);
		struct iu_text text = {0};

		if (is_elsewhere(cause_row->sentence))
			continue;
		iu_text_printf(&text, "%s. Helps: ", cause_row->sentence);
		for (size_t i = 0; i < IU_CAUSE_REMEDIES_MAX && cause_row->remedies[i]; i++)
			iu_text_printf(&text, "%s%s", i ? ", " : "",
				iu_remedy_row(cause_row->remedies[i])->name);
		row(out, cause_row->name, CAUSE_ROOM, text.data ? text.data : "");
		out->failed = out->failed || text.failed;
		iu_text_free(&text);
	}
	iu_text_add(out, "\nWhat each step does says the answer itself, with the command for it.\n");
}

static void topic_exit_codes(struct iu_text *out)
{
	exit_codes(out, "why", code_of_why);
	exit_codes(out, "\nlist, pid", code_of_list);
	exit_codes(out, "\nfree, wait, run, pick, report", code_of_others);
	iu_text_add(out, "\n");
	wrapped(out,
		"Of several targets: 0 when any bind fails, else 3 when any could not be told, else 1. \"Is it "
		"free?\" in a script: inuse wait --timeout 0 8080 && start", 0);
}

static const struct {
	const char *name;
	void (*put)(struct iu_text *out);
} topics[] = {
	{"targets", topic_targets},
	{"causes", topic_causes},
	{"exit-codes", topic_exit_codes},
};

const char *iu_help_topic(size_t which)
{
	return which < IU_COUNT(topics) ? topics[which].name : NULL;
}

static int complain_topic(const char *word)
{
	struct iu_near near = iu_near_begin(word);
	struct iu_text after = {0};

	for (size_t i = 0; i < IU_COUNT(topics); i++)
		iu_near_try(&near, topics[i].name);
	if (!near.best)
		near.best = iu_command_near(word);
	if (near.best)
		iu_text_printf(&after, "; did you mean: inuse help %s?", near.best);
	else
		iu_text_add(&after, "; see inuse help");
	iu_complain("there is no command or topic ", word, after.failed ? "" : after.data);
	iu_text_free(&after);
	return IU_EXIT_USAGE;
}

static int run_command(const struct iu_invocation *invocation)
{
	const char *word = invocation->count ? invocation->words[0] : NULL;
	const struct iu_command *command = word ? iu_command_find(word) : NULL;
	struct iu_text text = {0};

	for (size_t i = 0; word && i < IU_COUNT(topics); i++) {
		if (strcmp(topics[i].name, word) != 0)
			continue;
		topics[i].put(&text);
		return put(&text);
	}
	if (word && !command)
		return complain_topic(word);
	return iu_help_show(command, false);
}

const struct iu_command iu_command_help = {
	.name = "help",
	.operands = "[COMMAND|TOPIC]",
	.summary = "all about a command, targets, causes, exit-codes",
	.description =
		"The whole text of a command, as COMMAND --help; COMMAND -h is one screen of it. A TOPIC is "
		"one of targets, causes and exit-codes.",
	.examples = {
		{"inuse 8080", "why can nothing listen on port 8080?"},
		{"inuse free 8080", "stop what is in the way, after asking"},
		{"inuse", "what is listening, and who"},
		{"inuse help why", "all of why, with its options"},
		{"inuse help exit-codes", "what scripts can rely on"},
	},
	.options = {
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_TOPIC,
	.run = run_command,
};

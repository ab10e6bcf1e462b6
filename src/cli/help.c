/* cli/help.c - --help and inuse help, from the records of the commands */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define HELP_COLUMNS 80

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

static void option_row(struct iu_text *out, int number)
{
	const struct iu_option *option = iu_option_row(number);
	char term[80], letter[8] = "    ";
	struct iu_text help = {0};

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	snprintf(term, sizeof(term), "%s--%s%s%s", letter, option->name,
		option->argument ? " " : "", option->argument ? option->argument : "");
	iu_option_help(number, &help);
	row(out, term, 28, help.data ? help.data : "");
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
		if (iu_command_takes(command, option) && common == every_command_takes(option))
			option_row(out, option);
}

/* Whether it takes more than what an answer looks like. */
static bool has_options(const struct iu_command *command)
{
	int option = IU_OPTION_NONE + 1;

	while (option < IU_OPTION_JSON && !iu_command_takes(command, option))
		option++;
	return option < IU_OPTION_JSON;
}

static void targets(struct iu_text *out)
{
	size_t count;
	const struct iu_target_form *forms = iu_target_forms(&count);

	iu_text_add(out, "\nA TARGET is what somebody wants to bind:\n");
	for (size_t i = 0; i < count; i++)
		row(out, forms[i].written, 34, forms[i].means);
}

static void exit_codes(struct iu_text *out, bool of_why)
{
	size_t count;
	const struct iu_exit_code *codes = iu_exit_codes(&count);
	char term[8];

	iu_text_add(out, of_why ? "\nExit codes:\n" : "\nExit codes (of why):\n");
	for (size_t i = 0; i < count; i++) {
		snprintf(term, sizeof(term), "%d", codes[i].code);
		row(out, term, 6, codes[i].why);
	}
}

static void examples(struct iu_text *out, const struct iu_command *command)
{
	iu_text_add(out, "\nExamples:\n");
	for (size_t i = 0; i < IU_EXAMPLES_MAX && command->examples[i].command; i++)
		iu_text_printf(out, "  %s\n      %s\n", command->examples[i].command,
			command->examples[i].meaning);
}

static void help_of_all(struct iu_text *out)
{
	size_t count;
	const struct iu_command *const *commands = iu_commands(&count);
	char term[64];

	iu_text_add(out,
		"Usage: inuse [TARGET…]\n       inuse COMMAND …\n\n"
		"Says why a port, an address or a socket path cannot be bound, who holds it,\n"
		"and what helps. Without a TARGET: everything that is bound.\n\nCommands:\n");
	for (size_t i = 0; i < count; i++) {
		snprintf(term, sizeof(term), "%s %s", commands[i]->name, commands[i]->operands);
		row(out, term, 22, commands[i]->summary);
	}
	targets(out);
	for (size_t i = 0; i < count; i++) {
		if (!has_options(commands[i]))
			continue;
		iu_text_printf(out, "\nOptions of %s:\n", commands[i]->name);
		options(out, commands[i], false);
	}
	iu_text_add(out, "\nOptions everywhere:\n");
	options(out, &iu_command_help, true);
	exit_codes(out, false);
	examples(out, &iu_command_why);
	iu_text_add(out, "\nmore: man inuse\n");
}

static void help_of(const struct iu_command *command, struct iu_text *out)
{
	iu_text_printf(out, "Usage: inuse %s [OPTION…] %s\n\n", command->name, command->operands);
	wrapped(out, command->description, 0);
	if (command->shows_targets)
		targets(out);
	iu_text_add(out, "\nOptions:\n");
	options(out, command, false);
	options(out, command, true);
	if (command == &iu_command_why)
		exit_codes(out, true);
	examples(out, command);
}

int iu_help_show(const struct iu_command *command)
{
	struct iu_text text = {0};
	bool good;

	if (command)
		help_of(command, &text);
	else
		help_of_all(&text);
	good = iu_write(&text);
	iu_text_free(&text);
	return good ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
}

static int run_command(const struct iu_invocation *invocation)
{
	const struct iu_command *command = NULL;

	if (invocation->count) {
		command = iu_command_find(invocation->words[0]);
		if (!command) {
			iu_complain(
				"there is no command ", invocation->words[0], "; see inuse --help");
			return IU_EXIT_USAGE;
		}
	}
	return iu_help_show(command);
}

const struct iu_command iu_command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "what a command does and which options it takes",
	.description = "The same as COMMAND --help.",
	.examples = {
		{"inuse help why", "the options of why"},
	},
	.options = {
		IU_OPTIONS_EVERYWHERE,
	},
	.run = run_command,
};

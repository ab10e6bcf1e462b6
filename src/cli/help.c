/* cli/help.c - --help from the tables */
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

static void option_row(struct iu_text *out, const struct iu_option *option)
{
	char term[80], letter[8] = "    ";

	if (option->letter)
		snprintf(letter, sizeof(letter), "-%c, ", option->letter);
	snprintf(term, sizeof(term), "%s--%s%s%s", letter, option->name,
		option->argument ? " " : "", option->argument ? option->argument : "");
	row(out, term, 28, option->help);
}

/* Options of these commands, and of no others than these when @only. */
static void options(struct iu_text *out, unsigned int commands, bool common)
{
	size_t count;
	const struct iu_option *rows = iu_options(&count);

	for (size_t i = 0; i < count; i++)
		if ((rows[i].commands & commands) &&
			common == ((rows[i].commands & IU_FOR_ALL) == IU_FOR_ALL))
			option_row(out, &rows[i]);
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
	const struct iu_command *commands = iu_commands(&count);
	char term[64];

	iu_text_add(out,
		"Usage: inuse [TARGET…]\n       inuse COMMAND …\n\n"
		"Says why a port, an address or a socket path cannot be bound, who holds it,\n"
		"and what helps. Without a TARGET: everything that is bound.\n\nCommands:\n");
	for (size_t i = 0; i < count; i++) {
		snprintf(term, sizeof(term), "%s %s", commands[i].name, commands[i].operands);
		row(out, term, 22, commands[i].summary);
	}
	targets(out);
	iu_text_add(out, "\nOptions of why:\n");
	options(out, IU_FOR_WHY, false);
	iu_text_add(out, "\nOptions of list:\n");
	options(out, IU_FOR_LIST, false);
	iu_text_add(out, "\nOptions of free:\n");
	options(out, IU_FOR_FREE, false);
	iu_text_add(out, "\nOptions of wait:\n");
	options(out, IU_FOR_WAIT, false);
	iu_text_add(out, "\nOptions of pick:\n");
	options(out, IU_FOR_PICK, false);
	iu_text_add(out, "\nOptions of report:\n");
	options(out, IU_FOR_REPORT, false);
	iu_text_add(out, "\nOptions of run:\n");
	options(out, IU_FOR_RUN, false);
	iu_text_add(out, "\nOptions everywhere:\n");
	options(out, IU_FOR_ALL, true);
	exit_codes(out, false);
	examples(out, &commands[IU_COMMAND_WHY]);
	iu_text_add(out, "\nmore: man inuse\n");
}

void iu_help_text(const struct iu_command *command, struct iu_text *out)
{
	if (!command) {
		help_of_all(out);
		return;
	}
	iu_text_printf(out, "Usage: inuse %s [OPTION…] %s\n\n", command->name, command->operands);
	wrapped(out, command->description, 0);
	if (command->id != IU_COMMAND_HELP && command->id != IU_COMMAND_PICK &&
		command->id != IU_COMMAND_RUN)
		targets(out);
	iu_text_add(out, "\nOptions:\n");
	options(out, 1u << command->id, false);
	options(out, 1u << command->id, true);
	if (command->id == IU_COMMAND_WHY)
		exit_codes(out, true);
	examples(out, command);
}

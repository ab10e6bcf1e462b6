/* man/complete.c - what the completions of all shells have in common */
#include "complete.h"

#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "output/output.h"

static const struct {
	const char *argument;
	enum complete_value value;
} arguments[] = {
	{"IF", COMPLETE_INTERFACES}, {"NAME|UID", COMPLETE_USERS}, {"PROGRAM|DIR", COMPLETE_PROGRAM},
	{"DIR", COMPLETE_FOLDER}, {"FILE", COMPLETE_FILE}, {"FILE…", COMPLETE_FILE},
	{"COLUMNS", COMPLETE_COLUMNS}, {"COLUMN", COMPLETE_COLUMN},
};

enum complete_value complete_value(const struct iu_command *command, int option)
{
	const char *argument = iu_option_argument(command, option);

	if (iu_option_row(option)->choices)
		return COMPLETE_CHOICES;
	if (option == IU_OPTION_PROCESS || option == IU_OPTION_UNIT)
		return option == IU_OPTION_UNIT ? COMPLETE_UNITS : COMPLETE_RUNNING;
	for (size_t i = 0; i < IU_COUNT(arguments); i++)
		if (argument && !strcmp(arguments[i].argument, argument))
			return arguments[i].value;
	return COMPLETE_NOTHING;
}

void complete_words(const char *choices, const char *between)
{
	for (; *choices; choices++) {
		if (*choices == '|')
			fputs(between, stdout);
		else
			putchar(*choices);
	}
}

void complete_columns(const char *between)
{
	for (size_t i = 0; iu_output_list_column_name(i); i++)
		printf("%s%s", i ? between : "", iu_output_list_column_name(i));
}

void complete_quoted(const char *text, const char *escaped, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs(quote, stdout);
			continue;
		}
		if (strchr(escaped, *text))
			putchar('\\');
		putchar(*text);
	}
}

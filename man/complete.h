/* man/complete.h - completions of four shells, made of the records of the command line */
#ifndef IU_MAN_COMPLETE_H
#define IU_MAN_COMPLETE_H

#include "cli/commands.h"

/* What the value of an option is completed with. */
enum complete_value {
	COMPLETE_NOTHING, /* a number, a time: nobody can guess it */
	COMPLETE_CHOICES, /* those of its row */
	COMPLETE_INTERFACES,
	COMPLETE_USERS,
	COMPLETE_PROGRAM, /* a program, or a folder */
	COMPLETE_FOLDER,
	COMPLETE_FILE,
	COMPLETE_RUNNING, /* a program that holds a socket now */
	COMPLETE_UNITS,
	COMPLETE_COLUMNS, /* several, with commas */
	COMPLETE_COLUMN,
	COMPLETE_VALUES
};

/** complete_value() - what the value of an option of @command is. */
enum complete_value complete_value(const struct iu_command *command, int option);

/** complete_words() - prints the choices of "tcp|udp", with @between between them. */
void complete_words(const char *choices, const char *between);

/** complete_columns() - prints the names of the columns of list. */
void complete_columns(const char *between);

/** complete_quoted() - prints a text without the quote of shells; @escaped: these get a backslash, a quote @quote. */
void complete_quoted(const char *text, const char *escaped, const char *quote);

void complete_bash(void);
void complete_zsh(void);
void complete_fish(void);
void complete_powershell(void);

#endif

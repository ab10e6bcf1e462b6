/* cli/commands.h - the records that command line, --help, man page and completions are made of */
#ifndef IU_CLI_COMMANDS_H
#define IU_CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct iu_invocation;

/* Their order is that of help, man page and completions. */
enum iu_option_id {
	IU_OPTION_NONE,
	IU_OPTION_REUSEADDR,
	IU_OPTION_REUSEPORT,
	IU_OPTION_V6ONLY,
	IU_OPTION_EXCLUSIVE,
	IU_OPTION_DEVICE,
	IU_OPTION_USER,
	IU_OPTION_FOR,
	IU_OPTION_PROBE,
	IU_OPTION_NO_PROBE,
	IU_OPTION_FIRST,
	IU_OPTION_FROM,
	IU_OPTION_PROCESS,
	IU_OPTION_UNIT,
	IU_OPTION_CAUSE,
	IU_OPTION_JOURNAL,
	IU_OPTION_PROTOCOL,
	IU_OPTION_ALL,
	IU_OPTION_YES,
	IU_OPTION_DRY_RUN,
	IU_OPTION_GRACE,
	IU_OPTION_FORCE,
	IU_OPTION_DISABLE,
	IU_OPTION_UNDO,
	IU_OPTION_LISTENING,
	IU_OPTION_TIMEOUT,
	IU_OPTION_WAIT,
	IU_OPTION_NEXT,
	IU_OPTION_FREE,
	IU_OPTION_PORT_FILE,
	IU_OPTION_PORT_FD,
	IU_OPTION_NEAR,
	IU_OPTION_RANGE,
	IU_OPTION_UDP,
	IU_OPTION_COUNT,
	IU_OPTION_HOLD,
	IU_OPTION_OUTPUT,
	IU_OPTION_SORT,
	IU_OPTION_REDACT,
	IU_OPTION_HTML,
	IU_OPTION_LINES,
	IU_OPTION_FORMAT,
	IU_OPTION_TEXTFILE,
	IU_OPTION_TOOK,
	IU_OPTION_JSON, /* from here on: those of every answer */
	IU_OPTION_VERBOSE,
	IU_OPTION_QUIET,
	IU_OPTION_COLOR,
	IU_OPTION_HELP,
	IU_OPTION_VERSION,
	IU_OPTION_END
};

/* What is given with an option, and the type of its field in struct iu_arguments. */
enum iu_value {
	IU_VALUE_NONE, /* bool */
	IU_VALUE_ONE,  /* const char *; of several the last one counts */
	IU_VALUE_MANY, /* struct iu_values */
};

/* The values of an option that may be given several times. */
#define IU_VALUES_MAX 32

struct iu_values {
	const char *v[IU_VALUES_MAX];
	size_t n;
};

/* What the options of one command line say. NULL and false: not given. */
struct iu_arguments {
	bool reuseaddr, reuseport, v6only, exclusive, probe, no_probe, first, all;
	bool yes, dry_run, force, listening, udp, hold, free_it, next, disable, undo;
	bool redact, html, lines, journal;
	bool json, verbose, quiet, help, brief_help, version; /* brief: -h, one screen */
	const char *grace, *timeout, *near, *range, *count, *wait, *port_file, *port_fd;
	const char *device, *user, *program, *process, *unit, *cause, *protocol, *color, *output, *sort, *format, *textfile, *took;
	struct iu_values from;
};

struct iu_option {
	const char *name;
	char letter; /* 0: none */
	enum iu_value value;
	size_t offset;	      /* of its field in struct iu_arguments */
	const char *argument; /* what stands for the value in help: "FILE" */
	const char *choices;  /* "auto|always|never": only these are taken; NULL: anything */
	const char *help;     /* what it does, in a few words without a point; NULL: each command says it */
	const char *more;     /* goes on where there is room: "; may be given several times" */
	unsigned int on;      /* enum iu_system_kind, of which systems it is; 0: of every one */
};

/* An option that a command takes. */
struct iu_option_use {
	enum iu_option_id option;
	const char *help, *more; /* what it does in this command; NULL: what its row says */
	const char *argument;    /* what stands for its value here; NULL: as its row says */
};

#define IU_OPTIONS_MAX 24

/* What the asking socket sets belongs to a TARGET. */
#define IU_OPTIONS_OF_ASKER                                                                        \
	{IU_OPTION_REUSEADDR}, {IU_OPTION_REUSEPORT}, {IU_OPTION_V6ONLY}, {IU_OPTION_DEVICE}
#define IU_OPTIONS_EVERYWHERE {IU_OPTION_COLOR}, {IU_OPTION_HELP}, {IU_OPTION_VERSION}

/* What an operand of a command is, for completions. */
enum iu_operand_kind { IU_OPERAND_NONE, IU_OPERAND_TARGET, IU_OPERAND_FILTER, IU_OPERAND_PROGRAM, IU_OPERAND_ERROR,
	IU_OPERAND_TOPIC, IU_OPERAND_SHELL };

#define IU_ALIASES_MAX 4

#define IU_EXAMPLES_MAX 8

struct iu_example {
	const char *command, *meaning; /* command NULL: the end */
};

struct iu_command {
	const char *name;
	const char *aliases[IU_ALIASES_MAX]; /* the same command */
	const char *meant[IU_ALIASES_MAX];   /* what people try instead: only ever suggested */
	const char *operands;	 /* "TARGET…" */
	const char *summary;	 /* one line */
	const char *description; /* for the man page and --help of the command */
	struct iu_example examples[IU_EXAMPLES_MAX];
	struct iu_option_use options[IU_OPTIONS_MAX]; /* in any order */
	enum iu_operand_kind takes; /* TARGETs and FILTERs: its help says what they are */
	bool takes_negatives; /* "-4091" is an operand */
	int (*run)(const struct iu_invocation *invocation); /* returns the exit code */
};

/* Each is the end of cli/NAME.c. Their order is that of help, man page and completions. */
#define IU_COMMANDS(row)                                                                           \
	row(why) row(list) row(top) row(pid) row(free) row(wait) row(pick) row(error) row(watch) row(report) row(metrics) row(init) row(run) row(help)

#define IU_COMMAND_DECLARED(name) extern const struct iu_command iu_command_##name;
IU_COMMANDS(IU_COMMAND_DECLARED)
#undef IU_COMMAND_DECLARED

/* A form of TARGET, for help and man page. */
struct iu_target_form {
	const char *written, *means;
	unsigned int on; /* enum iu_system_kind; 0: every one */
};

struct iu_exit_code {
	int code;
	const char *why, *list, *others;
};

/** iu_commands(), iu_target_forms() … - the rows and how many there are. Static. */
const struct iu_command *const *iu_commands(size_t *ret_count);
const struct iu_target_form *iu_target_forms(size_t *ret_count);
const struct iu_exit_code *iu_exit_codes(size_t *ret_count);

/** iu_option_row() - the row of an option from IU_OPTION_NONE + 1 to IU_OPTION_END - 1. Static. */
const struct iu_option *iu_option_row(int option);

/** iu_option_use() - that option as @command takes it, or NULL. Static. */
const struct iu_option_use *iu_option_use(const struct iu_command *command, int option);

/** iu_option_help() - what an option does in that command, in a few words. Static. */
const char *iu_option_help(const struct iu_command *command, int option);

/** iu_option_more() - how that goes on where there is room, with its comma; "" for nothing. Static. */
const char *iu_option_more(const struct iu_command *command, int option);

/** iu_option_argument() - what stands for its value in that command, or NULL. Static. */
const char *iu_option_argument(const struct iu_command *command, int option);

/** iu_command_takes() - whether @command takes that option. */
bool iu_command_takes(const struct iu_command *command, int option);

/** iu_command_shows() - the same, for what is of this system. */
bool iu_command_shows(const struct iu_command *command, int option);

/** iu_command_find() - the command of that name, by whatever it is called; or NULL. */
const struct iu_command *iu_command_find(const char *name);

/** iu_command_near() - the name of a command that @name was meant to be, or NULL. */
const char *iu_command_near(const char *name);

/** iu_option_near() - the option that @name was meant to be, or NULL. */
const struct iu_option *iu_option_near(const char *name);

#endif

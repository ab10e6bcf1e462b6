/* cli/commands.h - the tables that command line, --help, man page and completions are made of */
#ifndef IU_CLI_COMMANDS_H
#define IU_CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

enum iu_command_id {
	IU_COMMAND_WHY,
	IU_COMMAND_LIST,
	IU_COMMAND_FREE,
	IU_COMMAND_WAIT,
	IU_COMMAND_PICK,
	IU_COMMAND_ERROR,
	IU_COMMAND_REPORT,
	IU_COMMAND_RUN,
	IU_COMMAND_HELP,
	IU_COMMAND_COUNT
};

#define IU_FOR_WHY  (1u << IU_COMMAND_WHY)
#define IU_FOR_LIST (1u << IU_COMMAND_LIST)
#define IU_FOR_FREE (1u << IU_COMMAND_FREE)
#define IU_FOR_WAIT (1u << IU_COMMAND_WAIT)
#define IU_FOR_PICK (1u << IU_COMMAND_PICK)
#define IU_FOR_ERROR (1u << IU_COMMAND_ERROR)
#define IU_FOR_REPORT (1u << IU_COMMAND_REPORT)
#define IU_FOR_RUN  (1u << IU_COMMAND_RUN)
#define IU_FOR_HELP (1u << IU_COMMAND_HELP)
#define IU_FOR_ALL  ((1u << IU_COMMAND_COUNT) - 1)
/* Those that are given a TARGET: what the asking socket sets belongs to it. */
#define IU_FOR_TARGETS (IU_FOR_WHY | IU_FOR_FREE | IU_FOR_WAIT | IU_FOR_REPORT)

#define IU_EXAMPLES_MAX 8

struct iu_example {
	const char *command, *meaning; /* command NULL: the end */
};

struct iu_command {
	enum iu_command_id id;
	const char *name;
	const char *operands;	 /* "TARGET…" */
	const char *summary;	 /* one line */
	const char *description; /* for the man page and --help of the command */
	struct iu_example examples[IU_EXAMPLES_MAX];
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
	bool redact, lines;
	bool json, quiet, help, version;
	const char *grace, *timeout, *near, *range, *count, *wait, *port_file, *port_fd;
	const char *device, *user, *program, *process, *unit, *protocol, *color, *output;
	struct iu_values from;
};

enum iu_option_type {
	IU_OPTION_SWITCH, /* the field is a bool */
	IU_OPTION_WORD,	  /* const char *; given again the last one counts */
	IU_OPTION_WORDS,  /* struct iu_values: may be given several times */
};

struct iu_option {
	const char *name;
	char letter;	       /* 0: none */
	enum iu_option_type type;
	const char *argument;  /* what stands for it in help; NULL: a switch */
	const char *choices;   /* "auto|always|never": only these are taken; NULL: anything */
	const char *help;      /* one sentence without a final point */
	unsigned int commands; /* IU_FOR_* */
	size_t offset;	       /* of its field in struct iu_arguments */
};

/* A form of TARGET, for help and man page. */
struct iu_target_form {
	const char *written, *means;
};

struct iu_exit_code {
	int code;
	const char *why, *others;
};

/** iu_commands(), iu_options() … - the rows and how many there are. Static. */
const struct iu_command *iu_commands(size_t *ret_count);
const struct iu_option *iu_options(size_t *ret_count);
const struct iu_target_form *iu_target_forms(size_t *ret_count);
const struct iu_exit_code *iu_exit_codes(size_t *ret_count);

/** iu_command_find() - the command of that name, or NULL. */
const struct iu_command *iu_command_find(const char *name);

/** iu_command_is_later() - whether @name is a command of another version than this one. */
bool iu_command_is_later(const char *name);

/** iu_option_near() - the option of @command that @name was meant to be, or NULL. */
const struct iu_option *iu_option_near(const char *name, unsigned int commands);

#endif

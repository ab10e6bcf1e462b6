/* cli/cli.h - what the files of the command line share */
#ifndef IU_CLI_CLI_H
#define IU_CLI_CLI_H

#include <jansson.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/system.h"
#include "model/name-tables.h"
#include "model/question.h"
#include "output/output.h"
#include "session/session.h"

/* Exit codes of the contract. */
enum iu_exit {
	IU_EXIT_YES = 0,
	IU_EXIT_DONE = 0,
	IU_EXIT_NO = 1,
	IU_EXIT_USAGE = 2,
	IU_EXIT_UNKNOWN = 3
};

/* One command line, read. */
struct iu_invocation {
	const struct iu_command *command;
	bool command_given; /* written out, not chosen by the operands */
	bool given[IU_OPTION_END];
	struct iu_arguments arguments;
	char **words; /* what is left after options and command */
	size_t count;
};

/** iu_invocation_read() - options, command and operands; returns 0 or an exit code, complained. */
int iu_invocation_read(int argc, char **argv, struct iu_invocation *ret_invocation);

/**
 * iu_help_show() - writes the help of one command, or of all with NULL
 * @brief: no more than one screen
 * Returns: an exit code.
 */
int iu_help_show(const struct iu_command *command, bool brief);

/** iu_help_topic() - the name of a topic, by its number; NULL: there are no more. Static. */
const char *iu_help_topic(size_t which);

/** iu_options_check() - whether @command takes all options that were given; 0, or IU_EXIT_USAGE complained. */
int iu_options_check(const struct iu_invocation *invocation, const struct iu_command *command);

/** iu_options_style() - colour, width and length from options, environment and terminal. */
struct iu_style iu_options_style(const struct iu_arguments *arguments);

/** iu_options_style_for() - the same for what is no result. */
struct iu_style iu_options_style_for(const struct iu_arguments *arguments, enum iu_stream stream);

/* ---- complaints: one line on stderr ---- */

/** iu_complain() - "inuse: " and our own words; @foreign, escaped, between quotes; and @after. */
void iu_complain(const char *before, const char *foreign, const char *after);

/** iu_complain_text() - "inuse: " and a ready line. */
void iu_complain_text(const struct iu_text *line);

/* ---- results: standard output, every write checked ---- */

/** iu_write() - writes a text; false when that failed (complained once, except of EPIPE). */
bool iu_write(const struct iu_text *text);

/** iu_write_json() - writes one document and a newline. NULL: out of memory. Takes @json. */
bool iu_write_json(json_t *json);

/** iu_write_json_part() - the same without the newline: a part of a document. */
bool iu_write_json_part(json_t *json);

/**
 * iu_put_progress() - rewrites a line on the terminal of stderr, cut to its width
 * @left_ms: -1: not known. "\r\x1b[K" wipes it.
 */
void iu_put_progress(const char *what, int64_t left_ms);

/** iu_writer_flush() - what was written is with its reader; false when anything could not be written. */
bool iu_writer_flush(void);

/** iu_write_end() - flushes and closes; false when anything could not be written. */
bool iu_write_end(void);

/* ---- operands ---- */

/** iu_user_read() - a user name or number; 0, or IU_EXIT_USAGE complained. */
int iu_user_read(const char *user, const struct iu_names *names, uint32_t *ret_uid);

/**
 * iu_number_read() - the value of an option: a whole number
 * @option: its name, for the complaint
 * Returns: 0, or IU_EXIT_USAGE complained.
 */
int iu_number_read(const char *option, const char *text, unsigned long least, unsigned long most,
	unsigned long *ret_number);

/**
 * iu_duration_read() - the value of an option: a time, in seconds or as 5s, 2m, 1h
 * Returns: 0, or IU_EXIT_USAGE complained.
 */
int iu_duration_read(
	const char *option, const char *text, unsigned long most, unsigned long *ret_seconds);

/** iu_options_socket() - what the options say of the asking socket; 0, or an exit code. */
int iu_options_socket(const struct iu_arguments *arguments, const struct iu_names *names,
	struct iu_options *ret_options);

/**
 * iu_targets_read() - the questions of all operands of `why`, parsed before anything is looked at
 * @names: of the machine that is asked about
 * Returns: 0, or an exit code, complained.
 */
int iu_targets_read(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names, const struct iu_options *options, struct iu_questions *out);

/** iu_targets_are_message() - whether all operands read as one message that was given without quotes. */
bool iu_targets_are_message(const struct iu_invocation *invocation, const struct iu_names *names);

/* ---- --from: captures instead of this machine ---- */

struct iu_from {
	bool given;
	struct iu_session session; /* of the captures */
	struct iu_names names;     /* of the machine that is asked about */
	const struct iu_values *files;
};

/**
 * iu_from_read() - reads the captures that --from names; without --from the names of this system
 * @ret_from: must not be moved afterwards; iu_from_free() frees it
 * Returns: 0, or an exit code, complained.
 */
int iu_from_read(const struct iu_invocation *invocation, struct iu_from *ret_from);

/** iu_from_words() - "FILE, recorded on HOST at TIME": where an answer comes from. */
void iu_from_words(const struct iu_from *from, struct iu_text *out);

/** iu_from_json() - adds the key "from" to a document: null for this machine. */
json_t *iu_from_json(const struct iu_from *from, json_t *document);

void iu_from_free(struct iu_from *from);

/**
 * iu_list_filter() - options and operands of a command that takes a FILTER
 * Returns: 0, or an exit code, complained.
 */
int iu_list_filter(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names, struct iu_filter *ret_filter);

/** iu_list_run() - what `list` does with a command line whose captures have been read already. */
int iu_list_run(const struct iu_invocation *invocation, struct iu_from *from);

/**
 * iu_targets_few() - options and operands of a command that acts on each: read, and not too many
 * @most: more questions than that are refused
 * Returns: 0, or an exit code, complained.
 */
int iu_targets_few(struct iu_arena *arena, const struct iu_invocation *invocation, size_t most,
	struct iu_questions *out);

/**
 * iu_input_read() - standard input as a message: a bounded copy of the lines that matter
 * @suspects: lines that speak of a failed bind, with those around them
 * @others: where there are none, the lines that name an endpoint or another error
 * Returns: 0, IU_E_NOMEM, IU_E_IO.
 */
int iu_input_read(struct iu_text *suspects, struct iu_text *others);

#endif

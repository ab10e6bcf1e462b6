/* cli/list.c - inuse list: every bound socket with its holder */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "engine/guess.h"
#include "input/filter.h"
#include "session/session.h"

#define NAME_COLUMNS 40

/* Complains of what is wrong with the word. */
static int take_word(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_filter *filter)
{
	struct iu_text complaint = {0};
	int ret = iu_filter_word(arena, names, word, filter, &complaint);

	if (complaint.len)
		iu_complain_text(&complaint);
	iu_text_free(&complaint);
	return ret;
}

int iu_list_filter(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names, struct iu_filter *ret_filter)
{
	const struct iu_arguments *arguments = &invocation->arguments;
	struct iu_filter filter = {
		.process = arguments->process,
		.unit = arguments->unit,
		.all = arguments->all,
	};
	int ret = 0;

	if (arguments->protocol)
		iu_filter_protocol(arguments->protocol, &filter);
	for (size_t i = 0; i < invocation->count && ret >= 0; i++)
		ret = take_word(arena, names, invocation->words[i], &filter);
	if (ret == IU_E_INPUT)
		return IU_EXIT_USAGE;
	if (ret < 0) {
		if (ret != IU_E_NOTSUP) /* another protocol, which was said */
			iu_complain(iu_error_text(ret), NULL, "");
		return IU_EXIT_UNKNOWN;
	}
	if (arguments->user && iu_user_read(arguments->user, names, &filter.uid) != 0)
		return IU_EXIT_USAGE;
	filter.user_given = arguments->user != NULL;
	*ret_filter = filter;
	return 0;
}

/* One listing, which may come in portions. */
struct listed {
	const struct iu_arguments *arguments;
	const struct iu_from *from;
	const struct iu_filter *filter;
	struct iu_style style;
	struct iu_output_table table;
	int sort; /* column; -1: by protocol, port and address */
	bool begun, unwritten;
	bool seen; /* any kind of socket could be looked at */
	size_t rows;
};

/* UNIX sockets are many, and seldom what somebody looks for: counted, unless they were asked for. */
static void leave_out(struct listed *listed, const struct iu_snapshot *snapshot, struct iu_listing *listing)
{
	size_t kept = 0;

	if (listed->filter->unix_sockets || listed->filter->endpoints.n)
		return;
	for (size_t i = 0; i < listing->rows.n; i++) {
		if (snapshot->sockets.v[listing->rows.v[i].socket].protocol == IU_PROTOCOL_UNIX)
			listed->table.left_out++;
		else
			listing->rows.v[kept++] = listing->rows.v[i];
	}
	listing->rows.n = kept;
}

static bool put_rows(struct listed *listed, const struct iu_snapshot *snapshot,
	struct iu_listing *listing, bool last)
{
	struct iu_text text = {0};
	bool good;

	leave_out(listed, snapshot, listing);
	for (size_t i = 0; i < listing->rows.n; i++) {
		struct iu_row *row = &listing->rows.v[i];
		const struct iu_socket *s = &snapshot->sockets.v[row->socket];

		if (!row->holds.n && s->inode)
			row->guess = iu_guess_holder(snapshot, s);
	}
	iu_output_list_rows(&listed->table, snapshot, listing, &listed->style, &text);
	if (last)
		iu_output_list_end(&listed->table, snapshot, &listed->style, &text);
	if (last && listed->from->given && !listed->style.quiet) {
		iu_text_add(&text, "From ");
		iu_from_words(listed->from, &text);
		iu_text_add(&text, "\n");
	}
	good = iu_write(&text);
	iu_text_free(&text);
	return good;
}

static bool put_words(const char *words)
{
	struct iu_text text = {0};
	bool good;

	iu_text_add(&text, words);
	good = iu_write(&text);
	iu_text_free(&text);
	return good;
}

static bool put_json_end(const struct listed *listed, const struct iu_snapshot *snapshot)
{
	json_t *document = iu_from_json(listed->from, json_object());
	bool good = put_words("],\"gaps\":") &&
		    iu_write_json_part(iu_output_list_json_gaps(snapshot)) &&
		    put_words(",\"from\":") &&
		    iu_write_json_part(json_incref(json_object_get(document, "from"))) &&
		    put_words("}\n");

	json_decref(document);
	return good;
}

/* One document in one line, however long it is: nothing of it is kept. */
static bool put_json(struct listed *listed, const struct iu_snapshot *snapshot,
	struct iu_listing *listing, bool last)
{
	bool good = true;

	if (!listed->begun)
		good = put_words("{\"schema\":\"inuse.list/1\",\"host\":") &&
		       iu_write_json_part(iu_output_list_json_host(snapshot)) &&
		       put_words(",\"sockets\":[");
	listed->begun = true;
	for (size_t i = 0; i < listing->rows.n && good; i++)
		good = (!listed->table.rows++ || put_words(",")) &&
		       iu_write_json_part(iu_output_list_json_row(snapshot, &listing->rows.v[i]));
	return good && (!last || put_json_end(listed, snapshot));
}

static bool put_line(struct listed *listed, const struct iu_snapshot *snapshot, json_t *sockets,
	json_t *gaps)
{
	json_t *document = json_object();

	json_object_set_new(document, "schema", json_string("inuse.list/1"));
	json_object_set_new(document, "host", iu_output_list_json_host(snapshot));
	json_object_set_new(document, "sockets", sockets);
	json_object_set_new(document, "gaps", gaps);
	return iu_write_json(iu_from_json(listed->from, document));
}

/* A document for each socket, so that a reader need not wait for the end either. */
static bool put_json_lines(struct listed *listed, const struct iu_snapshot *snapshot,
	struct iu_listing *listing, bool last)
{
	bool good = true;

	for (size_t i = 0; i < listing->rows.n && good; i++)
		good = put_line(listed, snapshot,
			json_pack("[o]", iu_output_list_json_row(snapshot, &listing->rows.v[i])),
			json_array());
	return good && (!last || put_line(listed, snapshot, json_array(),
					  iu_output_list_json_gaps(snapshot)));
}

static int take(void *context, const struct iu_snapshot *snapshot, bool last)
{
	struct listed *listed = context;
	const uint32_t kinds = iu_session_kinds(listed->filter);
	struct iu_listing listing = {0};
	struct iu_arena arena = {0};
	int ret = iu_listing_make(&arena, snapshot, listed->filter, &listing);

	if (ret == 0 && listed->sort >= 0)
		ret = iu_output_list_sort(snapshot, listed->sort, &listing);
	listed->table.unsure = listed->filter->process && iu_words_hidden(snapshot, listed->filter->process);
	if (ret == 0) {
		listed->rows += listing.rows.n;
		listed->seen = listed->seen || snapshot->seen & kinds || listing.rows.n;
		listed->unwritten = !(listed->arguments->lines	? put_json_lines
				      : listed->arguments->json ? put_json
								: put_rows)(
			listed, snapshot, &listing, last);
		ret = listed->unwritten ? IU_E_IO : 0;
	}
	iu_arena_free(&arena);
	return ret;
}

/* What a row of the table shows needs less of a process than a document, or a filter. */
static bool is_brief(const struct iu_invocation *invocation)
{
	return !invocation->arguments.json && !invocation->arguments.process;
}

/* Nothing is shown of a program that may hold something: that is not "nothing". */
static int complain_hidden(const struct iu_unreadable *hidden)
{
	struct iu_text line = {0};

	iu_text_add(&line, "what ");
	iu_text_foreign(&line, hidden->name, strlen(hidden->name), NAME_COLUMNS);
	iu_text_printf(&line, " (pid %d) holds could not be seen: run as root", (int)hidden->pid);
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_UNKNOWN;
}

static int exit_of(const struct listed *listed, const struct iu_snapshot *snapshot)
{
	const char *process = listed->filter->process;
	const struct iu_unreadable *hidden =
		process && !listed->rows ? iu_words_hidden(snapshot, process) : NULL;

	if (hidden)
		return complain_hidden(hidden);
	if (!listed->seen)
		return IU_EXIT_UNKNOWN;
	return listed->rows ? IU_EXIT_YES : IU_EXIT_NO;
}

static int complain_column(const char *option, const char *name)
{
	struct iu_text line = {0};

	iu_text_printf(&line, "--%s: there is no column \"", option);
	iu_text_foreign(&line, name, strlen(name), NAME_COLUMNS);
	iu_text_add(&line, "\"; there are: ");
	for (size_t i = 0; iu_output_list_column_name(i); i++)
		iu_text_printf(&line, "%s%s", i ? ", " : "", iu_output_list_column_name(i));
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

/* "pid,port,command" */
static int read_columns(struct iu_arena *arena, const char *text, struct iu_output_table *table)
{
	size_t len;
	int column;

	table->chosen = true;
	for (;; text += len + 1) {
		const char *name;

		len = strcspn(text, ",");
		name = iu_arena_strndup(arena, text, len);
		column = name ? iu_output_list_column(name) : -1;
		if (column < 0 || table->n == IU_LIST_COLUMNS)
			return complain_column("output", name ? name : "");
		table->column[table->n++] = (unsigned char)column;
		if (!text[len])
			return 0;
	}
}

static const char *conflict(const struct iu_arguments *arguments)
{
	if (arguments->lines && !arguments->json)
		return "--lines goes with --json: inuse list --json --lines";
	if (arguments->output && arguments->json)
		return "--output chooses columns of the table; --json has everything";
	return NULL;
}

static int read_table(struct iu_arena *arena, const struct iu_arguments *arguments, struct listed *listed)
{
	const char *wrong = conflict(arguments);
	int code = 0;

	if (wrong) {
		iu_complain(wrong, NULL, "");
		return IU_EXIT_USAGE;
	}
	listed->sort = -1;
	if (arguments->sort) {
		listed->sort = iu_output_list_column(arguments->sort);
		code = listed->sort < 0 ? complain_column("sort", arguments->sort) : 0;
	}
	if (code == 0 && arguments->output)
		code = read_columns(arena, arguments->output, &listed->table);
	if (arguments->verbose)
		listed->style.columns = 0;
	return code;
}

/* The command that shows the UNIX sockets of the same filter. */
static void tell_left_out(const struct iu_arguments *arguments, struct iu_text *command)
{
	const struct {
		const char *option, *value;
	} given[] = {{"process", arguments->process}, {"unit", arguments->unit}, {"user", arguments->user}};

	iu_text_add(command, "inuse list unix");
	for (size_t i = 0; i < IU_COUNT(given); i++) {
		if (!given[i].value)
			continue;
		iu_text_printf(command, " --%s ", given[i].option);
		iu_text_shell_word(command, given[i].value);
	}
	iu_text_add(command, arguments->all ? " --all" : "");
	for (size_t i = 0; i < arguments->from.n; i++) {
		iu_text_add(command, " --from ");
		iu_text_shell_word(command, arguments->from.v[i]);
	}
}

/* What is sorted by something else than comes in portions has to be there as a whole. */
static int look(struct listed *listed, struct iu_session *here, bool brief)
{
	int ret;

	if (listed->from->given)
		return take(listed, &listed->from->session.snapshot, true);
	if (listed->sort < 0)
		return iu_session_stream(here, listed->filter, brief, take, listed);
	ret = iu_session_list(here, listed->filter);
	return ret < 0 ? ret : take(listed, &here->snapshot, true);
}

int iu_list_run(const struct iu_invocation *invocation, struct iu_from *from)
{
	struct iu_session here = {0};
	struct iu_filter filter;
	struct listed listed = {.arguments = &invocation->arguments,
		.from = from,
		.filter = &filter,
		.style = iu_options_style(&invocation->arguments)};
	struct iu_text left_out = {0};
	struct iu_arena arena = {0};
	int code, ret = 0;

	code = iu_list_filter(&arena, invocation, &from->names, &filter);
	if (code == 0)
		code = read_table(&arena, &invocation->arguments, &listed);
	if (code == 0) {
		tell_left_out(&invocation->arguments, &left_out);
		listed.table.left_out_command = left_out.failed ? "" : left_out.data;
		ret = look(&listed, &here, is_brief(invocation));
		if (ret < 0 && !listed.unwritten)
			iu_complain(iu_error_text(ret), NULL, "");
		code = ret < 0 ? IU_EXIT_UNKNOWN
			       : exit_of(&listed, from->given ? &from->session.snapshot
							      : &here.snapshot);
	}
	iu_session_free(&here);
	iu_text_free(&left_out);
	iu_arena_free(&arena);
	return code;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct iu_from from;
	int code = iu_from_read(invocation, &from);

	if (code == 0)
		code = iu_list_run(invocation, &from);
	iu_from_free(&from);
	return code;
}

const struct iu_command iu_command_list = {
	.name = "list",
	.operands = "[FILTER…]",
	.aliases = {"ls", "ps"},
	.meant = {"show", "ports", "status", "all"},
	.summary = "what is listening or bound, and who holds it",
	.description =
		"Shows what is listening or bound, and who holds it. A FILTER is a TARGET, an "
		"address, an interface, or one of the words tcp, udp and unix; several of them are "
		"alternatives. `inuse nginx` is `inuse list --process nginx` while a program of that "
		"name holds a socket. Without a FILTER for them UNIX sockets are only counted; --json has "
		"them all. The exit code is 1 when nothing matches.",
	.examples = {
		{"inuse", "everything that is bound"},
		{"inuse list tcp --user www-data", "TCP sockets of one user"},
		{"inuse list 8000-8999 127.0.0.1",
			"some ports, and everything on the loopback address"},
		{"inuse list --process nginx --json", "for a script"},
		{"inuse list -o pid,port,command --sort age", "some columns, the youngest program first"},
	},
	.options = {
		{IU_OPTION_USER, "what that user holds"},
		{IU_OPTION_FROM},
		{IU_OPTION_PROCESS, "what programs of that name hold, or the PID"},
		{IU_OPTION_UNIT, "what that unit, service or container holds"},
		{IU_OPTION_PROTOCOL, "what is of that protocol"},
		{IU_OPTION_ALL, "connections and TIME-WAIT too"},
		{IU_OPTION_OUTPUT, "these columns, from left to right",
			": any of proto, address, port, state, pid, program, user, unit, age, dir, command, "
			"with commas between them", "COLUMNS"},
		{IU_OPTION_SORT, "in the order of that column", ": any of those of --output"},
		{IU_OPTION_LINES, "with --json: one document for each socket",
			", on a line of its own; what could not be seen stands in the last one"},
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE, "nothing is cut"},
		{IU_OPTION_QUIET, "rows only: no headings, no notes"}, IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_FILTER,
	.run = run_command,
};

/* cli/list.c - inuse list: every bound socket with its holder */
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/words.h"
#include "input/filter.h"
#include "session/session.h"

#define NAME_COLUMNS 40

/* Complains of what is wrong with the word. */
static int take_word(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_filter *filter)
{
	struct iu_text complaint = {0};
	int ret = iu_filter_word(arena, names, word, filter, &complaint);

	if (ret == IU_E_INPUT)
		iu_complain_text(&complaint);
	iu_text_free(&complaint);
	return ret;
}

static int make_filter(struct iu_arena *arena, const struct iu_invocation *invocation,
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
	bool begun, unwritten;
	bool seen; /* any kind of socket could be looked at */
	size_t rows;
};

static bool put_rows(struct listed *listed, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, bool last)
{
	struct iu_text text = {0};
	bool good;

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
	const struct iu_listing *listing, bool last)
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
	const struct iu_listing *listing, bool last)
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
	const uint32_t kinds = IU_FACT_TCP | IU_FACT_UDP | IU_FACT_UNIX;
	struct listed *listed = context;
	struct iu_listing listing = {0};
	struct iu_arena arena = {0};
	int ret = iu_listing_make(&arena, snapshot, listed->filter, &listing);

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

int iu_list_run(const struct iu_invocation *invocation, struct iu_from *from)
{
	struct iu_session here = {0};
	struct iu_filter filter;
	struct listed listed = {.arguments = &invocation->arguments,
		.from = from,
		.filter = &filter,
		.style = iu_options_style(&invocation->arguments)};
	struct iu_arena arena = {0};
	int code, ret = 0;

	code = make_filter(&arena, invocation, &from->names, &filter);
	if (code == 0 && listed.arguments->lines && !listed.arguments->json) {
		iu_complain("--lines goes with --json: inuse list --json --lines", NULL, "");
		code = IU_EXIT_USAGE;
	}
	if (code == 0) {
		ret = from->given ? take(&listed, &from->session.snapshot, true)
				  : iu_session_stream(&here, filter.all, is_brief(invocation),
					    take, &listed);
		if (ret < 0 && !listed.unwritten)
			iu_complain(iu_error_text(ret), NULL, "");
		code = ret < 0 ? IU_EXIT_UNKNOWN
			       : exit_of(&listed, from->given ? &from->session.snapshot
							      : &here.snapshot);
	}
	iu_session_free(&here);
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
		"name holds a socket. The exit code is 1 when nothing matches.",
	.examples = {
		{"inuse", "everything that is bound"},
		{"inuse list tcp --user www-data", "TCP sockets of one user"},
		{"inuse list 8000-8999 127.0.0.1",
			"some ports, and everything on the loopback address"},
		{"inuse list --process nginx --json", "for a script"},
	},
	.options = {
		{IU_OPTION_USER, "what that user holds"},
		{IU_OPTION_FROM},
		{IU_OPTION_PROCESS, "what programs of that name hold, or the PID"},
		{IU_OPTION_UNIT, "what that unit, service or container holds"},
		{IU_OPTION_PROTOCOL, "what is of that protocol"},
		{IU_OPTION_ALL, "connections and TIME-WAIT too"},
		{IU_OPTION_LINES, "with --json: one document for each socket",
			", on a line of its own; what could not be seen stands in the last one"},
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE, "nothing is cut"},
		{IU_OPTION_QUIET, "rows only: no headings, no notes"}, IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_FILTER,
	.run = run_command,
};

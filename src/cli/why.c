/* cli/why.c - inuse why: would bind() fail, who is in the way, what helps */
#include "base/err.h"
#include "captures/captures.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "cli/words.h"
#include "os/os.h"
#include "output/range.h"
#include "session/questions.h"
#include "session/record.h"
#include "session/session.h"

/* What only `why` takes, on top of that. */
static int read_options(const struct iu_arguments *arguments, const struct iu_from *from,
	struct iu_options *ret_options)
{
	int code;

	if (arguments->probe && arguments->no_probe) {
		iu_complain("--probe and --no-probe exclude each other", NULL, "");
		return IU_EXIT_USAGE;
	}
	if (arguments->probe && from->given) {
		iu_complain("--probe asks the kernel of this machine, and --from is about another one",
			NULL, "");
		return IU_EXIT_USAGE;
	}
	code = iu_options_socket(arguments, &from->names, ret_options);
	if (code == 0 && arguments->user) {
		code = iu_user_read(arguments->user, &from->names, &ret_options->uid);
		ret_options->uid_given = true;
	}
	return code;
}

/* What the command line says of every question. */
static int complete(struct iu_arena *arena, const struct iu_arguments *arguments,
	const struct iu_from *from, struct iu_questions *questions)
{
	struct iu_file_id program = {0, 0};
	const char *folder = NULL;
	bool only = false;

	if (arguments->program && from->given)
		iu_captures_program(&from->session.snapshot, arguments->program, &program);
	else if (arguments->program)
		folder = iu_os_program_folder(arena, arguments->program, &only);
	if (arguments->program && !from->given && !(only && folder) &&
		iu_os_find_program(arguments->program, &program) < 0) {
		iu_complain("there is no program ", arguments->program,
			": give its path, or a name that is found in PATH");
		return IU_EXIT_USAGE;
	}
	if (arguments->program) {
		iu_questions_set_program(arguments->program, &program, questions);
		iu_questions_set_folder(folder, only, questions);
	}
	if (from->given)
		iu_questions_set_error(
			questions, iu_questions_system(&from->session.snapshot));
	for (size_t i = 0; i < questions->n; i++) {
		questions->v[i].how.first = arguments->first;
		questions->v[i].how.around = true;
		if (arguments->probe || arguments->no_probe)
			questions->v[i].how.probe =
				arguments->probe ? IU_PROBE_ALWAYS : IU_PROBE_NEVER;
	}
	return 0;
}

/* What a capture says is told with its origin: nobody shall take it for this machine. */
static int add_origin(struct iu_arena *arena, const struct iu_from *from, struct iu_explanation *explanation)
{
	struct iu_explanation_part part = {.label = "from"};
	struct iu_text text = {0};
	const char *line;

	iu_from_words(from, &text);
	line = text.failed ? NULL : iu_arena_strdup(arena, text.data);
	iu_text_free(&text);
	*iu_list_add(arena, &part.lines) = line;
	*iu_list_add(arena, &explanation->parts) = part;
	return !line || arena->failed ? IU_E_NOMEM : 0;
}

/* What `watch` has written down of it. */
static json_t *add_refused(const struct iu_answer *answer, json_t *document)
{
	struct iu_record_tally tally;
	json_t *refused = json_null();

	if (iu_record_recall(answer->question, answer->snapshot, &tally) && tally.count)
		refused = json_pack("{sI si}", "count", (json_int_t)tally.count, "seconds", IU_RECORD_SECONDS);
	if (document && json_object_set_new(document, "refused", refused) < 0) {
		json_decref(document);
		return NULL;
	}
	return document;
}

static bool put_answer(const struct iu_arguments *arguments, const struct iu_style *style,
	const struct iu_from *from, const struct iu_answer *answer, bool first)
{
	struct iu_text text = {0};
	json_t *json;
	bool good;

	if (arguments->json) {
		json = add_refused(answer,
			iu_output_why_json(answer->question, answer->snapshot, &answer->verdict));
		return iu_write_json(iu_from_json(from, json));
	}
	if (!first && !style->quiet)
		iu_text_add(&text, "\n");
	iu_output_explanation(&answer->explanation, style, &text);
	good = iu_write(&text);
	iu_text_free(&text);
	return good;
}

/* How often each kind of answer was given. */
struct tally {
	size_t fails, unknown;
};

static void count(struct tally *tally, enum iu_status status)
{
	switch (status) {
	case IU_STATUS_FREE: break;
	case IU_STATUS_IN_USE:
	case IU_STATUS_DENIED:
	case IU_STATUS_UNAVAILABLE: tally->fails++; break;
	case IU_STATUS_UNKNOWN: tally->unknown++; break;
	}
}

/* One command line at work. */
struct answering {
	const struct iu_arguments *arguments;
	struct iu_from *from;
	struct iu_session *session;
	struct iu_style style;
	struct tally tally;
	bool begun; /* something was printed, so that an empty line comes between */
};

/* Returns 0, IU_E_NOMEM, or IU_E_IO: complained already. */
static int answer_one(struct answering *a, const struct iu_question *question)
{
	struct iu_arena arena = {0};
	struct iu_record_tally tally;
	struct iu_answer answer;
	int ret = iu_session_answer(a->session, question, &arena, &answer);

	if (ret >= 0 && !a->arguments->json && iu_record_recall(question, answer.snapshot, &tally))
		ret = iu_record_tell(&arena, &tally, &answer.explanation);
	if (ret >= 0 && a->from->given)
		ret = add_origin(&arena, a->from, &answer.explanation);
	if (ret >= 0) {
		ret = put_answer(a->arguments, &a->style, a->from, &answer, !a->begun) ? 0 : IU_E_IO;
		count(&a->tally, answer.verdict.status);
	}
	a->begun = true;
	iu_arena_free(&arena);
	return ret;
}

static int put_range(struct answering *a, const struct iu_range *range, const struct iu_text *details)
{
	struct iu_text text = {0};
	int ret;

	iu_text_add(&text, a->begun && !a->style.quiet ? "\n" : "");
	iu_range_put(range, &a->style, &text);
	if (a->from->given && !a->style.quiet) {
		iu_text_add(&text, "From ");
		iu_from_words(a->from, &text);
		iu_text_add(&text, "\n");
	}
	iu_text_addn(&text, details->data ? details->data : "", details->len);
	text.failed = text.failed || details->failed;
	ret = iu_write(&text) ? 0 : IU_E_IO;
	iu_text_free(&text);
	a->begun = true;
	return ret;
}

/* The ports of one target, a line each; with -v everything about those that are taken follows. */
static int answer_range(struct answering *a, const struct iu_question *questions, size_t n)
{
	struct iu_range range = {.rows = {0}};
	struct iu_text details = {0};
	int ret = 0;

	for (size_t i = 0; i < n && ret >= 0; i++) {
		struct iu_arena arena = {0};
		struct iu_answer answer;

		ret = iu_session_answer(a->session, &questions[i], &arena, &answer);
		if (ret >= 0) {
			iu_range_add(&range, &questions[i], &a->session->snapshot, &answer.verdict, a->style.home);
			count(&a->tally, answer.verdict.status);
		}
		if (ret >= 0 && a->arguments->verbose && answer.verdict.status != IU_STATUS_FREE) {
			iu_text_add(&details, "\n");
			iu_output_explanation(&answer.explanation, &a->style, &details);
		}
		iu_arena_free(&arena);
	}
	if (ret >= 0)
		ret = put_range(a, &range, &details);
	iu_text_free(&details);
	iu_arena_free(&range.arena);
	return ret;
}

/* How many of the questions belong to one range; 0: the first of them is answered by itself. */
static size_t range_length(const struct answering *a, const struct iu_questions *questions, size_t at)
{
	size_t n = 0;

	while (!a->arguments->json && at + n < questions->n && questions->v[at + n].target.one_of_many)
		n++;
	return n;
}

static int answer_all(const struct iu_arguments *arguments, struct iu_from *from,
	const struct iu_questions *questions)
{
	struct iu_session here = {0};
	struct answering a = {.arguments = arguments,
		.from = from,
		.session = from->given ? &from->session : &here,
		.style = iu_options_style(arguments)};
	struct tally tally;
	bool written = true;
	size_t i, n;
	int ret = 0;

	if (!from->given)
		ret = iu_session_look(a.session, questions);
	for (i = 0; ret >= 0 && i < questions->n; i += n ? n : 1) {
		n = range_length(&a, questions, i);
		ret = n ? answer_range(&a, &questions->v[i], n) : answer_one(&a, &questions->v[i]);
	}
	if (!from->given)
		iu_session_free(&here);
	tally = a.tally;
	if (ret == IU_E_IO) {
		written = false;
		ret = 0;
	}
	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	if (ret < 0 || !written)
		return IU_EXIT_UNKNOWN;
	if (tally.fails)
		return IU_EXIT_YES;
	return tally.unknown ? IU_EXIT_UNKNOWN : IU_EXIT_NO;
}

/* "inuse nginx tcp": the sockets of a program that runs. */
static int list_program(const struct iu_invocation *invocation, struct iu_from *from)
{
	struct iu_invocation list = *invocation;
	int code = iu_options_check(invocation, &iu_command_list);

	list.command = &iu_command_list;
	list.arguments.process = invocation->words[0];
	list.words++;
	list.count--;
	return code ? code : iu_list_run(&list, from);
}

static int run_command(const struct iu_invocation *invocation)
{
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_options options;
	struct iu_from from;
	bool is_program = false;
	int code;

	if (!invocation->count) {
		iu_complain("why needs a TARGET, for example: inuse why 8080", NULL, "");
		return IU_EXIT_USAGE;
	}
	code = iu_from_read(invocation, &from);
	if (code == 0 && !iu_targets_are_message(invocation, &from.names))
		code = iu_words_decide(invocation, &from, &is_program);
	if (code == 0 && is_program) {
		code = list_program(invocation, &from);
		iu_from_free(&from);
		return code;
	}
	if (code == 0)
		code = iu_options_check(invocation, invocation->command);
	if (code == 0)
		code = read_options(&invocation->arguments, &from, &options);
	if (code == 0)
		code = iu_targets_read(&arena, invocation, &from.names, &options, &questions);
	if (code == 0)
		code = complete(&arena, &invocation->arguments, &from, &questions);
	if (code == 0)
		code = answer_all(&invocation->arguments, &from, &questions);
	iu_arena_free(&arena);
	iu_from_free(&from);
	return code;
}

const struct iu_command iu_command_why = {
	.name = "why",
	.aliases = {"who"},
	.meant = {"check", "explain", "port", "find"},
	.operands = "TARGET…",
	.summary = "why it cannot be bound, and what helps",
	.description =
		"Says for each TARGET whether a program could bind it now. If not: which socket "
		"is in the way, which program, unit or container holds it, by which rule it "
		"blocks, and what helps. The options tell what the program that asks sets on "
		"its own socket.",
	.examples = {
		{"inuse 8080", "why can nothing listen on port 8080?"},
		{"inuse why --reuseaddr 127.0.0.1:8080/tcp",
			"the same, for a server that sets SO_REUSEADDR"},
		{"inuse 53/udp /run/app.sock", "several targets, one answer each"},
		{"inuse 'listen tcp :8080: bind: address already in use'",
			"the error message as it was printed"},
		{"./server 2>&1 | inuse -", "the same, straight out of the program"},
		{"inuse --for ./server 8080", "is it a copy of the same program?"},
		{"inuse --json 3000-3010", "one JSON document per line"},
	},
	.options = {
		IU_OPTIONS_OF_ASKER,
		{IU_OPTION_EXCLUSIVE},
		{IU_OPTION_USER, "as that user asks"},
		{IU_OPTION_FOR, "the program that wants the port, or its folder",
			": a holder that runs the same file (not just the same interpreter), or in that "
			"folder, is \"already running\""},
		{IU_OPTION_PROBE, "always try a bind() of our own",
			" (never listen(), closed at once; never on UNIX paths); without --probe and "
			"--no-probe only where trying can change nothing"},
		{IU_OPTION_NO_PROBE, "never try a bind() of our own"},
		{IU_OPTION_FIRST, "stop at the first holder found",
			", where finding all of them takes long; what was not looked at is said"},
		{IU_OPTION_FROM}, {IU_OPTION_JSON}, {IU_OPTION_VERBOSE}, {IU_OPTION_QUIET},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_TARGET,
	.run = run_command,
};

/* cli/run.c - inuse run: becomes a program and says why its bind() or listen() fails */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "os/os.h"
#include "run/run.h"
#include "session/record.h"

#define WAIT_MOST     31536000 /* a year */
#define PAUSE_MS 1000 /* a line that is rewritten is read, too */
#define GRACE_DEFAULT 5
#define GRACE_MOST    3600
#define FD_MOST	      1048575
#define NOT_FOUND     127 /* as shells say it */
#define NOT_STARTED   126

/* One command line at work; lives on in the process that watches. */
struct work {
	const struct iu_arguments *arguments;
	struct iu_run run;
	int64_t told_at; /* the line of progress; 0: there is none */
};

/* One write: lines of the command and ours stay whole. */
static void put(struct iu_text *text)
{
	if (!text->failed && text->data) {
		iu_system_write(IU_STREAM_MESSAGES, text->data, text->len);
		fflush(stderr);
	}
	iu_text_free(text);
}

static struct iu_style style_of(const struct work *work)
{
	struct iu_style style = iu_options_style_for(work->arguments, IU_STREAM_MESSAGES);

	return style;
}

static void say_line(void *context, const char *line)
{
	struct iu_text text = {0};

	(void)context;
	iu_text_add(&text, "inuse: ");
	iu_text_add(&text, line);
	iu_text_add(&text, "\n");
	put(&text);
}

static void explain_json(const struct iu_run_failure *failure)
{
	const struct iu_answer *answer = failure->answer;
	json_t *json = answer ? iu_output_why_json(answer->question, answer->snapshot, &answer->verdict)
			      : NULL;
	char *dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	struct iu_text text = {0};

	if (dump) {
		iu_text_add(&text, dump);
		iu_text_add(&text, "\n");
		put(&text);
	}
	free(dump);
	json_decref(json);
}

/* With what `watch` has written down: a program that is started again and again is told so. */
static void put_explanation(const struct iu_answer *answer, const struct iu_style *style, struct iu_text *text)
{
	struct iu_explanation explanation = answer->explanation;
	struct iu_record_tally tally;
	struct iu_arena arena = {0};

	if (iu_record_recall(answer->question, answer->snapshot, &tally) && tally.count > 1)
		(void)iu_record_tell(&arena, &tally, &explanation);
	iu_output_explanation(arena.failed ? &answer->explanation : &explanation, style, text);
	iu_arena_free(&arena);
}

static void explain(void *context, const struct iu_run_failure *failure)
{
	const struct work *work = context;
	struct iu_style style = style_of(work);
	struct iu_text text = {0};

	if (work->arguments->json) {
		explain_json(failure);
		return;
	}
	iu_text_printf(&text, "inuse: %s\n", failure->intro);
	if (failure->answer && !style.quiet)
		put_explanation(failure->answer, &style, &text);
	else if (failure->answer)
		iu_text_printf(&text, "inuse: %s\n", failure->answer->verdict.headline);
	if (failure->help)
		iu_text_printf(&text, "inuse: %s\n", failure->help);
	put(&text);
}

/* Once a second; the line of a terminal alone. */
static void progress(void *context, const char *what, int64_t left_ms)
{
	struct work *work = context;
	int64_t now = iu_os_now_ms();

	if (work->arguments->quiet || work->arguments->json || !iu_system_says_progress())
		return;
	if (!what && work->told_at)
		iu_system_write(IU_STREAM_MESSAGES, "\r\x1b[K", 4);
	else if (what && now - work->told_at >= PAUSE_MS)
		iu_put_progress(what, left_ms);
	else
		return;
	work->told_at = what ? now : 0;
}

static void restore(void *context)
{
	(void)context;
	iu_system_restore();
}

/* ---- --free: the same questions as `inuse free`, on the terminal of the command ---- */

static bool consent(void *context, const struct iu_free_run *freeing)
{
	const struct work *work = context;
	struct iu_style style = style_of(work);
	struct iu_text text = {0};
	int answer;

	if (!style.quiet) {
		iu_output_explanation(&freeing->explanation, &style, &text);
		put(&text);
	}
	if (work->arguments->yes)
		return true;
	iu_text_printf(&text, "%s [y/N] ", freeing->question_words ? freeing->question_words : "Do it?");
	answer = text.failed ? 0 : iu_system_ask_on(work->run.terminal, text.data);
	iu_text_free(&text);
	if (answer < 0)
		say_line(context,
			"nothing was done: there is no terminal to ask on; --yes does it without "
			"asking");
	return answer > 0;
}

static void report_step(void *context, const struct iu_step *step,
	const struct iu_step_result *result, const char *words)
{
	(void)step;
	(void)result;
	if (words)
		say_line(context, words);
}

/* ---- the command line ---- */

static int read_policy(const struct iu_arguments *arguments, struct iu_run *run)
{
	unsigned long seconds = 0;
	int given = (arguments->wait != NULL) + arguments->next + arguments->reuseaddr +
		    arguments->free_it, code = 0;

	if (given > 1) {
		iu_complain("run takes one of --wait, --next, --reuseaddr and --free, not several",
			NULL, "");
		return IU_EXIT_USAGE;
	}
	if (arguments->wait) {
		code = iu_duration_read("wait", arguments->wait, WAIT_MOST, &seconds);
		run->policy = IU_RUN_WAIT;
		run->wait_ms = (int64_t)seconds * 1000;
	}
	if (arguments->next)
		run->policy = IU_RUN_NEXT;
	if (arguments->reuseaddr)
		run->policy = IU_RUN_REUSEADDR;
	if (arguments->free_it)
		run->policy = IU_RUN_FREE;
	if (run->policy != IU_RUN_FREE && (arguments->yes || arguments->force || arguments->grace ||
						   arguments->user)) {
		iu_complain("--yes, --force, --grace and --user belong to --free", NULL, "");
		code = IU_EXIT_USAGE;
	}
	return code;
}

static int read_free(const struct iu_arguments *arguments, struct work *work)
{
	struct iu_free_options *act = &work->run.act;
	unsigned long grace = GRACE_DEFAULT;
	int code = 0;

	if (work->run.policy != IU_RUN_FREE)
		return 0;
	*act = (struct iu_free_options){.context = work,
		.force = arguments->force,
		.consent = consent,
		.step = report_step};
	if (arguments->grace)
		code = iu_duration_read("grace", arguments->grace, GRACE_MOST, &grace);
	act->grace_seconds = (unsigned int)grace;
	if (code == 0 && arguments->user) {
		code = iu_user_read(arguments->user, iu_os_names(), &act->user);
		act->user_given = true;
	}
	if (!arguments->yes)
		work->run.terminal = iu_system_terminal();
	return code;
}

static int read_port(const struct iu_arguments *arguments, struct iu_run *run)
{
	unsigned long fd = 0;
	int code = 0;

	if (arguments->port_fd) {
		code = iu_number_read("port-fd", arguments->port_fd, 0, FD_MOST, &fd);
		run->port_fd = (int)fd;
		if (code == 0 && !iu_system_is_open((int)fd)) {
			iu_complain("--port-fd takes the number of an open descriptor, not ",
				arguments->port_fd, "");
			code = IU_EXIT_USAGE;
		}
	} else if (arguments->port_file) {
		run->port_fd = iu_system_open(arguments->port_file);
		if (run->port_fd < 0) {
			iu_complain("cannot write to ", arguments->port_file, "");
			iu_complain(strerror(errno), NULL, "");
			code = IU_EXIT_UNKNOWN;
		}
	}
	return code;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct work work = {.arguments = &invocation->arguments,
		.run = {.port_fd = -1,
			.terminal = -1,
			.context = &work,
			.line = say_line,
			.progress = progress,
			.explain = explain,
			.restore = restore}};
	struct iu_text line = {0};
	int code, error, status = 0;

	if (!invocation->count) {
		iu_complain("run needs a CMD, for example: inuse run -- npm start", NULL, "");
		return IU_EXIT_USAGE;
	}
	code = read_policy(&invocation->arguments, &work.run);
	if (code == 0)
		code = read_port(&invocation->arguments, &work.run);
	if (code == 0)
		code = read_free(&invocation->arguments, &work);
	if (code)
		return code;
	work.run.argv = invocation->words;
	error = iu_run_start(&work.run, &status);
	if (error == 0)
		return iu_system_end_like(status);
	iu_text_add(&line, "cannot run ");
	iu_text_foreign(&line, invocation->words[0], strlen(invocation->words[0]), 80);
	iu_text_printf(&line, ": %s", strerror(error));
	iu_complain_text(&line);
	iu_text_free(&line);
	return error == ENOENT ? NOT_FOUND : NOT_STARTED;
}

const struct iu_command iu_command_run = {
	.name = "run",
	.operands = "-- CMD…",
	.summary = "run CMD; when its bind() or listen() fails, say why",
	.description =
		"Becomes CMD: same process, terminal, exit code and signals. Whenever bind() or "
		"listen() of CMD, or of a program that it starts, fails, standard error tells "
		"why, once for each cause, before the program goes on. One of --wait, --next, "
		"--reuseaddr and --free helps as well. Without root, setuid programs get no "
		"more rights under it (no_new_privs). Binds made through io_uring are not seen, nor "
		"those that a system call filter of CMD's own refuses.",
	.examples = {
		{"inuse run -- npm start", "explained where it happens"},
		{"inuse run --wait 90s -- ./server", "starts as soon as the port can be bound"},
		{"inuse run --next --port-file port -- ./server",
			"the next free port instead, written to a file"},
		{"inuse run --free -- ./server", "asks, then ends whoever is in the way"},
	},
	.options = {
		{IU_OPTION_REUSEADDR, "set SO_REUSEADDR, and say whether it helped"},
		{IU_OPTION_USER, "with --free: that user's programs may be stopped"},
		{IU_OPTION_YES, "with --free: do it without asking"},
		{IU_OPTION_GRACE, "with --free: wait TIME before --force kills", " (default 5s)"},
		{IU_OPTION_FORCE, "with --free: kill what has not ended by then"},
		{IU_OPTION_WAIT, "wait for the port, TIME at most",
			": the call returns when it can be bound"},
		{IU_OPTION_NEXT, "bind the next free port instead, and say which"},
		{IU_OPTION_FREE, "free the port as inuse free does", ", with its questions"},
		{IU_OPTION_PORT_FILE, "write the port that was bound into FILE"},
		{IU_OPTION_PORT_FD, "write the port that was bound to descriptor N"},
		{IU_OPTION_JSON, "explain in JSON, one document per line"}, {IU_OPTION_VERBOSE},
		{IU_OPTION_QUIET}, IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_PROGRAM,
	.run = run_command,
};

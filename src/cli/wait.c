/* cli/wait.c - inuse wait: returns when it can be bound, or when somebody listens */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "os/os.h"
#include "session/questions.h"
#include "session/session.h"
#include "session/wait.h"

#define TARGETS_MAX  256
#define TIMEOUT_MOST 31536000 /* a year */

struct run {
	const struct iu_arguments *arguments;
	bool progress;
	bool unknown; /* an answer was that it could not be told */
};

static bool stopped(void *context)
{
	(void)context;
	return iu_system_caught() != 0;
}

static void progress(
	void *context, const struct iu_verdict *verdict, const char *what, size_t more, int64_t left_ms)
{
	struct run *run = context;
	struct iu_text line = {0};

	(void)verdict;
	if (run->arguments->quiet || !iu_system_says_progress())
		return;
	iu_text_foreign(&line, what, strlen(what), 0);
	if (line.len && line.data[line.len - 1] == '.')
		line.data[--line.len] = '\0';
	if (more)
		iu_text_printf(&line, ", and %zu more", more);
	if (!line.failed)
		iu_put_progress(line.data, left_ms);
	run->progress = true;
	iu_text_free(&line);
}

/* Unknown: nobody could tell, neither now nor later. */
static int put_one(struct run *run, struct iu_session *session,
	const struct iu_question *question)
{
	struct iu_arena arena = {0};
	struct iu_answer answer;
	struct iu_text text = {0};
	bool written = false;
	int r = iu_session_answer(session, question, &arena, &answer);

	if (r < 0) {
		iu_complain(iu_error_text(r), NULL, "");
	} else if (run->arguments->quiet && !run->arguments->json) {
		written = true;
	} else if (run->arguments->json) {
		written = iu_write_json(
			iu_output_why_json(question, &session->snapshot, &answer.verdict));
	} else {
		iu_text_printf(&text, "%s\n", answer.verdict.headline);
		if (answer.verdict.endless && !run->arguments->listening)
			iu_text_printf(&text, "Not waited for: %s.\n", answer.verdict.endless);
		written = iu_write(&text);
		iu_text_free(&text);
	}
	run->unknown |= r >= 0 && answer.verdict.status == IU_STATUS_UNKNOWN;
	iu_arena_free(&arena);
	return written ? 0 : IU_EXIT_UNKNOWN;
}

/* How it stands in the end, as `why` says it. */
static int put(struct run *run, const struct iu_questions *questions)
{
	struct iu_session session = {0};
	int r = iu_session_look(&session, questions), code = 0;

	if (r < 0) {
		iu_complain(iu_error_text(r), NULL, "");
		code = IU_EXIT_UNKNOWN;
	}
	for (size_t i = 0; i < questions->n && code == 0; i++)
		code = put_one(run, &session, &questions->v[i]);
	iu_session_free(&session);
	return code;
}

static int wait_all(struct run *run, const struct iu_questions *questions, int64_t deadline)
{
	const struct iu_wait_events events = {
		.context = run, .progress = progress, .stopped = stopped};
	enum iu_waited waited;
	int r = iu_wait_for(questions, run->arguments->listening, deadline, &events, &waited);
	int code = 0;

	if (run->progress)
		iu_system_write(IU_STREAM_MESSAGES, "\r\x1b[K", 4);
	run->progress = false;
	if (r < 0) {
		iu_complain(iu_error_text(r), NULL, "");
		return IU_EXIT_UNKNOWN;
	}
	if (run->arguments->json || !run->arguments->quiet || waited != IU_WAITED_DONE)
		code = put(run, questions);
	if (code)
		return code;
	if (waited == IU_WAITED_DONE)
		return IU_EXIT_DONE;
	return run->unknown && waited != IU_WAITED_STOPPED ? IU_EXIT_UNKNOWN : IU_EXIT_NO;
}

/* What a message of another system is about never changes here. */
static int refuse_foreign(const struct iu_questions *questions)
{
	enum iu_error_system here = iu_error_space_of(iu_os_error_space());

	for (size_t i = 0; i < questions->n; i++) {
		int system = questions->v[i].symptom.from_message.system;
		struct iu_text line = {0};

		if (!questions->v[i].symptom.from_message.given || system == IU_ERROR_ANY ||
			system == (int)here)
			continue;
		iu_text_printf(&line,
			"the message is from %s: what happens there cannot be waited for here",
			iu_error_system_title((enum iu_error_system)system));
		iu_complain_text(&line);
		iu_text_free(&line);
		return IU_EXIT_UNKNOWN;
	}
	return 0;
}

/* What never asks for a bind() here is never the end of a wait either. */
static int refuse_others(const struct iu_questions *questions)
{
	struct iu_text complaint = {0};
	bool good = iu_questions_all_bind(questions, &complaint);

	if (!good)
		iu_complain_text(&complaint);
	iu_text_free(&complaint);
	return good ? 0 : IU_EXIT_UNKNOWN;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct run run = {.arguments = &invocation->arguments};
	struct iu_questions questions = {0};
	struct iu_arena arena = {0};
	unsigned long seconds = 0;
	int64_t deadline = INT64_MAX;
	int code = 0;

	if (!invocation->count) {
		iu_complain("wait needs a TARGET, for example: inuse wait 8080", NULL, "");
		return IU_EXIT_USAGE;
	}
	if (run.arguments->timeout) {
		code = iu_duration_read(
			"timeout", run.arguments->timeout, TIMEOUT_MOST, &seconds);
		deadline = iu_os_now_ms() + (int64_t)seconds * 1000;
	}
	if (code == 0)
		code = iu_targets_few(&arena, invocation, TARGETS_MAX, &questions);
	if (code == 0)
		code = refuse_others(&questions);
	if (code == 0)
		code = refuse_foreign(&questions);
	if (code == 0) {
		iu_system_catch();
		code = wait_all(&run, &questions, deadline);
	}
	iu_arena_free(&arena);
	return code;
}

const struct iu_command iu_command_wait = {
	.name = "wait",
	.operands = "TARGET…",
	.summary = "wait until it can be bound, or something listens",
	.description =
		"Returns the moment all TARGETs can be bound at once, with --listening the "
		"moment somebody listens at each. On a terminal it says what it waits for and "
		"how long at most.",
	.examples = {
		{"inuse wait 8080 && ./server", "start as soon as it can"},
		{"./server & inuse wait --listening --timeout 10s 8080",
			"go on when the server is up"},
	},
	.options = {
		IU_OPTIONS_OF_ASKER,
		{IU_OPTION_LISTENING, "wait until something listens there"},
		{IU_OPTION_TIMEOUT, "give up after that time, with exit code 1",
			": seconds, or 5s, 2m, 1h; 0 asks once"},
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE},
		{IU_OPTION_QUIET, "nothing but the result"},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_TARGET,
	.run = run_command,
};

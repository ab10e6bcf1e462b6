/* cli/free.c - inuse free: the plan, the consent, the report */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "os/os.h"
#include "session/free.h"

#define TARGETS_MAX   64
#define GRACE_MOST    3600
#define PAUSE_MS      1000 /* a line that is rewritten is read, too */

/* One command line at work. */
struct run {
	const struct iu_arguments *arguments;
	struct iu_style style;
	bool written;	/* every result so far */
	bool progress;	/* a line on the terminal waits to be wiped */
	int64_t told_at;
	const char *declined;
};

static void wipe(struct run *run)
{
	if (run->progress)
		iu_system_write(IU_STREAM_MESSAGES, "\r\x1b[K", 4);
	run->progress = false;
}

static void put(struct run *run, struct iu_text *text)
{
	wipe(run);
	run->written = iu_write(text) && run->written;
	run->written = iu_write_end() && run->written;
	iu_text_free(text);
}

static bool stopped(void *context)
{
	(void)context;
	return iu_system_caught() != 0;
}

static bool consent(void *context, const struct iu_free_run *freeing)
{
	struct run *run = context;
	const struct iu_arguments *arguments = run->arguments;
	struct iu_text text = {0};
	int answer;

	if (!arguments->json && !arguments->quiet) {
		iu_output_explanation(&freeing->explanation, &run->style, &text);
		iu_text_add(&text, "\n");
		put(run, &text);
	}
	if (!run->written) {
		run->declined = "nothing was done: the plan could not be shown";
		return false;
	}
	if (arguments->yes)
		return true;
	if (arguments->json || arguments->quiet) {
		run->declined = "nothing was done: --json and --quiet show no plan to agree to, so "
				"they need --yes (or --dry-run)";
		return false;
	}
	iu_text_printf(&text, "%s [y/N] ", freeing->question_words ? freeing->question_words : "Do it?");
	answer = text.failed ? 0 : iu_system_ask(text.data);
	iu_text_free(&text);
	if (answer < 0)
		run->declined = "nothing was done: there is no terminal to ask on; --yes does it "
				"without asking";
	else if (answer == 0)
		run->declined = "nothing was done";
	return answer > 0 && !stopped(run);
}

/* Only where somebody was asked before may somebody be asked again; never twice for the same. */
static bool ask_to_kill(void *context, const char *what)
{
	struct run *run = context;
	struct iu_text text = {0};
	int answer;

	if (run->arguments->yes)
		return false;
	wipe(run);
	iu_text_foreign(&text, what, strlen(what), 0);
	iu_text_add(&text, ". Kill it (SIGKILL)? [y/N] ");
	answer = text.failed ? 0 : iu_system_ask(text.data);
	iu_text_free(&text);
	return answer > 0 && !stopped(run);
}

static void report_step(void *context, const struct iu_step *step,
	const struct iu_step_result *result, const char *words)
{
	struct run *run = context;
	struct iu_text text = {0};

	(void)step;
	(void)result;
	if (run->arguments->json || run->arguments->quiet || !words)
		return;
	iu_text_printf(&text, "%s\n", words);
	put(run, &text);
}

static void progress(void *context, const char *what, int64_t left_ms)
{
	struct run *run = context;
	int64_t now = iu_os_now_ms();

	if (run->arguments->quiet || !iu_system_says_progress() ||
		(run->progress && now - run->told_at < PAUSE_MS))
		return;
	run->told_at = now;
	run->progress = true;
	iu_put_progress(what, left_ms);
}

/* Where no line is rewritten a wait of a minute would look like a program that hangs. */
static void waits(void *context, const char *what)
{
	struct run *run = context;
	struct iu_text text = {0};

	if (run->arguments->json || run->arguments->quiet || iu_system_says_progress())
		return;
	iu_text_printf(&text, "%s\n", what);
	put(run, &text);
}

static void put_json(struct run *run, const struct iu_free_run *f)
{
	const char *words = f->end == IU_END_DECLINED ? run->declined : f->words;

	run->written = iu_write_json(iu_free_run_json(f, words)) && run->written;
}

static void put_end(struct run *run, const struct iu_free_run *f)
{
	struct iu_text text = {0};

	if (f->end == IU_END_DECLINED) {
		iu_complain(run->declined ? run->declined : "nothing was done", NULL, "");
		return;
	}
	iu_free_run_words(f, &run->style, &text);
	put(run, &text);
}

static enum iu_exit exit_of(enum iu_end end)
{
	switch (end) {
	case IU_END_NOTHING:
	case IU_END_PLANNED:
	case IU_END_DONE: return IU_EXIT_DONE;
	case IU_END_UNKNOWN: return IU_EXIT_UNKNOWN;
	case IU_END_DECLINED:
	case IU_END_REFUSED:
	case IU_END_STILL_HELD:
	case IU_END_RESPAWNED:
	case IU_END_STOPPED: break;
	}
	return IU_EXIT_NO;
}

/* The worst of several: not done, then could not tell. */
static int worse(int a, int b)
{
	if (a == IU_EXIT_NO || b == IU_EXIT_NO)
		return IU_EXIT_NO;
	return a > b ? a : b;
}

static int free_all(
	struct run *run, struct iu_free_options *act, const struct iu_questions *questions)
{
	int code = IU_EXIT_DONE;

	for (size_t i = 0; i < questions->n && run->written && !stopped(run); i++) {
		struct iu_free_run freeing;
		int ret;

		run->declined = NULL;
		ret = iu_free_run(&questions->v[i], act, &freeing);
		wipe(run);
		if (ret < 0) {
			iu_complain(iu_error_text(ret), NULL, "");
			code = worse(code, IU_EXIT_UNKNOWN);
		} else {
			if (run->arguments->json)
				put_json(run, &freeing);
			else
				put_end(run, &freeing);
			code = worse(code, (int)exit_of(freeing.end));
		}
		iu_free_run_end(&freeing);
	}
	if (stopped(run))
		code = IU_EXIT_NO;
	return run->written ? code : IU_EXIT_UNKNOWN;
}

static int read_act(const struct iu_arguments *arguments, struct iu_free_options *act)
{
	unsigned long grace = IU_GRACE_SECONDS;
	int code = 0;

	if (arguments->grace)
		code = iu_duration_read("grace", arguments->grace, GRACE_MOST, &grace);
	act->grace_seconds = (unsigned int)grace;
	act->force = arguments->force;
	act->dry_run = arguments->dry_run;
	act->disable = arguments->disable;
	if (code == 0 && arguments->user) {
		code = iu_user_read(arguments->user, iu_os_names(), &act->user);
		act->user_given = true;
	}
	return code;
}

/* One service that --disable had switched off. */
static void tell_undone(void *context, const char *name, const struct iu_step_result *result)
{
	struct run *run = context;
	struct iu_text text = {0};

	iu_text_printf(&text, "%s: the start type of ", iu_result_name(result->kind));
	iu_text_foreign(&text, name, strlen(name), 0);
	iu_text_add(&text, result->kind == IU_RESULT_DONE ? " is what it was" : " - ");
	iu_text_foreign(&text, result->detail, strlen(result->detail), 0);
	iu_text_add(&text, "\n");
	if (!run->arguments->quiet)
		put(run, &text);
	iu_text_free(&text);
}

static int undo(struct run *run, size_t targets)
{
	int ret;

	if (targets) {
		iu_complain("free --undo takes no TARGET: it restores every service", NULL, "");
		return IU_EXIT_USAGE;
	}
	ret = iu_os_undo(tell_undone, run);
	if (ret == IU_E_NOTSUP) {
		iu_complain("--undo is for services of Windows: nothing is ever disabled here", NULL, "");
		return IU_EXIT_USAGE;
	}
	if (ret == 0)
		iu_complain("no service is disabled by --disable", NULL, "");
	return ret < 0 ? IU_EXIT_NO : IU_EXIT_DONE;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct run run = {.arguments = &invocation->arguments,
		.style = iu_options_style(&invocation->arguments),
		.written = true};
	struct iu_free_options act = {.context = &run,
		.consent = consent,
		.step = report_step,
		.kill = ask_to_kill,
		.progress = progress,
		.waits = waits,
		.stopped = stopped};
	struct iu_questions questions = {0};
	struct iu_arena arena = {0};
	int code;

	if (invocation->arguments.undo)
		return undo(&run, invocation->count);
	if (!invocation->count) {
		iu_complain("free needs a TARGET, for example: inuse free 8080", NULL, "");
		return IU_EXIT_USAGE;
	}
	/* JSON and --quiet show nobody whose processes they are. */
	act.asks = !invocation->arguments.yes && !invocation->arguments.json && !invocation->arguments.quiet;
	code = read_act(&invocation->arguments, &act);
	if (code == 0)
		code = iu_targets_few(&arena, invocation, TARGETS_MAX, &questions);
	if (code == 0) {
		iu_system_catch();
		code = free_all(&run, &act, &questions);
	}
	iu_arena_free(&arena);
	return code;
}

const struct iu_command iu_command_free = {
	.name = "free",
	.aliases = {"kill"},
	.meant = {"stop", "close", "release", "end"},
	.operands = "TARGET…",
	.summary = "free the port: show the plan, ask, act, check",
	.description =
		"Shows what stands in the way of each TARGET and what would be done: the unit, "
		"the container or the process that is asked to end, what else it serves, what "
		"is lost. Then it asks on the terminal; scripts say --yes. Nothing is ever done "
		"to clients of the port, to a pid that meanwhile belongs to another process, to "
		"pid 1, to the shell and session it runs in, or to what is on the list of "
		"protected programs (/etc/inuse/protected, ~/.config/inuse/protected). The "
		"processes of another user are left alone, unless root is asked and agrees, or "
		"--user names that user. In the end the same question is asked again.",
	.examples = {
		{"inuse free 8080", "shows the plan and asks"},
		{"inuse free --dry-run 8080", "only shows it"},
		{"inuse free --yes --json 8080", "for a script"},
		{"sudo inuse free --yes --user www-data 8080", "without a question another user has to be named"},
		{"inuse free --yes --force --grace 10s 8080",
			"SIGKILL when 10 s after SIGTERM it has not ended"},
	},
	.options = {
		IU_OPTIONS_OF_ASKER,
		{IU_OPTION_USER, "that user's programs may be stopped"},
		{IU_OPTION_YES},
		{IU_OPTION_DRY_RUN, "only show the plan"},
		{IU_OPTION_GRACE}, {IU_OPTION_FORCE},
		{IU_OPTION_DISABLE, "keep a service that is stopped from starting again"},
		{IU_OPTION_UNDO, "give back the start types that --disable changed"},
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE}, {IU_OPTION_QUIET, "nothing but the result"},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_TARGET,
	.run = run_command,
};

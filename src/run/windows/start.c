/* run/windows/start.c - the command as a child in a job, explained from what it printed */
#include <errno.h>
#include <io.h>
#include <string.h>

#include "os/os.h"
#include "run/windows/output.h"
#include "run/run.h"
#include "run/output-tail.h"
#include "session/free.h"
#include "session/pick.h"
#include "session/wait.h"

#include "run/windows/spawn.h" /* behind the others: Windows makes "near" a macro */

#define POLL_MS	 10
#define PORT_MARK	 "{}"

struct watch {
	struct iu_run *run;
	char **argv; /* with the port in place of {} */
	HANDLE job;
	struct iu_run_output output;
	bool freed; /* --free was asked for once already */
	long interrupts; /* when the command had ended: what comes later is for us */
	int64_t deadline;
	DWORD code;
};

/* What it started ends with it, and with us: nobody is left who holds the port. */
static HANDLE make_job(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
		/* daemons of build tools ask to leave the job, and fail where they may not */
		.BasicLimitInformation.LimitFlags =
			JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK};
	HANDLE job = CreateJobObjectW(NULL, NULL);

	if (job)
		SetInformationJobObject(
			job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
	return job;
}

/* Returns: 0 with w->code, or an errno. */
static int run_once(struct watch *w)
{
	const char *why = NULL;
	HANDLE process;
	int error = 0;

	iu_run_output_end(&w->output);
	if (!iu_run_output_start(&w->output))
		return ENOMEM;
	process = iu_spawn_in_job(w->argv, w->output.to[0], w->output.to[1], w->job);
	if (!process)
		error = iu_spawn_error(GetLastError(), &why);
	if (why)
		w->run->line(w->run->context, why);
	iu_run_output_started(&w->output);
	while (process && WaitForSingleObject(process, POLL_MS) == WAIT_TIMEOUT)
		iu_run_output_pass(&w->output);
	if (process) {
		iu_run_output_pass(&w->output);
		GetExitCodeProcess(process, &w->code);
		w->interrupts = iu_interrupts_left();
		CloseHandle(process);
	}
	return error;
}

/* Between two runs there is nobody else whom Ctrl-C could be for. */
static bool is_interrupted(void *context)
{
	const struct watch *w = context;

	return iu_interrupts_left() != w->interrupts;
}

/* --wait: the command is started again when the port it spoke of is free. Returns: it is now. */
static bool wait_for(struct watch *w, const struct iu_question *question)
{
	const struct iu_questions one = {.v = (struct iu_question *)question, .n = 1, .cap = 1};
	const struct iu_wait_events events = {.context = w, .stopped = is_interrupted};
	enum iu_waited waited = IU_WAITED_TIME_UP;

	if (w->run->policy != IU_RUN_WAIT || iu_os_now_ms() >= w->deadline)
		return false;
	w->run->line(w->run->context, "the command is started again when the port is free");
	return iu_wait_for(&one, false, w->deadline, &events, &waited) >= 0 &&
	       waited == IU_WAITED_DONE;
}

/* --free: the plan for what it spoke of, with consent. Once: what comes back is not fought with. */
static bool make_free(struct watch *w, const struct iu_question *question)
{
	struct iu_free_run freeing;
	bool done;

	if (w->run->policy != IU_RUN_FREE || w->freed || is_interrupted(w))
		return false;
	w->freed = true;
	done = iu_free_run(question, &w->run->act, &freeing) >= 0 &&
	       freeing.end == IU_END_DONE;
	iu_free_run_end(&freeing);
	w->run->line(w->run->context, done ? "it was freed (--free); the command is started again"
					   : "it was not freed (--free)");
	return done;
}

/* Returns: the command is worth another try. */
static bool look_back(struct watch *w)
{
	const struct iu_question *question;
	struct iu_text suspects = {0};
	struct iu_arena arena = {0};
	bool again;

	iu_run_output_suspects(&w->output, &suspects);
	question = iu_output_tail_explain(w->run, &suspects, &arena);
	again = question && (wait_for(w, question) || make_free(w, question));
	iu_text_free(&suspects);
	iu_arena_free(&arena);
	return again;
}

/* ---- policies ---- */

static const char *fill_in(struct iu_arena *arena, const char *word, int port)
{
	struct iu_text text = {0};
	const char *place, *filled;

	while ((place = strstr(word, PORT_MARK))) {
		iu_text_addn(&text, word, (size_t)(place - word));
		iu_text_printf(&text, "%d", port);
		word = place + strlen(PORT_MARK);
	}
	iu_text_add(&text, word);
	filled = text.failed ? NULL : iu_arena_strdup(arena, text.data ? text.data : "");
	iu_text_free(&text);
	return filled;
}

static bool has_mark(char *const argv[])
{
	for (size_t i = 0; argv[i]; i++)
		if (strstr(argv[i], PORT_MARK))
			return true;
	return false;
}

static int free_port(void)
{
	const struct iu_pick pick = {0};
	struct iu_pick_run picking;
	int port = -1;

	if (iu_pick_run_start(&pick, &picking) < 0)
		return -1;
	port = iu_pick_run_next(&picking, false, NULL);
	iu_pick_run_end(&picking);
	return port;
}

/* Nobody can change its bind() here: --next is for commands that say where the port goes. */
static bool prepare(struct watch *w, struct iu_arena *arena)
{
	static const char *const not_here[] = {
		[IU_RUN_REUSEADDR] = "--reuseaddr is not possible on Windows: the calls of the command "
				     "cannot be changed",
	};
	enum iu_run_policy policy = w->run->policy;
	size_t n = 0;
	int port;

	if (policy < IU_COUNT(not_here) && not_here[policy]) {
		w->run->line(w->run->context, not_here[policy]);
		return false;
	}
	while (w->run->argv[n])
		n++;
	w->argv = iu_arena_alloc(arena, (n + 1) * sizeof(*w->argv));
	port = policy == IU_RUN_NEXT && has_mark(w->run->argv) ? free_port() : 0;
	if (!w->argv || port < 0 || (policy == IU_RUN_NEXT && !port)) {
		w->run->line(w->run->context,
			"on Windows --next needs {} in the command, where the port belongs");
		return false;
	}
	for (size_t i = 0; i < n; i++)
		w->argv[i] = port ? (char *)fill_in(arena, w->run->argv[i], port) : w->run->argv[i];
	if (port && w->run->port_fd >= 0) {
		const char *text = iu_arena_printf(arena, "%d\n", port);

		if (!text || _write(w->run->port_fd, text, (unsigned int)strlen(text)) < 0)
			w->run->line(w->run->context, "the port could not be written");
	}
	return !arena->failed;
}

int iu_run_start(struct iu_run *run, int *ret_status)
{
	struct watch w = {.run = run, .deadline = iu_os_now_ms() + run->wait_ms};
	struct iu_arena arena = {0};
	int error;

	if (!prepare(&w, &arena)) {
		iu_arena_free(&arena);
		return EINVAL;
	}
	w.job = make_job();
	iu_leave_interrupts();
	run->restore(run->context); /* the console is the command's */
	do
		error = run_once(&w);
	while (!error && w.code && look_back(&w));
	if (w.job)
		CloseHandle(w.job);
	iu_run_output_end(&w.output);
	iu_arena_free(&arena);
	if (!error)
		*ret_status = (int)w.code;
	return error;
}

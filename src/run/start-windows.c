/* run/start-windows.c - the command as a child in a job, explained from what it printed */
#include <errno.h>
#include <io.h>
#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "run/run.h"
#include "run/said.h"
#include "session/ask.h"
#include "session/pick.h"
#include "session/wait.h"

#include "os/windows/spawn.h" /* behind the others: Windows makes "near" a macro */

#define POLL_MS	 10
#define PLACE	 "{}"

struct watch {
	struct iu_run *run;
	char **argv; /* with the port in place of {} */
	HANDLE job;
	struct iu_text kept;
	int64_t deadline;
	DWORD code;
};

/* What it started ends with it, and with us: nobody is left who holds the port. */
static HANDLE make_job(void)
{
	JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {
		.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
	HANDLE job = CreateJobObjectW(NULL, NULL);

	if (job)
		SetInformationJobObject(
			job, JobObjectExtendedLimitInformation, &limits, sizeof(limits));
	return job;
}

static void pass_on(struct watch *w, HANDLE from)
{
	char bytes[4096];
	DWORD there = 0, n = 0, written;

	while (PeekNamedPipe(from, NULL, 0, NULL, &there, NULL) && there &&
		ReadFile(from, bytes, sizeof(bytes), &n, NULL) && n) {
		WriteFile(GetStdHandle(STD_ERROR_HANDLE), bytes, n, &written, NULL);
		iu_said_keep(&w->kept, bytes, n);
	}
}

/* Returns: 0 with w->code, or an errno. */
static int run_once(struct watch *w)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};
	HANDLE from, to, process;
	int error = 0;

	w->kept.len = 0;
	if (!CreatePipe(&from, &to, &inherited, 0))
		return ENOMEM;
	SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
	process = iu_spawn_in_job(w->argv, to, w->job);
	if (!process)
		error = GetLastError() == ERROR_FILE_NOT_FOUND ? ENOENT : EACCES;
	CloseHandle(to);
	while (process && WaitForSingleObject(process, POLL_MS) == WAIT_TIMEOUT)
		pass_on(w, from);
	if (process) {
		pass_on(w, from);
		GetExitCodeProcess(process, &w->code);
		CloseHandle(process);
	}
	CloseHandle(from);
	return error;
}

/* --wait: the command is started again when the port it spoke of is free. Returns: it is now. */
static bool wait_for(struct watch *w, const struct iu_question *question)
{
	const struct iu_questions one = {.v = (struct iu_question *)question, .n = 1, .cap = 1};
	const struct iu_wait_events events = {0};
	enum iu_waited waited = IU_WAITED_TIME_UP;

	if (w->run->policy != IU_RUN_WAIT || iu_os_now_ms() >= w->deadline)
		return false;
	w->run->line(w->run->context, "the command is started again when the port is free");
	return iu_wait_for(&one, false, w->deadline, &events, &waited) >= 0 &&
	       waited == IU_WAITED_DONE;
}

/* Returns: the command is worth another try. */
static bool look_back(struct watch *w)
{
	const struct iu_options options = {0};
	struct iu_questions questions = {0};
	struct iu_text suspects = {0}, complaint = {0};
	struct iu_arena arena = {0};
	bool again = false;

	iu_said_lines(&w->kept, &suspects);
	if (suspects.len && !suspects.failed &&
		iu_ask_message(&arena, iu_os_names(), &suspects, 1, "", &options, &questions,
			&complaint) >= 0 &&
		questions.n)
		again = iu_said_explain(w->run, &questions.v[0]) && wait_for(w, &questions.v[0]);
	else if (suspects.len)
		w->run->line(w->run->context,
			"it speaks of a failed bind(), but not of which address; inuse list shows "
			"all that are taken");
	iu_text_free(&suspects);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	return again;
}

/* ---- policies ---- */

static const char *fill_in(struct iu_arena *arena, const char *word, int port)
{
	struct iu_text text = {0};
	const char *place, *filled;

	while ((place = strstr(word, PLACE))) {
		iu_text_addn(&text, word, (size_t)(place - word));
		iu_text_printf(&text, "%d", port);
		word = place + strlen(PLACE);
	}
	iu_text_add(&text, word);
	filled = text.failed ? NULL : iu_arena_strdup(arena, text.data ? text.data : "");
	iu_text_free(&text);
	return filled;
}

static bool has_place(char *const argv[])
{
	for (size_t i = 0; argv[i]; i++)
		if (strstr(argv[i], PLACE))
			return true;
	return false;
}

static int free_port(void)
{
	const struct iu_pick pick = {0};
	struct iu_picking picking;
	int port = -1;

	if (iu_picking_start(&pick, &picking) < 0)
		return -1;
	port = iu_picking_next(&picking, false, NULL);
	iu_picking_end(&picking);
	return port;
}

/* Nobody can change its bind() here: --next is for commands that say where the port goes. */
static bool prepare(struct watch *w, struct iu_arena *arena)
{
	static const char *const not_here[] = {
		[IU_RUN_REUSEADDR] = "--reuseaddr is not possible on Windows: the calls of the command "
				     "cannot be changed",
		[IU_RUN_FREE] = "--free is not possible on Windows; inuse free does it before",
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
	port = policy == IU_RUN_NEXT && has_place(w->run->argv) ? free_port() : 0;
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
	SetConsoleCtrlHandler(NULL, TRUE); /* Ctrl-C is for the command: we end when it does */
	do
		error = run_once(&w);
	while (!error && w.code && look_back(&w));
	if (w.job)
		CloseHandle(w.job);
	iu_text_free(&w.kept);
	iu_arena_free(&arena);
	if (!error)
		*ret_status = (int)w.code;
	return error;
}

/* freeing.c - `free`, `wait` and `pick` on real sockets and processes, and the rates of safety */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "causes.h"
#include "input/target.h"
#include "os/os.h"
#include "session/free.h"
#include "session/pick.h"
#include "session/wait.h"
#include "stage.h"
#include "../lib/network.h"
#include "../lib/send-files.h"

#define PORT	    4000
#define CASE_SECONDS (getenv("INUSE_SAFETY") ? 3600 : 240)
/*
 * `make check` runs the reduced rates, INUSE_SAFETY=full those of the promise: shared out to
 * workers with namespaces of their own, as most of the time is spent waiting.
 */
#define WORKERS 8
#define TRIALS(reduced, full) (((getenv("INUSE_SAFETY") ? (full) : (reduced)) + WORKERS - 1) / WORKERS)

static const struct sock web = {TCP, "0.0.0.0", PORT, LISTEN};

/* What all workers counted together; shared memory. */
static struct rates {
	int trials, reused, hits;
	int runs, clients, dead;
	int scenes, bindable;
	int interrupted, ended, untold, bystanders;
} *rates;

#define COUNT(what, n) __atomic_add_fetch(&rates->what, (n), __ATOMIC_RELAXED)

static char wrong[400];
static bool silent; /* in the thousand runs of a rate only what is wrong is told */

static void complain(const char *format, ...)
{
	va_list ap;

	if (wrong[0])
		return;
	va_start(ap, format);
	vsnprintf(wrong, sizeof(wrong), format, ap);
	va_end(ap);
}

#define CHECK(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			complain(__VA_ARGS__);                                                     \
	} while (0)

/* ---- helpers ---- */

static bool is_alive(pid_t pid)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
		return false; /* our own child, ended and not reaped */
	return kill(pid, 0) == 0;
}

static int can_bind(void)
{
	const struct sock plain = {TCP, "0.0.0.0", PORT, LISTEN};
	int fd = stage_socket(NULL, &plain);

	if (fd < 0)
		return -fd;
	close(fd);
	return 0;
}

static bool agree(void *context, const struct iu_free_run *freeing)
{
	(void)context;
	for (size_t i = 0; i < freeing->plan.steps.n && !silent; i++)
		printf("#   plan: %s\n", freeing->plan.steps.v[i].what);
	return true;
}

static void say_step(void *context, const struct iu_step *step, const struct iu_step_result *result,
	const char *words)
{
	(void)context;
	(void)words;
	if (silent)
		return;
	printf("#   %s: %s%s %s\n", iu_step_name(step->lever.kind), iu_result_name(result->kind),
		result->killed ? " killed" : "", result->detail);
}

static void read_question(struct iu_arena *arena, const char *target, struct iu_questions *questions)
{
	static const struct iu_options options = {0};
	struct iu_text complaint = {0};
	struct iu_target parsed;

	if (iu_target_parse(arena, target, strlen(target), &parsed, &complaint) < 0 ||
		iu_target_questions(arena, &parsed, iu_os_names(), &options, questions,
			&complaint) != 1)
		complain("the target %s: %s", target, complaint.data ? complaint.data : "?");
	iu_text_free(&complaint);
}

/* One run; @act may be NULL. Ends with done(). */
struct run {
	struct iu_arena arena;
	struct iu_questions questions;
	struct iu_free_run f;
};

static enum iu_end run_free(struct run *run, const char *target, const struct iu_free_options *given)
{
	struct iu_free_options act = given ? *given : (struct iu_free_options){.grace_seconds = 5};

	if (!act.consent)
		act.consent = agree;
	act.step = say_step;
	memset(run, 0, sizeof(*run));
	read_question(&run->arena, target, &run->questions);
	if (wrong[0])
		return IU_END_UNKNOWN;
	CHECK(iu_free_run(&run->questions.v[0], &act, &run->f) == 0, "it broke");
	if (silent && !wrong[0])
		return run->f.end;
	printf("#   end: %s%s%s\n", iu_end_name(run->f.end), run->f.words ? ": " : "",
		run->f.words ? run->f.words : "");
	for (size_t i = 0; i < run->f.plan.refusals.n; i++)
		printf("#   refused: %s: %s\n", run->f.plan.refusals.v[i].what,
			run->f.plan.refusals.v[i].why);
	return run->f.end;
}

static void done(struct run *run)
{
	iu_free_run_end(&run->f);
	iu_arena_free(&run->arena);
}

/* Frees, and compares the end, the kernel's word and who is left. */
static void expect(struct stage *stage, const char *target, const struct iu_free_options *act,
	enum iu_end end, bool holders_live)
{
	struct run run;
	enum iu_end got;

	if (stage->error[0] || stage->skip[0]) {
		complain("staging failed: %s%s", stage->error, stage->skip);
		return;
	}
	got = run_free(&run, target, act);
	CHECK(got == end, "ended %s, not %s", iu_end_name(got), iu_end_name(end));
	if (end == IU_END_DONE && target[0] == '4') {
		COUNT(scenes, 1);
		COUNT(bindable, can_bind() == 0);
	}
	if (target[0] == '4')
		CHECK((can_bind() == 0) == (end == IU_END_DONE), "the kernel says %s",
			strerror(can_bind()));
	for (size_t i = 0; i < stage->n_holders; i++)
		CHECK(is_alive(stage->holders[i]) == holders_live, "pid %d is %s",
			(int)stage->holders[i], holders_live ? "dead" : "alive");
	done(&run);
}

/* ---- levers ---- */

static void hold_web(struct stage *stage)
{
	stage_holder(stage, stage_hold(stage, &web));
}

static void case_listener(struct stage *stage)
{
	hold_web(stage);
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_udp(struct stage *stage)
{
	const struct sock dns = {UDP, "127.0.0.1", PORT, 0};
	struct run run;
	pid_t pid = stage_hold(stage, &dns);

	CHECK(run_free(&run, "127.0.0.1:4000/udp", NULL) == IU_END_DONE, "not freed");
	CHECK(!is_alive(pid), "the holder lives");
	done(&run);
}

static void case_unix_server(struct stage *stage)
{
	const struct sock app = {STREAM, "app.sock", 0, LISTEN};
	char path[300];
	struct run run;
	pid_t pid = stage_hold(stage, &app);

	/* The server goes, its file stays: that is the next thing in the way. */
	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	CHECK(run_free(&run, path, NULL) == IU_END_DONE, "not freed");
	CHECK(!is_alive(pid), "the holder lives");
	CHECK(access(path, F_OK) < 0, "the file is still there");
	done(&run);
}

static void ignore_term(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web);

	(void)arg;
	signal(SIGTERM, SIG_IGN);
	if (fd < 0)
		return;
	stage_say(say);
	stage_serve(fd, &web);
}

static void case_ignores_term(struct stage *stage)
{
	const struct iu_free_options gentle = {.grace_seconds = 1};

	stage_holder(stage, stage_spawn(stage, ignore_term, NULL, 0).pid);
	expect(stage, "4000", &gentle, IU_END_STILL_HELD, true);
}

static void case_ignores_term_force(struct stage *stage)
{
	const struct iu_free_options force = {.grace_seconds = 1, .force = true};

	stage_holder(stage, stage_spawn(stage, ignore_term, NULL, 0).pid);
	expect(stage, "4000", &force, IU_END_DONE, false);
}

static void case_prefork(struct stage *stage)
{
	stage_prefork(stage);
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_suspended(struct stage *stage)
{
	stage_suspended(stage);
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_inherited(struct stage *stage)
{
	stage_inherited(stage);
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_bound(struct stage *stage)
{
	const struct sock bound = {TCP, "0.0.0.0", PORT, 0};

	stage_holder(stage, stage_hold(stage, &bound));
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_private_table(struct stage *stage)
{
	stage_private_table(stage);
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_registered(struct stage *stage)
{
	stage_registered(stage);
	if (stage->skip[0]) {
		printf("#   not staged: %s\n", stage->skip);
		return;
	}
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

/* The only reference is a message; with @arg the queue's only reference is in the queue itself. */
static void send_away(struct stage *stage, const void *arg, int say)
{
	bool cycle = *(const bool *)arg;
	int pair[2], fds[2] = {stage_socket(stage, &web), -1};

	if (fds[0] < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	fds[1] = pair[1];
	if (!send_files(pair[0], fds, cycle ? 2 : 1))
		return;
	close(fds[0]);
	if (cycle) {
		close(pair[0]);
		close(pair[1]);
	}
	stage_say(say);
	if (!cycle)
		pause();
}

static void case_in_flight(struct stage *stage)
{
	const bool cycle = false;

	stage_holder(stage, stage_spawn(stage, send_away, &cycle, 0).pid);
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

#define COLLECTED_MAX 60 /* so often the kernel's own collector may come first */
#define COLLECTS_MAX  200 /* moments that it may take */

/* The port becomes free without anybody doing anything. */
static bool is_collected(void)
{
	for (int i = 0; i < COLLECTS_MAX; i++) {
		if (can_bind() == 0)
			return true;
		stage_pause();
	}
	return false;
}

/*
 * No process at all has it. Any UNIX socket that is closed on this machine wakes the kernel's own collector:
 * it may have run before us, and while it runs the socket is there and the message is not.
 */
static void case_cycle(struct stage *stage)
{
	const bool cycle = true;
	bool collected = true;
	enum iu_end end;

	for (int i = 0; collected && i < COLLECTED_MAX; i++) {
		struct run run;

		stage_spawn(stage, send_away, &cycle, 0);
		end = run_free(&run, "4000", NULL);
		done(&run);
		collected = end == IU_END_REFUSED && is_collected();
		if (collected)
			printf("#   the kernel collects it just now: once more\n");
	}
	CHECK(end == IU_END_DONE || end == IU_END_NOTHING, "ended %s", iu_end_name(end));
	CHECK(can_bind() == 0, "the kernel says %s", strerror(can_bind()));
}

static void case_several_families(struct stage *stage)
{
	const struct sock six = {TCP, "::1", PORT, LISTEN | V6ONLY};
	const struct sock four = {TCP, "127.0.0.1", PORT, LISTEN};

	stage_holder(stage, stage_hold(stage, &six));
	stage_holder(stage, stage_hold(stage, &four));
	expect(stage, "4000", NULL, IU_END_DONE, false);
}

static void case_stale(struct stage *stage)
{
	char path[300];
	struct run run;

	stage_stale(stage);
	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	CHECK(run_free(&run, path, NULL) == IU_END_DONE, "not freed");
	CHECK(access(path, F_OK) < 0, "the file is still there");
	done(&run);
}

/* ---- time ---- */

static void case_destroy_time_wait(struct stage *stage)
{
	const struct iu_free_options force = {.grace_seconds = 1, .force = true};

	stage_time_wait(stage);
	expect(stage, "4000", &force, IU_END_DONE, true);
}

static void case_destroy_many(struct stage *stage)
{
	const struct iu_free_options force = {.grace_seconds = 1, .force = true};

	stage_time_wait_many(stage);
	expect(stage, "4000", &force, IU_END_DONE, true);
}

static void case_destroy_fin_wait1(struct stage *stage)
{
	const struct iu_free_options force = {.grace_seconds = 1, .force = true};

	stage_fin_wait1(stage);
	stage->n_holders = 0;
	expect(stage, "4000", &force, IU_END_DONE, true);
}

/* FIN-WAIT-2 has a sysctl for its time; that of TIME-WAIT is 60 s in every kernel. */
static void case_wait_fin_wait2(struct stage *stage)
{
	int64_t start;
	struct run run;

	stage_write(stage, "/proc/sys/net/ipv4/tcp_fin_timeout", "3");
	stage_fin_wait2(stage);
	start = iu_os_now_ms();
	CHECK(!stage->error[0], "staging failed: %s", stage->error);
	CHECK(run_free(&run, "4000", NULL) == IU_END_DONE, "not freed");
	CHECK(run.f.plan.steps.n == 1 && run.f.plan.steps.v[0].lever.kind == IU_STEP_WAIT,
		"it was no wait");
	CHECK(iu_os_now_ms() - start < 6000, "it took %d ms", (int)(iu_os_now_ms() - start));
	CHECK(can_bind() == 0, "the kernel says %s", strerror(can_bind()));
	done(&run);
}

static bool stop_after(void *context)
{
	return iu_os_now_ms() > *(int64_t *)context;
}

static void case_interrupted_wait(struct stage *stage)
{
	int64_t until = iu_os_now_ms() + 800;
	const struct iu_free_options act = {.grace_seconds = 1, .stopped = stop_after, .context = &until};

	stage_time_wait(stage);
	expect(stage, "4000", &act, IU_END_STOPPED, true);
}

/* ---- refusals ---- */

static void case_dry_run(struct stage *stage)
{
	const struct iu_free_options dry = {.dry_run = true};

	hold_web(stage);
	expect(stage, "4000", &dry, IU_END_PLANNED, true);
}

static bool decline(void *context, const struct iu_free_run *freeing)
{
	(void)context;
	(void)freeing;
	return false;
}

static void case_declined(struct stage *stage)
{
	const struct iu_free_options no = {.consent = decline};

	hold_web(stage);
	expect(stage, "4000", &no, IU_END_DECLINED, true);
}

static void case_outbound(struct stage *stage)
{
	char target[32];
	struct run run;

	stage_outbound(stage);
	snprintf(target, sizeof(target), "127.0.0.1:%d", stage->port);
	CHECK(run_free(&run, target, NULL) == IU_END_REFUSED, "not refused");
	for (size_t i = 0; i < stage->n_holders; i++)
		CHECK(is_alive(stage->holders[i]), "the client is dead");
	done(&run);
}

/* The holder starts inuse: it would end its own shell. */
static void shell_that_frees(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web), status = 1;
	pid_t pid;

	(void)arg;
	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		struct run run;

		close(fd);
		run_free(&run, "4000", NULL);
		fflush(stdout);
		_exit(run.f.end == IU_END_REFUSED ? 0 : 1);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
		stage_say(say);
	pause();
}

static void case_ancestor(struct stage *stage)
{
	struct proc proc = stage_spawn(stage, shell_that_frees, NULL, 0);

	CHECK(proc.pid > 0 && is_alive(proc.pid), "it was not refused: %s", stage->error);
}

/* We are pid 1 here, and hold it ourselves. */
static void case_pid1(struct stage *stage)
{
	int fd = stage_socket(stage, &web), status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		struct run run;

		close(fd);
		setsid();
		run_free(&run, "4000", NULL);
		fflush(stdout);
		_exit(run.f.end == IU_END_REFUSED && strstr(run.f.plan.refusals.v[0].why, "pid 1")
				? 0
				: 1);
	}
	CHECK(getpid() == 1, "the test is not pid 1");
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "not refused");
	close(fd);
}

static void case_other_user(struct stage *stage)
{
	struct sock theirs = web;
	const struct iu_free_options named = {
		.grace_seconds = 5, .user_given = true, .user = STAGE_OTHER};

	theirs.uid = STAGE_OTHER;
	stage_holder(stage, stage_hold(stage, &theirs));
	expect(stage, "4000", NULL, IU_END_REFUSED, true);
	expect(stage, "4000", &named, IU_END_DONE, false);
}

/* Without rights over it: told so, and nothing done. */
static void ask_as_nobody(struct stage *stage, const void *arg, int say)
{
	struct run run;

	(void)stage;
	(void)arg;
	if (run_free(&run, "4000", NULL) == IU_END_REFUSED)
		stage_say(say);
	fflush(stdout);
}

static void case_no_rights(struct stage *stage)
{
	hold_web(stage);
	CHECK(stage_spawn(stage, ask_as_nobody, NULL, STAGE_NOBODY).pid > 0, "not refused");
	CHECK(is_alive(stage->holders[0]), "the holder is dead");
}

static void case_protected_file(struct stage *stage)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/inuse", stage->dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/inuse/protected", stage->dir);
	f = fopen(path, "we");
	fputs("# mine\n  scene-holder \t# the staged one\n", f);
	fclose(f);
	setenv("XDG_CONFIG_HOME", stage->dir, 1);
	hold_web(stage);
	expect(stage, "4000", NULL, IU_END_REFUSED, true);
	unsetenv("XDG_CONFIG_HOME");
}

static void case_regular_file(struct stage *stage)
{
	char path[300];
	struct run run;

	stage_regular(stage);
	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	CHECK(run_free(&run, path, NULL) == IU_END_REFUSED, "not refused");
	CHECK(access(path, F_OK) == 0, "the file is gone");
	done(&run);
}

/* ---- somebody starts it again ---- */

static void case_respawn(struct stage *stage)
{
	char loop[600];
	const char *argv[] = {"/bin/sh", "-c", loop, NULL};
	pid_t pid;
	struct run run;

	snprintf(loop, sizeof(loop), "while true; do %s serve 0.0.0.0 %d; done", stage->self, PORT);
	pid = stage_exec(stage, argv);
	CHECK(stage_state(stage, PORT, 10) == 0, "the loop does not serve");
	CHECK(run_free(&run, "4000", NULL) == IU_END_RESPAWNED, "not told");
	CHECK(run.f.words && strstr(run.f.words, "starts it again"), "nobody is named");
	CHECK(is_alive(pid), "the shell was ended");
	done(&run);
}

/* Starts a server again and again, each in a session of its own, as PM2 does it. */
static void keep(struct stage *stage, const void *arg, int say)
{
	(void)arg;
	prctl(PR_SET_NAME, "PM2 v5.3.0: God Daemon");
	for (;;) {
		pid_t pid = fork();

		if (pid == 0) {
			int fd = stage_socket(stage, &web);

			setsid();
			prctl(PR_SET_NAME, "node");
			if (fd < 0)
				_exit(1);
			stage_say(say);
			signal(SIGPIPE, SIG_IGN);
			stage_serve(fd, &web);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		usleep(100000);
	}
}

static void case_respawn_session(struct stage *stage)
{
	struct run run;
	struct proc proc = stage_spawn(stage, keep, NULL, 0);

	signal(SIGPIPE, SIG_IGN);
	CHECK(run_free(&run, "4000", NULL) == IU_END_RESPAWNED, "not told");
	CHECK(run.f.words && strstr(run.f.words, "PM2 v5.3.0: God") &&
			strstr(run.f.words, "pm2 stop NAME"), "nobody is named");
	CHECK(run.f.plan.steps.n && run.f.plan.steps.v[0].comes_back, "the plan does not say so");
	CHECK(is_alive(proc.pid), "the keeper was ended");
	done(&run);
}

static void listen_for_others(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web);

	(void)arg;
	prctl(PR_SET_NAME, "PM2 v5.3.0: God Daemon");
	if (fd < 0)
		return;
	stage_say(say);
	stage_serve(fd, &web);
}

/* In its cluster mode PM2's daemon itself has the socket: with it all of its programs would end. */
static void case_keeper_holds(struct stage *stage)
{
	stage_holder(stage, stage_spawn(stage, listen_for_others, NULL, 0).pid);
	expect(stage, "4000", NULL, IU_END_REFUSED, true);
}

/* ---- what changes between plan and act ---- */

/* The plan of a holder, without acting; its only step. */
static struct iu_step *plan_step(struct run *run, const char *target)
{
	const struct iu_free_options dry = {.dry_run = true};

	if (run_free(run, target, &dry) != IU_END_PLANNED || run->f.plan.steps.n != 1) {
		complain("no plan of one step");
		return NULL;
	}
	return &run->f.plan.steps.v[0];
}

static void expect_left_alone(
	const struct iu_step *step, enum iu_result_kind kind, pid_t pid, bool force)
{
	struct iu_step_result result = {0};
	int handle = -1;

	iu_os_apply(step, force, &result, &handle);
	printf("#   %s: %s\n", iu_result_name(result.kind), result.detail);
	CHECK(result.kind == kind, "the step said %s, not %s", iu_result_name(result.kind),
		iu_result_name(kind));
	CHECK(handle == -1, "there is a handle");
	usleep(20000);
	if (pid)
		CHECK(is_alive(pid), "pid %d was ended", (int)pid);
	iu_os_release(handle);
}

static void end_holder(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void case_holder_gone(struct stage *stage)
{
	struct run run;
	struct iu_step *step;

	hold_web(stage);
	step = plan_step(&run, "4000");
	end_holder(stage->holders[0]);
	if (step)
		expect_left_alone(step, IU_RESULT_GONE, 0, false);
	done(&run);
}

enum change { CLOSES_IT, OPENS_ANOTHER, RUNS_ANOTHER, MOVES_IT };

/* Changes when it gets SIGUSR1, and says so. */
static void change(struct stage *stage, const void *arg, int say)
{
	enum change what = *(const enum change *)arg;
	int fd = stage_socket(stage, &web), other;
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (fd < 0)
		return;
	stage_say(say);
	sigwait(&set, &number);
	switch (what) {
	case CLOSES_IT: close(fd); break;
	case OPENS_ANOTHER:
		close(fd);
		other = stage_socket(stage, &web);
		if (other != fd)
			return;
		break;
	case RUNS_ANOTHER:
		fcntl(fd, F_SETFD, 0);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		stage_say(say);
		execl("/bin/sleep", "sleep", "100", (char *)NULL);
		return;
	case MOVES_IT:
		if (fcntl(fd, F_DUPFD_CLOEXEC, 50) < 0)
			return;
		close(fd);
		break;
	}
	stage_say(say);
	for (;;)
		pause();
}

static void changed(struct stage *stage, enum change what, enum iu_result_kind kind)
{
	struct proc proc = stage_spawn(stage, change, &what, 0);
	struct iu_step *step;
	struct run run;
	char exe[64], link[256];

	step = plan_step(&run, "4000");
	kill(proc.pid, SIGUSR1);
	CHECK(stage_wait(stage, &proc) == 0, "it did not change");
	snprintf(exe, sizeof(exe), "/proc/%d/exe", (int)proc.pid);
	for (int i = 0; what == RUNS_ANOTHER && i < 500; i++) {
		ssize_t n = readlink(exe, link, sizeof(link) - 1);

		link[n > 0 ? n : 0] = '\0';
		if (strstr(link, "sleep") || strstr(link, "coreutils") || strstr(link, "busybox"))
			break;
		usleep(10000);
	}
	if (step)
		expect_left_alone(step, kind, proc.pid, false);
	if (step)
		expect_left_alone(step, kind, proc.pid, true);
	done(&run);
}

static void case_closed_it(struct stage *stage)
{
	changed(stage, CLOSES_IT, IU_RESULT_GONE);
}

static void case_opened_another(struct stage *stage)
{
	changed(stage, OPENS_ANOTHER, IU_RESULT_GONE);
}

static void case_runs_another(struct stage *stage)
{
	changed(stage, RUNS_ANOTHER, IU_RESULT_CHANGED);
}

/* The same socket under another number is the same hold. */
static void case_moved_it(struct stage *stage)
{
	const enum change what = MOVES_IT;
	struct proc proc = stage_spawn(stage, change, &what, 0);
	struct iu_step_result result = {0};
	struct iu_step *step;
	struct run run;
	int handle = -1;

	step = plan_step(&run, "4000");
	kill(proc.pid, SIGUSR1);
	CHECK(stage_wait(stage, &proc) == 0, "it did not change");
	if (step)
		iu_os_apply(step, false, &result, &handle);
	CHECK(result.kind == IU_RESULT_DONE, "the step said %s: %s", iu_result_name(result.kind),
		result.detail);
	iu_os_release(handle);
	CHECK(waitpid(proc.pid, NULL, 0) == proc.pid, "it lives");
	done(&run);
}

/* Never signalled, whatever a plan says. */
static void case_never(struct stage *stage)
{
	const pid_t pids[] = {0, 1, -1, getpid(), getppid()};

	(void)stage;
	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		const struct iu_step step = {
			.lever = {.kind = IU_STEP_TERMINATE,
				.process = {.pid = pids[i], .fd = 3, .inode = 1}}};

		expect_left_alone(&step, IU_RESULT_FAILED, 0, true);
	}
}

/*
 * Ends one that nobody else may have ended. A signal that was sent before has decided already how
 * it ends, also when it has not acted yet (complete_signal()). Returns: whether none was.
 */
static bool was_spared(pid_t pid)
{
	int status = 0;

	kill(pid, SIGPROF);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGPROF;
}

/* The same program, the same socket address, even the same number. Its pid. */
static pid_t fork_innocent(struct stage *stage, pid_t number)
{
	char last[16];
	pid_t pid;

	snprintf(last, sizeof(last), "%d", (int)number - 1);
	stage_write(stage, "/proc/sys/kernel/ns_last_pid", last);
	pid = fork();
	if (pid == 0) {
		stage_socket(stage, &web);
		for (;;)
			pause();
	}
	return pid;
}

/* (a) The holder ends, and its pid is somebody else's when the signal is due. */
static void case_pid_reuse(struct stage *stage)
{
	int trials = TRIALS(200, 20000);

	silent = true;
	for (int i = 0; i < trials && !wrong[0]; i++) {
		struct iu_step_result result = {0};
		struct run run;
		pid_t holder = stage_hold(stage, &web), innocent;
		struct iu_step *step = plan_step(&run, "4000");
		int handle = -1;

		end_holder(holder);
		innocent = fork_innocent(stage, holder);
		if (i % 2)
			usleep(500); /* sometimes it holds the port already */
		if (step)
			iu_os_apply(step, i % 3 == 0, &result, &handle);
		CHECK(result.kind == IU_RESULT_GONE, "the step said %s", iu_result_name(result.kind));
		COUNT(trials, 1);
		COUNT(reused, innocent == holder);
		if (!was_spared(innocent)) {
			COUNT(hits, 1);
			complain("the wrong process was hit");
		}
		iu_os_release(handle);
		done(&run);
	}
}

/* (b) Clients of the port live on. */
static void case_clients(struct stage *stage)
{
	static const struct sock client = {TCP, "127.0.0.1", PORT, CONNECT};
	const struct iu_free_options force = {.grace_seconds = 5, .force = true};
	int runs = TRIALS(16, 1000);

	silent = true;
	for (int n = 0; n < runs && !wrong[0]; n++) {
		pid_t server = stage_hold(stage, &web), clients[3];
		struct run run;

		for (int i = 0; i < 3; i++)
			clients[i] = stage_hold(stage, &client);
		CHECK(run_free(&run, "4000", &force) == IU_END_DONE, "run %d: not freed", n);
		CHECK(!is_alive(server), "the server lives");
		COUNT(runs, 1);
		for (int i = 0; i < 3; i++) {
			COUNT(clients, 1);
			if (was_spared(clients[i]))
				continue;
			COUNT(dead, 1);
			complain("run %d: a client is dead", n);
		}
		waitpid(server, NULL, 0);
		done(&run);
	}
}

/* ---- socket files that change ---- */

static void case_file_replaced(struct stage *stage)
{
	const struct sock app = {STREAM, "app.sock", 0, LISTEN}, other = {STREAM, "b.sock", 0, LISTEN};
	char path[300], second[300];
	struct iu_step *step;
	struct run run;
	int fd;

	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	snprintf(second, sizeof(second), "%s/b.sock", stage->dir);
	stage_stale(stage);
	step = plan_step(&run, path);
	/* a dead one of somebody else, made before so that the inode differs */
	close(stage_socket(stage, &other));
	rename(second, path);
	if (step)
		expect_left_alone(step, IU_RESULT_CHANGED, 0, false);
	CHECK(access(path, F_OK) == 0, "it was removed");
	unlink(path);
	if (step)
		expect_left_alone(step, IU_RESULT_GONE, 0, false);
	fd = stage_socket(stage, &app); /* a server came: the file is new, or the inode is used again */
	if (step)
		expect_left_alone(step, IU_RESULT_CHANGED, 0, false);
	CHECK(access(path, F_OK) == 0, "the socket of a server was removed");
	close(fd);
	done(&run);
}

/* ---- wait ---- */

static void end_later(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web);

	if (fd < 0)
		return;
	stage_say(say);
	usleep(*(const unsigned int *)arg * 1000);
}

static void expect_wait_all(const char *const targets[], bool listening, int64_t most,
	enum iu_waited want, int64_t least_ms, int64_t most_ms)
{
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	int64_t start = iu_os_now_ms(), took;
	enum iu_waited waited = IU_WAITED_STOPPED;

	for (size_t i = 0; targets[i]; i++)
		read_question(&arena, targets[i], &questions);
	if (!wrong[0])
		CHECK(iu_wait_for(&questions, listening, start + most, NULL, &waited) == 0,
			"it broke");
	took = iu_os_now_ms() - start;
	printf("#   waited %d ms\n", (int)took);
	CHECK(waited == want, "it ended %d", (int)waited);
	CHECK(took >= least_ms && took <= most_ms, "it took %d ms, not %d to %d", (int)took,
		(int)least_ms, (int)most_ms);
	iu_arena_free(&arena);
}

static void expect_wait(const char *target, bool listening, int64_t most, enum iu_waited want,
	int64_t least_ms, int64_t most_ms)
{
	const char *const targets[] = {target, NULL};

	expect_wait_all(targets, listening, most, want, least_ms, most_ms);
}

static void case_wait_process(struct stage *stage)
{
	const unsigned int ms = 1500;

	stage_spawn(stage, end_later, &ms, 0);
	expect_wait("4000", false, 10000, IU_WAITED_DONE, 1000, 2200);
}

static void case_wait_time_up(struct stage *stage)
{
	hold_web(stage);
	expect_wait("4000", false, 700, IU_WAITED_TIME_UP, 700, 1400);
	CHECK(is_alive(stage->holders[0]), "the holder is dead");
}

static void come_later(struct stage *stage, const void *arg, int say)
{
	int fd;

	stage_say(say);
	usleep(*(const unsigned int *)arg * 1000);
	fd = stage_socket(stage, &web);
	if (fd >= 0)
		stage_serve(fd, &web);
}

static void case_wait_listening(struct stage *stage)
{
	const unsigned int ms = 2000; /* between two looks at everything, at 1.55 s and 2.55 s */

	stage_spawn(stage, come_later, &ms, 0);
	expect_wait("4000", true, 10000, IU_WAITED_DONE, 1900, 2400);
	expect_wait("127.0.0.1:4000", true, 10000, IU_WAITED_DONE, 0, 700);
}

/* Free for half a second while the other one is still held: that does not count. */
static void blink(struct stage *stage, const void *arg, int say)
{
	int fd = stage_socket(stage, &web);

	(void)arg;
	if (fd < 0)
		return;
	stage_say(say);
	usleep(400000);
	close(fd);
	usleep(500000);
	fd = stage_socket(stage, &web);
	usleep(1400000);
	close(fd);
	pause();
}

static void hold_other(struct stage *stage, const void *arg, int say)
{
	const struct sock dns = {UDP, "127.0.0.1", PORT + 1, 0};

	if (stage_socket(stage, &dns) < 0)
		return;
	stage_say(say);
	usleep(*(const unsigned int *)arg * 1000);
}

static void case_wait_several(struct stage *stage)
{
	static const char *const both[] = {"4000", "127.0.0.1:4001/udp", NULL};
	const unsigned int ms = 1500;

	stage_spawn(stage, blink, NULL, 0);
	stage_spawn(stage, hold_other, &ms, 0);
	expect_wait_all(both, false, 10000, IU_WAITED_DONE, 2100, 3100);
}

static void case_wait_listening_several(struct stage *stage)
{
	static const char *const both[] = {"4000", "4001", NULL};
	const unsigned int ms = 1000;

	stage_hold(stage, &(struct sock){TCP, "127.0.0.1", PORT + 1, LISTEN});
	stage_spawn(stage, come_later, &ms, 0);
	expect_wait_all(both, true, 10000, IU_WAITED_DONE, 900, 1450);
}

static void unlink_later(struct stage *stage, const void *arg, int say)
{
	stage_say(say);
	usleep(1000000);
	unlink(arg);
	(void)stage;
}

static void case_wait_path(struct stage *stage)
{
	char path[300];

	stage_stale(stage);
	snprintf(path, sizeof(path), "%s/app.sock", stage->dir);
	stage_spawn(stage, unlink_later, path, 0);
	expect_wait(path, false, 10000, IU_WAITED_DONE, 800, 1700);
}

static void case_wait_timer(struct stage *stage)
{
	stage_write(stage, "/proc/sys/net/ipv4/tcp_fin_timeout", "3");
	stage_fin_wait2(stage);
	CHECK(!stage->error[0], "staging failed: %s", stage->error);
	expect_wait("4000", false, 10000, IU_WAITED_DONE, 1500, 4500);
}

/* ---- pick ---- */

/* Three hundred at once: nobody gets the port of another. */
static void case_pick_parallel(struct stage *stage)
{
	enum { MANY = 300 };
	int *ports = mmap(NULL, MANY * sizeof(*ports), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	static bool seen[65536];
	const struct iu_pick narrow = {.first = 20000, .last = 20999};
	pid_t pids[MANY];
	int lost = 0, twice = 0, strange = 0;

	(void)stage;
	for (int i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct iu_pick_run picking;
			int hold = -1;

			iu_pick_run_start(&narrow, &picking);
			ports[i] = iu_pick_run_next(&picking, true, &hold);
			if (stage_port(hold) != ports[i])
				ports[i] = -1;
			for (;;)
				pause();
		}
	}
	for (int ms = 0; ms < 60000 && !ports[MANY - 1]; ms += 5)
		stage_pause();
	for (int i = 0; i < MANY; i++) {
		for (int ms = 0; ms < 60000 && !ports[i]; ms += 5)
			stage_pause();
		if (ports[i] <= 0)
			lost++;
		else if (seen[ports[i]])
			twice++;
		else
			seen[ports[i]] = true;
		strange += ports[i] > 0 && (ports[i] < 20000 || ports[i] > 20999);
	}
	for (int i = 0; i < MANY; i++)
		end_holder(pids[i]);
	printf("#   safety: of %d ports picked at once %d were lost, %d given twice\n", MANY, lost,
		twice);
	CHECK(!lost && !twice && !strange, "%d lost, %d twice, %d outside", lost, twice, strange);
}

static int pick_one(const struct iu_pick *pick)
{
	struct iu_pick_run picking;
	int port;

	if (iu_pick_run_start(pick, &picking) < 0)
		return -1;
	port = iu_pick_run_next(&picking, false, NULL);
	iu_pick_run_end(&picking);
	return port;
}

static void case_pick_rules(struct stage *stage)
{
	const struct sock four = {TCP, "127.0.0.1", 20000, LISTEN}, six = {TCP, "::1", 20001, 0};
	struct iu_pick pick = {.first = 20000, .last = 20010};
	int port, again;

	stage_hold(stage, &four);
	stage_hold(stage, &six);
	CHECK(pick_one(&pick) == 20002, "held ports of either family are not left out: %d",
		pick_one(&pick));
	stage_write(stage, "/proc/sys/net/ipv4/ip_local_reserved_ports", "20002-20004");
	CHECK(pick_one(&pick) == 20005, "reserved ports are not left out");
	pick.udp = true;
	CHECK(pick_one(&pick) == 20000, "UDP is not TCP");
	pick = (struct iu_pick){.first = 20002, .last = 20004};
	CHECK(pick_one(&pick) < 0, "a reserved port was given");
	pick = (struct iu_pick){.first = 6665, .last = 6671};
	CHECK(pick_one(&pick) == 6670, "a port that browsers refuse");
	pick = (struct iu_pick){.first = 40000, .last = 40010};
	CHECK(pick_one(&pick) == 40000, "an explicit range is kept");
	pick = (struct iu_pick){.near = 20001};
	port = pick_one(&pick);
	CHECK(port == 20005 || port == 19999, "the nearest to 20001 is not %d", port);
	pick = (struct iu_pick){.for_directory = "/home/alice/shop"};
	port = pick_one(&pick);
	again = pick_one(&pick);
	CHECK(port == again && port >= 10000 && port < 32768, "%d, then %d", port, again);
	pick = (struct iu_pick){0};
	for (int i = 0; i < 20; i++) {
		port = pick_one(&pick);
		CHECK(port >= 1024 && port < 32768, "%d is not outside the ephemeral range", port);
	}
}

/* Runs inuse, ends it after @ms, and reads what it said. */
static void interrupt(const char *program, unsigned int ms, int number, char *said, size_t size)
{
	const char *argv[] = {program, "free", "--yes", "--json", "4000", NULL};
	int pipes[2] = {-1, -1};
	ssize_t len;
	pid_t pid;

	CHECK(pipe2(pipes, O_CLOEXEC) == 0, "no pipe");
	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_RDWR), 2);
		dup2(pipes[1], 1);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(pipes[1]);
	usleep(ms * 1000);
	kill(pid, number);
	waitpid(pid, NULL, 0);
	len = read(pipes[0], said, size - 1);
	said[len > 0 ? len : 0] = '\0';
	close(pipes[0]);
}

/*
 * (d) Interrupted at any moment: the holder is either as it was or ended, nobody else is touched,
 * and whoever can still speak says what was done.
 */
static void case_interrupted(struct stage *stage)
{
	static char said[65536];
	const char *program = getenv("INUSE");
	int runs = TRIALS(24, 500);

	srandom((unsigned int)iu_os_random());
	for (int i = 0; i < runs && program && !wrong[0]; i++) {
		const struct sock other = {TCP, "127.0.0.1", PORT + 1, LISTEN};
		pid_t holder = stage_hold(stage, &web), bystander = stage_hold(stage, &other);
		int number = i % 2 ? SIGKILL : SIGINT;
		bool lives;

		interrupt(program, (unsigned int)random() % (i & 2 ? 250 : 40), number, said,
			sizeof(said));
		lives = was_spared(holder);
		COUNT(interrupted, 1);
		COUNT(ended, !lives);
		/* SIGTERM was sent: then the step is told as done, however it all ended */
		if (number == SIGINT && !lives && !strstr(said, "\"outcome\":\"done\"")) {
			COUNT(untold, 1);
			complain("the holder has ended, and inuse said: %.200s", said);
		}
		if (!was_spared(bystander)) {
			COUNT(bystanders, 1);
			complain("a bystander is dead");
		}
	}
}

/* ---- running ---- */

static const struct {
	const char *name;
	void (*body)(struct stage *stage);
	bool is_rate; /* shared out to WORKERS */
} cases[] = {
	{"a listener", case_listener},
	{"a UDP socket", case_udp},
	{"a UNIX server, then its file", case_unix_server},
	{"ignores SIGTERM: left alone without --force", case_ignores_term},
	{"ignores SIGTERM: killed with --force", case_ignores_term_force},
	{"prefork server", case_prefork},
	{"suspended job", case_suspended},
	{"inherited descriptor", case_inherited},
	{"bound, not listening", case_bound},
	{"a thread's own descriptor table", case_private_table},
	{"registered with io_uring, no descriptor", case_registered},
	{"in a message that nobody reads", case_in_flight},
	{"in a message that nobody can read", case_cycle},
	{"IPv4 and IPv6 by two programs", case_several_families},
	{"stale socket file", case_stale},
	{"TIME-WAIT dropped by force", case_destroy_time_wait},
	{"many TIME-WAITs dropped by force", case_destroy_many},
	{"orphan in FIN-WAIT-1 dropped by force", case_destroy_fin_wait1},
	{"FIN-WAIT-2 waited for", case_wait_fin_wait2},
	{"waiting interrupted", case_interrupted_wait},
	{"dry run", case_dry_run},
	{"declined", case_declined},
	{"outbound connection refused", case_outbound},
	{"an ancestor refused", case_ancestor},
	{"pid 1 of the namespace refused", case_pid1},
	{"another user's program needs its name", case_other_user},
	{"no rights over it", case_no_rights},
	{"protected by a file", case_protected_file},
	{"a regular file refused", case_regular_file},
	{"a while loop starts it again", case_respawn},
	{"a supervisor starts it again, in another session", case_respawn_session},
	{"a supervisor that holds it for others refused", case_keeper_holds},
	{"holder gone before the signal", case_holder_gone},
	{"holder closed the socket before the signal", case_closed_it},
	{"holder opened another socket before the signal", case_opened_another},
	{"holder runs another program before the signal", case_runs_another},
	{"holder moved the descriptor: the same hold", case_moved_it},
	{"never: pid 0, 1, -1, ourselves, our parent", case_never},
	{"pid reused before the signal", case_pid_reuse, true},
	{"clients of the port survive", case_clients, true},
	{"socket file replaced before the unlink", case_file_replaced},
	{"wait: the holder ends", case_wait_process},
	{"wait: time is up", case_wait_time_up},
	{"wait --listening", case_wait_listening},
	{"wait: two ports, free at the same moment", case_wait_several},
	{"wait --listening: two ports", case_wait_listening_several},
	{"wait: a path", case_wait_path},
	{"wait: a kernel timer", case_wait_timer},
	{"pick: 300 at once", case_pick_parallel},
	{"pick: rules", case_pick_rules},
	{"inuse interrupted at any moment", case_interrupted, true},
};

static int play(size_t i, struct stage *stage)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ||
		network_up("lo") < 0)
		complain("namespaces: %s", strerror(errno));
	alarm(CASE_SECONDS);
	if (!wrong[0])
		cases[i].body(stage);
	if (wrong[0])
		printf("#   %s %s\n", wrong, stage->error);
	fflush(stdout);
	return wrong[0] ? 1 : 0;
}

/* The first process of its own namespaces: when it ends, the kernel ends all others. */
static int run_case(size_t i, struct stage *stage)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS) < 0)
			_exit(1);
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			_exit(play(i, stage));
		}
		_exit(waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 1;
}

/* All workers of a case. Returns: 0, or 1 when any of them failed. */
static int run_workers(size_t i, struct stage *stage)
{
	pid_t pids[WORKERS];
	int status, bad = 0;

	if (!cases[i].is_rate)
		return run_case(i, stage);
	fflush(stdout);
	for (int k = 0; k < WORKERS; k++) {
		pids[k] = fork();
		if (pids[k] == 0)
			_exit(run_case(i, stage));
	}
	for (int k = 0; k < WORKERS; k++)
		bad |= waitpid(pids[k], &status, 0) != pids[k] || status != 0;
	return bad;
}

/* The four figures, for the end of `make check` and of `make safety`. */
static int tell_rates(void)
{
	const struct rates *r = rates;

	if (r->trials)
		printf("# safety: (a) in %d trials the pid was reused %d times: %d signals to the wrong process\n",
			r->trials, r->reused, r->hits);
	if (r->runs)
		printf("# safety: (b) in %d runs with %d clients of the port: %d clients died\n",
			r->runs, r->clients, r->dead);
	if (r->scenes)
		printf("# safety: (c) of %d scenes that were freed %d could be bound afterwards\n",
			r->scenes, r->bindable);
	if (r->interrupted)
		printf("# safety: (d) interrupted %d times: the holder had ended %d times, untold %d times; %d bystanders harmed\n",
			r->interrupted, r->ended, r->untold, r->bystanders);
	if (r->reused < r->trials * 9 / 10) {
		printf("# the pid was reused too seldom\n");
		return 1;
	}
	return r->hits || r->dead || r->bindable < r->scenes || r->untold || r->bystanders;
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR"), *name = strrchr(argv[0], '/');
	char self[4096] = "", dir[256];
	int bad = 0, count = 0;

	if (argc > 1 && (strcmp(argv[1], "serve") == 0 || strcmp(name ? name : "", "/kubectl") == 0))
		return stage_play(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root: each case has namespaces of its own\n");
		return 0;
	}
	rates = mmap(NULL, sizeof(*rates), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (rates == MAP_FAILED || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stage stage = {.self = self, .dir = dir};
		const char *const clean[] = {"rm", "-rf", "--one-file-system", dir, NULL};
		pid_t pid;
		int r;

		if (argc > 1 && !strstr(cases[i].name, argv[1]))
			continue;
		snprintf(dir, sizeof(dir), "%s/inuse-free-XXXXXX", tmp ? tmp : "/tmp");
		if (!mkdtemp(dir) || chmod(dir, 0777) < 0)
			return 1;
		printf("# %s\n", cases[i].name);
		fflush(stdout);
		r = run_workers(i, &stage);
		bad += r;
		printf("%s %d - %s\n", r ? "not ok" : "ok", ++count, cases[i].name);
		pid = fork();
		if (pid == 0) {
			execvp(clean[0], (char *const *)clean);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
	bad += tell_rates();
	printf("1..%d\n", count);
	return bad ? 1 : 0;
}

/* run/linux/postmortem.c - where nobody tells of the calls: the command as a child, explained from what it printed */
#include "run/linux/postmortem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "run/output-tail.h"

struct watch {
	struct iu_run *run;
	pid_t command;
	int from;            /* its standard error comes here; -1: ended */
	int signals;         /* signalfd */
	struct iu_text kept;
	bool ended;
	int status;
	struct sigaction child_action; /* of SIGCHLD, as it was given to us */
};

/* Its standard error: a terminal where ours is one, else a pipe. Returns: 0 or an errno. */
static int open_channel(int *ret_from, int *ret_to)
{
	struct termios raw;
	struct winsize size;
	int pair[2], from, to;

	if (!isatty(STDERR_FILENO)) {
		if (pipe2(pair, O_CLOEXEC) < 0)
			return errno;
		*ret_from = pair[0];
		*ret_to = pair[1];
		return 0;
	}
	from = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (from < 0 || grantpt(from) < 0 || unlockpt(from) < 0)
		return errno;
	to = open(ptsname(from), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (to < 0)
		return errno;
	/* bytes pass as they are: the real terminal does the rest */
	if (tcgetattr(to, &raw) == 0) {
		cfmakeraw(&raw);
		(void)tcsetattr(to, TCSANOW, &raw);
	}
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(to, TIOCSWINSZ, &size);
	*ret_from = from;
	*ret_to = to;
	return 0;
}

/* Returns false at the end. A terminal whose other side is closed says EIO. */
static bool pass_on(int from, struct iu_text *kept)
{
	char bytes[4096];
	ssize_t n = read(from, bytes, sizeof(bytes));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	for (ssize_t done = 0, w; done < n; done += w) {
		w = write(STDERR_FILENO, bytes + done, (size_t)(n - done));
		if (w <= 0)
			break;
	}
	if (kept)
		iu_output_tail_keep(kept, bytes, (size_t)n);
	return true;
}

static void end_stream(struct watch *w)
{
	close(w->from);
	w->from = -1;
}

/* What is stopped is stopped with us, so that the shell sees it; what goes on goes on with us. */
static void take_child(struct watch *w)
{
	int status;

	while (waitpid(w->command, &status, WNOHANG | WUNTRACED) == w->command) {
		if (WIFSTOPPED(status)) {
			raise(SIGSTOP);
			kill(w->command, SIGCONT);
			continue;
		}
		w->ended = true;
		w->status = status;
		return;
	}
}

static void take_signal(struct watch *w)
{
	struct signalfd_siginfo info;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		take_child(w);
	else if (info.ssi_code != SI_KERNEL) /* from the terminal it came to the command, too */
		kill(w->command, (int)info.ssi_signo);
}

/* A daemon that it left behind still writes there: without a reader it would be killed by SIGPIPE. */
static void leave_reader(struct watch *w)
{
	struct pollfd end = {.fd = w->from, .events = POLLIN};

	while (poll(&end, 1, 0) > 0 && pass_on(w->from, &w->kept))
		;
	if (poll(&end, 1, 0) == 0 && fork() == 0) {
		setsid();
		while (pass_on(w->from, NULL))
			;
		_exit(0);
	}
	end_stream(w);
}

static void attend(struct watch *w)
{
	while (!w->ended) {
		struct pollfd polls[2] = {{.fd = w->signals, .events = POLLIN},
			{.fd = w->from, .events = POLLIN}};

		if (poll(polls, 2, -1) < 0)
			continue;
		if (polls[1].revents && !pass_on(w->from, &w->kept))
			end_stream(w);
		if (polls[0].revents)
			take_signal(w);
	}
	if (w->from >= 0)
		leave_reader(w);
}

/* ---- afterwards ---- */

static void explain(const struct watch *w)
{
	struct iu_text suspects = {0};
	struct iu_arena arena = {0};

	iu_output_tail_lines(&w->kept, &suspects);
	(void)iu_output_tail_explain(w->run, &suspects, &arena);
	iu_text_free(&suspects);
	iu_arena_free(&arena);
}

/* ---- the command ---- */

_Noreturn static void become_command(
	const struct watch *w, int to, int report, const sigset_t *mask)
{
	const struct iu_run *run = w->run;
	int error;

	dup2(to, STDERR_FILENO);
	sigaction(SIGCHLD, &w->child_action, NULL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	run->restore(run->context);
	execvp(run->argv[0], run->argv);
	error = errno;
	(void)!write(report, &error, sizeof(error));
	_exit(127);
}

/* Returns: 0, or the errno of its exec. */
static int start(struct watch *w, int to, const sigset_t *mask)
{
	int report[2], error = 0;

	if (pipe2(report, O_CLOEXEC) < 0)
		return errno;
	w->command = fork();
	if (w->command == 0)
		become_command(w, to, report[1], mask);
	close(report[1]);
	close(to);
	if (w->command < 0)
		error = errno;
	else if (read(report[0], &error, sizeof(error)) == sizeof(error))
		waitpid(w->command, NULL, 0);
	close(report[0]);
	return error;
}

int iu_run_postmortem(struct iu_run *run, int *ret_status)
{
	static const int handed_on[] = {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2,
		SIGTSTP, SIGWINCH};
	const struct sigaction standard = {.sa_handler = SIG_DFL};
	struct watch w = {.run = run, .from = -1};
	sigset_t ours, before;
	int to = -1, error = open_channel(&w.from, &to);

	if (error)
		return error;
	/* ignored, as some parents leave it, nobody could wait for the command */
	sigaction(SIGCHLD, &standard, &w.child_action);
	sigemptyset(&ours);
	for (size_t i = 0; i < IU_COUNT(handed_on); i++)
		sigaddset(&ours, handed_on[i]);
	sigprocmask(SIG_BLOCK, &ours, &before);
	w.signals = signalfd(-1, &ours, SFD_CLOEXEC);
	error = w.signals < 0 ? errno : start(&w, to, &before);
	if (!error)
		attend(&w);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (w.signals >= 0)
		close(w.signals);
	if (!error && w.status)
		explain(&w);
	iu_text_free(&w.kept);
	if (!error)
		*ret_status = w.status;
	return error;
}

/* os/linux/watch/outlive.c - work in a process of its own, which is begun anew where a look of it hangs */
#include "os/linux/watch/outlive.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"

#define STOPPED 130 /* by a signal, while a look hung */

void *iu_outlive_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* No call of a hung look can be taken back: its process is given up, with all that it had locked and opened. */
static pid_t start(void (*work)(void *context), void *context, const sigset_t *mask)
{
	pid_t parent = getpid(), child = fork();

	if (child != 0)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (getppid() == parent)
		work(context);
	/* What was opened before fork() is its parent's to close. */
	fflush(NULL);
	_exit(EXIT_SUCCESS);
}

/* Returns: how it ended. */
static int await(pid_t child, const sigset_t *signals)
{
	int status, signal;

	for (;;) {
		pid_t ended = waitpid(child, &status, WNOHANG);

		if (ended == child)
			return status;
		if (ended < 0)
			return -1;
		signal = sigwaitinfo(signals, NULL);
		if (signal > 0 && signal != SIGCHLD)
			kill(child, signal);
	}
}

int iu_outlive(void (*work)(void *context), void *context, int hung)
{
	static const int passed[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
	const struct sigaction plain = {.sa_handler = SIG_DFL};
	sigset_t signals, mask;
	int status;

	sigemptyset(&signals);
	for (size_t i = 0; i < IU_COUNT(passed); i++)
		sigaddset(&signals, passed[i]);
	if (sigaction(SIGCHLD, &plain, NULL) < 0 || sigprocmask(SIG_BLOCK, &signals, &mask) < 0)
		return IU_E_SYSTEM;
	do {
		pid_t child = start(work, context, &mask);

		status = child < 0 ? -1 : await(child, &signals);
	} while (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == hung);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return status >= 0 && WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == STOPPED)
		       ? 0
		       : IU_E_SYSTEM;
}

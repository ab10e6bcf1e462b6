/* tests/bench/run-ptrace.c - what a wrapper with ptrace costs: stops at every system call, looks at nothing */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define FOLLOW (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)

int main(int argc, char **argv)
{
	pid_t first = argc > 1 ? fork() : -1, pid;
	int status, code = 1;

	if (first == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (first < 0 || waitpid(first, &status, 0) < 0)
		return 1;
	ptrace(PTRACE_SETOPTIONS, first, 0, FOLLOW);
	ptrace(PTRACE_SYSCALL, first, 0, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int number = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (pid == first)
				code = WIFEXITED(status) ? WEXITSTATUS(status)
							 : 128 + WTERMSIG(status);
			continue;
		}
		/* syscall stops, and the stops of ptrace itself, are no signals of the program */
		if (number == (SIGTRAP | 0x80) || number == SIGTRAP || number == SIGSTOP)
			number = 0;
		ptrace(PTRACE_SYSCALL, pid, 0, number);
	}
	return code;
}

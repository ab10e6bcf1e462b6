/* os/linux/act/command.c - run a client program of the system and read what it says */
#include "os/linux/act/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/patient.h"
#include "os/os.h"

#define SYSTEM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"

#define BURY_MS	     1000
#define MORE_SECONDS 2 /* for whoever waits, after it was killed */

extern char **environ;

struct reader {
	int fd;
	char *to;
	size_t len;
};

/* More than fits is read and dropped, so that the program never waits for us. */
static bool take(struct reader *reader, size_t size)
{
	char rest[512];
	bool full = reader->len + 1 >= size;
	ssize_t n = read(reader->fd, full ? rest : reader->to + reader->len,
		full ? sizeof(rest) : size - 1 - reader->len);

	if (n > 0 && !full)
		reader->len += (size_t)n;
	reader->to[reader->len] = '\0';
	return n > 0 || (n < 0 && errno == EINTR);
}

static bool read_both(struct reader readers[2], size_t size, int64_t deadline)
{
	struct pollfd polls[2] = {{.fd = readers[0].fd, .events = POLLIN},
		{.fd = readers[1].fd, .events = POLLIN}};

	while (polls[0].fd >= 0 || polls[1].fd >= 0) {
		int64_t left = deadline - iu_os_now_ms();

		if (left <= 0)
			return false;
		if (poll(polls, 2, (int)left) < 0 && errno != EINTR)
			return false;
		for (int i = 0; i < 2; i++)
			if (polls[i].fd >= 0 && polls[i].revents && !take(&readers[i], size))
				polls[i].fd = -1;
	}
	return true;
}

/* Whoever started us may have less rights than we: nothing of what he has set counts. */
static bool is_secure(void)
{
	return getauxval(AT_SECURE) != 0;
}

/* What root runs comes from the folders of the system, whoever has set PATH; for others it is theirs. */
static bool find(const char *name, char *path, size_t size)
{
	const char *places = geteuid() == 0 ? SYSTEM_PATH : secure_getenv("PATH");

	for (const char *at = places ? places : SYSTEM_PATH; *at;) {
		size_t len = strcspn(at, ":");
		int n = snprintf(path, size, "%.*s/%s", (int)len, at, name);

		if (at[0] == '/' && n > 0 && (size_t)n < size && access(path, X_OK) == 0)
			return true;
		at += len + (at[len] == ':');
	}
	return false;
}

/* Ours with that PATH: what it starts in turn is found there, too. NULL: out of memory. */
static char **environment_with_path(void)
{
	static const char path[] = "PATH=" SYSTEM_PATH;
	size_t n = 0, to = 0;
	char **copy;

	while (environ && environ[n] && !is_secure())
		n++;
	copy = calloc(n + 2, sizeof(*copy));
	if (!copy)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "PATH=", 5) != 0)
			copy[to++] = environ[i];
	copy[to] = (char *)path; /* nobody writes into it: it is copied by the kernel */
	return copy;
}

/* Of a program that ignores SIGCHLD, or blocks signals, the child is to know nothing. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, defaults;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGCHLD);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &defaults);
	return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* One command, and where what it says goes: the exit code, then both texts. */
struct command {
	const char *const *argv;
	const char *program;
	char **environment;
	unsigned int seconds;
	size_t size;
};

static int spawn(const struct command *command, int out, int err, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int ret;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	posix_spawnattr_init(&attributes);
	set_signals(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	ret = posix_spawn(ret_pid, command->program, &actions, &attributes,
		(char *const *)command->argv, command->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

/* Who closes what it writes to may go on for ever all the same. Returns: pid, 0: it lives, < 0. */
static pid_t wait_for(pid_t pid, int64_t deadline, int *status)
{
	const struct timespec moment = {.tv_nsec = 2000000};
	pid_t ret;

	while ((ret = waitpid(pid, status, WNOHANG)) == 0 && iu_os_now_ms() < deadline)
		nanosleep(&moment, NULL);
	return ret;
}

static int finish(pid_t pid, int64_t deadline)
{
	int status = 0;
	pid_t ret = wait_for(pid, deadline, &status);

	if (ret == 0) {
		kill(pid, SIGKILL); /* our own child, not reaped yet: the pid is its */
		wait_for(pid, iu_os_now_ms() + BURY_MS, &status);
		return IU_E_AGAIN;
	}
	if (ret < 0)
		return IU_E_SYSTEM;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int execute(const struct command *command, char *out, char *err)
{
	int64_t deadline = iu_os_now_ms() + (int64_t)command->seconds * 1000;
	struct reader readers[2] = {{.to = out}, {.to = err}};
	int pipes[2][2], ret;
	pid_t pid;

	if (pipe2(pipes[0], O_CLOEXEC) < 0)
		return IU_E_SYSTEM;
	if (pipe2(pipes[1], O_CLOEXEC) < 0) {
		close(pipes[0][0]);
		close(pipes[0][1]);
		return IU_E_SYSTEM;
	}
	ret = spawn(command, pipes[0][1], pipes[1][1], &pid);
	close(pipes[0][1]);
	close(pipes[1][1]);
	readers[0].fd = pipes[0][0];
	readers[1].fd = pipes[1][0];
	if (ret == 0)
		ret = finish(pid, read_both(readers, command->size, deadline) ? deadline : 0);
	else
		ret = ret == ENOENT ? IU_E_NOENT : IU_E_SYSTEM;
	close(pipes[0][0]);
	close(pipes[1][0]);
	return ret;
}

/* Of this process alone, which has no other thread. All zeroes: SIG_DFL, whatever the layout is. */
static void take_own_children(void)
{
	static const unsigned long nothing[16];

	syscall(SYS_rt_sigaction, SIGCHLD, nothing, NULL, (size_t)_NSIG / 8);
}

/* In a process of its own, whose children are nobody else's: see iu_command_execute(). */
static void body(const void *context, void *result)
{
	const struct command *command = context;
	char *out = (char *)result + sizeof(int), *err = out + command->size;
	int code;

	take_own_children();
	code = execute(command, out, err);
	memcpy(result, &code, sizeof(code));
}

/*
 * The one who asks may ignore SIGCHLD, or have a handler that takes the exit code of every child: so
 * the command is the child of one that sends no such signal (iu_patient_call()).
 */
int iu_command_execute(const char *const argv[], unsigned int seconds, char *out, char *err, size_t size)
{
	char program[4096], **environment = environment_with_path();
	struct command command = {.argv = argv, .program = program, .seconds = seconds, .size = size};
	char *result = calloc(2, size + sizeof(int));
	int ret = IU_E_SYSTEM;

	out[0] = err[0] = '\0';
	command.environment = geteuid() == 0 || is_secure() ? environment : environ;
	if (!find(argv[0], program, sizeof(program)))
		ret = IU_E_NOENT;
	else if (environment && result)
		ret = iu_patient_call((seconds + MORE_SECONDS) * 1000, body, &command, -1, result,
			sizeof(int) + 2 * size);
	if (ret == 0) {
		memcpy(&ret, result, sizeof(ret));
		memcpy(out, result + sizeof(int), size);
		memcpy(err, result + sizeof(int) + size, size);
		out[size - 1] = err[size - 1] = '\0';
	}
	free(environment);
	free(result);
	return ret;
}

/* cli/system-posix.c - terminal, descriptors and interface names of POSIX systems */
#include "cli/system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COLUMNS_MIN    20
#define COLUMNS_MAX    1000
#define PASSED_FD      3 /* SD_LISTEN_FDS_START */

/* What iu_system_prepare() changed. */
static bool pipe_was_ignored;
static unsigned int filled;

void iu_system_prepare(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	pipe_was_ignored = signal(SIGPIPE, SIG_IGN) == SIG_IGN;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The wrong direction on purpose: using it is an error, as it was before. */
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
		filled |= 1u << fd;
	}
}

enum iu_system_kind iu_system_kind(void)
{
	return IU_ON_LINUX;
}

void iu_system_restore(void)
{
	if (!pipe_was_ignored)
		signal(SIGPIPE, SIG_DFL);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (filled >> fd & 1)
			close(fd);
	filled = 0;
}

int iu_system_end_like(int status)
{
	const struct rlimit no_core = {0};

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &no_core); /* there is one of the command, if any */
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

bool iu_system_is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

int iu_system_open(const char *file)
{
	/* no link leads elsewhere, and a FIFO that nobody reads is an error at once */
	const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open(file, flags, 0666);
	struct stat status;

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) < 0 || (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))) {
		close(fd);
		errno = EINVAL;
		return -1;
	}
	if (S_ISREG(status.st_mode) && ftruncate(fd, 0) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int iu_system_terminal(void)
{
	return open("/dev/tty", O_RDWR | O_CLOEXEC);
}

bool iu_system_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

bool iu_system_has_keys(void)
{
	return isatty(STDIN_FILENO);
}

static int descriptor_of(enum iu_stream stream)
{
	return stream == IU_STREAM_MESSAGES ? STDERR_FILENO : STDOUT_FILENO;
}

bool iu_system_wants_color(enum iu_stream stream)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if ((no && *no) || !term || !*term || !strcmp(term, "dumb"))
		return false;
	return isatty(descriptor_of(stream));
}

/* 0: no number, or none that is a width. */
static unsigned int clamp(unsigned long columns)
{
	if (!columns)
		return 0;
	if (columns < COLUMNS_MIN)
		return COLUMNS_MIN;
	return columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned int)columns;
}

unsigned int iu_system_columns(enum iu_stream stream)
{
	const char *variable = getenv("COLUMNS");
	struct winsize size;
	unsigned long columns = 0;
	char *end;

	if (variable && *variable >= '0' && *variable <= '9') {
		columns = strtoul(variable, &end, 10);
		if (!*end && columns)
			return clamp(columns);
	}
	if (ioctl(descriptor_of(stream), TIOCGWINSZ, &size) < 0)
		return 0;
	return clamp(size.ws_col);
}

const char *iu_system_home(void)
{
	const char *home = getenv("HOME");

	return home && home[0] == '/' && home[1] ? home : NULL;
}

int32_t iu_system_clock(void)
{
	time_t now = time(NULL);
	struct tm local;

	return localtime_r(&now, &local) ? (int32_t)local.tm_gmtoff : 0;
}

/* As setlocale() would choose, which would read files for it. */
bool iu_system_has_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *locale = NULL, *set;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && (!locale || !*locale); i++)
		locale = getenv(names[i]);
	set = locale ? strchr(locale, '.') : NULL;
	return set && (!strncasecmp(set + 1, "utf-8", 5) || !strncasecmp(set + 1, "utf8", 4));
}

bool iu_system_write(enum iu_stream stream, const char *text, size_t len)
{
	return fwrite(text, 1, len, stream == IU_STREAM_RESULTS ? stdout : stderr) == len;
}

void iu_system_cry(enum iu_stream stream, const char *message)
{
	if (write(descriptor_of(stream), message, strlen(message)) < 0)
		return; /* there is nobody to tell */
}

bool iu_system_says_progress(void)
{
	return isatty(STDERR_FILENO);
}

int iu_system_ask_on(int fd, const char *question)
{
	char answer[16] = "", rest;
	size_t n = 0;

	if (fd < 0 || write(fd, question, strlen(question)) < 0)
		return -1;
	/* The whole line is taken, so that the shell does not read the end of it. */
	while (read(fd, &rest, 1) == 1 && rest != '\n')
		if (n + 1 < sizeof(answer))
			answer[n++] = rest;
	return !strcasecmp(answer, "y") || !strcasecmp(answer, "yes");
}

int iu_system_ask(const char *question)
{
	int fd = iu_system_terminal(), answer = iu_system_ask_on(fd, question);

	if (fd >= 0)
		close(fd);
	return answer;
}

static volatile sig_atomic_t caught;

static void note(int number)
{
	caught = number;
}

void iu_system_catch(void)
{
	/* No SA_RESTART: whoever sleeps wakes up. */
	const struct sigaction action = {.sa_handler = note};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

int iu_system_caught(void)
{
	return caught;
}

int iu_system_exec(char *const argv[], int fd)
{
	char pid[24];

	if (fd == PASSED_FD ? fcntl(fd, F_SETFD, 0) < 0 : dup2(fd, PASSED_FD) < 0)
		return errno;
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (setenv("LISTEN_FDS", "1", 1) < 0 || setenv("LISTEN_PID", pid, 1) < 0 ||
		unsetenv("LISTEN_FDNAMES") < 0)
		return errno;
	signal(SIGPIPE, SIG_DFL);
	execvp(argv[0], argv);
	return errno;
}

bool iu_system_here(struct iu_text *ret_path)
{
	char path[4096];

	if (!getcwd(path, sizeof(path)) || path[0] == '(')
		return false;
	iu_text_add(ret_path, path);
	return !ret_path->failed;
}

bool iu_system_directory(const char *name, struct iu_text *ret_path)
{
	char *path = realpath(name, NULL);
	struct stat status;
	bool found = path && stat(path, &status) == 0 && S_ISDIR(status.st_mode);

	if (found)
		iu_text_add(ret_path, path);
	free(path);
	return found;
}

FILE *iu_system_create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, bytes + done, len - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return fchmod(fd, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH) == 0 && fsync(fd) == 0;
}

bool iu_system_replace(const char *path, const char *bytes, size_t len)
{
	struct iu_text beside = {0};
	bool good = false;
	int fd = -1, error;

	iu_text_addn(&beside, path, strlen(path));
	iu_text_add(&beside, ".XXXXXX");
	errno = ENOMEM;
	if (!beside.failed)
		fd = mkostemp(beside.data, O_CLOEXEC);
	if (fd >= 0) {
		good = write_all(fd, bytes, len);
		error = errno;
		if (close(fd) < 0 && good) {
			good = false;
			error = errno;
		}
		if (good && rename(beside.data, path) < 0) {
			good = false;
			error = errno;
		}
		if (!good)
			unlink(beside.data);
		errno = error;
	}
	error = errno;
	iu_text_free(&beside);
	errno = error;
	return good;
}

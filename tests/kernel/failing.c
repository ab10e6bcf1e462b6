/* tests/kernel/failing.c - calls that fail, and what `inuse watch` says of them on the running kernel */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/network.h"

#define PATIENCE_MS 60000
#define OUTPUT_MAX  (1 << 20)
#define PATH	    "/tmp/inuse-failing.sock"
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int bind4(int fd, const char *address, unsigned short port)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, address, &name.sin_addr);
	return bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ? errno : 0;
}

static int bind6(int fd, const char *address, unsigned short port)
{
	struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	inet_pton(AF_INET6, address, &name.sin6_addr);
	return bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ? errno : 0;
}

static int bind_path(int fd, const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	return bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ? errno : 0;
}

static void connect_path(int fd, const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	strncpy(name.sun_path, path, sizeof(name.sun_path) - 1);
	(void)!connect(fd, (struct sockaddr *)&name, sizeof(name));
}

/* The first one gets it and keeps it: descriptors stay open until the end. */
static int tcp4(void)
{
	int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0);

	bind4(first, "127.0.0.1", 7101);
	listen(first, 1);
	return bind4(second, "0.0.0.0", 7101);
}

static int tcp6(void)
{
	int first = socket(AF_INET6, SOCK_STREAM, 0), second = socket(AF_INET6, SOCK_STREAM, 0);

	if (first < 0)
		return -1;
	bind6(first, "::1", 7102);
	listen(first, 1);
	return bind6(second, "::1", 7102);
}

static int udp4(void)
{
	int first = socket(AF_INET, SOCK_DGRAM, 0), second = socket(AF_INET, SOCK_DGRAM, 0);

	bind4(first, "127.0.0.1", 7103);
	return bind4(second, "127.0.0.1", 7103);
}

static int not_local(void)
{
	return bind4(socket(AF_INET, SOCK_STREAM, 0), "203.0.113.9", 7104);
}

static int twice(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	bind4(fd, "127.0.0.1", 7105);
	return bind4(fd, "127.0.0.1", 7106);
}

static int two_listen(void)
{
	int fds[2], one = 1;

	for (int i = 0; i < 2; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fds[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		bind4(fds[i], "127.0.0.1", 7107);
	}
	listen(fds[0], 1);
	return listen(fds[1], 1) < 0 ? errno : 0;
}

static int mptcp(void)
{
	int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	if (second < 0)
		return -1;
	bind4(first, "127.0.0.1", 7108);
	listen(first, 1);
	return bind4(second, "127.0.0.1", 7108);
}

static int raw(void)
{
	int fd = socket(AF_INET, SOCK_RAW, 253);

	return fd < 0 ? -1 : bind4(fd, "203.0.113.10", 0);
}

static int path(void)
{
	unlink(PATH);
	bind_path(socket(AF_UNIX, SOCK_STREAM, 0), PATH);
	return bind_path(socket(AF_UNIX, SOCK_STREAM, 0), PATH);
}

static int listen_path(void)
{
	int first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(PATH "1");
	unlink(PATH "2");
	bind_path(first, PATH "1");
	listen(first, 1);
	bind_path(second, PATH "2");
	connect_path(second, PATH "1");
	return listen(second, 1) < 0 ? errno : 0;
}

static int listen_nameless(void)
{
	return listen(socket(AF_UNIX, SOCK_STREAM, 0), 1) < 0 ? errno : 0;
}

static int no_folder(void)
{
	return bind_path(socket(AF_UNIX, SOCK_STREAM, 0), PATH ".d/socket");
}

static int abstract(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0inuse-failing"};
	socklen_t size = offsetof(struct sockaddr_un, sun_path) + 14;
	int first = socket(AF_UNIX, SOCK_STREAM, 0), second = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)!bind(first, (struct sockaddr *)&name, size);
	return bind(second, (struct sockaddr *)&name, size) < 0 ? errno : 0;
}

static const struct {
	const char *name;
	int (*fails)(void); /* Returns: the errno; 0: it did not fail, -1: not on this kernel */
	int error;
	const char *word, *call; /* what its line has */
	bool returns; /* only hooks where the functions return see it */
} cases[] = {
	{"TCP, IPv4", tcp4, EADDRINUSE, "\"text\":\"0.0.0.0:7101/tcp\"", "bind", false},
	{"TCP, IPv6", tcp6, EADDRINUSE, "\"text\":\"[::1]:7102/tcp\"", "bind", false},
	{"UDP", udp4, EADDRINUSE, "\"text\":\"127.0.0.1:7103/udp\"", "bind", false},
	{"an address of somebody else", not_local, EADDRNOTAVAIL, "\"text\":\"203.0.113.9:7104/tcp\"", "bind", false},
	{"a second bind()", twice, EINVAL, "\"text\":\"127.0.0.1:7106/tcp\"", "bind", false},
	{"listen()", two_listen, EADDRINUSE, "\"text\":\"127.0.0.1:7107/tcp\"", "listen", false},
	{"MPTCP", mptcp, EADDRINUSE, "\"text\":\"127.0.0.1:7108/tcp\"", "bind", false},
	{"a raw socket", raw, EADDRNOTAVAIL, "\"text\":\"203.0.113.10:0/raw\"", "bind", true},
	{"a UNIX path", path, EADDRINUSE, "\"text\":\"" PATH "\"", "bind", true},
	{"a UNIX path without its folder", no_folder, ENOENT, "\"text\":\"" PATH ".d/socket\"", "bind", true},
	{"an abstract name", abstract, EADDRINUSE, "\"text\":\"@inuse-failing\"", "bind", true},
	{"listen() of a connected UNIX socket", listen_path, EINVAL, "\"text\":\"" PATH "2\"", "listen", true},
	{"listen() of a UNIX socket without a name", listen_nameless, EINVAL, "\"text\":\"a UNIX socket without a name\"", "listen", true},
};

#define CASES ((int)(sizeof(cases) / sizeof(cases[0])))

/* ---- the watch ---- */

static pid_t watch;
static int results, messages;
static char output[OUTPUT_MAX];
static size_t len;

/* @all: nobody else is on this machine */
static void start(const char *program, bool all)
{
	int out[2], err[2];

	if (pipe(out) < 0 || pipe(err) < 0)
		exit(2);
	watch = fork();
	if (watch == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		/* what else this machine does need not be explained */
		if (all)
			execl(program, program, "watch", "--json", NULL);
		execl(program, program, "watch", "--json", "7101-7108", "203.0.113.10", PATH, PATH ".d/socket", PATH "2",
			"@inuse-failing", NULL);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	results = out[0];
	messages = err[0];
}

/* A line that the watch says, the first one which hooks there are; NULL: nothing. */
static const char *said(void)
{
	static char line[1024];
	size_t n = 0;

	while (n + 1 < sizeof(line) && read(messages, line + n, 1) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	return strstr(line, "inuse: ") ? line : NULL;
}

static bool read_more(int ms)
{
	struct pollfd pipe_end = {.fd = results, .events = POLLIN};
	ssize_t n;

	if (len + 1 >= OUTPUT_MAX || poll(&pipe_end, 1, ms) <= 0)
		return false;
	n = read(results, output + len, OUTPUT_MAX - 1 - len);
	if (n > 0)
		output[len += (size_t)n] = '\0';
	return n > 0;
}

/* The line with @word, ended; NULL: not yet. */
static char *find(const char *word)
{
	char *at = strstr(output, word), *start_of_line = at, *end = at ? strchr(at, '\n') : NULL;
	static char line[16384];

	if (!end)
		return NULL;
	while (start_of_line > output && start_of_line[-1] != '\n')
		start_of_line--;
	snprintf(line, sizeof(line), "%.*s", (int)(end - start_of_line), start_of_line);
	return line;
}

static char *await(const char *word)
{
	struct timespec begin, now;
	char *line;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		line = find(word);
		if (line)
			return line;
		read_more(200);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - begin.tv_sec) * 1000 < PATIENCE_MS);
	return NULL;
}

/* ---- comparing ---- */

static bool has(const char *line, const char *key, const char *value)
{
	char text[128];

	snprintf(text, sizeof(text), "\"%s\":%s", key, value);
	if (strstr(line, text))
		return true;
	printf("# no %s in: %.600s\n", text, line);
	return false;
}

static bool is_right(int i, int error, bool returns)
{
	char number[16], call[16];
	char *line = await(cases[i].word);

	if (!line) {
		printf("# no line with %s\n", cases[i].word);
		return false;
	}
	snprintf(number, sizeof(number), "%d", error);
	snprintf(call, sizeof(call), "\"%s\"", cases[i].call);
	return has(line, "errno", number) && has(line, "call", call) &&
	       has(line, "error_from", returns || cases[i].error == 0 || !strcmp(cases[i].call, "listen")
			       ? "\"kernel\"" : "\"rules\"");
}

static bool check(int i, bool returns)
{
	int error;

	if (cases[i].returns && !returns) {
		printf("ok %d - %s # SKIP these hooks do not see it\n", i + 1, cases[i].name);
		return true;
	}
	error = cases[i].fails();
	if (error < 0) {
		printf("ok %d - %s # SKIP not on this kernel\n", i + 1, cases[i].name);
		return true;
	}
	printf("# %s: errno %d, wanted %d\n", cases[i].name, error, cases[i].error);
	if (error == cases[i].error && is_right(i, error, returns)) {
		printf("ok %d - %s\n", i + 1, cases[i].name);
		return true;
	}
	printf("not ok %d - %s\n", i + 1, cases[i].name);
	return false;
}

int main(int argc, char **argv)
{
	const char *line;
	bool returns, good = true, wanted = argc == 3; /* a kernel that is known to have hooks */
	int status;

	if (argc < 2)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* the machine's own may be without IPv6 */
	if (geteuid() == 0 && (network_enter(NULL) < 0 || network_up("lo") < 0)) {
		printf("1..0 # SKIP no network namespace of our own\n");
		return 0;
	}
	start(argv[1], wanted);
	line = said();
	if (!line || !strstr(line, "watching")) {
		printf("%s %s\n", wanted ? "not ok 1 -" : "1..0 # SKIP", line ? line : "no hooks here");
		return wanted;
	}
	returns = strstr(line, "inet_bind") != NULL;
	printf("1..%d\n# %s\n", CASES, line);
	for (int i = 0; i < CASES; i++)
		good = check(i, returns) && good;
	kill(watch, SIGINT);
	waitpid(watch, &status, 0);
	while ((line = said()) && *line)
		printf("# watch said: %s\n", line);
	unlink(PATH);
	unlink(PATH "1");
	unlink(PATH "2");
	return good ? 0 : 1;
}

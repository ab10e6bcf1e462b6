/* tests/run/calls.c - a program that binds in many ways and prints what came of it: "bind 98" */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int port;

static void say(const char *call, int result)
{
	printf("%s %d\n", call, result < 0 ? errno : 0);
	fflush(stdout);
}

static struct sockaddr_in address(unsigned int host)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};

	in.sin_addr.s_addr = htonl(host);
	return in;
}

static int bind4(int fd, unsigned int host)
{
	struct sockaddr_in in = address(host);

	return bind(fd, (struct sockaddr *)&in, sizeof(in));
}

static int bind6(int fd)
{
	struct sockaddr_in6 in = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};

	return bind(fd, (struct sockaddr *)&in, sizeof(in));
}

static int tcp(int family)
{
	return socket(family, SOCK_STREAM, 0);
}

static int do_bind(char **argv)
{
	int fd = tcp(AF_INET), r = bind4(fd, INADDR_LOOPBACK);

	say("bind", r);
	if (r == 0) {
		struct sockaddr_in in;
		socklen_t len = sizeof(in);

		getsockname(fd, (struct sockaddr *)&in, &len);
		printf("port %d\n", ntohs(in.sin_port));
		r = listen(fd, 5);
		say("listen", r);
	}
	if (argv[0] && r == 0)
		sleep((unsigned int)atoi(argv[0]));
	return r < 0 ? 3 : 0;
}

/* Both may bind with SO_REUSEADDR; only one may listen. */
static int do_listen(char **argv)
{
	const int yes = 1;
	int a = tcp(AF_INET), b = tcp(AF_INET);

	(void)argv;
	setsockopt(a, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(b, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	say("bind", bind4(a, INADDR_LOOPBACK));
	say("bind", bind4(b, INADDR_LOOPBACK));
	say("listen", listen(a, 5));
	say("listen", listen(b, 5));
	return 0;
}

static int do_both(char **argv)
{
	(void)argv;
	say("bind", bind6(tcp(AF_INET6)));
	say("bind", bind4(tcp(AF_INET), INADDR_ANY));
	return 0;
}

static int do_udp(char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	say("bind", bind4(fd, INADDR_LOOPBACK));
	if (argv[0])
		sleep((unsigned int)atoi(argv[0]));
	return 0;
}

static int do_unix(char **argv)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t len = strlen(argv[0]);

	memcpy(un.sun_path, argv[0], len);
	if (argv[0][0] == '@')
		un.sun_path[0] = '\0';
	say("bind", bind(fd, (struct sockaddr *)&un,
			    (socklen_t)(sizeof(un.sun_family) + len)));
	if (argv[1])
		sleep((unsigned int)atoi(argv[1]));
	return 0;
}

static void *one_thread(void *arg)
{
	int fd = tcp(AF_INET), r;

	(void)arg;
	r = bind4(fd, INADDR_LOOPBACK);
	return (void *)(long)(r < 0 ? errno : 0);
}

static int do_threads(char **argv)
{
	pthread_t threads[64];
	int n = atoi(argv[0]), failed = 0;

	for (int i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, one_thread, NULL);
	for (int i = 0; i < n; i++) {
		void *result;

		pthread_join(threads[i], &result);
		failed += (long)result == EADDRINUSE;
	}
	printf("failed %d\n", failed);
	return 0;
}

/* Forks twice; the daemon binds when nobody of the family is left, and writes the result down. */
static int do_daemon(char **argv)
{
	FILE *out;
	int r;

	if (fork())
		return 0;
	setsid();
	if (fork())
		_exit(0);
	usleep(400000);
	r = bind4(tcp(AF_INET), INADDR_LOOPBACK);
	out = fopen(argv[0], "w");
	fprintf(out, "%d\n", r < 0 ? errno : 0);
	fclose(out);
	return 0;
}

static int do_parent(char **argv)
{
	int fd = tcp(AF_INET), status;
	pid_t pid;

	(void)argv;
	say("bind", bind4(fd, INADDR_LOOPBACK));
	say("listen", listen(fd, 5));
	pid = fork();
	if (pid == 0) {
		close(fd);
		say("bind", bind4(tcp(AF_INET), INADDR_LOOPBACK));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return 0;
}

/* A filter of its own, as sandboxes have: everything is allowed but one odd call. */
static int do_filter(char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 153 /* vhangup */, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 4, .filter = code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	say("filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
	return do_bind(argv);
}

static int do_children(char **argv)
{
	(void)argv;
	say("wait", wait(NULL));
	return 0;
}

/* Handlers, then the bind that may be held. */
static void handler(int number)
{
	(void)number;
}

static int do_signal(char **argv)
{
	struct sigaction action = {.sa_handler = handler};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGURG, &action, NULL);
	return do_bind(argv);
}

/* A Landlock domain that allows no bind() of TCP at all (ABI 4, Linux 6.7). */
static int do_landlock(char **argv)
{
	const unsigned long long rules[2] = {0, 1 /* LANDLOCK_ACCESS_NET_BIND_TCP */};
	int fd = (int)syscall(444 /* landlock_create_ruleset */, rules, sizeof(rules), 0);

	(void)argv;
	if (fd < 0) {
		say("landlock", fd);
		return 0;
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	say("landlock", (int)syscall(446 /* landlock_restrict_self */, fd, 0));
	say("bind", bind4(tcp(AF_INET), INADDR_LOOPBACK));
	return 0;
}

static int do_complain(char **argv)
{
	int r = bind4(tcp(AF_INET), INADDR_LOOPBACK);

	(void)argv;
	if (r < 0)
		fprintf(stderr, "bind to 127.0.0.1:%d: Address already in use\n", port);
	return r < 0 ? 3 : 0;
}

static int do_kill(char **argv)
{
	(void)argv;
	raise(SIGTERM);
	return 0;
}

/* What a ring does is no system call: only that there is one is known. */
static int do_ring(char **argv)
{
	char parameters[256] = {0};

	(void)argv;
	say("ring", (int)syscall(425 /* io_uring_setup */, 2, parameters));
	return 4;
}

static int do_twice(char **argv)
{
	do_bind(argv);
	usleep(300000);
	return do_bind(argv);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(char **argv);
	} modes[] = {{"bind", do_bind}, {"listen", do_listen}, {"both", do_both}, {"udp", do_udp},
		{"unix", do_unix}, {"threads", do_threads}, {"daemon", do_daemon},
		{"parent", do_parent}, {"filter", do_filter}, {"children", do_children},
		{"signal", do_signal}, {"twice", do_twice}, {"ring", do_ring},
		{"complain", do_complain}, {"kill", do_kill},
		{"landlock", do_landlock}};

	if (argc < 3)
		return 2;
	port = atoi(argv[2]);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[1], modes[i].name))
			return modes[i].run(argv + 3);
	return 2;
}

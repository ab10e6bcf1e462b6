/* bench/scene.c - fills a network namespace with sockets and the machine with descriptors */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * scene LISTENERS CONNECTED PROCESSES DESCRIPTORS TIME-WAITS HOT
 *
 * Says "ready" once all is there and ends when its standard input does, with everything it made. To
 * be run in a network namespace of its own with its loopback up: all sockets are on 127.0.0.0/8.
 */

#define PORT_OWNED     9999 /* a process in the middle listens there */
#define PORT_BOUND     9998 /* bound, not listening */
#define PORT_TIME_WAIT 9997 /* TIME-WAIT only */
#define PORT_HOT       9996 /* a listener with HOT connections */
#define PORT_UDP       9994
#define NAME	       "\0inuse-bench" /* of a UNIX socket */
#define PORT_FILL      20000
#define LIFE_SECONDS   1800
#define FRESH_SECONDS  20 /* a TIME-WAIT lives for 60 */
#define USERS          20 /* the processes belong to so many users */

static void check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "scene: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct sockaddr_in address(uint32_t host, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host),
	};
}

static int bound(uint32_t host, uint16_t port)
{
	struct sockaddr_in at = address(host, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	check(fd >= 0, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	check(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0, "bind");
	return fd;
}

static int listener(uint32_t host, uint16_t port)
{
	int fd = bound(host, port);

	check(listen(fd, 1024) == 0, "listen");
	return fd;
}

/* What a process waits on, as servers do. */
struct waiting {
	struct pollfd on[3];
	nfds_t count;
};

static void wait_on(struct waiting *waiting, int fd)
{
	waiting->on[waiting->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

/* A UDP socket and a UNIX socket, which are owned as well. */
static void others(struct waiting *waiting)
{
	struct sockaddr_in at = address(0, PORT_UDP);
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = NAME};
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(udp >= 0 && bind(udp, (struct sockaddr *)&at, sizeof(at)) == 0, "bind UDP");
	check(local >= 0 && bind(local, (struct sockaddr *)&name,
				    offsetof(struct sockaddr_un, sun_path) + sizeof(NAME) - 1) == 0 &&
			listen(local, 8) == 0, "bind UNIX");
	wait_on(waiting, udp);
	wait_on(waiting, local);
}

/* A client of an address of its own, so that there are ports enough. */
static int client(uint32_t from, uint32_t host, uint16_t port)
{
	struct sockaddr_in source = address(from, 0), to = address(host, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	check(fd >= 0, "socket");
	setsockopt(fd, IPPROTO_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &yes, sizeof(yes));
	check(bind(fd, (struct sockaddr *)&source, sizeof(source)) == 0, "bind");
	check(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0, "connect");
	return fd;
}

static int make_pair(int server, uint32_t from, uint32_t host, uint16_t port, int *ret_client)
{
	int fd;

	*ret_client = client(from, host, port);
	fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	check(fd >= 0, "accept");
	return fd;
}

/* The side that closes first gets the TIME-WAIT: that of the port. */
static void make_time_wait(uint32_t host, uint16_t port, long count)
{
	int server = listener(host, port), near, far;
	long i;

	for (i = 0; i < count; i++) {
		near = make_pair(server, host + 1 + (uint32_t)(i / 20000), host, port, &far);
		close(near);
		close(far);
	}
	close(server);
}

/* What processes have besides sockets: half files, then eventfds, pipes and socket pairs. */
static void fill(long have, long wanted, long number)
{
	int pair[2];
	long i;

	for (i = have; i < wanted; i++) {
		switch ((i + number) % 10) {
		case 0:
		case 1: check(eventfd(0, EFD_CLOEXEC) >= 0, "eventfd"); break;
		case 2:
			check(pipe2(pair, O_CLOEXEC) == 0, "pipe");
			i++;
			break;
		case 3:
			check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0,
				"socketpair");
			i++;
			break;
		default: check(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0, "open");
		}
	}
}

struct plan {
	long listeners, connected, processes, descriptors, time_waits, hot;
};

/* The share of one of @of processes. */
static long share(long all, long number, long of)
{
	return all * (number + 1) / of - all * number / of;
}

static void populate(const struct plan *plan, long number, struct waiting *waiting)
{
	long listeners = share(plan->listeners, number, plan->processes), have = 3, i;
	long pairs = share(plan->connected / 2, number, plan->processes);
	uint32_t host = (uint32_t)(1 << 16) + (uint32_t)number * 4;
	int server, far;

	for (i = 0; i < listeners; i++, have++)
		listener(host, (uint16_t)(PORT_FILL + i));
	server = listener(host + 1, PORT_FILL);
	if (number == plan->processes / 2) {
		wait_on(waiting, listener(0, PORT_OWNED));
		bound(0, PORT_BOUND);
		others(waiting);
		have += 4;
	} else {
		wait_on(waiting, server);
	}
	for (i = 0; i < pairs; i++, have += 2)
		make_pair(server, host + 2, host + 1, PORT_FILL, &far);
	fill(have + 1, plan->descriptors, number);
}

/* Many connections of one port, more than one process may have. */
static void populate_hot(const struct plan *plan, int server, long number, long most)
{
	uint32_t host = (1u << 22) + (uint32_t)number * 4;
	long i;
	int far;

	for (i = 0; i < most && number * most + i < plan->hot; i++)
		make_pair(server, host + 1, 0, PORT_HOT, &far);
}

static pid_t start(int ready, long number)
{
	pid_t pid = fork();

	check(pid >= 0, "fork");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready);
		if (number >= 0 && geteuid() == 0) {
			uid_t uid = (uid_t)(20000 + number % USERS);

			check(setresuid(uid, uid, uid) == 0, "setresuid");
			prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten with the user */
		}
	}
	return pid;
}

/* A server that waits for clients, as servers do. */
static void rest(int told, struct waiting *waiting)
{
	check(write(told, "x", 1) == 1, "write");
	close(told);
	alarm(LIFE_SECONDS);
	for (;;)
		poll(waiting->on, waiting->count, -1);
}

/* Keeps the number of TIME-WAITs, which end after a minute. */
static void keep_time_waits(const struct plan *plan, int told)
{
	time_t end = time(NULL) + LIFE_SECONDS;
	bool first = true;

	while (time(NULL) < end) {
		make_time_wait(1u << 21, PORT_TIME_WAIT, 50);
		make_time_wait((1u << 21) + 64, PORT_FILL, first ? plan->time_waits
								 : plan->time_waits / 3);
		if (first)
			check(write(told, "x", 1) == 1, "write");
		first = false;
		sleep(FRESH_SECONDS);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	long numbers[6] = {0}, i, hot_processes, most, waited = 0;
	struct waiting waiting = {.count = 0};
	struct plan plan;
	struct rlimit limit;
	int told[2], server = -1;
	char byte;

	for (i = 0; i < 6 && i + 1 < argc; i++)
		numbers[i] = strtol(argv[i + 1], NULL, 10);
	plan = (struct plan){numbers[0], numbers[1], numbers[2] > 0 ? numbers[2] : 1, numbers[3],
		numbers[4], numbers[5]};
	check(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
	limit.rlim_cur = limit.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
	check(pipe2(told, O_CLOEXEC) == 0, "pipe");
	most = (long)(limit.rlim_cur - 100) / 2;
	hot_processes = (plan.hot + most - 1) / most;
	for (i = 0; i < plan.processes; i++)
		if (start(told[0], i) == 0) {
			populate(&plan, i, &waiting);
			rest(told[1], &waiting);
		}
	if (plan.hot)
		server = listener(0, PORT_HOT);
	for (i = 0; i < hot_processes; i++)
		if (start(told[0], -1) == 0) {
			populate_hot(&plan, server, i, most);
			wait_on(&waiting, server);
			rest(told[1], &waiting);
		}
	if (server >= 0)
		close(server);
	if (start(told[0], -1) == 0)
		keep_time_waits(&plan, told[1]);
	close(told[1]);
	while (waited < plan.processes + hot_processes + 1) {
		check(read(told[0], &byte, 1) == 1, "a process of the scene");
		waited++;
	}
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	kill(0, SIGKILL);
	return 0;
}

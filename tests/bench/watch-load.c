/* watch-load.c - what one call costs, in nanoseconds of CPU time; or a flood of binds that fail
 *
 * usage: watch-load CALL TURNS, watch-load flood SECONDS A_SECOND; the calls are named in loads[] below
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int pipes[2], taken, server;

static double cpu(void)
{
	struct rusage used;

	getrusage(RUSAGE_SELF, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3;
}

static int new_socket(int type, in_addr_t address, unsigned short port, int *ret_fd)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};

	name.sin_addr.s_addr = htonl(address);
	*ret_fd = socket(AF_INET, type, 0);
	return bind(*ret_fd, (struct sockaddr *)&name, sizeof(name));
}

static void turn_bind(void)
{
	int fd;

	new_socket(SOCK_STREAM, INADDR_LOOPBACK, 9700, &fd);
	close(fd);
}

static void turn_any(void)
{
	int fd;

	new_socket(SOCK_STREAM, INADDR_ANY, 9700, &fd);
	close(fd);
}

static void turn_udp(void)
{
	int fd;

	new_socket(SOCK_DGRAM, INADDR_LOOPBACK, 9700, &fd);
	close(fd);
}

static void turn_listen(void)
{
	int fd;

	new_socket(SOCK_STREAM, INADDR_LOOPBACK, 9700, &fd);
	listen(fd, 1);
	close(fd);
}

static void turn_fail(void)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(9701)};

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(taken, (struct sockaddr *)&name, sizeof(name));
}

static void turn_getppid(void)
{
	syscall(SYS_getppid);
}

static void turn_pipe(void)
{
	char byte = 0;

	if (write(pipes[1], &byte, 1) != 1 || read(pipes[0], &byte, 1) != 1)
		exit(1);
}

/* One connection: made, accepted, closed on both sides, without a TIME-WAIT. */
static void turn_accept(void)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(9701)};
	struct linger at_once = {.l_onoff = 1};
	int fd = socket(AF_INET, SOCK_STREAM, 0), accepted;

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		exit(1);
	accepted = accept(server, NULL, NULL);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	close(accepted);
}

static const struct {
	const char *name;
	void (*turn)(void);
} loads[] = {{"bind", turn_bind}, {"any", turn_any}, {"udp", turn_udp}, {"listen", turn_listen}, {"fail", turn_fail},
	{"accept", turn_accept}, {"getppid", turn_getppid}, {"pipe", turn_pipe}};

/* In portions of a hundredth of a second; what the machine cannot do is left out. */
static long flood(double seconds, long a_second)
{
	struct timespec begin, now;
	double elapsed = 0;
	long done = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	while (elapsed < seconds) {
		for (long i = 0; i < a_second / 100; i++, done++)
			turn_fail();
		do {
			clock_gettime(CLOCK_MONOTONIC, &now);
			elapsed = (double)(now.tv_sec - begin.tv_sec) + (double)(now.tv_nsec - begin.tv_nsec) / 1e9;
			if ((double)done > elapsed * (double)a_second)
				usleep(500);
		} while ((double)done > elapsed * (double)a_second);
	}
	return done;
}

int main(int argc, char **argv)
{
	long turns = argc > 2 ? atol(argv[2]) : 0;
	double before;
	int first;

	if (argc < 3 || pipe(pipes) < 0)
		return 2;
	new_socket(SOCK_STREAM, INADDR_LOOPBACK, 9701, &first);
	listen(first, 1);
	server = first;
	taken = socket(AF_INET, SOCK_STREAM, 0);
	if (!strcmp(argv[1], "flood") && argc == 4) {
		printf("%ld\n", flood((double)turns, atol(argv[3])));
		return 0;
	}
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		if (strcmp(loads[i].name, argv[1]) != 0)
			continue;
		before = cpu();
		for (long k = 0; k < turns; k++)
			loads[i].turn();
		printf("%.1f\n", (cpu() - before) / (double)turns);
		return 0;
	}
	return 2;
}

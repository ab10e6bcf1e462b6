/* tests/bench/run-load.c - what a wrapped program does, timed from inside: ns for each turn */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct sockaddr_in address(int port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return in;
}

/* Only bind() and listen() are timed: making and closing the socket is not what is compared. */
static double pair(int turns, int port)
{
	struct sockaddr_in in = address(port);
	double sum = 0;

	for (int i = 0; i < turns; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		double start = now();

		if (bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0 || listen(fd, 5) < 0) {
			perror("run-load");
			exit(1);
		}
		sum += now() - start;
		close(fd);
	}
	return sum / turns;
}

static double fail(int turns, int port)
{
	struct sockaddr_in in = address(port);
	int holder = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	double start;

	bind(holder, (struct sockaddr *)&in, sizeof(in));
	listen(holder, 5);
	(void)!bind(fd, (struct sockaddr *)&in, sizeof(in)); /* explained, the others are not */
	start = now();
	for (int i = 0; i < turns; i++)
		if (bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0)
			exit(1);
	return (now() - start) / turns;
}

static double plain(int turns)
{
	double start = now();

	for (int i = 0; i < turns; i++)
		syscall(SYS_getppid);
	return (now() - start) / turns;
}

int main(int argc, char **argv)
{
	int turns = argc > 2 ? atoi(argv[2]) : 1, port = argc > 3 ? atoi(argv[3]) : 20000;

	if (argc < 2 || !strcmp(argv[1], "nothing"))
		return 0;
	if (!strcmp(argv[1], "pair"))
		printf("%.0f\n", pair(turns, port));
	else if (!strcmp(argv[1], "fail"))
		printf("%.0f\n", fail(turns, port));
	else
		printf("%.1f\n", plain(turns));
	return 0;
}

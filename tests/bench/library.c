/* library.c - how long inuse_explain_bind() takes in a server, among many sockets
 *
 * bench-library hold FROM COUNT     - that many listeners, from 127.0.0.2:10000 on; until its input ends
 * bench-library ask UID PLAIN CALLS - explains why 127.0.0.2:10000 is taken; prints ms: first, median, worst; median of CPU
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <inuse/inuse.h>

#define CALLS_MAX 1000

static struct sockaddr_in place(unsigned int n)
{
	struct sockaddr_in address = {.sin_family = AF_INET};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + n / 20000);
	address.sin_port = htons((uint16_t)(10000 + n % 20000));
	return address;
}

static int hold(unsigned int from, unsigned int count)
{
	struct rlimit limit;
	char byte;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (unsigned int i = from; i < from + count; i++) {
		struct sockaddr_in address = place(i);
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
			perror("hold");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) < 0;
}

static double ms_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int ask(uid_t uid, bool plain, int calls)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct sockaddr_in address = place(0);
	static double took[CALLS_MAX], cpu[CALLS_MAX];
	double first;

	options.plain = plain;
	if (uid && (setgid(uid) < 0 || setuid(uid) < 0))
		return 1;
	for (int i = 0; i < calls && i < CALLS_MAX; i++) {
		struct inuse_answers *answers;
		int fd = socket(AF_INET, SOCK_STREAM, 0), n;

		if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
			return 1;
		took[i] = ms_of(CLOCK_MONOTONIC);
		cpu[i] = ms_of(CLOCK_PROCESS_CPUTIME_ID);
		n = inuse_explain_bind(fd, (struct sockaddr *)&address, sizeof(address), errno, &options, &answers);
		took[i] = ms_of(CLOCK_MONOTONIC) - took[i];
		cpu[i] = ms_of(CLOCK_PROCESS_CPUTIME_ID) - cpu[i];
		if (n != 1 || !inuse_socket_holder(inuse_answer_blocker(inuse_answers_get(answers, 0), 0), 0)) {
			fputs("no holder\n", stderr);
			return 1;
		}
		inuse_answers_free(answers);
		close(fd);
	}
	first = took[0];
	qsort(took, (size_t)calls, sizeof(*took), by_size);
	qsort(cpu, (size_t)calls, sizeof(*cpu), by_size);
	printf("%.2f %.2f %.2f %.2f\n", first, took[calls / 2], took[calls - 1], cpu[calls / 2]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "hold"))
		return hold((unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]));
	if (argc == 5 && !strcmp(argv[1], "ask"))
		return ask((uid_t)atoi(argv[2]), !strcmp(argv[3], "plain"), atoi(argv[4]));
	return 2;
}

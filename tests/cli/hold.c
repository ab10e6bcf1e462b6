/* hold.c - listens on a port of the loopback under a chosen name, and prints its PID */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECONDS 120 /* whoever forgets us: we end ourselves */

/* hold PORT NAME [WORD…]: the words only make the command line longer. */
int main(int argc, char **argv)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((unsigned short)(argc > 2 ? atoi(argv[1]) : 0)),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	pid_t child;

	if (argc < 3 || fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(fd, 1) < 0) {
		perror("hold");
		return 1;
	}
	prctl(PR_SET_NAME, argv[2]);
	child = fork();
	if (child < 0)
		return 1;
	if (child) {
		printf("%d\n", (int)child);
		return 0;
	}
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	alarm(SECONDS);
	pause();
	return 0;
}

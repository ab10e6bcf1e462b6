/* tools/demo-server.c - the smallest server: binds a TCP port, listens, waits for a signal */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 2 || fd < 0) {
		fprintf(stderr, "usage: demo-server PORT\n");
		return 2;
	}
	address.sin_port = htons((unsigned short)atoi(argv[1]));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("demo-server: bind");
		return 1;
	}
	if (listen(fd, 16) < 0) {
		perror("demo-server: listen");
		return 1;
	}
	pause();
	return 0;
}

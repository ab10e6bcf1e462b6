/*
 * server.c - an echo server that says why when it cannot start
 *
 * cc server.c $(pkg-config --cflags --libs inuse) -o server && ./server 8080
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <inuse/inuse.h>

/* Instead of perror(): who is in the way, which cause it is, what helps. NULL: listen() failed. */
static int explain(int fd, const struct sockaddr *address, size_t length)
{
	struct inuse_answers *answers;
	int error = errno, n;

	fprintf(stderr, "server: %s: %s\n", address ? "bind" : "listen", strerror(error));
	n = inuse_explain_bind(fd, address, length, error, NULL, &answers);
	if (n < 0) {
		fprintf(stderr, "server: no explanation: %s\n", inuse_error_text(n));
	} else {
		fputs(inuse_answer_text(inuse_answers_get(answers, 0)), stderr);
		inuse_answers_free(answers);
	}
	return EXIT_FAILURE;
}

static void echo(int client)
{
	char bytes[512];
	ssize_t n;

	while ((n = recv(client, bytes, sizeof(bytes), 0)) > 0)
		if (send(client, bytes, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	close(client);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	unsigned long port = argc > 1 ? strtoul(argv[1], NULL, 10) : 8080;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, client;

	if (port > 65535) {
		fputs("server: a port is a number up to 65535\n", stderr);
		return EXIT_FAILURE;
	}
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return explain(fd, (struct sockaddr *)&address, sizeof(address));
	if (listen(fd, 16) < 0)
		return explain(fd, NULL, 0);
	while ((client = accept(fd, NULL, NULL)) >= 0)
		echo(client);
	return EXIT_FAILURE;
}

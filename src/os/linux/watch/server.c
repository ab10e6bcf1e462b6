/* os/linux/watch/server.c - where a `watch` that runs answers those who ask, knowing who they are */
#include "os/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"
#include "os/os.h"

#define WAITING	   16  /* clients in the queue */
#define A_SECOND   100 /* clients that are answered in one */
#define SECOND_MS  1000
#define EVERYBODY  0666

/* Nothing is ever read from a client: the kernel says who he is. */
struct iu_os_server {
	int listener, client;
	int64_t since_ms; /* so many were answered … */
	unsigned int answered;
};

static const struct sockaddr_un server_address = {.sun_family = AF_UNIX, .sun_path = IU_SERVER};

static int open_listener(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	unlink(IU_SERVER); /* left by a watch that was killed */
	if (bind(fd, (const struct sockaddr *)&server_address, sizeof(server_address)) == 0 &&
		chmod(IU_SERVER, EVERYBODY) == 0 && listen(fd, WAITING) == 0)
		return fd;
	close(fd);
	return -1;
}

int iu_os_server_open(struct iu_os_server **ret_server)
{
	struct iu_os_server *server = malloc(sizeof(*server));

	if (!server)
		return IU_E_NOMEM;
	*server = (struct iu_os_server){.listener = open_listener(), .client = -1};
	if (server->listener < 0) {
		free(server);
		return iu_error_from(errno);
	}
	*ret_server = server;
	return 0;
}

/* Whoever asks all the time takes no more than that of us. */
int iu_os_server_listener(struct iu_os_server *server)
{
	int64_t now = iu_os_now_ms();

	if (!server)
		return -1;
	if (now - server->since_ms >= SECOND_MS) {
		server->since_ms = now;
		server->answered = 0;
	}
	return server->answered < A_SECOND ? server->listener : -1;
}

int iu_os_server_next(struct iu_os_server *server, struct iu_server_client *ret_client)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	pid_t session;
	int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return 0;
	server->answered++;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0) {
		close(fd);
		return 0;
	}
	server->client = fd;
	session = who.pid > 0 ? getsid(who.pid) : 0; /* he waits for us: it is still his number */
	*ret_client = (struct iu_server_client){.uid = who.uid, .session = session > 0 ? session : 0};
	return 1;
}

void iu_os_server_answer(struct iu_os_server *server, const struct iu_text *answer)
{
	if (answer->len && !answer->failed)
		(void)!send(server->client, answer->data, answer->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(server->client);
	server->client = -1;
}

void iu_os_server_close(struct iu_os_server *server)
{
	if (!server)
		return;
	unlink(IU_SERVER);
	close(server->listener);
	free(server);
}

/* ---- the other side ---- */

static int receive(int fd, struct iu_text *text)
{
	char bytes[8192];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0 && text->len < IU_SERVER_BYTES)
		iu_text_addn(text, bytes, (size_t)n);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? IU_E_AGAIN : iu_error_from(errno);
	return text->failed ? IU_E_NOMEM : 0;
}

int iu_os_server_ask(unsigned int ms, struct iu_text *text)
{
	const struct timeval patience = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	struct ucred who = {.uid = 1};
	socklen_t len = sizeof(who);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return iu_error_from(errno);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		ret = iu_error_from(errno);
	else if (connect(fd, (const struct sockaddr *)&server_address, sizeof(server_address)) < 0)
		ret = errno == EAGAIN || errno == EINTR ? IU_E_AGAIN : IU_E_NOENT;
	else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 || who.uid != 0)
		ret = IU_E_ACCESS;
	else
		ret = receive(fd, text);
	close(fd);
	return ret;
}

int64_t iu_os_server_clock_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool iu_os_server_sees(int32_t pid)
{
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

/* run/linux/preload-server.c - takes the requests of preloaded libraries; nothing in them is trusted */
#include "run/linux/preload-server.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "run/linux/pass-fd.h"

#define SHIM    "libinuse-run.so"
#define WAIT_MS 200 /* for a request that does not come: nobody else waits longer for it */

int iu_run_preload_server_open(char ret_name[IU_RUN_NAME_TEXT])
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(sa_family_t); /* no name: the kernel finds one (unix(7), autobind) */
	const size_t start = offsetof(struct sockaddr_un, sun_path) + 1;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)(const void *)&name, len) == 0) {
		len = sizeof(name);
		if (getsockname(fd, (struct sockaddr *)(void *)&name, &len) == 0 && len > start &&
			len - start < IU_RUN_NAME_TEXT && listen(fd, 64) == 0) {
			memcpy(ret_name, name.sun_path + 1, len - start);
			ret_name[len - start] = '\0';
			return fd;
		}
	}
	close(fd);
	return -1;
}

static int receive(int connection, struct iu_preload_request *request)
{
	ssize_t n;
	int fd = iu_run_pass_fd_read(connection, request, sizeof(*request), &n);

	if (fd >= 0 && n != sizeof(*request)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int iu_run_preload_server_next(int server, struct iu_run_preload_client *ret_client)
{
	const struct timeval patience = {.tv_usec = WAIT_MS * 1000};
	struct iu_run_preload_client client = {
		.connection = accept4(server, NULL, NULL, SOCK_CLOEXEC), .socket = -1};
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (client.connection < 0)
		return IU_E_PROTO;
	setsockopt(client.connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (getsockopt(client.connection, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0) {
		client.pid = (int32_t)peer.pid;
		client.socket = receive(client.connection, &client.request);
	}
	if (client.socket < 0) {
		close(client.connection);
		return IU_E_PROTO;
	}
	*ret_client = client;
	return 0;
}

static bool has_words(const char *pid, const char *words, size_t len)
{
	char path[64], *text = NULL;
	bool found = false;
	size_t room = 0;
	ssize_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/environ", pid);
	file = fopen(path, "re");
	while (file && !found && (n = getdelim(&text, &room, '\0', file)) > 0)
		found = !strncmp(text, words, len + 1);
	free(text);
	if (file)
		fclose(file);
	return found;
}

bool iu_run_preload_server_is_wanted(int server)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(name);
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char words[64];
	bool wanted = false;
	int n;

	if (getsockname(server, (struct sockaddr *)(void *)&name, &len) < 0)
		len = 0;
	n = snprintf(words, sizeof(words), IU_PRELOAD_VARIABLE "=%.*s", IU_RUN_NAME_TEXT,
		name.sun_path + 1);
	while (proc && len && !wanted && (entry = readdir(proc)) != NULL)
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			wanted = has_words(entry->d_name, words, (size_t)n);
	if (proc)
		closedir(proc);
	return wanted;
}

/* The path of a file that we may read, from the folder of our own program. */
static int find_beside(const char *place, char *path, size_t size)
{
	char self[4096], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int len;

	if (n <= 0)
		return IU_E_NOENT;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return IU_E_NOENT;
	len = snprintf(path, size, "%.*s/%s", (int)(slash - self), self, place);
	return len > 0 && (size_t)len < size && access(path, R_OK) == 0 ? 0 : IU_E_NOENT;
}

int iu_run_preload_server_library(char *path, size_t size)
{
	/* of a program in build, bin */
	static const char *const places[] = {"src/run/" SHIM, "../" IU_RUN_LIBDIR "/inuse/" SHIM};

	for (size_t i = 0; i < IU_COUNT(places); i++)
		if (find_beside(places[i], path, size) == 0)
			return 0;
	return IU_E_NOENT;
}

/* os/linux/process/engine.c - containers by name, asked of the engine's own socket */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "knowledge/proxies.h"
#include "os/linux/process/engine-list.h"
#include "os/linux/scan.h"
#include "os/os.h"

#define ANSWER_MS   1000 /* an engine that takes longer is not waited for */
#define ANSWER_MOST (4u << 20)
#define SOCKETS_MAX 4

/* Of one engine, asked once a look. */
struct asked {
	const char *path;
	struct iu_engine_containers list;
	int error; /* errno; 0: it answered */
};

/* In the cache of the scan. */
struct iu_engines {
	struct asked v[SOCKETS_MAX];
	size_t n;
};

static bool is_ready(int fd, short events, int64_t deadline)
{
	struct pollfd one = {.fd = fd, .events = events};
	int64_t left = deadline - iu_os_now_ms();

	return left > 0 && poll(&one, 1, (int)left) > 0;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = errno == EAGAIN ? ETIMEDOUT : errno; /* its queue is full: it does not answer */
	close(fd);
	return -error;
}

static int converse(int fd, struct iu_text *answer)
{
	static const char request[] = "GET /containers/json HTTP/1.0\r\nHost: localhost\r\n\r\n";
	int64_t deadline = iu_os_now_ms() + ANSWER_MS;
	char bytes[16384];
	ssize_t len;

	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) != (ssize_t)sizeof(request) - 1)
		return EIO;
	while (answer->len < ANSWER_MOST) {
		if (!is_ready(fd, POLLIN, deadline))
			return ETIMEDOUT;
		len = recv(fd, bytes, sizeof(bytes), 0);
		if (len < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		if (len == 0)
			return 0;
		if (len > 0)
			iu_text_addn(answer, bytes, (size_t)len);
	}
	return EFBIG;
}

static int ask(struct iu_scan *scan, struct asked *asked)
{
	struct iu_text answer = {0};
	int fd = connect_to(asked->path), ret = 0;

	if (fd < 0) {
		asked->error = -fd;
		return 0;
	}
	asked->error = converse(fd, &answer);
	close(fd);
	if (!asked->error)
		ret = iu_engine_list_parse(&scan->snapshot->arena, answer.data ? answer.data : "", answer.len, &asked->list);
	if (ret == IU_E_PROTO)
		asked->error = EPROTO;
	iu_text_free(&answer);
	return ret == IU_E_NOMEM ? ret : 0;
}

/* No gap where there is no such engine: names are known from elsewhere then, or from nobody. */
static void add_gap(struct iu_scan *scan, const struct asked *asked)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	bool denied = asked->error == EACCES || asked->error == EPERM;

	if (asked->error == ENOENT || asked->error == ECONNREFUSED || !asked->error)
		return;
	iu_snapshot_gap(scan->snapshot, IU_FACT_FILES, 0,
		iu_arena_printf(arena, "what the container engine knows (%s)", asked->path),
		asked->error == ETIMEDOUT ? "it did not answer in 1 s" : strerror(asked->error),
		denied ? "run as root" : NULL);
}

static int find(struct iu_scan *scan, const char *path, const struct iu_engine_containers **ret_list)
{
	struct iu_engines *engines = scan->cache->engines;
	struct asked *asked;
	int ret;

	if (!engines) {
		engines = iu_arena_alloc(&scan->snapshot->arena, sizeof(*engines));
		if (!engines)
			return IU_E_NOMEM;
		*engines = (struct iu_engines){.n = 0};
		scan->cache->engines = engines;
	}
	for (size_t i = 0; i < engines->n; i++)
		if (!strcmp(engines->v[i].path, path)) {
			*ret_list = &engines->v[i].list;
			return 0;
		}
	if (engines->n == SOCKETS_MAX)
		return 0;
	asked = &engines->v[engines->n++];
	*asked = (struct asked){.path = iu_arena_strdup(&scan->snapshot->arena, path)};
	ret = asked->path ? ask(scan, asked) : IU_E_NOMEM;
	if (ret == 0)
		add_gap(scan, asked);
	*ret_list = &asked->list;
	return ret;
}

/* The system's engine, and that of the user whose process it is. */
static size_t sockets_of(const struct iu_process *process, const char *engine, char paths[2][64])
{
	const char *name = !strcmp(engine, "podman") || !strcmp(engine, "libpod") ? "podman/podman.sock" : "docker.sock";
	size_t n = 0;

	if (process->uid_known && process->uid)
		snprintf(paths[n++], 64, "/run/user/%u/%s", (unsigned int)process->uid, name);
	snprintf(paths[n++], 64, "/run/%s", name);
	return n;
}

/* The port that a proxy publishes; where its words do not tell, the one that was asked for. */
static uint16_t published(const struct iu_scan *scan, const struct iu_process *process, enum iu_protocol *ret_protocol)
{
	const struct iu_snapshot *snapshot = scan->snapshot;

	for (size_t i = 0; i < snapshot->holds.n; i++)
		for (size_t k = 0; snapshot->holds.v[i].pid == process->pid && k < snapshot->sockets.n; k++)
			if (snapshot->sockets.v[k].inode == snapshot->holds.v[i].inode && snapshot->sockets.v[k].port) {
				*ret_protocol = snapshot->sockets.v[k].protocol;
				return snapshot->sockets.v[k].port;
			}
	return 0;
}

static const struct iu_engine_container *match(const struct iu_scan *scan,
	const struct iu_process *process, const struct iu_engine_containers *list)
{
	enum iu_protocol protocol = IU_PROTOCOL_TCP;
	uint16_t port;

	for (size_t i = 0; process->container && i < list->n; i++)
		if (!strcmp(list->v[i].id, process->container))
			return &list->v[i];
	if (process->container)
		return NULL;
	port = published(scan, process, &protocol);
	return port ? iu_engine_list_published(list, port, protocol) : NULL;
}

static int name_container(struct iu_scan *scan, struct iu_process *process, const char *engine)
{
	const struct iu_engine_containers *list = NULL;
	const struct iu_engine_container *found = NULL;
	char paths[2][64];
	size_t n = sockets_of(process, engine, paths);

	for (size_t i = 0; i < n && !found; i++) {
		int ret = find(scan, paths[i], &list);

		if (ret < 0)
			return ret;
		found = list ? match(scan, process, list) : NULL;
	}
	if (!found)
		return 0;
	if (!process->container_name)
		process->container_name = found->name;
	process->image = found->image;
	process->project = found->project;
	process->service = found->service;
	return 0;
}

/* conmon was told what it keeps: "conmon … -c ID … -n NAME". */
static int name_by_conmon(struct iu_scan *scan, struct iu_process *process)
{
	const char *const *words = process->command.v;

	if (!process->name || strcmp(process->name, "conmon") != 0)
		return 0;
	for (size_t i = 1; i + 1 < process->command.n && !process->container_name; i++)
		if (!strcmp(words[i], "-n") && words[i + 1][0] != '-')
			process->container_name = iu_arena_strdup(&scan->snapshot->arena, words[i + 1]);
	return scan->snapshot->arena.failed ? IU_E_NOMEM : 0;
}

int iu_collect_containers(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	int ret = 0;

	for (size_t i = 0; i < snapshot->processes.n && !scan->needs->brief && !scan->plain && ret == 0; i++) {
		struct iu_process *process = &snapshot->processes.v[i];
		const struct iu_proxy_row *proxy = process->container ? NULL : iu_proxy_of(process);

		if (process->image || (!process->container && (!proxy || proxy->kind != IU_PROXY_CONTAINER)))
			continue;
		ret = name_container(scan, process,
			process->container && process->engine ? process->engine
			: proxy && proxy->engine	      ? proxy->engine
							      : "docker");
		if (ret == 0 && !process->container_name)
			ret = name_by_conmon(scan, process);
	}
	return ret;
}

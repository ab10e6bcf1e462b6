/* os/linux/watch.c - sleeps until something changes: the end of a process, a file, the clock */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/os.h"

#define WATCHED_MAX 64
#define PATH_BYTES  4096

struct iu_os_watch {
	struct pollfd polls[WATCHED_MAX]; /* [0]: inotify, or -1 */
	nfds_t count;
	bool due; /* something had changed before it could be watched */
};

int iu_os_watch_new(struct iu_os_watch **ret_watch)
{
	struct iu_os_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return IU_E_NOMEM;
	watch->polls[0] = (struct pollfd){.fd = -1, .events = POLLIN};
	watch->count = 1;
	*ret_watch = watch;
	return 0;
}

void iu_os_watch_process(struct iu_os_watch *watch, int32_t pid)
{
	int fd;

	if (watch->count >= WATCHED_MAX)
		return; /* the slow look finds out about the rest */
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0)
		watch->polls[watch->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	else if (errno == ESRCH)
		watch->due = true;
}

void iu_os_watch_handle(struct iu_os_watch *watch, int handle)
{
	int fd = watch->count < WATCHED_MAX ? fcntl(handle, F_DUPFD_CLOEXEC, 3) : -1;

	if (fd >= 0)
		watch->polls[watch->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

void iu_os_watch_path(struct iu_os_watch *watch, const char *path, size_t len)
{
	const uint32_t events = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB;
	const char *slash = memrchr(path, '/', len);
	char parent[PATH_BYTES] = ".";
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (slash && n == 0)
		n = 1;
	if (n >= sizeof(parent))
		return;
	if (n) {
		memcpy(parent, path, n);
		parent[n] = '\0';
	}
	if (watch->polls[0].fd < 0)
		watch->polls[0].fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->polls[0].fd >= 0)
		inotify_add_watch(watch->polls[0].fd, parent, events);
}

int iu_os_watch_wait(struct iu_os_watch *watch, unsigned int ms)
{
	char events[4096];
	int n;

	if (watch->due) {
		watch->due = false;
		return 1;
	}
	n = poll(watch->polls, watch->count, (int)(ms > 3600000 ? 3600000 : ms));
	if (n < 0)
		return IU_E_AGAIN;
	if (n == 0)
		return 0;
	while (watch->polls[0].revents &&
		read(watch->polls[0].fd, events, sizeof(events)) > 0)
		;
	/* One that has ended stays readable: it has said what it had to say. */
	for (nfds_t i = 1; i < watch->count; i++)
		if (watch->polls[i].revents) {
			close(watch->polls[i].fd);
			watch->polls[i].fd = -1;
		}
	return 1;
}

void iu_os_watch_free(struct iu_os_watch *watch)
{
	if (!watch)
		return;
	for (nfds_t i = 0; i < watch->count; i++)
		if (watch->polls[i].fd >= 0)
			close(watch->polls[i].fd);
	free(watch);
}

int64_t iu_os_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint32_t iu_os_random(void)
{
	uint32_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		number = (uint32_t)iu_os_now_ms() ^ ((uint32_t)getpid() << 16);
	return number;
}

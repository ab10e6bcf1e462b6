/* os/linux/sockets/watch.c - wakes when something changes: the end of a process, a file, a socket, the clock */
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"
#include "os/linux/sockets/inet-diag.h"
#include "os/linux/sockets/netlink.h"
#include "os/os.h"

#define WATCHED_MAX 64
#define PATH_BYTES  4096
#define INPUTS      2
#define OTHERS      (2 + INPUTS) /* from here on: what wakes once */

struct iu_os_watch {
	struct pollfd polls[WATCHED_MAX]; /* [0]: inotify, [1]: freed sockets, from [2] on INPUTS; or -1 */
	nfds_t count;
	struct iu_netlink freed;
	bool tells[2];             /* of TCP, of UDP: the kernel sends what it frees */
	uint8_t ports[65536 / 8];  /* a bit each; of which protocol is not told apart */
	bool due; /* something had changed before it could be watched */
	void (*freed_any)(void *context, const struct iu_socket *socket);
	void *context;
};

int iu_os_watch_new(struct iu_os_watch **ret_watch)
{
	struct iu_os_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return IU_E_NOMEM;
	for (watch->count = 0; watch->count < OTHERS; watch->count++)
		watch->polls[watch->count] = (struct pollfd){.fd = -1, .events = POLLIN};
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

static bool open_freed(struct iu_os_watch *watch)
{
	if (watch->polls[1].fd >= 0)
		return true;
	if (iu_netlink_open(NETLINK_SOCK_DIAG, &watch->freed) < 0)
		return false;
	watch->polls[1].fd = watch->freed.fd;
	return true;
}

static bool join(struct iu_os_watch *watch, size_t which)
{
	static const int groups[2][2] = {{SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY},
		{SKNLGRP_INET_UDP_DESTROY, SKNLGRP_INET6_UDP_DESTROY}};

	if (!open_freed(watch))
		return false;
	for (size_t i = 0; i < 2 && !watch->tells[which]; i++)
		if (!iu_netlink_option(&watch->freed, NETLINK_ADD_MEMBERSHIP, groups[which][i]))
			return false;
	watch->tells[which] = true;
	return true;
}

bool iu_os_watch_port(struct iu_os_watch *watch, enum iu_protocol protocol, uint16_t port)
{
	if (!join(watch, protocol == IU_PROTOCOL_UDP))
		return false;
	watch->ports[port / 8] |= (uint8_t)(1u << port % 8);
	return true;
}

bool iu_os_watch_freed(struct iu_os_watch *watch,
	void (*freed)(void *context, const struct iu_socket *socket), void *context)
{
	watch->freed_any = freed;
	watch->context = context;
	return join(watch, 0) && join(watch, 1);
}

void iu_os_watch_input(struct iu_os_watch *watch, int fd)
{
	for (size_t i = 2; i < OTHERS; i++)
		if (watch->polls[i].fd < 0) {
			watch->polls[i].fd = fd;
			return;
		}
}

bool iu_os_watch_hung(const struct iu_os_watch *watch)
{
	for (size_t i = 2; i < OTHERS; i++)
		if (watch->polls[i].fd >= 0 && watch->polls[i].revents & (POLLHUP | POLLERR | POLLNVAL))
			return true;
	return false;
}

struct freed {
	const struct iu_os_watch *watch;
	bool ours;
};

static int on_freed(void *context, const struct nlmsghdr *message)
{
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct freed *freed = context;
	struct iu_socket sock;

	/* of which protocol does not matter */
	if (iu_inet_diag_parse(payload.at, payload.len, IU_PROTOCOL_TCP, &sock) <= 0)
		return 0;
	if (freed->watch->freed_any)
		freed->watch->freed_any(freed->watch->context, &sock);
	freed->ours |= freed->watch->freed_any || freed->watch->ports[sock.port / 8] >> sock.port % 8 & 1;
	return 0;
}

/* Events of all ports come: whether one of those that lie there is of ours, or some were lost. */
static bool ours_was_freed(struct iu_os_watch *watch)
{
	struct freed freed = {.watch = watch};
	const struct iu_netlink_sink sink = {.message = on_freed, .context = &freed};
	ssize_t len;
	int ignored;

	while ((len = iu_netlink_receive(&watch->freed, MSG_DONTWAIT)) > 0)
		iu_netlink_walk(watch->freed.buffer, (size_t)len, 0, 0, &sink, &ignored);
	if (len == -ENOBUFS && watch->freed_any)
		watch->freed_any(watch->context, NULL);
	/* what cannot be read stays readable: no more is heard of it */
	if (len < 0 && len != -EAGAIN && len != -EINTR && len != -ENOBUFS)
		watch->polls[1].fd = -1;
	return freed.ours || len == -ENOBUFS;
}

static int wait_once(struct iu_os_watch *watch, unsigned int ms)
{
	char events[4096];
	bool woke = false;
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
		woke = true;
	if (watch->polls[1].revents && ours_was_freed(watch))
		woke = true;
	for (nfds_t i = 2; i < OTHERS; i++)
		woke = woke || watch->polls[i].revents;
	/* One that has ended stays readable: it has said what it had to say. */
	for (nfds_t i = OTHERS; i < watch->count; i++)
		if (watch->polls[i].revents) {
			close(watch->polls[i].fd);
			watch->polls[i].fd = -1;
			woke = true;
		}
	return woke;
}

/* The end of a socket of another port wakes the program, but not the one who waits. */
int iu_os_watch_wait(struct iu_os_watch *watch, unsigned int ms)
{
	int64_t now = iu_os_now_ms(), deadline = now + ms;
	int n;

	do {
		n = wait_once(watch, (unsigned int)(deadline - now));
		now = iu_os_now_ms();
	} while (n == 0 && now < deadline);
	return n;
}

void iu_os_watch_free(struct iu_os_watch *watch)
{
	if (!watch)
		return;
	for (nfds_t i = 0; i < watch->count; i++) /* those of [1] and INPUTS are somebody else's */
		if ((i == 0 || i >= OTHERS) && watch->polls[i].fd >= 0)
			close(watch->polls[i].fd);
	iu_netlink_close(&watch->freed);
	free(watch);
}

struct iu_os_alarm {
	int epoll, timer;
};

int iu_os_alarm_new(struct iu_os_alarm **ret_alarm)
{
	struct iu_os_alarm *alarm = calloc(1, sizeof(*alarm));
	struct epoll_event event = {.events = EPOLLIN};
	int error;

	if (!alarm)
		return IU_E_NOMEM;
	alarm->epoll = epoll_create1(EPOLL_CLOEXEC);
	alarm->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (alarm->epoll >= 0 && alarm->timer >= 0 &&
		epoll_ctl(alarm->epoll, EPOLL_CTL_ADD, alarm->timer, &event) == 0) {
		*ret_alarm = alarm;
		return 0;
	}
	error = errno;
	iu_os_alarm_free(alarm);
	return iu_error_from(error);
}

int iu_os_alarm_fd(const struct iu_os_alarm *alarm)
{
	return alarm->epoll;
}

/* Closed descriptors have left the epoll by themselves. */
void iu_os_alarm_set(struct iu_os_alarm *alarm, struct iu_os_watch *watch, unsigned int ms)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct itimerspec time = {.it_value = {ms / 1000, (long)(ms % 1000) * 1000000}};

	if (ms == 0 || (watch && watch->due))
		time.it_value.tv_nsec = 1; /* zero would be never */
	timerfd_settime(alarm->timer, 0, &time, NULL);
	for (nfds_t i = 0; watch && i < watch->count; i++)
		if (watch->polls[i].fd >= 0)
			epoll_ctl(alarm->epoll, EPOLL_CTL_ADD, watch->polls[i].fd, &event);
}

void iu_os_alarm_free(struct iu_os_alarm *alarm)
{
	if (!alarm)
		return;
	if (alarm->epoll >= 0)
		close(alarm->epoll);
	if (alarm->timer >= 0)
		close(alarm->timer);
	free(alarm);
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

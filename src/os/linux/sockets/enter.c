/* os/linux/sockets/enter.c - a netlink socket of another network namespace */
#include "os/linux/sockets/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"

struct visit {
	int netns, bus, told; /* told: where the result is written */
};

/* It allocates nothing: the C library would make it an arena of its own. */
static void *visit(void *context)
{
	const struct visit *there = context;
	int told = there->told, fd = -1;

	if (setns(there->netns, CLONE_NEWNET) == 0)
		fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, there->bus);
	if (fd < 0)
		fd = -errno;
	if (write(told, &fd, sizeof(fd)) != sizeof(fd) && fd >= 0)
		close(fd);
	close(told);
	return NULL;
}

/* Signals are for the threads of the program. */
static int begin_thread(void *(*run)(void *context), void *context)
{
	pthread_attr_t detached;
	pthread_t thread;
	sigset_t all, before;
	int error = pthread_attr_init(&detached);

	if (error)
		return error;
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&thread, &detached, run, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return error;
}

int iu_enter_open(int netns, int bus, struct iu_netlink *ret_netlink)
{
	struct visit *there = malloc(sizeof(*there));
	int ends[2], error, fd = -EIO;
	ssize_t n = -1;

	if (!there || pipe2(ends, O_CLOEXEC) < 0) {
		error = there ? errno : ENOMEM;
		free(there);
		return iu_error_from(error);
	}
	*there = (struct visit){.netns = netns, .bus = bus, .told = ends[1]};
	error = begin_thread(visit, there);
	if (error) {
		close(ends[1]);
		fd = -error;
	}
	while (!error && (n = read(ends[0], &fd, sizeof(fd))) < 0 && errno == EINTR)
		;
	if (!error && n < 0)
		there = NULL; /* it may still be read there */
	close(ends[0]);
	free(there);
	return iu_netlink_adopt(fd, ret_netlink);
}

/* os/linux/patient.c - a look that may have to wait for ever, by a process that can be left behind */
#include "os/linux/patient.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"

#define DESCRIPTORS 1024 /* without close_range(), before 5.9: who has more has raised a limit */

static void close_others(int first, int second)
{
	unsigned int low = (unsigned int)(first < second ? first : second);
	unsigned int high = (unsigned int)(first < second ? second : first);

	if (first < 0 || second < 0)
		low = high;
	if ((low == 0 || syscall(SYS_close_range, 0, low - 1, 0) == 0) &&
		(high <= low + 1 || syscall(SYS_close_range, low + 1, high - 1, 0) == 0) &&
		syscall(SYS_close_range, high + 1, ~0u, 0) == 0)
		return;
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (fd != first && fd != second)
			close(fd);
}

static int64_t now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns: whether all of it has come. */
static int receive(int fd, unsigned int ms, char *result, size_t size)
{
	int64_t end = now_ms() + ms, left = ms;
	size_t len = 0;

	while (len < size && left >= 0) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		ssize_t got = poll(&ready, 1, (int)left) > 0 ? read(fd, result + len, size - len) : -1;

		if (got == 0)
			break;
		if (got > 0)
			len += (size_t)got;
		left = end - now_ms();
	}
	return len == size;
}

/* Without a signal at its end, and by a wait of its own: nobody else's waitpid() sees it. */
static void bury(pid_t pid, int answered)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	if (answered) {
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		return;
	}
	kill(pid, SIGKILL);
	for (int i = 0; i < 5 && waitpid(pid, NULL, __WALL | WNOHANG) == 0; i++)
		nanosleep(&moment, NULL);
}

int iu_patient_call(unsigned int ms, iu_patient_body *body, const void *context, int keep,
	void *result, size_t size)
{
	int pipes[2], answered;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return IU_E_SYSTEM;
	pid = (pid_t)syscall(SYS_clone, 0UL, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		close_others(pipes[1], keep);
		body(context, result);
		for (size_t len = 0; len < size;) {
			ssize_t sent = write(pipes[1], (char *)result + len, size - len);

			if (sent <= 0)
				syscall(SYS_exit_group, 1);
			len += (size_t)sent;
		}
		syscall(SYS_exit_group, 0); /* of a library nobody expects exit() */
	}
	close(pipes[1]);
	answered = pid > 0 && receive(pipes[0], ms, result, size);
	close(pipes[0]);
	if (pid < 0)
		return IU_E_SYSTEM;
	bury(pid, answered);
	return answered ? 0 : IU_E_AGAIN;
}

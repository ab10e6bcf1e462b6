/* os/linux/worker.c - a thread that does one thing at a time, so that whoever waits for keys need not wait for it */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "os/linux/error.h"
#include "os/os.h"

struct iu_os_worker {
	void (*run)(void *context);
	void *context;
	int begin, end; /* eventfd: a round is wanted, a round is over */
	atomic_bool leave;
	pthread_t thread;
	bool begun, busy;
};

static void *work(void *context)
{
	struct iu_os_worker *worker = context;
	uint64_t round;

	while (read(worker->begin, &round, sizeof(round)) == sizeof(round) && !atomic_load(&worker->leave)) {
		worker->run(worker->context);
		round = 1;
		if (write(worker->end, &round, sizeof(round)) < 0)
			break;
	}
	return NULL;
}

/* Signals are for the thread that has the terminal. */
static int begin_thread(struct iu_os_worker *worker)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	error = pthread_create(&worker->thread, NULL, work, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	worker->begun = error == 0;
	return iu_error_from(error);
}

int iu_os_worker_new(void (*run)(void *context), void *context, struct iu_os_worker **ret_worker)
{
	struct iu_os_worker *worker = calloc(1, sizeof(*worker));
	int ret;

	if (!worker)
		return iu_error_from(ENOMEM);
	worker->run = run;
	worker->context = context;
	worker->begin = eventfd(0, EFD_CLOEXEC);
	worker->end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = worker->begin < 0 || worker->end < 0 ? iu_error_from(errno) : begin_thread(worker);
	if (worker->begun) {
		*ret_worker = worker;
		return 0;
	}
	iu_os_worker_free(worker);
	return ret;
}

int iu_os_worker_fd(const struct iu_os_worker *worker)
{
	return worker->end;
}

bool iu_os_worker_start(struct iu_os_worker *worker)
{
	uint64_t round = 1;

	if (worker->busy || write(worker->begin, &round, sizeof(round)) < 0)
		return false;
	worker->busy = true;
	return true;
}

bool iu_os_worker_is_busy(const struct iu_os_worker *worker)
{
	return worker->busy;
}

bool iu_os_worker_done(struct iu_os_worker *worker)
{
	uint64_t round;

	if (!worker->busy || read(worker->end, &round, sizeof(round)) < 0)
		return false;
	worker->busy = false;
	return true;
}

bool iu_os_worker_free(struct iu_os_worker *worker)
{
	uint64_t round = 1;

	if (!worker)
		return true;
	if (worker->busy) /* whatever it hangs on: the process ends without it */
		return false;
	atomic_store(&worker->leave, true);
	if (worker->begun && write(worker->begin, &round, sizeof(round)) > 0)
		pthread_join(worker->thread, NULL);
	if (worker->begin >= 0)
		close(worker->begin);
	if (worker->end >= 0)
		close(worker->end);
	free(worker);
	return true;
}

int64_t iu_os_spent_us(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

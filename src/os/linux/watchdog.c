/* os/linux/watchdog.c - ends a look that hangs */
#include "os/linux/watchdog.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "base/compat.h"
#include "os/os.h"

#define LOOK_MS	    (IU_LOOK_SECONDS * 1000LL)
#define STACK_BYTES (256 * 1024)
#define STOP_MS	    1000  /* who is told to stop and looks on so long hangs */
#define STOPPED	    130	  /* as a shell counts SIGINT */

/*
 * It belongs to the whole process, like the clock it looks at. One thread, made with the first look: what
 * a look costs stays what it was.
 */
static void (*on_expiry)(void);
static int (*was_caught)(void);
static pthread_t watcher;
static int exit_code;
static atomic_flag begun = ATOMIC_FLAG_INIT; /* pthread_once() would ask the kernel, and abort on its errors */
static atomic_llong deadline; /* ms; 0: nobody looks */
static atomic_bool running;

static long long now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};

static void sleep_ms(long long ms)
{
	const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

/* Whatever signals come meanwhile: each look that begins after a Ctrl-C sends one. */
static void sleep_whole_ms(long long ms)
{
	long long end = now_ms() + ms;

	for (long long left = ms; left > 0; left = end - now_ms())
		sleep_ms(left);
}

static void *watch(void *unused)
{
	(void)unused;
	for (;;) {
		long long until = atomic_load(&deadline);
		long long left = until ? until - now_ms() : LOOK_MS;

		if (left <= 0) {
			on_expiry();
			_exit(exit_code);
		}
		errno = 0;
		sleep_ms(left);
		if (errno != EINTR)
			continue;
		/* A handler has run here; the look goes on for a moment, or it hangs. */
		until = atomic_load(&deadline);
		sleep_whole_ms(STOP_MS);
		if (until && until == atomic_load(&deadline))
			_exit(STOPPED);
	}
	return NULL;
}

/* It takes the signals that stop a program, and no other: a resized window wakes who draws it. */
static void start(void)
{
	sigset_t all, before;
	pthread_attr_t how;

	if (pthread_attr_init(&how) != 0)
		return;
	pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&how, STACK_BYTES);
	sigfillset(&all);
	for (size_t i = 0; i < IU_COUNT(stops); i++)
		sigdelset(&all, stops[i]);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	atomic_store(&running, pthread_create(&watcher, &how, watch, NULL) == 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&how);
}

void iu_os_watchdog(void (*expired)(void), int (*caught)(void), int code)
{
	on_expiry = expired;
	was_caught = caught;
	exit_code = code;
}

void iu_watchdog_set(bool runs)
{
	atomic_store(&deadline, runs && atomic_load(&running) ? now_ms() + LOOK_MS : 0);
}

void iu_watchdog_start(struct iu_watched *ret_watched)
{
	sigset_t set;

	ret_watched->on = false;
	if (!on_expiry)
		return;
	if (!atomic_flag_test_and_set(&begun))
		start();
	if (!atomic_load(&running))
		return;
	sigemptyset(&set);
	for (size_t i = 0; i < IU_COUNT(stops); i++)
		sigaddset(&set, stops[i]);
	iu_watchdog_set(true);
	ret_watched->on = pthread_sigmask(SIG_BLOCK, &set, &ret_watched->mask) == 0;
	/* One that came before was not seen there. */
	if (was_caught && was_caught())
		pthread_kill(watcher, SIGINT);
}

void iu_watchdog_stop(const struct iu_watched *watched)
{
	iu_watchdog_set(false);
	if (watched->on)
		pthread_sigmask(SIG_SETMASK, &watched->mask, NULL);
}

/* test-later.c - waiting and recording through libinuse: the public header only */
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "inuse/names.h"
#include "stage.h"

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int is_readable(int fd, int ms)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};

	return poll(&ready, 1, ms);
}

/* One descriptor, which tells when to look, and nothing that waits. */
static void is_polled(void **state)
{
	struct inuse_watch *watch = NULL;
	int64_t began, longest = 0, took;
	int fd, checks = 0, result = INUSE_WAITED_TIME_UP;
	char target[32];
	pid_t pid = give_to_child(listener(target));

	assert_int_equal(inuse_watch_new(target, NULL, false, &watch), 1);
	fd = inuse_watch_fd(watch);
	assert_true(fd >= 0);
	assert_null(inuse_watch_headline(watch));
	assert_int_equal(is_readable(fd, 5000), 1); /* the first look is due */
	assert_int_equal(inuse_watch_check(watch), INUSE_WAITED_TIME_UP);
	print_message("# %s\n", inuse_watch_headline(watch));
	assert_non_null(strstr(inuse_watch_headline(watch), target));
	kill(pid, SIGKILL);
	began = now_ms();
	while (result == INUSE_WAITED_TIME_UP && now_ms() - began < 30000) {
		if (is_readable(fd, 1000) != 1)
			continue;
		took = now_ms();
		result = inuse_watch_check(watch);
		took = now_ms() - took;
		longest = took > longest ? took : longest;
		checks++;
	}
	print_message("# free after %lld ms and %d checks, the longest %lld ms\n",
		(long long)(now_ms() - began), checks, (long long)longest);
	assert_int_equal(result, INUSE_WAITED_DONE);
	assert_int_equal(inuse_watch_fd(watch), fd);
	inuse_watch_free(watch);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* and the other way round */
	assert_int_equal(inuse_watch_new(target, NULL, true, &watch), 1);
	assert_int_equal(inuse_watch_check(watch), INUSE_WAITED_TIME_UP);
	inuse_watch_free(watch);
	/* to nothing */
	assert_int_equal(inuse_watch_fd(NULL), -1);
	assert_int_equal(inuse_watch_new("99999", NULL, false, &watch), INUSE_ERROR_INPUT);
	inuse_watch_free(NULL);
}

static volatile sig_atomic_t signals;

static void count(int signal)
{
	(void)signal;
	signals++;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* A profiler's timer: each of its signals ends a sleep, and none is a reason to look again. */
static void waits_under_signals(void **state)
{
	struct inuse_wait_options wait = INUSE_WAIT_OPTIONS_INIT;
	struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = count}; /* no SA_RESTART */
	double quiet, loud;
	char target[32];
	int fd = listener(target);

	wait.timeout_given = true;
	wait.timeout_ms = 1000;
	quiet = cpu_seconds();
	assert_int_equal(inuse_wait(target, NULL, &wait), INUSE_WAITED_TIME_UP);
	quiet = cpu_seconds() - quiet;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	loud = cpu_seconds();
	assert_int_equal(inuse_wait(target, NULL, &wait), INUSE_WAITED_TIME_UP);
	loud = cpu_seconds() - loud;
	setitimer(ITIMER_REAL, &never, NULL);
	print_message("# %d signals: %.0f ms of CPU, without any %.0f ms\n", (int)signals, loud * 1e3, quiet * 1e3);
	assert_true(signals > 100);
	assert_true(loud < quiet + 0.4);
	close(fd);
}

static void records_and_answers_later(void **state)
{
	struct inuse_snapshot *snapshot = NULL, *again = NULL;
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers = NULL;
	struct inuse_plans *plans = NULL;
	const char *targets[1], *text;
	char target[32], complaint[200];
	pid_t pid = give_to_child(listener(target));
	char *kept;

	targets[0] = target;
	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	assert_int_equal(inuse_snapshot_take(targets, 1, &options, &snapshot), 1);
	text = inuse_snapshot_json(snapshot);
	assert_non_null(text);
	assert_non_null(strstr(text, "\"inuse.snapshot/1\""));
	assert_non_null(strstr(text, target));
	kept = strdup(text);
	inuse_snapshot_free(snapshot);
	end_child(pid); /* it is gone: the record is not */
	assert_int_equal(inuse_snapshot_read(kept, strlen(kept), &options, &snapshot), 1);
	assert_int_equal(inuse_snapshot_why(snapshot, target, &options, &answers), 1);
	print_message("# %s\n", inuse_answer_headline(inuse_answers_get(answers, 0)));
	assert_int_equal(inuse_answer_status(inuse_answers_get(answers, 0)), INUSE_IN_USE);
	assert_string_equal(inuse_holder_name(inuse_socket_holder(
				    inuse_answer_blocker(inuse_answers_get(answers, 0), 0), 0)), "api-holder");
	/* nothing of this machine is freed for it */
	assert_int_equal(inuse_answer_apply(inuse_answers_get(answers, 0), NULL, NULL, &plans), INUSE_ERROR_NOTSUP);
	inuse_answers_free(answers);
	assert_int_equal(inuse_snapshot_redact(snapshot), 1);
	text = inuse_snapshot_json(snapshot);
	assert_non_null(text);
	assert_non_null(strstr(text, "redacted"));
	assert_int_equal(inuse_snapshot_read(text, strlen(text), &options, &again), 1);
	assert_int_equal(inuse_snapshot_why(again, target, &options, &answers), 1);
	assert_int_equal(inuse_answer_status(inuse_answers_get(answers, 0)), INUSE_IN_USE);
	inuse_answers_free(answers);
	inuse_snapshot_free(again);
	inuse_snapshot_free(snapshot);
	free(kept);
	assert_int_equal(inuse_snapshot_read("nonsense", 8, &options, &snapshot), INUSE_ERROR_INPUT);
	print_message("# %s\n", complaint);
	assert_true(strlen(complaint) > 10);
	inuse_snapshot_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_polled),
		cmocka_unit_test(waits_under_signals),
		cmocka_unit_test(records_and_answers_later),
	};

	return cmocka_run_group_tests_name("later", tests, NULL, NULL);
}

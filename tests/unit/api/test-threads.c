/* test-threads.c - many threads ask at once: each gets the answer it would get alone */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "stage.h"

#define THREADS 6
#define ROUNDS_DEFAULT 5

/* What is there all the time. Free is a port that every thread asks for, with probes. */
struct ground {
	char own[32], childs[32], spare[32];
	pid_t child;
	unsigned int rounds;
	atomic_int wrong, done;
};

static void expect(struct ground *ground, const char *target, enum inuse_status status,
	const char *cause)
{
	struct inuse_answers *answers;
	struct inuse_answer *answer;
	const char *got;
	int n = inuse_why(target, NULL, &answers);

	if (n != 1) {
		printf("# %s: %s\n", target, inuse_error_text(n));
		atomic_fetch_add(&ground->wrong, 1);
		return;
	}
	answer = inuse_answers_get(answers, 0);
	got = inuse_answer_cause(answer);
	if (inuse_answer_status(answer) != status || !got != !cause ||
		(got && strcmp(got, cause) != 0)) {
		printf("# %s: %s, expected %s: %s\n", target, got ? got : "no cause",
			cause ? cause : "none", inuse_answer_text(answer));
		atomic_fetch_add(&ground->wrong, 1);
	}
	if (!strstr(inuse_answer_json(answer), "inuse.why/1"))
		atomic_fetch_add(&ground->wrong, 1);
	inuse_answers_free(answers);
	atomic_fetch_add(&ground->done, 1);
}

static void list_once(struct ground *ground)
{
	struct inuse_listing *list;
	bool found = false;
	const struct inuse_socket *socket;

	if (inuse_list(NULL, &list) < 0) {
		atomic_fetch_add(&ground->wrong, 1);
		return;
	}
	for (size_t i = 0; (socket = inuse_listing_socket(list, i)); i++)
		found |= !strcmp(inuse_socket_name(socket), ground->childs);
	if (!found) {
		printf("# %s is not in the list\n", ground->childs);
		atomic_fetch_add(&ground->wrong, 1);
	}
	inuse_listing_free(list);
	atomic_fetch_add(&ground->done, 1);
}

/* A port that another thread has picked is busy for a moment: only the range must hold. */
static void pick_once(struct ground *ground)
{
	const struct inuse_pick_options options = {
		.size = sizeof(options), .first = 24000, .last = 24999};
	uint16_t ports[2];

	if (inuse_pick(&options, 2, ports, NULL) != 2 || ports[0] == ports[1])
		atomic_fetch_add(&ground->wrong, 1);
	atomic_fetch_add(&ground->done, 1);
}

static void *work(void *context)
{
	struct ground *ground = context;

	for (unsigned int i = 0; i < ground->rounds; i++) {
		expect(ground, ground->own, INUSE_IN_USE, "own-socket");
		expect(ground, ground->childs, INUSE_IN_USE, "already-running");
		expect(ground, ground->spare, INUSE_FREE, NULL);
		if (i % 4 == 0)
			list_once(ground);
		pick_once(ground);
	}
	return NULL;
}

/* Only what is quick, so that the probe of one thread meets the look of another. */
static void *ask_free(void *context)
{
	struct ground *ground = context;

	for (unsigned int i = 0; i < ground->rounds * 10; i++)
		expect(ground, ground->spare, INUSE_FREE, NULL);
	return NULL;
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void in_threads(struct ground *ground, void *(*body)(void *))
{
	pthread_t threads[THREADS];
	int before = open_descriptors();

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, body, ground), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	print_message("# %d answers in %d threads, %d wrong\n", ground->done, THREADS, ground->wrong);
	assert_true(ground->done > 0);
	assert_int_equal(ground->wrong, 0);
	assert_int_equal(open_descriptors(), before);
}

static struct ground start(void)
{
	const char *rounds = getenv("THREADS_ROUNDS");

	return (struct ground){.rounds = rounds ? (unsigned int)atoi(rounds) : ROUNDS_DEFAULT};
}

/* Outside of the range from which other programs are given ports meanwhile. */
static void spare(struct ground *ground)
{
	const struct inuse_pick_options options = {
		.size = sizeof(options), .first = 25000, .last = 25999};
	uint16_t port;

	assert_int_equal(inuse_pick(&options, 1, &port, NULL), 1);
	snprintf(ground->spare, sizeof(ground->spare), "127.0.0.1:%u", port);
}

static void probes_at_once(void **state)
{
	struct ground ground = start();

	spare(&ground);
	in_threads(&ground, ask_free);
}

#define WORKERS 20
#define PATIENCE_S 60 /* a lock that nobody holds any more is waited for without end */

struct asking {
	struct ground ground;
	atomic_bool stop;
};

static void *ask_on(void *context)
{
	struct asking *asking = context;

	while (!asking->stop)
		expect(&asking->ground, asking->ground.spare, INUSE_FREE, NULL);
	return NULL;
}

/* Workers of a server with threads ask as well, and become no other program before. */
static void asks_in_workers(void **state)
{
	struct asking asking = {.ground = start()};
	pthread_t threads[2];
	int hung = 0, wrong = 0, status;

#ifdef __SANITIZE_ADDRESS__
	print_message("# skipped: the sanitizer's own allocator has locks that a fork() does not free\n");
	skip();
#endif
	spare(&asking.ground);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_on, &asking), 0);
	for (int i = 0; i < WORKERS; i++) {
		pid_t worker = fork();

		if (worker == 0) {
			/* what it binds for a moment would be in the way of another process */
			const struct inuse_options quiet = {.size = sizeof(quiet), .no_probe = true};
			struct inuse_answers *answers;

			alarm(PATIENCE_S);
			_exit(inuse_why(asking.ground.spare, &quiet, &answers) != 1);
		}
		if (waitpid(worker, &status, 0) != worker || WIFSIGNALED(status))
			hung++;
		else if (WEXITSTATUS(status))
			wrong++;
	}
	asking.stop = true;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	print_message("# %d workers, %d ended by a signal, %d without an answer; %d answers in threads\n",
		WORKERS, hung, wrong, asking.ground.done);
	assert_int_equal(hung, 0);
	assert_int_equal(wrong, 0);
	assert_int_equal(asking.ground.wrong, 0);
}

static void asks_at_once(void **state)
{
	struct ground ground = start();
	int own;

	ground.child = give_to_child(listener(ground.childs));
	own = listener(ground.own);
	spare(&ground);
	in_threads(&ground, work);
	close(own);
	end_child(ground.child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probes_at_once),
		cmocka_unit_test(asks_in_workers),
		cmocka_unit_test(asks_at_once),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}

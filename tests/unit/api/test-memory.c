/* test-memory.c - libinuse without memory: an error, never an end, a crash or a port that seems free */
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>

#include "stage.h"

#define TRIES_DEFAULT 90

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static long left = -1, asked; /* until one is refused, and all after it; -1: none is */

static int refuse(void)
{
	asked++;
	if (left > 0)
		left--;
	if (left)
		return 0;
	errno = ENOMEM;
	return 1;
}

/* In the program these come before those of the C library, for every library it uses. */
void *malloc(size_t size)
{
	return refuse() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refuse() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	return refuse() ? NULL : __libc_realloc(memory, size);
}

static long services; /* name services that were asked while there was no memory */

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found)
{
	(void)uid;
	(void)entry;
	(void)buffer;
	(void)size;
	services += left == 0;
	*found = NULL;
	return 0;
}

struct tally {
	unsigned int refused, told, wrong;
};

static void judge(struct tally *tally, int n, struct inuse_answers *answers)
{
	struct inuse_answer *answer = inuse_answers_get(answers, 0);

	if (n == INUSE_ERROR_NOMEM) {
		tally->refused++;
	} else if (n != 1 || inuse_answer_status(answer) == INUSE_FREE) {
		tally->wrong++;
		print_message("# returned %d: %s\n", n,
			n < 0 ? inuse_error_text(n) : inuse_answer_headline(answer));
	} else {
		/* text and JSON may be missing, too */
		(void)inuse_answer_text(answer);
		(void)inuse_answer_json(answer);
		tally->told++;
	}
}

static void try_one(struct tally *tally, const char *target, long at)
{
	struct inuse_answers *answers = NULL;
	int n;

	left = at;
	n = inuse_why(target, NULL, &answers);
	if (n < 0)
		left = -1;
	judge(tally, n, answers);
	left = -1;
	inuse_answers_free(answers);
}

/* Refused from the first allocation on, from the second … spread over all there are. */
static void is_refused_at_every_place(void **state)
{
	struct tally tally = {0, 0, 0};
	const char *tries = getenv("MEMORY_TRIES");
	long count = tries ? atol(tries) : TRIES_DEFAULT, all, at;
	char target[32];
	pid_t pid = give_to_child(listener(target));

	/* What is loaded once is loaded now. */
	(void)getservbyport(80, "tcp");
	try_one(&tally, target, -1);
	asked = 0;
	try_one(&tally, target, -1);
	all = asked;
	assert_int_equal(tally.told, 2);
	assert_true(all > 20);
	for (at = 0; at < count; at++)
		try_one(&tally, target, all <= count ? at : at < 40 ? at : at * all / count);
	print_message("# %ld allocations; refused %u times, answered %u times, wrong %u times\n", all,
		tally.refused, tally.told, tally.wrong);
	assert_true(tally.refused > 10);
	assert_int_equal(tally.wrong, 0);
	/* glibc 2.36 ends in a crash there */
	assert_int_equal(services, 0);
	end_child(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(is_refused_at_every_place)};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}

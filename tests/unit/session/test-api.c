/* test-api.c - libinuse as a program outside the house uses it: real sockets, the public header only */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "inuse/inuse.h"

/* A listener of our own on 127.0.0.1 and a port that the system chooses. */
static int listener(char target[32])
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	snprintf(target, 32, "127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

static void answers_a_conflict(void **state)
{
	struct inuse_answers *answers = NULL;
	char target[32];
	int fd = listener(target);

	assert_int_equal(inuse_why(target, NULL, &answers), 1);
	print_message("# %s\n", inuse_answer_headline(answers, 0));
	assert_int_equal(inuse_answer_status(answers, 0), INUSE_IN_USE);
	assert_int_equal(inuse_answer_errno(answers, 0), EADDRINUSE);
	/* the listener is ours: nobody else is to blame */
	assert_string_equal(inuse_answer_cause(answers, 0), "own-socket");
	assert_non_null(strstr(inuse_answer_text(answers, 0), inuse_answer_cause(answers, 0)));
	assert_non_null(strstr(inuse_answer_json(answers, 0), "\"inuse.why/1\""));
	assert_null(inuse_complaint(answers));
	inuse_answers_free(answers);
	close(fd);
}

static void answers_free(void **state)
{
	struct inuse_options options = {.size = sizeof(options), .no_probe = true};
	struct inuse_answers *answers = NULL;
	char target[32];

	close(listener(target));
	assert_int_equal(inuse_why(target, &options, &answers), 1);
	assert_int_equal(inuse_answer_status(answers, 0), INUSE_FREE);
	assert_int_equal(inuse_answer_errno(answers, 0), 0);
	assert_null(inuse_answer_cause(answers, 0));
	inuse_answers_free(answers);
}

static void answers_each_port(void **state)
{
	struct inuse_answers *answers = NULL;

	assert_int_equal(inuse_why("127.0.0.1:20001-20003", NULL, &answers), 3);
	assert_non_null(inuse_answer_headline(answers, 2));
	assert_null(inuse_answer_headline(answers, 3));
	assert_int_equal(inuse_answer_status(answers, 3), INUSE_UNKNOWN);
	inuse_answers_free(answers);
}

static void complains(void **state)
{
	static const char *const wrong[] = {"99999", "", "[::1", "no-such-host:80", "-", "a b c"};
	struct inuse_answers *answers;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		answers = NULL;
		assert_int_equal(inuse_why(wrong[i], NULL, &answers), INUSE_ERROR_TARGET);
		print_message("# '%s': %s\n", wrong[i], inuse_complaint(answers));
		assert_true(strlen(inuse_complaint(answers)) > 10);
		inuse_answers_free(answers);
	}
	assert_int_equal(inuse_why(NULL, NULL, &answers), INUSE_ERROR_TARGET);
	inuse_answers_free(answers);
	inuse_answers_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_a_conflict),
		cmocka_unit_test(answers_free),
		cmocka_unit_test(answers_each_port),
		cmocka_unit_test(complains),
	};

	return cmocka_run_group_tests_name("api", tests, NULL, NULL);
}

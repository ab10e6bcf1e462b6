/*
 * c89.c - what is in the way of a target, and what helps; in C89
 *
 * cc -std=c89 c89.c $(pkg-config --cflags --libs inuse) -o c89 && ./c89 127.0.0.1:8080
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <inuse/inuse.h>
#include <inuse/names.h>

static void tell(struct inuse_answer *answer)
{
	const struct inuse_socket *blocker;
	const struct inuse_remedy *remedy;
	const char *cause = inuse_answer_cause(answer);
	char name[64];
	size_t i, k;

	printf("%s\n", inuse_answer_headline(answer));
	for (i = 0; (blocker = inuse_answer_blocker(answer, i)) != NULL; i++)
		for (k = 0; inuse_socket_holder(blocker, k); k++)
			printf("  held by %s, pid %d\n",
				inuse_escape(inuse_holder_name(inuse_socket_holder(blocker, k)), name,
					sizeof(name)),
				(int)inuse_holder_pid(inuse_socket_holder(blocker, k)));
	if (cause && !strcmp(cause, INUSE_CAUSE_TIME_WAIT))
		printf("  it ends by itself\n");
	for (i = 0; (remedy = inuse_answer_remedy(answer, i)) != NULL; i++)
		printf("  %s: %s\n", inuse_remedy_id(remedy), inuse_remedy_summary(remedy));
}

int main(int argc, char **argv)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers;
	char complaint[200];
	size_t i;
	int n;

	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	options.timeout_ms = 2000;
	n = inuse_why(argc > 1 ? argv[1] : "8080", &options, &answers);
	if (n < 0) {
		fprintf(stderr, "c89: %s\n", complaint);
		return EXIT_FAILURE;
	}
	for (i = 0; i < inuse_answers_count(answers); i++)
		tell(inuse_answers_get(answers, i));
	inuse_answers_free(answers);
	return EXIT_SUCCESS;
}

/* test-acts.c - list, pick, wait and free through libinuse, with real sockets and processes */
#include <pthread.h>
#include <time.h>

#include "stage.h"

static void lists_and_filters(void **state)
{
	struct inuse_list_options options = {.size = sizeof(options), .process = "api-holder"};
	const struct inuse_socket *socket;
	struct inuse_listing *list = NULL;
	const char *words[2] = {"tcp", NULL};
	char target[32], complaint[120] = "";
	int fd = listener(target), all;
	pid_t pid = give_to_child(fd);

	words[1] = strchr(target, ':') + 1;
	all = inuse_list(NULL, &list);
	assert_true(all >= 1);
	assert_non_null(inuse_listing_socket(list, (size_t)all - 1));
	assert_null(inuse_listing_socket(list, (size_t)all));
	assert_non_null(strstr(inuse_listing_json(list), "\"inuse.list/1\""));
	inuse_listing_free(list);
	options.words = words;
	options.word_count = 2;
	assert_int_equal(inuse_list(&options, &list), 1);
	socket = inuse_listing_socket(list, 0);
	assert_string_equal(inuse_socket_name(socket), target);
	assert_null(inuse_socket_cause(socket));
	assert_int_equal(inuse_holder_pid(inuse_socket_holder(socket, 0)), pid);
	assert_non_null(strstr(inuse_listing_text(list), "api-holder"));
	inuse_listing_free(list);
	words[0] = "no-such:word:";
	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	assert_int_equal(inuse_list(&options, &list), INUSE_ERROR_INPUT);
	print_message("# %s\n", complaint);
	assert_true(strlen(complaint) > 10);
	end_child(pid);
	words[0] = "tcp";
	assert_int_equal(inuse_list(&options, &list), 0);
	inuse_listing_free(list);
}

static void picks_ports(void **state)
{
	struct inuse_pick_options options = {.size = sizeof(options), .first = 23000, .last = 23100};
	struct sockaddr_in address;
	uint16_t ports[20], again[3];
	int fds[20], fd, i, k;

	assert_int_equal(inuse_pick(NULL, 1, ports, NULL), 1);
	print_message("# any: %u\n", ports[0]);
	assert_true(ports[0] >= 1024);
	options.listening = true;
	assert_int_equal(inuse_pick(&options, 20, ports, fds), 20);
	for (i = 0; i < 20; i++) {
		assert_true(ports[i] >= 23000 && ports[i] <= 23100);
		for (k = 0; k < i; k++)
			assert_int_not_equal(ports[i], ports[k]);
	}
	/* it is held: nobody else gets it */
	address = loopback(ports[7]);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), -1);
	assert_int_equal(errno, EADDRINUSE);
	options.first = ports[7];
	options.last = ports[7];
	assert_int_equal(inuse_pick(&options, 1, again, NULL), INUSE_ERROR_NOENT);
	for (i = 0; i < 20; i++)
		close(fds[i]);
	assert_int_equal(inuse_pick(&options, 1, again, NULL), 1);
	assert_int_equal(inuse_pick(&options, 2, again, NULL), INUSE_ERROR_NOENT);
	options.first = 0;
	assert_int_equal(inuse_pick(&options, 1, again, NULL), INUSE_ERROR_INPUT);
	close(fd);
}

static void *end_soon(void *context)
{
	const struct timespec pause = {.tv_nsec = 300000000};

	nanosleep(&pause, NULL);
	end_child(*(pid_t *)context);
	return NULL;
}

struct told {
	int progress, stopped;
};

static void count_progress(void *context, const char *headline, int64_t left_ms)
{
	struct told *told = context;

	assert_true(strlen(headline) > 10);
	told->progress++;
}

static bool stop_after_some(void *context)
{
	struct told *told = context;

	return ++told->stopped > 3;
}

static void waits(void **state)
{
	struct told told = {0, 0};
	struct inuse_wait_options wait = {
		.size = sizeof(wait), .timeout_given = true, .timeout_ms = 30000};
	pthread_t thread;
	char target[32];
	pid_t pid = give_to_child(listener(target));

	wait.listening = true;
	assert_int_equal(inuse_wait(target, NULL, &wait), INUSE_WAITED_DONE);
	wait.listening = false;
	wait.timeout_ms = 2000; /* a loaded machine looks at least once in that time */
	wait.context = &told;
	wait.progress = count_progress;
	assert_int_equal(inuse_wait(target, NULL, &wait), INUSE_WAITED_TIME_UP);
	assert_true(told.progress > 0);
	wait.stopped = stop_after_some;
	wait.timeout_given = false;
	assert_int_equal(inuse_wait(target, NULL, &wait), INUSE_WAITED_STOPPED);
	assert_int_equal(pthread_create(&thread, NULL, end_soon, &pid), 0);
	assert_int_equal(inuse_wait(target, NULL, NULL), INUSE_WAITED_DONE);
	pthread_join(thread, NULL);
	assert_int_equal(inuse_wait("99999", NULL, NULL), INUSE_ERROR_INPUT);
}

struct judge {
	bool answer;
	int asked, steps;
	pid_t pid;
	char result[16];
};

static bool judge(void *context, struct inuse_plan *plan)
{
	struct judge *judge = context;
	const struct inuse_step *step = inuse_plan_step(plan, 0);

	judge->asked++;
	print_message("# %s: %s\n", inuse_plan_headline(plan), inuse_step_what(step));
	assert_string_equal(inuse_step_kind(step), "terminate");
	assert_int_equal(inuse_step_pid(step), judge->pid);
	assert_string_equal(inuse_step_argument(step, 0), "kill");
	assert_true(inuse_step_risk(step) >= INUSE_RISK_LOW);
	assert_string_equal(inuse_step_result(step), "not-yet");
	assert_null(inuse_plan_refusal(plan, 0));
	assert_non_null(strstr(inuse_plan_text(plan), "kill"));
	assert_non_null(strstr(inuse_plan_json(plan), "\"inuse.plan/1\""));
	assert_int_equal(kill(judge->pid, 0), 0);
	return judge->answer;
}

static void count_step(void *context, const struct inuse_step *step)
{
	struct judge *judge = context;

	judge->steps++;
	snprintf(judge->result, sizeof(judge->result), "%s", inuse_step_result(step));
}

static bool is_running(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static void frees_only_with_consent(void **state)
{
	struct judge judge_of = {.answer = false};
	struct inuse_free_options how = {
		.size = sizeof(how), .context = &judge_of, .step = count_step};
	struct inuse_plans *plans = NULL;
	struct inuse_plan *plan;
	char target[32];
	pid_t pid = give_to_child(listener(target));

	judge_of.pid = pid;
	/* nobody is there to ask */
	assert_int_equal(inuse_free_target(target, NULL, NULL, &plans), 1);
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_DECLINED);
	inuse_plans_free(plans);
	assert_int_equal(inuse_free_target(target, NULL, &how, &plans), 1);
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_DECLINED);
	inuse_plans_free(plans);
	assert_true(is_running(pid));
	/* no */
	how.consent = judge;
	assert_int_equal(inuse_free_target(target, NULL, &how, &plans), 1);
	assert_int_equal(judge_of.asked, 1);
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_DECLINED);
	inuse_plans_free(plans);
	assert_true(is_running(pid));
	/* only planned */
	how.dry_run = true;
	assert_int_equal(inuse_free_target(target, NULL, &how, &plans), 1);
	assert_int_equal(judge_of.asked, 1);
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_PLANNED);
	inuse_plans_free(plans);
	assert_true(is_running(pid));
	assert_int_equal(judge_of.steps, 0);
	/* yes */
	how.dry_run = false;
	judge_of.answer = true;
	assert_int_equal(inuse_free_target(target, NULL, &how, &plans), 1);
	plan = inuse_plans_get(plans, 0);
	assert_int_equal(inuse_plans_count(plans), 1);
	assert_null(inuse_plans_get(plans, 1));
	assert_int_equal(inuse_plan_end(plan), INUSE_END_DONE);
	assert_null(inuse_plan_words(plan));
	assert_int_equal(judge_of.asked, 2);
	assert_int_equal(judge_of.steps, 1);
	assert_string_equal(judge_of.result, "done");
	assert_string_equal(inuse_step_result(inuse_plan_step(plan, 0)), "done");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	inuse_plans_free(plans);
	/* nothing is left to do, and nobody is asked */
	assert_int_equal(inuse_free_target(target, NULL, &how, &plans), 1);
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_NOTHING);
	assert_int_equal(judge_of.asked, 2);
	inuse_plans_free(plans);
}

static void never_ends_itself(void **state)
{
	struct judge judge_of = {.answer = true};
	struct inuse_free_options how = {
		.size = sizeof(how), .context = &judge_of, .consent = judge, .force = true};
	const struct inuse_refusal *refusal;
	struct inuse_plans *plans;
	char target[32];
	int fd = listener(target);

	assert_int_equal(inuse_free_target(target, NULL, &how, &plans), 1);
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_REFUSED);
	assert_int_equal(judge_of.asked, 0);
	refusal = inuse_plan_refusal(inuse_plans_get(plans, 0), 0);
	print_message("# %s: %s\n", inuse_refusal_what(refusal), inuse_refusal_why(refusal));
	assert_true(strlen(inuse_refusal_why(refusal)) > 10);
	inuse_plans_free(plans);
	close(fd);
}

static void applies_a_remedy(void **state)
{
	struct judge judge_of = {.answer = true};
	struct inuse_free_options how = {
		.size = sizeof(how), .context = &judge_of, .consent = judge};
	const struct inuse_remedy *remedy, *ours = NULL, *theirs = NULL;
	struct inuse_answers *answers;
	struct inuse_plans *plans = NULL;
	char target[32];
	size_t i;

	judge_of.pid = give_to_child(listener(target));
	assert_int_equal(inuse_why(target, NULL, &answers), 1);
	for (i = 0; (remedy = inuse_answer_remedy(inuse_answers_get(answers, 0), i)); i++) {
		print_message("# %s: %s\n", inuse_remedy_id(remedy), inuse_remedy_summary(remedy));
		if (inuse_remedy_can_apply(remedy))
			ours = remedy;
		else
			theirs = remedy;
	}
	assert_non_null(ours);
	assert_non_null(theirs);
	assert_string_equal(inuse_remedy_argument(ours, 1), "free");
	assert_int_equal(inuse_answer_apply(inuse_answers_get(answers, 0), theirs, &how, &plans),
		INUSE_ERROR_NOTSUP);
	assert_null(plans);
	assert_int_equal(judge_of.asked, 0);
	assert_int_equal(inuse_answer_apply(inuse_answers_get(answers, 0), ours, &how, &plans), 1);
	inuse_answers_free(answers); /* the plans stand alone */
	assert_string_equal(inuse_plan_target(inuse_plans_get(plans, 0)) + strlen(target), "/tcp");
	assert_int_equal(inuse_plan_end(inuse_plans_get(plans, 0)), INUSE_END_DONE);
	assert_int_equal(judge_of.asked, 1);
	inuse_plans_free(plans);
	assert_int_equal(waitpid(judge_of.pid, NULL, 0), judge_of.pid);
	assert_int_equal(inuse_answer_apply(NULL, NULL, &how, &plans), INUSE_ERROR_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_and_filters),
		cmocka_unit_test(picks_ports),
		cmocka_unit_test(waits),
		cmocka_unit_test(frees_only_with_consent),
		cmocka_unit_test(never_ends_itself),
		cmocka_unit_test(applies_a_remedy),
	};

	return cmocka_run_group_tests_name("acts", tests, NULL, NULL);
}

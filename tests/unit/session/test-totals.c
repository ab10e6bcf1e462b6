/* test-totals.c - failed binds are counted by what they are, and the number of series stays bounded */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "session/totals.h"

static struct iu_totals totals;
static struct iu_snapshot snapshot;

static int setup(void **state)
{
	totals = (struct iu_totals){.started = 1700000000, .hook = "cgroup", .lost = 7};
	iu_snapshot_init(&snapshot);
	snapshot.sysctls.port_first = 32768;
	snapshot.sysctls.port_last = 60999;
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&snapshot);
	return 0;
}

static struct iu_failure failure_of(const char *name, uint16_t port)
{
	return (struct iu_failure){.here = true,
		.process = {.name = name},
		.question.target = {.protocol = IU_PROTOCOL_TCP, .family = IU_FAMILY_IPV4, .port = port}};
}

static void add(struct iu_failure failure, const char *error, enum iu_cause cause)
{
	const struct iu_answer answer = {
		.snapshot = &snapshot, .verdict = {.status = IU_STATUS_IN_USE, .error = error, .cause = cause}};

	iu_totals_add(&totals, &failure, error ? &answer : NULL);
}

/* Through the line that the server sends. Returns: the sum of all, and how many series. */
static double read_back(size_t *ret_series, double *ret_sum, const char *error, const char *cause, const char *class)
{
	struct iu_metrics metrics = {0};
	struct iu_arena arena = {0};
	struct iu_text line = {0};
	double found = 0;

	*ret_series = 0;
	*ret_sum = 0;
	iu_text_add(&line, "{\"ms\":1}\nno line\n");
	iu_totals_put(&totals, &line);
	iu_totals_read(line.data, line.len, &arena, &metrics);
	for (size_t i = 0; i < metrics.samples.n; i++) {
		const struct iu_sample *s = &metrics.samples.v[i];

		if (s->metric != IU_METRIC_FAILED)
			continue;
		(*ret_series)++;
		*ret_sum += s->value;
		if (!strcmp(s->labels[0], error) && !strcmp(s->labels[1], cause) && !strcmp(s->labels[5], class))
			found += s->value;
	}
	assert_int_equal(metrics.samples.n, *ret_series + 3);
	iu_text_free(&line);
	iu_arena_free(&arena);
	return found;
}

static void counts(void **state)
{
	struct iu_failure failure = failure_of("node", 3000);
	size_t series;
	double sum;

	add(failure, "EADDRINUSE", IU_CAUSE_OTHER_PROGRAM);
	failure.repeats = 20; /* before the next one that is told: of the same cause as the one before */
	add(failure, "EADDRINUSE", IU_CAUSE_TIME_WAIT);
	failure.only_count = true;
	failure.repeats = 5;
	add(failure, NULL, IU_CAUSE_NONE);
	failure = failure_of("other", 80);
	failure.error = EACCES;
	add(failure, NULL, IU_CAUSE_NONE); /* too many at the same time to be explained */
	failure = failure_of("third", 40000);
	add(failure, "EWHATEVER", IU_CAUSE_POLICY_DENIED);
	assert_int_equal(read_back(&series, &sum, "EADDRINUSE", "other-program", "user"), 21);
	assert_int_equal(read_back(&series, &sum, "EADDRINUSE", "time-wait", "user"), 6);
	assert_int_equal(read_back(&series, &sum, "EACCES", "unknown", "system"), 1);
	assert_int_equal(read_back(&series, &sum, "other", "policy-denied", "ephemeral"), 1);
	assert_int_equal(series, 4);
	assert_int_equal(sum, 29);
}

/* Whatever fails on a machine: every failure is counted, in no more series than are promised. */
static void is_bounded(void **state)
{
	static const char *const errors[] = {"EADDRINUSE", "EACCES", "EADDRNOTAVAIL", "EINVAL", "EPERM", "ENOTHING"};
	size_t series, n = 0;
	double sum;
	char name[16];

	for (int cause = IU_CAUSE_NONE; cause < IU_CAUSE_COUNT; cause++)
		for (uint32_t i = 0; i < 60; i++) {
			struct iu_failure failure;

			snprintf(name, sizeof(name), "program %u", i);
			failure = failure_of(name, (uint16_t)(i * 1093));
			failure.listen = i % 2;
			add(failure, errors[i % 6], (enum iu_cause)cause);
			n++;
		}
	assert_true(read_back(&series, &sum, "other", "other", "other") > 0);
	print_message("# %zu failures in %zu series\n", n, series);
	assert_int_equal(series, IU_TOTALS_MAX + 1);
	assert_int_equal(sum, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts, setup, teardown),
		cmocka_unit_test_setup_teardown(is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

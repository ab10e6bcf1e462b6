/* test-metrics.c - both text formats, and labels of hostile bytes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "output/metrics.h"

static struct iu_arena arena;
static struct iu_metrics metrics;

static int setup(void **state)
{
	metrics = (struct iu_metrics){0};
	iu_metrics_add(&arena, &metrics, IU_METRIC_BUILD, 1, "1.2", "linux", NULL);
	iu_metrics_add(&arena, &metrics, IU_METRIC_DESTINATIONS, 0.25, "1", NULL, NULL);
	iu_metrics_add(&arena, &metrics, IU_METRIC_LISTENERS, 3, "tcp", "a\"b\\c\nd\xff{x=\"1\"} 7", NULL);
	iu_metrics_add(&arena, &metrics, IU_METRIC_GAPS, 123456789012, "holders", NULL, NULL);
	return 0;
}

static int teardown(void **state)
{
	iu_arena_free(&arena);
	return 0;
}

static void check(enum iu_metrics_format format, const char *expected)
{
	struct iu_text out = {0};

	iu_metrics_write(&metrics, format, &out);
	assert_false(out.failed);
	assert_string_equal(out.data, expected);
	iu_text_free(&out);
}

#define LISTENERS                                                                                                  \
	"# HELP inuse_listeners Sockets that listen or wait for datagrams, by unit; a * stands for what changes.\n" \
	"# TYPE inuse_listeners gauge\n"                                                                           \
	"inuse_listeners{protocol=\"tcp\",unit=\"a\\\"b\\\\c\\nd\xef\xbf\xbd{x=\\\"1\\\"} 7\"} 3\n"
#define DESTINATIONS                                                                                           \
	"# HELP inuse_ephemeral_destination_ratio Share of the TCP range that the connections to one destination " \
	"take, of the fullest ones.\n# TYPE inuse_ephemeral_destination_ratio gauge\n"
#define GAPS                                                                                              \
	"# HELP inuse_gaps What could not be seen: the other numbers may be too small.\n# TYPE inuse_gaps " \
	"gauge\ninuse_gaps{facts=\"holders\"} 123456789012\n"

static void test_classic(void **state)
{
	check(IU_METRICS_CLASSIC, "# HELP inuse_build_info The version of inuse that counted.\n# TYPE inuse_build_info gauge\n"
		"inuse_build_info{version=\"1.2\",os=\"linux\"} 1\n"
		DESTINATIONS "inuse_ephemeral_destination_ratio{rank=\"1\"} 0.25\n" LISTENERS GAPS);
}

static void test_openmetrics(void **state)
{
	check(IU_METRICS_OPENMETRICS, "# HELP inuse_build The version of inuse that counted.\n# TYPE inuse_build info\n"
		"inuse_build_info{version=\"1.2\",os=\"linux\"} 1\n"
		DESTINATIONS "# UNIT inuse_ephemeral_destination_ratio ratio\n"
		"inuse_ephemeral_destination_ratio{rank=\"1\"} 0.25\n" LISTENERS GAPS "# EOF\n");
}

static void test_long_label(void **state)
{
	char name[4000];
	struct iu_text out = {0};
	struct iu_metrics long_one = {0};

	memset(name, '\\', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	iu_metrics_add(&arena, &long_one, IU_METRIC_LISTENERS, 1, "tcp", name, NULL);
	iu_metrics_write(&long_one, IU_METRICS_CLASSIC, &out);
	print_message("# a label of %zu bytes becomes a family of %zu\n", sizeof(name) - 1, out.len);
	assert_in_range(out.len, 100, 600);
	iu_text_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classic),
		cmocka_unit_test(test_openmetrics),
		cmocka_unit_test(test_long_label),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}

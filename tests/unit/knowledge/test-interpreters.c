/* test-interpreters.c - which programs say nothing by their own file */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "knowledge/interpreters.h"

static void knows_versions_and_paths(void **state)
{
	assert_true(iu_is_interpreter("/usr/bin/python3.11"));
	assert_true(iu_is_interpreter("/usr/bin/dash"));
	assert_true(iu_is_interpreter("node"));
	assert_true(iu_is_interpreter("/opt/jdk-17/bin/java"));
	assert_false(iu_is_interpreter("/usr/bin/pythonista"));
	assert_false(iu_is_interpreter("/srv/node-exporter"));
	assert_false(iu_is_interpreter("/usr/sbin/nginx"));
	assert_false(iu_is_interpreter("/usr/bin/python3/"));
	assert_false(iu_is_interpreter(""));
}

static void shells_run_what_is_typed(void **state)
{
	assert_true(iu_interpreter("python3"));
	assert_true(iu_interpreter("MainThread"));
	assert_true(iu_interpreter("ruby3.1"));
	assert_false(iu_interpreter("bash"));
	assert_false(iu_interpreter("sh"));
	assert_false(iu_interpreter("redis-server"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_versions_and_paths),
		cmocka_unit_test(shells_run_what_is_typed),
	};

	return cmocka_run_group_tests_name("interpreters", tests, NULL, NULL);
}

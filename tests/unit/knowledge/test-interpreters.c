/* test-interpreters.c - which programs say nothing by their own file */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "knowledge/inherited-options.h"
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

static void options_hand_ports_down(void **state)
{
	static const struct {
		const char *variable;
		uint16_t port;
		bool hands_down;
	} rows[] = {
		{"JAVA_TOOL_OPTIONS=-Dcom.sun.management.jmxremote.port=9000 -Dx=1", 9000, true},
		{"JAVA_OPTS=-agentlib:jdwp=transport=dt_socket,address=*:5005", 5005, true},
		{"CATALINA_OPTS=-Xmx9000m", 9000, false},
		{"NODE_OPTIONS=--inspect", 9229, true},
		{"NODE_OPTIONS=--inspect=0.0.0.0:9333", 9333, true},
		{"NODE_OPTIONS=--max-old-space-size=4096", 9229, false},
		{"PORT=9000", 9000, false},
		{"JAVA_OPTS", 9000, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s: %d\n", rows[i].variable, rows[i].hands_down);
		assert_int_equal(iu_inherited_option(rows[i].variable, rows[i].port), rows[i].hands_down);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_versions_and_paths),
		cmocka_unit_test(shells_run_what_is_typed),
		cmocka_unit_test(options_hand_ports_down),
	};

	return cmocka_run_group_tests_name("interpreters", tests, NULL, NULL);
}

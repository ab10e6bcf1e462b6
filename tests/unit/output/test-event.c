/* test-event.c - the first line of a failed call: who, where, what */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "output/event.h"

static void says(const struct iu_failure *failure, const char *expected)
{
	const struct iu_output_event event = {.failure = failure, .without_time = true};
	const struct iu_style style = {.quiet = true};
	struct iu_text text = {0};

	iu_event_put(&event, &style, &text);
	assert_false(text.failed);
	print_message("# %s", text.data);
	assert_string_equal(text.data, expected);
	iu_text_free(&text);
}

static void who_and_where(void **state)
{
	struct iu_failure f = {.here = true,
		.process = {.name = "node", .pid = 4711, .user = "alice", .unit = "web.service"},
		.question.target.text = "127.0.0.1:3000/tcp"};

	says(&f, "node (pid 4711, alice, in web.service) could not bind 127.0.0.1:3000/tcp\n");
	f.listen = true;
	f.here = false;
	says(&f, "node (pid 4711, alice, in web.service, in another network) could not listen on 127.0.0.1:3000/tcp\n");
	f.netns_name = "pod";
	f.process.unit = NULL;
	says(&f, "node (pid 4711, alice, in pod's network) could not listen on 127.0.0.1:3000/tcp\n");
	f.netns_name = NULL;
	f.process.pid = 0;
	says(&f, "node (alice, in another network and PID namespace) could not listen on 127.0.0.1:3000/tcp\n");
	f.here = true;
	f.process.user = NULL;
	says(&f, "node (in another PID namespace) could not listen on 127.0.0.1:3000/tcp\n");
	f.process.uid_known = true;
	f.process.uid = 1001;
	says(&f, "node (uid 1001, in another PID namespace) could not listen on 127.0.0.1:3000/tcp\n");
	f.process.uid_known = false;
	f.here = false;
	f.process.container = "0123456789ab";
	f.process.container_name = "shop";
	says(&f, "node (in container shop) could not listen on 127.0.0.1:3000/tcp\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(who_and_where)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

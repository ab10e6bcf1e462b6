/* test-names.c - inuse/names.h has every name of the house, and no other */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "inuse/names.h"
#include "model/cause.h"
#include "model/plan.h"
#include "model/process.h"
#include "model/socket.h"

struct row {
	const char *exported, *name;
};

static void check(const char *what, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(rows[i].exported, rows[i].name);
	print_message("# %s: %zu\n", what, n);
}

#define INUSE_PROCESS_UNKNOWN "unknown" /* never given out: the getter returns NULL */

static void names_are_those_of_the_house(void **state)
{
#define X(id, file, text, ...) {INUSE_CAUSE_##id, text},
	static const struct row causes[] = {IU_CAUSES(X)};
#undef X
#define X(id, text) {INUSE_REMEDY_##id, text},
	static const struct row remedies[] = {IU_REMEDIES(X)};
#undef X
#define X(id, text) {INUSE_STATE_##id, text},
	static const struct row states[] = {IU_STATES(X)};
#undef X
#define X(id, text) {INUSE_PROCESS_##id, text},
	static const struct row processes[] = {IU_PROCESS_STATES(X)};
#undef X
#define X(id, text) {INUSE_STEP_##id, text},
	static const struct row steps[] = {IU_STEPS(X)};
#undef X
#define X(id, text) {INUSE_RESULT_##id, text},
	static const struct row results[] = {IU_RESULTS(X)};
#undef X

	check("causes", causes, sizeof(causes) / sizeof(*causes));
	check("remedies", remedies, sizeof(remedies) / sizeof(*remedies));
	check("states", states, sizeof(states) / sizeof(*states));
	check("states of processes", processes, sizeof(processes) / sizeof(*processes));
	check("steps", steps, sizeof(steps) / sizeof(*steps));
	check("results", results, sizeof(results) / sizeof(*results));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_those_of_the_house)};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}

/* test-lower-bound.c - iu_lower_bound(): where equal elements begin, and where they would */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/lower-bound.h"

struct element {
	int place;
	uint64_t key;
};

/* Every key from below the first to above the last, in lists of every length. */
static void finds_the_first(void **state)
{
	static struct element v[60];

	(void)state;
	for (size_t n = 0; n <= 60; n++) {
		for (size_t i = 0; i < n; i++)
			v[i] = (struct element){(int)i, 10 + i / 3 * 2};
		for (uint64_t key = 8; key < 60; key++) {
			size_t at = iu_lower_bound(
				v, n, sizeof(*v), offsetof(struct element, key), key);

			assert_true(at <= n);
			assert_true(at == 0 || v[at - 1].key < key);
			assert_true(at == n || v[at].key >= key);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_first),
	};

	return cmocka_run_group_tests_name("lower-bound", tests, NULL, NULL);
}

/* test-sort.c - iu_sort(): in order, and equal elements in theirs */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/sort.h"

static uint32_t chance(uint32_t below)
{
	static uint32_t seed = 20261122;

	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 4) * below >> 28);
}

struct element {
	int key, place;
};

static int by_key(const void *a, const void *b)
{
	return ((const struct element *)a)->key - ((const struct element *)b)->key;
}

static void sorts_and_keeps_the_order_of_equals(void **state)
{
	static struct element v[300];
	int n, i;

	for (n = 0; n <= 300; n++) {
		for (i = 0; i < n; i++)
			v[i] = (struct element){(int)chance(n < 150 ? 5 : 1000), i};
		iu_sort(v, (size_t)n, sizeof(*v), by_key);
		for (i = 1; i < n; i++) {
			assert_true(v[i - 1].key <= v[i].key);
			if (v[i - 1].key == v[i].key)
				assert_true(v[i - 1].place < v[i].place);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_and_keeps_the_order_of_equals),
	};

	return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}

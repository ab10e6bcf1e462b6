/* test-front.c - the static program's own malloc() and memcpy(), under other names; iu_sort() */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sort.h"

void *front_malloc(size_t size);
void *front_calloc(size_t count, size_t size);
void *front_realloc(void *block, size_t size);
void front_free(void *block);
void *front_memmove(void *to, const void *from, size_t n);
void *front_memcpy(void *to, const void *from, size_t n);

#define BLOCKS	400
#define ROUNDS	60000
#define LONGEST 400

static uint32_t chance(uint32_t below)
{
	static uint32_t seed = 20261122;

	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 4) * below >> 28);
}

struct block {
	unsigned char *at;
	size_t size;
	unsigned char mark;
};

/* Mostly small ones, some larger than any list has. */
static size_t any_size(void)
{
	return chance(50) ? chance(chance(4) ? 300 : 9000) : chance(700000);
}

static void check(const struct block *block)
{
	size_t i;

	assert_int_equal((uintptr_t)block->at % 16, 0);
	for (i = 0; i < block->size; i += i + 64 < block->size ? 61 : 1)
		assert_int_equal(block->at[i], block->mark);
}

static void mark(struct block *block)
{
	block->mark = (unsigned char)chance(256);
	memset(block->at, block->mark, block->size);
}

/* Every block keeps what was written into it, whatever happens to the others. */
static void keeps_blocks_apart(void **state)
{
	static struct block blocks[BLOCKS];
	size_t i, n;

	for (n = 0; n < ROUNDS; n++) {
		struct block *block = &blocks[chance(BLOCKS)];
		size_t size = any_size();

		check(block);
		if (!block->at && chance(3)) {
			block->at = front_malloc(size);
		} else if (!block->at) {
			block->at = front_calloc(1, size);
			for (i = 0; i < size; i++)
				assert_int_equal(block->at[i], 0);
		} else if (chance(2)) {
			block->at = front_realloc(block->at, size);
			block->size = size < block->size ? size : block->size;
			check(block);
		} else {
			front_free(block->at);
			*block = (struct block){NULL, 0, 0};
			continue;
		}
		assert_non_null(block->at);
		block->size = size;
		mark(block);
	}
	for (i = 0; i < BLOCKS; i++) {
		check(&blocks[i]);
		front_free(blocks[i].at);
	}
}

static void refuses_what_nobody_has(void **state)
{
	void *none = front_malloc(0);

	assert_non_null(none);
	front_free(none);
	front_free(NULL);
	errno = 0;
	assert_null(front_malloc(SIZE_MAX));
	assert_int_equal(errno, ENOMEM);
	assert_null(front_malloc(PTRDIFF_MAX));
	assert_null(front_calloc(SIZE_MAX / 2, 3));
	assert_null(front_realloc(NULL, SIZE_MAX - 20));
}

/* Every length at every distance, also where source and target overlap. */
static void copies(void **state)
{
	unsigned char bytes[3 * LONGEST], moved[3 * LONGEST], expected[3 * LONGEST];
	size_t n, i, from, to;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)chance(256);
	for (n = 0; n <= LONGEST; n++) {
		for (i = 0; i < 60; i++) {
			from = chance(LONGEST);
			to = i < 40 ? from + chance(80) : chance(2 * LONGEST);
			to -= i < 40 && to >= 40 ? 40 : 0;
			memcpy(moved, bytes, sizeof(bytes));
			memcpy(expected, bytes, sizeof(bytes));
			memmove(expected + to, expected + from, n);
			assert_ptr_equal(front_memmove(moved + to, moved + from, n), moved + to);
			assert_memory_equal(moved, expected, sizeof(bytes));
		}
		memset(moved, 0, sizeof(moved));
		front_memcpy(moved + n % 16, bytes + n % 7, n);
		assert_memory_equal(moved + n % 16, bytes + n % 7, n);
		assert_int_equal(moved[n % 16 + n], 0);
	}
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
		cmocka_unit_test(keeps_blocks_apart),
		cmocka_unit_test(refuses_what_nobody_has),
		cmocka_unit_test(copies),
		cmocka_unit_test(sorts_and_keeps_the_order_of_equals),
	};

	return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}

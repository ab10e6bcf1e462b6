/* base/sort.c - sorting that keeps equal elements in their order, and searching in what is sorted */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

struct sort {
	size_t size;
	int (*compare)(const void *a, const void *b);
	char *half; /* room for half of the elements */
};

/* @left sorted elements, and behind them @right others. */
static void merge(const struct sort *sort, char *v, size_t left, size_t right)
{
	const char *a = sort->half, *a_end = a + left * sort->size;
	const char *b = v + left * sort->size, *b_end = b + right * sort->size;

	if (sort->compare(b - sort->size, b) <= 0)
		return;
	memcpy(sort->half, v, left * sort->size);
	while (a < a_end && b < b_end) {
		const char **from = sort->compare(a, b) <= 0 ? &a : &b;

		memcpy(v, *from, sort->size);
		*from += sort->size;
		v += sort->size;
	}
	memcpy(v, a, (size_t)(a_end - a));
}

static void sort_part(const struct sort *sort, char *v, size_t n)
{
	size_t left = n / 2;

	if (n < 2)
		return;
	sort_part(sort, v, left);
	sort_part(sort, v + left * sort->size, n - left);
	merge(sort, v, left, n - left);
}

void iu_sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b))
{
	struct sort sort = {.size = size, .compare = compare};

	if (n < 2)
		return;
	sort.half = malloc(n / 2 * size);
	if (sort.half)
		sort_part(&sort, v, n);
	else /* sorted all the same */
		qsort(v, n, size, compare);
	free(sort.half);
}

size_t iu_lower_bound(const void *v, size_t n, size_t size, size_t offset, uint64_t key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t value;

		memcpy(&value, (const char *)v + middle * size + offset, sizeof(value));
		if (value < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

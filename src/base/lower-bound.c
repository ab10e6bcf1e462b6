/* base/lower-bound.c - searching in what is sorted */
#include "base/lower-bound.h"

#include <string.h>

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

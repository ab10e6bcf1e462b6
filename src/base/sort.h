/* base/sort.h - sorting that keeps equal elements in their order, and searching in what is sorted */
#ifndef IU_BASE_SORT_H
#define IU_BASE_SORT_H

#include <stddef.h>
#include <stdint.h>

/**
 * iu_sort() - qsort() with the same answer on every system
 *
 * What is equal keeps its order: with the qsort() of older glibc by chance, with those of
 * glibc 2.37 and of Windows not at all. Takes half as much memory again while it sorts.
 */
void iu_sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b));

/**
 * iu_lower_bound() - where the elements begin whose key is not below @key
 * @v: @n elements of @size bytes, sorted by the uint64_t at @offset
 * Returns: an index, @n: all are below it.
 */
size_t iu_lower_bound(const void *v, size_t n, size_t size, size_t offset, uint64_t key);

#endif

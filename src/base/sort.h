/* base/sort.h - sorting that keeps equal elements in their order */
#ifndef IU_BASE_SORT_H
#define IU_BASE_SORT_H

#include <stddef.h>

/**
 * iu_sort() - qsort() with the same answer on every system
 *
 * What is equal keeps its order: with the qsort() of older glibc by chance, with those of
 * glibc 2.37 and of Windows not at all. Takes half as much memory again while it sorts.
 */
void iu_sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b));

#endif

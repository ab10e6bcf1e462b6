/* base/lower-bound.h - searching in what is sorted */
#ifndef IU_BASE_LOWER_BOUND_H
#define IU_BASE_LOWER_BOUND_H

#include <stddef.h>
#include <stdint.h>

/**
 * iu_lower_bound() - where the elements begin whose key is not below @key
 * @v: @n elements of @size bytes, sorted by the uint64_t at @offset
 * Returns: an index, @n: all are below it.
 */
size_t iu_lower_bound(const void *v, size_t n, size_t size, size_t offset, uint64_t key);

#endif

/* model/needs.c - whether something is among what is needed */
#include "model/needs.h"

#include <stdlib.h>

#include "base/lower-bound.h"

bool iu_needs_port(const struct iu_needs *needs, uint16_t port)
{
	size_t low = 0, high = needs->ports.n;

	if (needs->all_ports)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct iu_port_range *range = &needs->ports.v[middle];

		if (port < range->first)
			high = middle;
		else if (port > range->last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void iu_needs_sort_inodes(struct iu_needs *needs)
{
	size_t n = 0;

	if (!needs->inodes.n)
		return;
	qsort(needs->inodes.v, needs->inodes.n, sizeof(*needs->inodes.v), by_number);
	for (size_t i = 1; i < needs->inodes.n; i++)
		if (needs->inodes.v[i] != needs->inodes.v[n])
			needs->inodes.v[++n] = needs->inodes.v[i];
	needs->inodes.n = n + 1;
}

bool iu_needs_inode(const struct iu_needs *needs, uint64_t inode)
{
	size_t low;

	if (inode == 0 || needs->all_inodes)
		return inode != 0;
	low = iu_lower_bound(needs->inodes.v, needs->inodes.n, sizeof(*needs->inodes.v), 0, inode);
	return low < needs->inodes.n && needs->inodes.v[low] == inode;
}

/* A list shows no flags of descriptors, and they take longer than to find the descriptor. */
bool iu_needs_is_listing(const struct iu_needs *needs)
{
	return needs->all_ports && needs->all_inodes;
}

/* os/linux/holders/hidden.c - sockets of which nobody is known to have them, and who is found to */
#include "os/linux/holders/hidden.h"

#include <stdlib.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/process/process.h"
#include "os/linux/scan.h"

#define SUSPECTS_MAX 32

static int by_inode(const void *a, const void *b)
{
	const struct iu_unheld *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int by_inode_and_socket(const void *a, const void *b)
{
	const struct iu_unheld *x = a, *y = b;
	int order = by_inode(a, b);

	return order ? order : (x->socket > y->socket) - (x->socket < y->socket);
}

struct iu_unheld *iu_hidden_find(const struct iu_hidden *hidden, uint64_t inode)
{
	struct iu_unheld key = {.inode = inode};

	if (hidden->n == 0 || inode == 0)
		return NULL;
	return bsearch(&key, hidden->v, hidden->n, sizeof(*hidden->v), by_inode);
}

int iu_hidden_hold(struct iu_hidden *hidden, const struct iu_hold *hold)
{
	struct iu_snapshot *snapshot = hidden->scan->snapshot;
	struct iu_unheld *unheld = iu_hidden_find(hidden, hold->inode);
	struct iu_hold *slot;

	if (unheld)
		unheld->found = true;
	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == hold->inode &&
			snapshot->holds.v[i].pid == hold->pid &&
			snapshot->holds.v[i].tid == hold->tid)
			return 0;
	slot = iu_list_add(&snapshot->arena, &snapshot->holds);
	*slot = *hold;
	return iu_process_read(hidden->scan, hold->pid) == IU_E_NOMEM ? IU_E_NOMEM : 0;
}

int iu_hidden_suspect(struct iu_hidden *hidden, const struct iu_suspect *suspect)
{
	struct iu_snapshot *snapshot = hidden->scan->snapshot;
	struct iu_suspect *slot;

	for (size_t i = 0; i < snapshot->suspects.n; i++)
		if (snapshot->suspects.v[i].pid == suspect->pid &&
			snapshot->suspects.v[i].via == suspect->via &&
			snapshot->suspects.v[i].inode == suspect->inode)
			return 0;
	if (snapshot->suspects.n >= SUSPECTS_MAX)
		return 0;
	slot = iu_list_add(&snapshot->arena, &snapshot->suspects);
	*slot = *suspect;
	return iu_process_read(hidden->scan, suspect->pid) == IU_E_NOMEM ? IU_E_NOMEM : 0;
}

static int by_number(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

int iu_hidden_begin(struct iu_hidden *hidden)
{
	const struct iu_snapshot *snapshot = hidden->scan->snapshot;
	uint64_t *held = calloc(snapshot->holds.n + 1, sizeof(*held));
	size_t i;

	for (i = 0; held && i < snapshot->holds.n; i++)
		held[i] = snapshot->holds.v[i].inode;
	if (held)
		qsort(held, snapshot->holds.n, sizeof(*held), by_number);
	for (i = 0; held && i < snapshot->sockets.n; i++) {
		uint64_t inode = snapshot->sockets.v[i].inode;

		if (!iu_needs_inode(hidden->scan->needs, inode) ||
			bsearch(&inode, held, snapshot->holds.n, sizeof(*held), by_number))
			continue;
		if (!hidden->v)
			hidden->v = calloc(snapshot->sockets.n, sizeof(*hidden->v));
		if (!hidden->v)
			break;
		hidden->v[hidden->n++] = (struct iu_unheld){.inode = inode, .socket = i};
	}
	free(held);
	if (!held || (hidden->n == 0 && i < snapshot->sockets.n))
		return IU_E_NOMEM;
	if (hidden->n)
		qsort(hidden->v, hidden->n, sizeof(*hidden->v), by_inode_and_socket);
	return 0;
}

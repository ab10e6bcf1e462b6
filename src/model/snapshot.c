/* model/snapshot.c - an empty snapshot, and looking things up in a full one */
#include "model/snapshot.h"

#include <string.h>


void iu_snapshot_init(struct iu_snapshot *snapshot)
{
	*snapshot = (struct iu_snapshot){
		.sysctls = {
			.port_first = -1,
			.port_last = -1,
			.unprivileged_port_start = -1,
			.nonlocal_bind4 = -1,
			.nonlocal_bind6 = -1,
			.bindv6only = -1,
			.autobind_reuse = -1,
			.l3mdev_accept = -1,
			.disable_ipv6 = -1,
			.disable_ipv6_lo = -1,
			.fin_timeout = -1,
		},
	};
}

void iu_snapshot_free(struct iu_snapshot *snapshot)
{
	if (!snapshot)
		return;
	iu_arena_free(&snapshot->arena);
	iu_snapshot_init(snapshot);
}

const struct iu_process *iu_snapshot_process(const struct iu_snapshot *snapshot, int32_t pid)
{
	size_t low = 0, high = snapshot->processes.n;

	while (low < high) { /* /proc gives them in this order, others do not have to */
		size_t middle = low + (high - low) / 2;

		if (snapshot->processes.v[middle].pid == pid)
			return &snapshot->processes.v[middle];
		if (snapshot->processes.v[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = 0; i < snapshot->processes.n; i++) {
		if (snapshot->processes.v[i].pid == pid)
			return &snapshot->processes.v[i];
	}
	return NULL;
}

bool iu_snapshot_is_held(const struct iu_snapshot *snapshot, uint64_t inode)
{
	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == inode)
			return true;
	return false;
}

const struct iu_path *iu_snapshot_path(
	const struct iu_snapshot *snapshot, const char *path, size_t len)
{
	for (size_t i = 0; path && i < snapshot->paths.n; i++) {
		const struct iu_path *known = &snapshot->paths.v[i];

		if (known->path_len == len && known->path && !memcmp(known->path, path, len))
			return known;
	}
	return NULL;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

void iu_snapshot_add_gap(struct iu_snapshot *snapshot, const struct iu_gap *gap)
{
	struct iu_gap kept = *gap;

	for (size_t i = 0; i < snapshot->gaps.n; i++) {
		const struct iu_gap *told = &snapshot->gaps.v[i];

		if (told->kind == gap->kind && told->fact == gap->fact &&
			same(told->what, gap->what) && same(told->why, gap->why))
			return;
	}
	kept.what = iu_arena_strdup(&snapshot->arena, gap->what);
	kept.why = iu_arena_strdup(&snapshot->arena, gap->why);
	kept.fix = iu_arena_strdup(&snapshot->arena, gap->fix);
	*iu_list_add(&snapshot->arena, &snapshot->gaps) = kept;
}

void iu_snapshot_gap(struct iu_snapshot *snapshot, enum iu_fact fact, int32_t pid, const char *what,
	const char *why, const char *fix)
{
	iu_snapshot_add_gap(snapshot,
		&(struct iu_gap){.fact = fact, .pid = pid, .what = what, .why = why, .fix = fix});
}

void iu_snapshot_drop_gaps(struct iu_snapshot *snapshot, enum iu_gap_kind kind)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->gaps.n; i++)
		if (snapshot->gaps.v[i].kind != kind)
			snapshot->gaps.v[kept++] = snapshot->gaps.v[i];
	snapshot->gaps.n = kept;
}

/* engine/measure-listeners.c - what listens, by the unit it belongs to */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/measure.h"

#define NAME_BYTES 100

struct listener {
	enum iu_protocol protocol;
	const char *unit;
	double count;
};

struct listeners {
	IU_LIST(struct listener) list;
};

/*
 * Numbers of sessions, ids of containers, connections of an instance: with them the series of a metrics engine
 * would grow as long as the machine runs.
 */
static const char *lasting_name(struct iu_arena *arena, const char *unit)
{
	const char *at = strchr(unit, '@'), *dash = strchr(unit, '-'), *dot = strrchr(unit, '.');
	char *name;

	if (at && dot && at < dot)
		name = iu_arena_printf(arena, "%.*s*%s", (int)(at + 1 - unit), unit, dot);
	else if (dash && dot && dash < dot && (iu_text_has_end(unit, ".scope") || !strncmp(unit, "run-", 4)))
		name = iu_arena_printf(arena, "%.*s*%s", (int)(dash + 1 - unit), unit, dot);
	else
		name = iu_arena_strdup(arena, unit);
	return name && strlen(name) > NAME_BYTES ? iu_utf8_clean(arena, name, strlen(name), NAME_BYTES) : name;
}

/* "none": it belongs to no unit; "unknown": who holds it was not seen. */
static const char *unit_of(struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_row *row)
{
	const struct iu_socket *s = &snapshot->sockets.v[row->socket];
	const struct iu_process *p =
		row->holds.n ? iu_snapshot_process(snapshot, snapshot->holds.v[row->holds.v[0]].pid) : NULL;

	if (s->unit || (p && p->unit))
		return lasting_name(arena, s->unit ? s->unit : p->unit);
	if (s->container || (p && p->container))
		return "container";
	return p || s->cgroup ? "none" : "unknown";
}

static int by_name(const void *left, const void *right)
{
	const struct listener *a = left, *b = right;

	return a->protocol != b->protocol ? (a->protocol > b->protocol) - (a->protocol < b->protocol)
					  : strcmp(a->unit, b->unit);
}

/* Those that nobody can count among the others come first. */
static int by_count(const void *left, const void *right)
{
	const struct listener *a = left, *b = right;

	return a->count != b->count ? (a->count < b->count) - (a->count > b->count) : by_name(left, right);
}

static void merge(struct listeners *all)
{
	size_t n = 0;

	qsort(all->list.v, all->list.n, sizeof(*all->list.v), by_name);
	for (size_t i = 1; i < all->list.n; i++) {
		if (by_name(&all->list.v[i], &all->list.v[n]) == 0)
			all->list.v[n].count += all->list.v[i].count;
		else
			all->list.v[++n] = all->list.v[i];
	}
	all->list.n = n + 1;
}

/* The same units for both protocols would need a second order; so many of each is a bound as well. */
static void cut(struct listeners *all)
{
	size_t kept[IU_PROTOCOL_UNIX] = {0};

	qsort(all->list.v, all->list.n, sizeof(*all->list.v), by_count);
	for (size_t i = 0; i < all->list.n; i++)
		if (kept[all->list.v[i].protocol]++ >= IU_MEASURE_UNITS)
			all->list.v[i].unit = "other";
	merge(all);
}

void iu_measure_listeners(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, struct iu_metrics *metrics)
{
	struct listeners all = {0};

	for (size_t i = 0; i < listing->rows.n; i++) {
		const struct iu_row *row = &listing->rows.v[i];
		const struct iu_socket *s = &snapshot->sockets.v[row->socket];
		struct listener found = {.protocol = s->protocol, .count = 1.0 + s->more_like_it};
		bool waits = s->protocol == IU_PROTOCOL_TCP ? s->state == IU_STATE_LISTEN
			: s->protocol == IU_PROTOCOL_UDP && s->state == IU_STATE_BOUND;
		struct listener *slot;

		if (!waits)
			continue;
		found.unit = unit_of(arena, snapshot, row);
		if (!found.unit)
			return; /* no memory */
		slot = iu_list_add(arena, &all.list);
		*slot = found;
	}
	if (!all.list.n)
		return;
	merge(&all);
	cut(&all);
	for (size_t i = 0; i < all.list.n; i++)
		iu_metrics_add(arena, metrics, IU_METRIC_LISTENERS, all.list.v[i].count,
			iu_protocol_name(all.list.v[i].protocol), all.list.v[i].unit, NULL);
}

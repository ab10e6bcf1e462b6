/* engine/pending.c - conflicts that nobody has met yet: the next start would fail */
#include "engine/pending.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "engine/engine.h"
#include "knowledge/ports.h"
#include "knowledge/proxies.h"

enum kind { SOCKET_UNIT, SERVICE, WELL_KNOWN, KINDS };

static const char *const kind_names[KINDS] = {"socket-unit", "service", "well-known-port"};

struct pending {
	struct iu_arena *arena;
	const struct iu_snapshot *snapshot;
	const struct iu_listing *listing;
	IU_LIST(const char *) names[KINDS]; /* one for each conflict */
};

/* "web.socket" and "web.service" belong to each other. */
static bool same_stem(const char *a, const char *b)
{
	const char *dot = a ? strrchr(a, '.') : NULL, *other = b ? strrchr(b, '.') : NULL;

	return dot && other && dot - a == other - b && !strncmp(a, b, (size_t)(dot - a));
}

static bool is_of_unit(const struct pending *pending, const struct iu_hold *hold, const struct iu_wanted *wanted)
{
	const struct iu_process *p = iu_snapshot_process(pending->snapshot, hold->pid);

	return (hold->pid == 1 && !wanted->service) || (p && same_stem(p->unit, wanted->unit));
}

/* The unit has its port already; systemd itself holds those of socket units. */
static bool is_own(const struct pending *pending, const struct iu_blocker *blocker, const struct iu_wanted *wanted)
{
	if (same_stem(blocker->socket.unit, wanted->unit))
		return true;
	for (size_t i = 0; i < pending->snapshot->holds.n; i++)
		if (blocker->socket.inode && pending->snapshot->holds.v[i].inode == blocker->socket.inode &&
			is_of_unit(pending, &pending->snapshot->holds.v[i], wanted))
			return true;
	return false;
}

/* A service that runs has what it wanted: its customary port need not be among that. */
static bool runs(const struct pending *pending, const char *unit)
{
	for (size_t i = 0; i < pending->snapshot->processes.n; i++)
		if (same_stem(pending->snapshot->processes.v[i].unit, unit))
			return true;
	for (size_t i = 0; i < pending->snapshot->sockets.n; i++)
		if (same_stem(pending->snapshot->sockets.v[i].unit, unit))
			return true;
	return false;
}

static void add(struct pending *pending, enum kind kind, const char *name)
{
	const char **slot = iu_list_add(pending->arena, &pending->names[kind]);

	*slot = name;
}

static int try_wanted(struct pending *pending, const struct iu_wanted *wanted)
{
	enum kind kind = wanted->service ? SERVICE : SOCKET_UNIT;
	struct iu_arena scratch = {0};
	struct iu_verdict verdict;
	bool held = false, own = false;
	int ret = iu_decide(&scratch, &wanted->question, pending->snapshot, &verdict);

	for (size_t i = 0; ret == 0 && verdict.status == IU_STATUS_IN_USE && i < verdict.blockers.n; i++) {
		held |= verdict.blockers.v[i].certain == IU_YES;
		own |= is_own(pending, &verdict.blockers.v[i], wanted);
	}
	iu_arena_free(&scratch);
	if (held && !own)
		add(pending, kind, wanted->unit);
	return ret;
}

/* A unit with several ports is one conflict. */
static int try_units(struct pending *pending, const struct iu_wanted_list *wanted)
{
	int ret = 0;

	for (size_t i = 0; i < wanted->list.n && ret == 0; i++) {
		const struct iu_wanted *w = &wanted->list.v[i];
		enum kind kind = w->service ? SERVICE : SOCKET_UNIT;
		size_t n = pending->names[kind].n;

		if ((n && !strcmp(pending->names[kind].v[n - 1], w->unit)) ||
			(w->service && runs(pending, w->unit)))
			continue;
		ret = try_wanted(pending, w);
	}
	return ret;
}

/* Whoever takes a port for somebody else (an activator, a container's proxy) may have it for its owner. */
static bool may_be_for_owner(const struct iu_process *process, uint16_t port)
{
	return process->pid == 1 || process->container || iu_proxy_of(process) ||
	       iu_port_is_customary(process->name, port);
}

static void try_port(struct pending *pending, const struct iu_row *row)
{
	const struct iu_socket *s = &pending->snapshot->sockets.v[row->socket];
	const char *owner = iu_port_owner(s->port);
	bool known = row->holds.n > 0;

	if (!owner || s->protocol != IU_PROTOCOL_TCP || s->state != IU_STATE_LISTEN || s->container)
		return;
	for (size_t i = 0; i < row->holds.n; i++) {
		const struct iu_process *p =
			iu_snapshot_process(pending->snapshot, pending->snapshot->holds.v[row->holds.v[i]].pid);

		if (!p || may_be_for_owner(p, s->port))
			known = false; /* nothing can be said against it */
	}
	for (size_t i = 0; i < pending->names[WELL_KNOWN].n && known; i++)
		known = strcmp(pending->names[WELL_KNOWN].v[i], owner) != 0;
	if (known)
		add(pending, WELL_KNOWN, owner);
}

static void tell(const struct pending *pending, bool units, struct iu_metrics *metrics)
{
	for (int kind = units ? 0 : WELL_KNOWN; kind < KINDS; kind++)
		iu_metrics_add(pending->arena, metrics, IU_METRIC_PENDING, (double)pending->names[kind].n,
			kind_names[kind], NULL, NULL);
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; i < pending->names[kind].n && i < IU_PENDING_NAMES; i++)
			iu_metrics_add(pending->arena, metrics, IU_METRIC_PENDING_UNIT, 1, kind_names[kind],
				pending->names[kind].v[i], NULL);
}

int iu_pending_count(struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_listing *listing,
	const struct iu_wanted_list *wanted, struct iu_metrics *metrics)
{
	struct pending pending = {.arena = arena, .snapshot = snapshot, .listing = listing};
	int ret;

	if (!(snapshot->seen & IU_FACT_TCP))
		return 0;
	ret = try_units(&pending, wanted);
	for (size_t i = 0; i < listing->rows.n && ret == 0; i++)
		try_port(&pending, &listing->rows.v[i]);
	if (ret == 0)
		tell(&pending, wanted->known, metrics);
	return ret < 0 ? ret : arena->failed ? IU_E_NOMEM : 0;
}

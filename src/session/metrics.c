/* session/metrics.c - a machine in numbers */
#include "session/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/pending.h"
#include "engine/measure.h"
#include "knowledge/ports.h"
#include "os/server.h"
#include "os/os.h"
#include "session/questions.h"
#include "session/totals.h"

#define UNITS_MAX   1000
#define PATIENCE_MS 2000 /* with a watch that has much to do */

/* ---- looking ---- */

/* Connections are only counted: whose they are nobody asks here. */
static void want_holders(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_needs *needs)
{
	*needs = (struct iu_needs){.facts = IU_FACT_HOLDERS | IU_FACT_OPTIONS, .brief = true};
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];
		bool bound = s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND;
		uint64_t *slot;

		if (!s->inode || !bound || s->protocol == IU_PROTOCOL_UNIX)
			continue;
		slot = iu_list_add(arena, &needs->inodes);
		*slot = s->inode;
	}
	iu_needs_sort_inodes(needs);
}

int iu_metrics_look(struct iu_session *session)
{
	struct iu_snapshot *snapshot = &session->snapshot;
	struct iu_needs holders = {0}, sockets = {
		.facts = IU_FACT_HOST | IU_FACT_SYSCTLS | IU_FACT_ADDRESSES | IU_FACT_TCP | IU_FACT_BOUND |
			IU_FACT_UDP | IU_FACT_UNIX | IU_FACT_EXCLUSIONS,
		.all_ports = true,
		.connections = true,
	};
	struct iu_arena arena = {0};
	int ret;

	iu_snapshot_init(snapshot);
	ret = iu_os_collect(&sockets, snapshot);
	if (ret >= 0)
		want_holders(&arena, snapshot, &holders);
	if (ret >= 0)
		ret = iu_os_collect(&holders, snapshot);
	if (ret >= 0 && arena.failed)
		ret = IU_E_NOMEM;
	iu_arena_free(&arena);
	return ret < 0 ? ret : 0;
}

/* ---- what is to start with the machine ---- */

struct wanting {
	struct iu_arena *arena;
	const struct iu_names *names;
	struct iu_wanted_list *list;
	struct iu_strings units;
	bool as_root; /* whoever looks is another one: systemd asks as root */
	const char *unit;
};

static void add_questions(struct wanting *w, const struct iu_questions *questions, bool service)
{
	for (size_t i = 0; i < questions->n; i++) {
		struct iu_wanted *slot;

		if (questions->v[i].target.protocol == IU_PROTOCOL_UNIX)
			continue;
		slot = iu_list_add(w->arena, &w->list->list);
		*slot = (struct iu_wanted){.unit = w->unit, .question = questions->v[i], .service = service};
		slot->question.how.probe = IU_PROBE_NEVER;
	}
}

static int add_target(struct wanting *w, const char *target, bool service)
{
	/* systemd sets SO_REUSEADDR, and so does every server that restarts. */
	const struct iu_options options = {.reuseaddr = true, .uid_given = w->as_root, .uid = 0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	int ret = iu_questions_from_text(w->arena, w->names, target, &options, &questions, &complaint);

	iu_text_free(&complaint);
	if (ret == 0)
		add_questions(w, &questions, service);
	return ret == IU_E_NOMEM ? ret : 0; /* a line that reads as no target is systemd's to complain of */
}

static int take_listen(void *context, const char *target)
{
	return add_target(context, target, false);
}

static int take_unit(void *context, const char *unit)
{
	struct wanting *w = context;
	const char **slot, *copy;

	if (w->units.n == UNITS_MAX)
		return 0;
	copy = iu_arena_strdup(w->arena, unit);
	slot = iu_list_add(w->arena, &w->units);
	*slot = copy;
	return w->arena->failed ? IU_E_NOMEM : 0;
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int read_unit(struct wanting *w)
{
	const char *dot = strrchr(w->unit, '.');
	uint16_t port = iu_port_of_service(w->unit);
	char target[16];
	int ret = 0;

	if (dot && !strcmp(dot, ".socket"))
		ret = iu_os_unit_listens(w->unit, take_listen, w);
	else if (dot && !strcmp(dot, ".service") && port) {
		snprintf(target, sizeof(target), ":%u", (unsigned int)port);
		ret = add_target(w, target, true);
	}
	return ret == IU_E_NOMEM ? ret : 0;
}

static int want_units(const struct iu_session *session, struct iu_arena *arena, struct iu_wanted_list *list)
{
	struct wanting w = {.arena = arena, .names = iu_os_names(), .list = list,
		.as_root = session->snapshot.host.uid != 0};
	int ret;

	if (session->recorded || session->snapshot.host.init_is_manager <= 0)
		return 0;
	ret = iu_os_enabled_units(take_unit, &w);
	if (w.units.n)
		qsort(w.units.v, w.units.n, sizeof(*w.units.v), by_text);
	for (size_t i = 0; i < w.units.n && ret >= 0; i++) {
		w.unit = w.units.v[i];
		if (i == 0 || strcmp(w.unit, w.units.v[i - 1]) != 0)
			ret = read_unit(&w);
	}
	list->known = ret == 0;
	return ret == IU_E_NOMEM ? ret : 0;
}

/* ---- what has failed ---- */

/* Only a watch that runs knows: without one there are no such numbers. */
static void count_failures(struct iu_arena *arena, struct iu_metrics *metrics)
{
	struct iu_text told = {0};

	if (iu_os_server_ask(PATIENCE_MS, &told) >= 0 && told.len)
		iu_totals_read(told.data, told.len, arena, metrics);
	iu_text_free(&told);
}

/* ---- counting ---- */

int iu_metrics_count(const struct iu_session *session, struct iu_arena *arena, struct iu_metrics *ret_metrics)
{
	const struct iu_snapshot *snapshot = &session->snapshot;
	const struct iu_filter bound = {.tcp = true, .udp = true};
	struct iu_wanted_list wanted = {0};
	struct iu_listing listing = {0};
	struct iu_metrics metrics = {0};
	int ret = iu_listing_make(arena, snapshot, &bound, &listing);

	if (ret >= 0)
		ret = want_units(session, arena, &wanted);
	if (ret < 0)
		return ret;
	iu_metrics_add(arena, &metrics, IU_METRIC_BUILD, 1, IU_VERSION, snapshot->host.os ? snapshot->host.os : "", NULL);
	iu_measure_sockets(arena, snapshot, &metrics);
	iu_measure_listeners(arena, snapshot, &listing, &metrics);
	ret = iu_pending_count(arena, snapshot, &listing, &wanted, &metrics);
	if (!session->recorded)
		count_failures(arena, &metrics);
	iu_measure_gaps(arena, snapshot, &metrics);
	*ret_metrics = metrics;
	return ret < 0 ? ret : arena->failed ? IU_E_NOMEM : 0;
}

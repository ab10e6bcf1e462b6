/* engine/measure.c - a snapshot in numbers */
#include "engine/measure.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "engine/evaluation.h"
#include "engine/range-use.h"

#define PORTS	  65536
#define PROTOCOLS (IU_PROTOCOL_UNIX + 1)
#define FAMILIES  (IU_FAMILY_UNIX + 1)
#define STATES	  (IU_STATE_FILE + 1)

/* What is always told of a protocol that was looked at, zeroes too: series that come and go cannot be compared. */
static const struct {
	enum iu_protocol protocol;
	uint32_t fact;
	enum iu_family families[2];
	size_t family_count;
	enum iu_state states[STATES];
	size_t state_count;
} told[] = {
	{IU_PROTOCOL_TCP, IU_FACT_TCP, {IU_FAMILY_IPV4, IU_FAMILY_IPV6}, 2,
		{IU_STATE_LISTEN, IU_STATE_BOUND, IU_STATE_ESTABLISHED, IU_STATE_SYN_SENT, IU_STATE_SYN_RECV,
			IU_STATE_CLOSE_WAIT, IU_STATE_FIN_WAIT1, IU_STATE_FIN_WAIT2, IU_STATE_CLOSING,
			IU_STATE_LAST_ACK, IU_STATE_TIME_WAIT}, 11},
	{IU_PROTOCOL_UDP, IU_FACT_UDP, {IU_FAMILY_IPV4, IU_FAMILY_IPV6}, 2,
		{IU_STATE_BOUND, IU_STATE_ESTABLISHED}, 2},
	{IU_PROTOCOL_UNIX, IU_FACT_UNIX, {IU_FAMILY_UNIX}, 1, {IU_STATE_LISTEN, IU_STATE_BOUND}, 2},
};

static double count_of(const struct iu_socket *s)
{
	return 1.0 + s->more_like_it;
}

static void tally_states(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics)
{
	double count[PROTOCOLS][FAMILIES][STATES] = {0};

	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol < PROTOCOLS && s->family < FAMILIES && s->state < STATES)
			count[s->protocol][s->family][s->state] += count_of(s);
	}
	for (size_t i = 0; i < IU_COUNT(told); i++) {
		for (size_t f = 0; snapshot->seen & told[i].fact && f < told[i].family_count; f++)
			for (size_t k = 0; k < told[i].state_count; k++)
				iu_metrics_add(arena, metrics, IU_METRIC_SOCKETS,
					count[told[i].protocol][told[i].families[f]][told[i].states[k]],
					iu_protocol_name(told[i].protocol), iu_family_name(told[i].families[f]),
					iu_state_name(told[i].states[k]));
	}
}

/* ---- the ephemeral range ---- */

struct range {
	struct iu_sysctls limits;
	bool in[PORTS], held[FAMILIES][PORTS];
	double ports;
};

/* An IPv6 socket for all addresses takes the port of IPv4 as well, unless it says otherwise. */
static void hold(struct range *range, const struct iu_socket *s)
{
	enum iu_space space = iu_address_space(&s->local);

	range->held[s->family][s->port] = true;
	if (s->family == IU_FAMILY_IPV6 && (space == IU_SPACE_MAPPED || (space == IU_SPACE_ANY6 && s->v6only == IU_NO)))
		range->held[IU_FAMILY_IPV4][s->port] = true;
}

static bool measure(struct iu_arena *arena, const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct range *range)
{
	range->limits = iu_range_use_limits(arena, snapshot, protocol);
	for (int32_t port = range->limits.port_first; port > 0 && port <= range->limits.port_last && port < PORTS; port++) {
		range->in[port] = iu_in_range(&range->limits, (uint16_t)port) == IU_YES;
		range->ports += range->in[port];
	}
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == protocol && s->family < FAMILIES && range->in[s->port])
			hold(range, s);
	}
	return range->ports > 0;
}

static int by_destination(const void *left, const void *right)
{
	const struct iu_socket *a = *(const struct iu_socket *const *)left, *b = *(const struct iu_socket *const *)right;
	int order = memcmp(a->peer.bytes, b->peer.bytes, sizeof(a->peer.bytes));

	if (order == 0)
		order = memcmp(a->local.bytes, b->local.bytes, sizeof(a->local.bytes));
	return order ? order : (a->peer_port > b->peer_port) - (a->peer_port < b->peer_port);
}

/* connect() shares a port between destinations: what runs out first is the range towards one of them. */
static void tally_destinations(struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct range *range,
	struct iu_metrics *metrics)
{
	static const char *const ranks[IU_MEASURE_DESTINATIONS] = {"1", "2", "3"};
	double most[IU_MEASURE_DESTINATIONS + 1] = {0};
	const struct iu_socket **to = iu_arena_alloc(arena, (snapshot->sockets.n + 1) * sizeof(*to));
	size_t n = 0, first = 0;

	for (size_t i = 0; to && i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_TCP && s->peer.family != IU_FAMILY_ANY && range->in[s->port])
			to[n++] = s;
	}
	if (n)
		qsort(to, n, sizeof(*to), by_destination);
	for (size_t i = 0; i < n; i++) {
		size_t rank = IU_MEASURE_DESTINATIONS;

		if (i + 1 < n && by_destination(&to[i], &to[i + 1]) == 0)
			continue;
		for (; rank > 0 && most[rank - 1] < (double)(i + 1 - first); rank--)
			most[rank] = most[rank - 1];
		most[rank] = (double)(i + 1 - first);
		first = i + 1;
	}
	for (size_t i = 0; i < IU_MEASURE_DESTINATIONS; i++)
		iu_metrics_add(arena, metrics, IU_METRIC_DESTINATIONS, most[i] / range->ports, ranks[i], NULL, NULL);
}

static const struct {
	enum iu_protocol protocol;
	uint32_t facts;
} ranged[] = {
	{IU_PROTOCOL_TCP, IU_FACT_TCP | IU_FACT_BOUND},
	{IU_PROTOCOL_UDP, IU_FACT_UDP},
};

static void tally_used(struct iu_arena *arena, enum iu_protocol protocol, const struct range *range,
	struct iu_metrics *metrics)
{
	for (int family = IU_FAMILY_IPV4; family <= IU_FAMILY_IPV6; family++) {
		double used = 0;

		for (size_t port = 0; port < PORTS; port++)
			used += range->held[family][port];
		iu_metrics_add(arena, metrics, IU_METRIC_RANGE_USED, used, iu_protocol_name(protocol),
			iu_family_name((enum iu_family)family), NULL);
	}
}

/* A range is told where it is known, its use where every socket of the protocol was seen. */
static void tally_ranges(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics)
{
	struct range *ranges = iu_arena_alloc(arena, IU_COUNT(ranged) * sizeof(*ranges));
	bool known[IU_COUNT(ranged)] = {false};

	for (size_t i = 0; ranges && i < IU_COUNT(ranged); i++) {
		known[i] = measure(arena, snapshot, ranged[i].protocol, &ranges[i]);
		if (known[i])
			iu_metrics_add(arena, metrics, IU_METRIC_RANGE, ranges[i].ports,
				iu_protocol_name(ranged[i].protocol), NULL, NULL);
		known[i] = known[i] && (snapshot->seen & ranged[i].facts) == ranged[i].facts;
	}
	for (size_t i = 0; i < IU_COUNT(ranged); i++)
		if (known[i])
			tally_used(arena, ranged[i].protocol, &ranges[i], metrics);
	if (known[0])
		tally_destinations(arena, snapshot, &ranges[0], metrics);
}

/* ---- TIME-WAIT ---- */

/* On the port of a listener it is in the way of a restart; elsewhere it takes a port of the range. */
static void tally_time_wait(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics)
{
	double count[FAMILIES][2] = {0};
	bool *listened = iu_arena_alloc(arena, PORTS * sizeof(*listened));

	if (!listened || !(snapshot->seen & IU_FACT_TCP))
		return;
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		listened[s->port] |= s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_LISTEN;
	}
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_TIME_WAIT && s->family < FAMILIES)
			count[s->family][listened[s->port]] += count_of(s);
	}
	for (int family = IU_FAMILY_IPV4; family <= IU_FAMILY_IPV6; family++)
		for (int server = 0; server < 2; server++)
			iu_metrics_add(arena, metrics, IU_METRIC_TIME_WAIT, count[family][server],
				iu_family_name((enum iu_family)family), server ? "server" : "client", NULL);
}

void iu_measure_sockets(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics)
{
	tally_states(arena, snapshot, metrics);
	tally_ranges(arena, snapshot, metrics);
	tally_time_wait(arena, snapshot, metrics);
}

/* ---- gaps ---- */

void iu_measure_gaps(struct iu_arena *arena, const struct iu_snapshot *snapshot, struct iu_metrics *metrics)
{
	static const struct {
		const char *name;
		uint32_t facts;
	} rows[] = {
		{"sockets", IU_FACT_TCP | IU_FACT_BOUND | IU_FACT_UDP | IU_FACT_UNIX},
		{"holders", IU_FACT_HOLDERS},
		{"limits", IU_FACT_SYSCTLS | IU_FACT_ADDRESSES | IU_FACT_HOST},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		double count = 0;

		for (size_t k = 0; k < snapshot->gaps.n; k++)
			count += (snapshot->gaps.v[k].fact & rows[i].facts) != 0;
		iu_metrics_add(arena, metrics, IU_METRIC_GAPS, count, rows[i].name, NULL, NULL);
	}
}

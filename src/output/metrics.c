/* output/metrics.c - numbers in the text formats of Prometheus */
#include "output/metrics.h"

#include <string.h>

#include "base/compat.h"

#define VALUE_BYTES 128

enum kind { GAUGE, COUNTER, INFO };

/*
 * Prometheus' conventions: snake_case, base units, no unit or number without bound in a label. An info family ends in
 * _info, a counter in _total; OpenMetrics has a type for the first, and writes both families without that end.
 */
static const struct {
	const char *type, *open_type, *end;
} kinds[] = {
	[GAUGE] = {"gauge", "gauge", ""},
	[COUNTER] = {"counter", "counter", "_total"},
	[INFO] = {"gauge", "info", "_info"},
};

static const struct family {
	const char *name;
	enum kind kind;
	const char *help, *labels[IU_METRIC_LABELS];
} families[IU_METRICS] = {
	[IU_METRIC_BUILD] = {"inuse_build_info", INFO, "The version of inuse that counted.", {"version", "os"}},
	[IU_METRIC_SOCKETS] = {"inuse_sockets", GAUGE, "Sockets by protocol, family and state.",
		{"protocol", "family", "state"}},
	[IU_METRIC_RANGE] = {"inuse_ephemeral_ports", GAUGE,
		"Ports that the system may choose by itself, without reserved ones.", {"protocol"}},
	[IU_METRIC_RANGE_USED] = {"inuse_ephemeral_used_ports", GAUGE,
		"Ports of that range that have a socket, in whatever state.", {"protocol", "family"}},
	[IU_METRIC_DESTINATIONS] = {"inuse_ephemeral_destination_ratio", GAUGE,
		"Share of the TCP range that the connections to one destination take, of the fullest ones.", {"rank"}},
	[IU_METRIC_TIME_WAIT] = {"inuse_time_wait_sockets", GAUGE,
		"TIME-WAIT: of a port that somebody listens on (server), of others (client).", {"family", "side"}},
	[IU_METRIC_LISTENERS] = {"inuse_listeners", GAUGE,
		"Sockets that listen or wait for datagrams, by unit; a * stands for what changes.", {"protocol", "unit"}},
	[IU_METRIC_PENDING] = {"inuse_pending_conflicts", GAUGE,
		"Ports that somebody else holds: a start of the socket unit or service would fail.", {"kind"}},
	[IU_METRIC_PENDING_UNIT] = {"inuse_pending_conflict_info", INFO,
		"The units and owners of well-known ports of these conflicts.", {"kind", "name"}},
	[IU_METRIC_FAILED] = {"inuse_failed_binds_total", COUNTER,
		"Calls of bind() and listen() that failed since inuse watch began.",
		{"error", "cause", "call", "protocol", "family", "port"}},
	[IU_METRIC_WATCH_START] = {"inuse_watch_start_time_seconds", GAUGE, "When inuse watch began, since 1970.", {NULL}},
	[IU_METRIC_WATCH_LOST] = {"inuse_watch_lost_events_total", COUNTER,
		"Failures that were counted by the kernel and could not be told.", {NULL}},
	[IU_METRIC_WATCH_HOOK] = {"inuse_watch_hook_info", INFO, "How inuse watch sees failures.", {"hook"}},
	[IU_METRIC_GAPS] = {"inuse_gaps", GAUGE, "What could not be seen: the other numbers may be too small.",
		{"facts"}},
};

static void add_label_value(struct iu_text *out, const char *value)
{
	struct iu_arena arena = {0};
	const char *clean = iu_utf8_clean(&arena, value, strlen(value), VALUE_BYTES);

	if (!clean)
		out->failed = true;
	for (size_t i = 0; clean && clean[i]; i++) {
		if (clean[i] == '\n')
			iu_text_add(out, "\\n");
		else if (clean[i] == '"' || clean[i] == '\\')
			iu_text_printf(out, "\\%c", clean[i]);
		else
			iu_text_addn(out, &clean[i], 1);
	}
	iu_arena_free(&arena);
}

static void add_sample(const struct family *family, const struct iu_sample *sample, struct iu_text *out)
{
	iu_text_add(out, family->name);
	for (size_t i = 0; i < IU_METRIC_LABELS && family->labels[i] && sample->labels[i]; i++) {
		iu_text_printf(out, "%s%s=\"", i ? "," : "{", family->labels[i]);
		add_label_value(out, sample->labels[i]);
		iu_text_add(out, "\"");
	}
	iu_text_printf(out, "%s %.15g\n", sample->labels[0] ? "}" : "", sample->value);
}

/* A ratio is a unit of OpenMetrics: it says so, and the name has to end in it. */
static void add_head(const struct family *family, enum iu_metrics_format format, struct iu_text *out)
{
	static const char unit[] = "ratio";
	size_t len = strlen(family->name);
	bool open = format == IU_METRICS_OPENMETRICS;
	int shown = (int)(len - (open ? strlen(kinds[family->kind].end) : 0));

	iu_text_printf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", shown, family->name, family->help, shown, family->name,
		open ? kinds[family->kind].open_type : kinds[family->kind].type);
	if (open && !strcmp(family->name + len - strlen(unit), unit))
		iu_text_printf(out, "# UNIT %s %s\n", family->name, unit);
}

void iu_metrics_write(const struct iu_metrics *metrics, enum iu_metrics_format format, struct iu_text *out)
{
	for (size_t which = 0; which < IU_COUNT(families); which++) {
		bool begun = false;

		for (size_t i = 0; i < metrics->samples.n; i++) {
			if ((size_t)metrics->samples.v[i].metric != which)
				continue;
			if (!begun)
				add_head(&families[which], format, out);
			begun = true;
			add_sample(&families[which], &metrics->samples.v[i], out);
		}
	}
	if (format == IU_METRICS_OPENMETRICS)
		iu_text_add(out, "# EOF\n");
}

/* model/metrics.h - numbers about a whole machine, for a metrics engine */
#ifndef IU_MODEL_METRICS_H
#define IU_MODEL_METRICS_H

#include "base/arena.h"

#define IU_METRIC_LABELS 6

/* Families in the order in which they are written. */
enum iu_metric {
	IU_METRIC_BUILD,        /* version, os */
	IU_METRIC_SOCKETS,      /* protocol, family, state */
	IU_METRIC_RANGE,        /* protocol */
	IU_METRIC_RANGE_USED,   /* protocol, family */
	IU_METRIC_DESTINATIONS, /* rank */
	IU_METRIC_TIME_WAIT,    /* family, side */
	IU_METRIC_LISTENERS,    /* protocol, unit */
	IU_METRIC_PENDING,      /* kind */
	IU_METRIC_PENDING_UNIT, /* kind, name */
	IU_METRIC_FAILED,       /* error, cause, call, protocol, family, port: its class */
	IU_METRIC_WATCH_START,
	IU_METRIC_WATCH_LOST,
	IU_METRIC_WATCH_HOOK,   /* hook */
	IU_METRIC_GAPS,         /* facts */
	IU_METRICS
};

/* What was not looked at has no sample: a zero is a number that was counted. */
struct iu_sample {
	enum iu_metric metric;
	const char *labels[IU_METRIC_LABELS]; /* values in the order above, bytes of any content; NULL: the end */
	double value;
};

struct iu_metrics {
	IU_LIST(struct iu_sample) samples; /* those of a family stand together */
};

/** iu_metrics_add_sample() - adds a copy, of its labels, too. */
void iu_metrics_add_sample(struct iu_arena *arena, struct iu_metrics *metrics, const struct iu_sample *sample);

/** iu_metrics_add() - the same of up to three labels; NULL: the end. */
void iu_metrics_add(struct iu_arena *arena, struct iu_metrics *metrics, enum iu_metric metric, double value,
	const char *first, const char *second, const char *third);

#endif

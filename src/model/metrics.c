/* model/metrics.c - numbers about a whole machine, for a metrics engine */
#include "model/metrics.h"

void iu_metrics_add(struct iu_arena *arena, struct iu_metrics *metrics, enum iu_metric metric, double value,
	const char *first, const char *second, const char *third)
{
	const struct iu_sample sample = {.metric = metric, .value = value,
		.labels = {iu_arena_strdup(arena, first), iu_arena_strdup(arena, second), iu_arena_strdup(arena, third)}};
	struct iu_sample *slot = iu_list_add(arena, &metrics->samples);

	*slot = sample;
}

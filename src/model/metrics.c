/* model/metrics.c - numbers about a whole machine, for a metrics engine */
#include "model/metrics.h"

void iu_metrics_add_sample(struct iu_arena *arena, struct iu_metrics *metrics, const struct iu_sample *sample)
{
	struct iu_sample copy = *sample, *slot;

	for (size_t i = 0; i < IU_METRIC_LABELS; i++)
		copy.labels[i] = iu_arena_strdup(arena, sample->labels[i]);
	slot = iu_list_add(arena, &metrics->samples);
	*slot = copy;
}

void iu_metrics_add(struct iu_arena *arena, struct iu_metrics *metrics, enum iu_metric metric, double value,
	const char *first, const char *second, const char *third)
{
	const struct iu_sample sample = {.metric = metric, .value = value, .labels = {first, second, third}};

	iu_metrics_add_sample(arena, metrics, &sample);
}

/* output/event.h - a failed bind() or listen() as lines for people, or as JSON */
#ifndef IU_OUTPUT_EVENT_H
#define IU_OUTPUT_EVENT_H

#include <jansson.h>

#include "model/failure.h"
#include "model/verdict.h"
#include "output/output.h"

/* Borrowed. snapshot, verdict and explanation are NULL for what was only counted. */
struct iu_output_event {
	const struct iu_failure *failure;
	const struct iu_snapshot *snapshot;
	const struct iu_verdict *verdict;
	const struct iu_explanation *explanation;
	bool without_time; /* whoever keeps the lines notes it himself */
};

/** iu_event_put() - a few lines: who could not bind what, why, and what helps first; verbose: all of it. */
void iu_event_put(const struct iu_output_event *event, const struct iu_style *style, struct iu_text *out);

/** iu_event_json() - one inuse.event/1 document; NULL when out of memory. */
json_t *iu_event_json(const struct iu_output_event *event);

#endif

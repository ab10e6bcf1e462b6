/* session/totals.h - how many binds have failed since a watch began, and how, for a metrics engine */
#ifndef IU_SESSION_TOTALS_H
#define IU_SESSION_TOTALS_H

#include "base/text.h"
#include "model/failure.h"
#include "model/metrics.h"
#include "session/session.h"

#define IU_TOTALS_MAX  200 /* series; what is of none of them is counted as "other" */
#define IU_TOTALS_KEYS 256 /* failures whose cause is remembered for their repeats */

struct iu_total {
	/* error, cause, call, protocol, family, class of the port: names out of tables, never foreign ones */
	const char *labels[IU_METRIC_LABELS];
	uint64_t count;
};

/* Starts with {0}. */
struct iu_totals {
	struct iu_total v[IU_TOTALS_MAX + 1]; /* the last one: all others */
	size_t n;
	struct {
		uint64_t key;
		const struct iu_total *labels;
	} remembered[IU_TOTALS_KEYS];
	int32_t port_first, port_last; /* of the ephemeral range; 0: not known */
	int64_t started;  /* seconds since 1970 */
	uint64_t lost;    /* failures that could not be told */
	const char *hook; /* which hooks there are. Static. */
};

/**
 * iu_totals_add() - counts a failure, and its repeats
 * @answer: NULL: it was not explained; then it has the cause of one like it that was, or "unknown"
 */
void iu_totals_add(struct iu_totals *totals, const struct iu_failure *failure, const struct iu_answer *answer);

/** iu_totals_put() - appends one line. */
void iu_totals_put(const struct iu_totals *totals, struct iu_text *out);

/**
 * iu_totals_read() - such a line among others, as samples
 * @bytes: what is no whole line of ours is passed over
 */
void iu_totals_read(const char *bytes, size_t len, struct iu_arena *arena, struct iu_metrics *metrics);

#endif

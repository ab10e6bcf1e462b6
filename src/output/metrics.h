/* output/metrics.h - numbers in the text formats of Prometheus */
#ifndef IU_OUTPUT_METRICS_H
#define IU_OUTPUT_METRICS_H

#include "base/text.h"
#include "model/metrics.h"

enum iu_metrics_format {
	IU_METRICS_CLASSIC, /* text/plain; version=0.0.4: what a textfile collector reads */
	IU_METRICS_OPENMETRICS, /* application/openmetrics-text; version=1.0.0 */
};

/**
 * iu_metrics_write() - all families that have samples, appended to @out
 * Values of labels are bytes of any content: what is no UTF-8 becomes U+FFFD, the rest is escaped.
 */
void iu_metrics_write(const struct iu_metrics *metrics, enum iu_metrics_format format, struct iu_text *out);

#endif

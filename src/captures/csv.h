/* captures/csv.h - one line of comma separated values */
#ifndef IU_CAPTURES_CSV_H
#define IU_CAPTURES_CSV_H

#include "captures/lines.h"

#define IU_CSV_FIELDS_MAX 64

struct iu_csv {
	struct iu_span v[IU_CSV_FIELDS_MAX]; /* without their quotes; doubled ones stay doubled */
	size_t n;
};

/**
 * iu_csv_split() - the fields of a line; those that are not quoted may be empty
 * Returns: false when a quote is left open, or something follows a closing one: a cut line.
 */
bool iu_csv_split(struct iu_span line, struct iu_csv *ret);

#endif

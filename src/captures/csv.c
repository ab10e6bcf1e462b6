/* captures/csv.c - one line of comma separated values */
#include "captures/csv.h"

/* Behind the opening quote. Returns the place of the closing one; len: there is none. */
static size_t quote_end(struct iu_span line, size_t at)
{
	for (; at < line.len; at++) {
		if (line.text[at] != '"')
			continue;
		if (at + 1 < line.len && line.text[at + 1] == '"')
			at++;
		else
			return at;
	}
	return line.len;
}

bool iu_csv_split(struct iu_span line, struct iu_csv *ret)
{
	size_t at = 0;

	ret->n = 0;
	for (;;) {
		struct iu_span *field = &ret->v[ret->n];
		size_t end;

		if (ret->n == IU_CSV_FIELDS_MAX)
			return false;
		if (at < line.len && line.text[at] == '"') {
			end = quote_end(line, at + 1);
			if (end == line.len)
				return false;
			*field = (struct iu_span){line.text + at + 1, end - at - 1};
			end++;
		} else {
			for (end = at; end < line.len && line.text[end] != ','; end++)
				if (line.text[end] == '"')
					return false;
			*field = (struct iu_span){line.text + at, end - at};
		}
		ret->n++;
		if (end == line.len)
			return true;
		if (line.text[end] != ',')
			return false;
		at = end + 1;
	}
}

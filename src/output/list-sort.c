/* output/list-sort.c - a listing in the order of one of its columns */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "output/list-columns.h"

/* A row with what it is sorted by: a number, or a text. */
struct keyed {
	struct iu_row row;
	size_t order; /* of equal ones the order stays */
	int64_t number;
	size_t at;
	const char *text;
};

static int compare(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;
	int order = 0;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (a->text && b->text)
		order = strcmp(a->text, b->text);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

int iu_output_list_sort(const struct iu_snapshot *snapshot, int which, struct iu_listing *listing)
{
	const struct iu_list_column *column = &iu_list_columns()[which];
	struct keyed *keyed = calloc(listing->rows.n + 1, sizeof(*keyed));
	struct iu_text texts = {0};
	int ret = 0;

	for (size_t i = 0; keyed && i < listing->rows.n; i++) {
		struct iu_list_source from = iu_list_columns_source(snapshot, &listing->rows.v[i]);

		keyed[i] = (struct keyed){.row = listing->rows.v[i], .order = i, .at = texts.len};
		if (column->number)
			keyed[i].number = column->number(&from);
		else
			column->cell(&from, &texts);
		iu_text_addn(&texts, "", 1);
	}
	if (!keyed || texts.failed) {
		ret = IU_E_NOMEM;
	} else {
		for (size_t i = 0; i < listing->rows.n && !column->number; i++)
			keyed[i].text = texts.data + keyed[i].at;
		qsort(keyed, listing->rows.n, sizeof(*keyed), compare);
		for (size_t i = 0; i < listing->rows.n; i++)
			listing->rows.v[i] = keyed[i].row;
	}
	iu_text_free(&texts);
	free(keyed);
	return ret;
}

/* tui/layout.c - which columns there is room for, and how wide each is */
#include "tui/layout.h"

#include <string.h>

#define OPEN_SHARE 4

static unsigned int needed(const struct iu_layout *layout)
{
	unsigned int sum = layout->n ? (unsigned int)layout->n - 1 : 0;

	for (size_t i = 0; i < layout->n; i++)
		sum += layout->columns[i].width;
	return sum;
}

/* The one that goes first. Returns: false: none of them may go. */
static bool drop_one(struct iu_layout *layout)
{
	size_t worst = layout->n;
	unsigned int drop = 0;

	for (size_t i = 0; i < layout->n; i++) {
		const struct iu_top_column *column = iu_row_text_column(layout->columns[i].id);

		if (column->drop > drop) {
			drop = column->drop;
			worst = i;
		}
	}
	if (worst == layout->n)
		return false;
	memmove(&layout->columns[worst], &layout->columns[worst + 1],
		(layout->n - worst - 1) * sizeof(layout->columns[0]));
	layout->n--;
	return true;
}

/* What is left goes to those that can use it, a column of the screen at a time; the open one gets more of it. */
static void widen(struct iu_layout *layout, unsigned int left)
{
	bool grew = true;

	while (left && grew) {
		grew = false;
		for (size_t i = 0; i < layout->n && left; i++) {
			unsigned int most = iu_row_text_column(layout->columns[i].id)->most;
			unsigned int by = most ? layout->columns[i].width < most : left < OPEN_SHARE ? left : OPEN_SHARE;

			layout->columns[i].width += by;
			left -= by;
			grew = grew || by;
		}
	}
}

void iu_layout_make(unsigned int width, uint32_t hidden, struct iu_layout *ret_layout)
{
	struct iu_layout layout = {.n = 0};
	unsigned int at = 0;

	for (int id = 0; id < IU_TOP_COLUMNS; id++) {
		const struct iu_top_column *column = iu_row_text_column((enum iu_column_id)id);

		if (hidden >> id & 1)
			continue;
		layout.columns[layout.n].id = (enum iu_column_id)id;
		layout.columns[layout.n++].width = column->least;
	}
	while (needed(&layout) > width && drop_one(&layout))
		;
	widen(&layout, width > needed(&layout) ? width - needed(&layout) : 0);
	for (size_t i = 0; i < layout.n; i++) {
		layout.columns[i].at = at;
		at += layout.columns[i].width + 1;
	}
	*ret_layout = layout;
}

bool iu_layout_has(const struct iu_layout *layout, enum iu_column_id id)
{
	for (size_t i = 0; i < layout->n; i++)
		if (layout->columns[i].id == id)
			return true;
	return false;
}

enum iu_column_id iu_layout_at(const struct iu_layout *layout, unsigned int x)
{
	for (size_t i = 0; i < layout->n; i++)
		if (x >= layout->columns[i].at && x <= layout->columns[i].at + layout->columns[i].width)
			return layout->columns[i].id;
	return IU_TOP_COLUMNS;
}

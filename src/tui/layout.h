/* tui/layout.h - which columns there is room for, and how wide each is */
#ifndef IU_TUI_LAYOUT_H
#define IU_TUI_LAYOUT_H

#include "tui/row-text.h"

struct iu_layout {
	struct {
		enum iu_column_id id;
		unsigned int at, width; /* columns of the screen */
	} columns[IU_TOP_COLUMNS];
	size_t n;
};

/**
 * iu_layout_make() - columns from left to right, one blank between two
 * @width: of the screen
 * @hidden: bits of enum iu_column_id: would have nothing in any row
 */
void iu_layout_make(unsigned int width, uint32_t hidden, struct iu_layout *ret_layout);

/** iu_layout_has() - whether a column is there. */
bool iu_layout_has(const struct iu_layout *layout, enum iu_column_id id);

/** iu_layout_at() - the column at a place of the screen; IU_TOP_COLUMNS: none. */
enum iu_column_id iu_layout_at(const struct iu_layout *layout, unsigned int x);

#endif

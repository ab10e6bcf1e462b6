/* output/page-data.h - all sockets of a page as columns, for its script */
#ifndef IU_OUTPUT_PAGE_DATA_H
#define IU_OUTPUT_PAGE_DATA_H

#include "output/page-source.h"

/**
 * iu_page_data_order() - the rows of the listing as a page shows them: what takes a name away, then connections
 * Returns: page->listing->rows.n indices; NULL: no memory.
 */
size_t *iu_page_data_order(struct iu_arena *arena, const struct iu_page *page);

/** iu_page_data_write() - appends the JSON document. @order: of iu_page_data_order() */
void iu_page_data_write(const struct iu_page *page, const size_t *order, struct iu_text *out);

/** iu_page_data_is_bound() - the socket takes its name away from others, and is no connection. */
bool iu_page_data_is_bound(const struct iu_socket *s);

#endif

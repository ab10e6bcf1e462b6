/* output/page-rows.h - the first sockets of a page as a plain table, for print and without script */
#ifndef IU_OUTPUT_PAGE_ROWS_H
#define IU_OUTPUT_PAGE_ROWS_H

#include "output/page-source.h"

/** iu_page_rows_write() - appends the section of all sockets. @order: of iu_page_data_order() */
void iu_page_rows_write(const struct iu_page *page, const size_t *order, struct iu_text *out);

#endif

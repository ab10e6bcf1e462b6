/* output/page-charts.h - the numbers of a machine: tiles, states, TIME-WAIT, ranges */
#ifndef IU_OUTPUT_PAGE_CHARTS_H
#define IU_OUTPUT_PAGE_CHARTS_H

#include "output/page-source.h"

/** iu_page_charts_add_count() - 12 345 as people read it, with a thin space that no line breaks. */
void iu_page_charts_add_count(struct iu_text *out, size_t n);

/** iu_page_charts_write_tiles() - appends the numbers that come first. */
void iu_page_charts_write_tiles(const struct iu_page *page, struct iu_text *out);

/** iu_page_charts_write_ranges() - appends a table of the bands of the port map, for who sees no picture. */
void iu_page_charts_write_ranges(const struct iu_page *page, struct iu_text *out);

/** iu_page_charts_write() - appends sockets by state, and TIME-WAIT by the time that is left. */
void iu_page_charts_write(const struct iu_page *page, struct iu_text *out);

#endif

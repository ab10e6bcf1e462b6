/* output/page.h - a whole machine as one HTML file that needs nothing else */
#ifndef IU_OUTPUT_PAGE_H
#define IU_OUTPUT_PAGE_H

#include "output/page-source.h"

/**
 * iu_page_write() - appends the page: the same bytes for the same machine
 *
 * It works from file://, loads nothing and sends nothing; its policy allows no other script and style
 * than those that are embedded (src/output/page), by their hashes. What stands out and the first
 * sockets can be read without its script. out->failed tells when memory ran out.
 */
void iu_page_write(const struct iu_page *page, struct iu_text *out);

#endif

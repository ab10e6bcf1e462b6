/* output/page-escape.h - any bytes as text of a page: in HTML, and in JSON inside of a script element */
#ifndef IU_OUTPUT_PAGE_ESCAPE_H
#define IU_OUTPUT_PAGE_ESCAPE_H

#include "base/text.h"

/**
 * iu_page_escape_html() - appends bytes so that they are text in an element or between double quotes
 * Control characters, invalid UTF-8 and what reorders or hides text become visible, as iu_text_foreign()
 * has them; nothing of it is markup.
 */
void iu_page_escape_html(struct iu_text *out, const char *bytes, size_t len);

/**
 * iu_page_escape_json() - the same as a JSON string, with its quotes
 * It holds no '<', '>' or '&', so that it ends no script element and begins no comment in one.
 */
void iu_page_escape_json(struct iu_text *out, const char *bytes, size_t len);

#endif

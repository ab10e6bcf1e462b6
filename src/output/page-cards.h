/* output/page-cards.h - what stands out on a machine, each with its reason and what helps */
#ifndef IU_OUTPUT_PAGE_CARDS_H
#define IU_OUTPUT_PAGE_CARDS_H

#include "output/page-source.h"

/** iu_page_cards_write() - appends the section; the number of a card is its place, from t1 on. */
void iu_page_cards_write(const struct iu_page *page, struct iu_text *out);

/** iu_page_cards_write_gaps() - appends what could not be seen; nothing where all was. */
void iu_page_cards_write_gaps(const struct iu_page *page, struct iu_text *out);

#endif

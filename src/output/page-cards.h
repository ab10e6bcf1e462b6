/* output/page-cards.h - what stands out on a machine, each with its reason and what helps */
#ifndef IU_OUTPUT_PAGE_CARDS_H
#define IU_OUTPUT_PAGE_CARDS_H

#include "output/page-source.h"

/** iu_page_cards_count() - how many stand out; what was only asked for does not. */
size_t iu_page_cards_count(const struct iu_troubles *troubles);

/** iu_page_cards_write_asked() - appends the answers that somebody asked for; nothing where nobody did. */
void iu_page_cards_write_asked(const struct iu_page *page, struct iu_text *out);

/** iu_page_cards_write() - appends what stands out; the number of a card is its place, from t1 on. */
void iu_page_cards_write(const struct iu_page *page, struct iu_text *out);

/** iu_page_cards_write_gaps() - appends what could not be seen; nothing where all was. */
void iu_page_cards_write_gaps(const struct iu_page *page, struct iu_text *out);

#endif

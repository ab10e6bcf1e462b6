/* base/near.h - which word was meant by one that is spelled wrongly */
#ifndef IU_BASE_NEAR_H
#define IU_BASE_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* The nearest word so far. Begins with iu_near_begin(). */
struct iu_near {
	const char *written;
	const char *best; /* borrowed; NULL: none is near */
	size_t least;
};

/** iu_near_begin() - what was written; nothing is near yet. */
struct iu_near iu_near_begin(const char *written);

/**
 * iu_near_try() - another word that may be meant
 *
 * Near is what one letter added, dropped, changed or exchanged with its neighbour makes of it, two of
 * them in a word of more than four letters. Of words equally near the first one counts.
 */
void iu_near_try(struct iu_near *near, const char *word);

#endif

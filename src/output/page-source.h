/* output/page-source.h - what a page is made of */
#ifndef IU_OUTPUT_PAGE_SOURCE_H
#define IU_OUTPUT_PAGE_SOURCE_H

#include "base/text.h"
#include "model/listing.h"
#include "model/trouble.h"

/* Strings are borrowed. */
struct iu_page {
	const struct iu_snapshot *snapshot;
	const struct iu_listing *listing;     /* every socket, connections too */
	const struct iu_troubles *troubles;
	bool redacted;
};

#endif

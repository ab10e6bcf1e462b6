/* knowledge/snippets.h - the line of code behind a remedy that only the programmer can apply */
#ifndef IU_KNOWLEDGE_SNIPPETS_H
#define IU_KNOWLEDGE_SNIPPETS_H

#include "model/cause.h"

struct iu_snippet {
	enum iu_remedy_id remedy;
	const char *language;
	const char *code;
};

/** iu_snippets() - all rows; those of a remedy stand together. Static. */
const struct iu_snippet *iu_snippets(unsigned long *ret_count);

#endif

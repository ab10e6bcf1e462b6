/* knowledge/books.h - lists of ports and addresses that others keep, which no socket of this machine shows */
#ifndef IU_KNOWLEDGE_BOOKS_H
#define IU_KNOWLEDGE_BOOKS_H

#include <stddef.h>

#define IU_BOOK_WORDS	3
#define IU_BOOK_COMMAND 8

struct iu_book_row {
	const char *name; /* "kubernetes-node-port" */
	/* All of them stand in a message about it, in lower case, the first on the line of the error. */
	const char *words[IU_BOOK_WORDS];
	const char *but[IU_BOOK_WORDS]; /* none of these on that line: then a socket is meant */
	const char *title;    /* whose list it is: "the list of node ports of a Kubernetes cluster" */
	const char *subject;  /* what is taken, where the message names no port: "An address" */
	const char *advice;   /* what to do there, a sentence */
	const char *command[IU_BOOK_COMMAND]; /* that shows the list */
};

/** iu_books() - all rows, special ones first. Static. */
const struct iu_book_row *iu_books(size_t *ret_count);

/** iu_book_row() - that of a name; NULL: there is none. Static. */
const struct iu_book_row *iu_book_row(const char *name);

#endif

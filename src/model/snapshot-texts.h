/* model/snapshot-texts.h - every text and address of a snapshot, to be changed in place */
#ifndef IU_MODEL_SNAPSHOT_TEXTS_H
#define IU_MODEL_SNAPSHOT_TEXTS_H

#include "model/snapshot.h"

/* One member; exactly one of text and address is there, and it says something. */
struct iu_member {
	const char *group; /* the list or object it is in: "sockets", "host", "parents" */
	const char *key;   /* its name: "user" */
	size_t index;      /* of a list of texts: which one */
	const void *owner; /* the struct it belongs to */
	const char **text; /* may be set to other text, which the snapshot's arena owns */
	size_t *len;       /* of bytes with a length (a path), which may contain NULs; else NULL */
	struct iu_address *address;
};

/* Returns: 0, or an IU_E_* that ends the walk. */
typedef int iu_member_visit(void *context, const struct iu_member *member);

/**
 * iu_snapshot_members() - visits every text and address, in the order of the tables
 * The tables are those of the JSON form: what is written to a file is visited.
 * Returns: 0, or what @visit returned.
 */
int iu_snapshot_members(struct iu_snapshot *snapshot, iu_member_visit *visit, void *context);

#endif

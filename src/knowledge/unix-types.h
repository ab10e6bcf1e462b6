/* knowledge/unix-types.h - what people and programs call the types of UNIX sockets */
#ifndef IU_KNOWLEDGE_UNIX_TYPES_H
#define IU_KNOWLEDGE_UNIX_TYPES_H

#include <stddef.h>

#include "model/socket.h"

#define IU_UNIX_TYPE_WORDS 6

struct iu_unix_type_row {
	enum iu_unix_type type;
	unsigned int number;			 /* SOCK_SEQPACKET of Linux */
	const char *name;			 /* "seqpacket" */
	const char *prefix;			 /* of an abstract name in a target: "seqpacket:"; "" for most */
	const char *targets[IU_UNIX_TYPE_WORDS]; /* that stand before a path or "@name": "unixpacket" */
	const char *words[IU_UNIX_TYPE_WORDS];	 /* that tell it in a message, lower case */
};

/** iu_unix_types() - all rows. Static. */
const struct iu_unix_type_row *iu_unix_types(size_t *ret_count);

/** iu_unix_type_name() - "dgram"; NULL: not known. Static. */
const char *iu_unix_type_name(enum iu_unix_type type);

/** iu_unix_type_prefix() - what stands before an abstract name of it: "dgram:", or "". Static. */
const char *iu_unix_type_prefix(enum iu_unix_type type);

/** iu_unix_type_numbered() - the type of a SOCK_ number of Linux. */
enum iu_unix_type iu_unix_type_numbered(uint64_t number);

#endif

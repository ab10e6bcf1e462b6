/* knowledge/other-protocols.h - sockets that are neither TCP, UDP nor UNIX, and what shows them */
#ifndef IU_KNOWLEDGE_OTHER_PROTOCOLS_H
#define IU_KNOWLEDGE_OTHER_PROTOCOLS_H

#include <stddef.h>

#define IU_OTHER_PROTOCOL_WORDS 6

struct iu_other_protocol {
	const char *name;  /* as targets have it: "sctp" */
	const char *title; /* "SCTP sockets" */
	const char *words[IU_OTHER_PROTOCOL_WORDS];   /* that name it in a message, lower case */
	const char *command[IU_OTHER_PROTOCOL_WORDS]; /* that shows them with their holders */
};

/** iu_other_protocols() - all rows. Static. */
const struct iu_other_protocol *iu_other_protocols(size_t *ret_count);

/** iu_other_protocols_row() - that of a name; NULL: there is none. Static. */
const struct iu_other_protocol *iu_other_protocols_row(const char *name);

#endif

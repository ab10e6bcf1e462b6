/* model/listing.h - which sockets `inuse list` shows */
#ifndef IU_MODEL_LISTING_H
#define IU_MODEL_LISTING_H

#include "model/question.h"
#include "model/snapshot.h"

/* All conditions must hold; an empty list or NULL is no condition. Strings are borrowed. */
struct iu_filter {
	IU_LIST(struct iu_question) endpoints; /* any of them: protocol, address, port, path */
	bool tcp, udp, unix_sockets;           /* none set: all three */
	bool user_given;
	uint32_t uid;
	const char *process; /* name, executable's base name, or a pid */
	const char *unit;    /* unit or container; with or without ".service" */
	bool all;            /* connections and TIME-WAIT too */
	bool plain, leaves_nothing; /* how it is looked: as in struct iu_needs */
	struct iu_budget *budget;
};

/* One row: a socket and, where known, its holders. */
struct iu_row {
	size_t socket;         /* index into snapshot->sockets */
	IU_LIST(size_t) holds; /* indices into snapshot->holds, one a process */
	IU_LIST(size_t) descriptors; /* the same, every descriptor of each */
	const struct iu_unreadable *guess; /* where no holder was seen: who it most likely is; NULL: nobody knows */
};

struct iu_listing {
	IU_LIST(struct iu_row) rows; /* sorted: protocol, port, address, state */
};

/**
 * iu_listing_make() - the rows of a snapshot that pass the filter
 * Returns: 0, IU_E_NOMEM.
 */
int iu_listing_make(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_filter *filter, struct iu_listing *ret_listing);

/** iu_listing_wants() - whether a socket has one of the endpoints and protocols of a filter. */
bool iu_listing_wants(const struct iu_filter *filter, const struct iu_socket *socket);

#endif

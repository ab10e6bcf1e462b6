/* session/filter.h - the words that say which sockets a listing shows */
#ifndef IU_SESSION_FILTER_H
#define IU_SESSION_FILTER_H

#include "base/text.h"
#include "model/listing.h"
#include "model/target.h"
#include "session/session.h"

/** iu_filter_protocol() - "tcp", "udp", "unix". Returns: whether the word was one. */
bool iu_filter_protocol(const char *word, struct iu_filter *filter);

/**
 * iu_filter_word() - one more word: a protocol, port, address, interface, endpoint or path
 * @names: of the machine that is asked about
 * @complaint: on IU_E_INPUT receives one line
 * Returns: 0, IU_E_INPUT, IU_E_NOMEM.
 */
int iu_filter_word(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_filter *filter, struct iu_text *complaint);

/**
 * iu_filter_list() - looks at every socket and keeps those that pass
 * @session: receives the look, unless it is a capture; end it with iu_session_free(), also after an error
 * Returns: 0, IU_E_SYSTEM: no kind of socket could be looked at, IU_E_NOMEM.
 */
int iu_filter_list(struct iu_arena *arena, const struct iu_filter *filter,
	struct iu_session *session, struct iu_listing *ret_listing);

#endif

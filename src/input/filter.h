/* input/filter.h - the words that say which sockets a listing shows */
#ifndef IU_INPUT_FILTER_H
#define IU_INPUT_FILTER_H

#include "base/text.h"
#include "input/target.h"
#include "model/listing.h"

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

#endif

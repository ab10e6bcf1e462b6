/* input/message.h - the endpoints that a printed error message speaks of */
#ifndef IU_INPUT_MESSAGE_H
#define IU_INPUT_MESSAGE_H

#include <stddef.h>

#include "input/message-patterns.h"

/* A message speaks of at most so many endpoints. */
#define IU_MESSAGE_TARGETS_MAX 64
/* So far from the line of a failed bind, in lines, its endpoint may stand. */
#define IU_MESSAGE_NEAR 12

/**
 * iu_message_targets() - the endpoints that a printed error message speaks of, in general shapes
 * @text: @len bytes of foreign text, several lines allowed
 * @visit: called once for each different endpoint with a text that iu_target_parse() reads
 *
 * Where lines speak of a failed bind only these are read; where they name no endpoint, the nearest
 * line that does; where no line speaks of one, the whole text, as long as it names but a few
 * endpoints. Colour codes are skipped, NUL bytes too (UTF-16 then reads as ASCII).
 * Returns: how many were found (0: none), < 0 as @visit returned, IU_E_NOMEM.
 */
int iu_message_targets(const char *text, size_t len,
	int (*visit)(void *context, const char *target), void *context);

/* @said: the line of the error that the endpoint belongs to, @len bytes without colour codes. */
typedef int iu_message_visit(void *context, const char *target, const char *said, size_t len);

/** iu_message_endpoints() - the same, with what was said of each */
int iu_message_endpoints(const char *text, size_t len, iu_message_visit *visit, void *context);

#endif

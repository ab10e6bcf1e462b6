/* input/message.h - the endpoints that a printed error message speaks of */
#ifndef IU_INPUT_MESSAGE_H
#define IU_INPUT_MESSAGE_H

#include <stddef.h>

#include "input/message-call.h"
#include "input/message-scan.h"

/* So far from the line of a failed bind, in lines, its endpoint may stand. */
#define IU_MESSAGE_NEAR 12

/**
 * iu_message_targets() - the endpoints that a printed error message speaks of, in general shapes
 * @text: @len bytes of foreign text, several lines allowed
 * @visit: called once for each different endpoint with a text that iu_target_parse() reads
 *
 * Where lines speak of a failed bind only these are read; where they name no endpoint, the nearest
 * line that does; where no line speaks of one, those that speak of a failed connect(); and else the
 * whole text, as long as it names but a few endpoints. Colours, quotations and escapes of JSON are
 * taken off, UTF-16 is decoded.
 * Returns: how many were found (0: none), < 0 as @visit returned, IU_E_NOMEM.
 */
int iu_message_targets(const char *text, size_t len,
	int (*visit)(void *context, const char *target), void *context);

/* One endpoint, with what was said of it. Borrowed for the call. */
struct iu_message_endpoint {
	const char *target;	/* as iu_target_parse() reads it */
	struct iu_span said;	/* the line of the error that it belongs to, cleaned */
	enum iu_call call; /* that failed; IU_CALL_NONE: the text does not tell */
	bool named;		/* its host is a name, which may be one of another machine */
	bool both;		/* the protocol is not said, and the service has TCP and UDP */
	const char *port;	/* "9092", "53/udp": the target without its host; NULL: a path */
	const char *source;	/* connect(): the address that it was made from; NULL: not told */
};

typedef int iu_message_visit(void *context, const struct iu_message_endpoint *endpoint);

/** iu_message_endpoints() - the same, with what was said of each */
int iu_message_endpoints(const char *text, size_t len, iu_message_visit *visit, void *context);

/** iu_message_suspect() - whether a line speaks of a failed bind ("address already in use" …) */
bool iu_message_suspect(const char *line, size_t len);

/** iu_message_call() - which call a text speaks of; a failed bind before the others */
enum iu_call iu_message_call(const char *text, size_t len);

#endif

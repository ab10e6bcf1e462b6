/* input/message-patterns.h - what only one program prints so, a row each */
#ifndef IU_INPUT_MESSAGE_PATTERNS_H
#define IU_INPUT_MESSAGE_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

/* A longer message is refused as a target; of a message given otherwise the rest is not read. */
#define IU_MESSAGE_MAX (1024 * 1024)

/* Of an endpoint; 0: no word tells. */
enum iu_message_protocol {
	IU_MESSAGE_UNSAID, IU_MESSAGE_TCP, IU_MESSAGE_UDP,
	IU_MESSAGE_BOTH, /* the words name both, or the service has both */
};

enum iu_pattern_kind {
	IU_PATTERN_PORT,     /* behind these words stands a port */
	IU_PATTERN_DISPLAY,  /* … the number of an X display: /tmp/.X0-lock, /tmp/.X11-unix/X0 */
	IU_PATTERN_SCREEN,   /* … of one that VNC shows: 5900 and 6000 with it, too */
	IU_PATTERN_PROTOCOL, /* with these words in a line its endpoints are of that protocol */
	IU_PATTERN_DEFAULT,  /* the program does not say its port, and always has this one */
};

struct iu_message_pattern {
	const char *program;
	const char *words; /* lower case */
	enum iu_pattern_kind kind;
	uint16_t port; /* IU_PATTERN_DEFAULT */
	enum iu_message_protocol protocol; /* IU_PATTERN_PROTOCOL */
};

/** iu_message_patterns() - all rows. Static. */
const struct iu_message_pattern *iu_message_patterns(size_t *ret_count);

/** iu_message_patterns_protocol_of() - the protocol that the words of programs on a line tell */
enum iu_message_protocol iu_message_patterns_protocol_of(struct iu_span line);

/** iu_message_patterns_protocol() - the one that is named beside the endpoint at @at */
enum iu_message_protocol iu_message_patterns_protocol(struct iu_span line, size_t at);

/** iu_message_patterns_other() - whether it is something else that is in use, or denied */
bool iu_message_patterns_other(struct iu_span line);

/** iu_message_patterns_bind() - whether a line has words of a failed bind, or those of its errors */
bool iu_message_patterns_bind(struct iu_span line);

#endif

/* input/message-patterns.h - what only one program prints so, a row each */
#ifndef IU_INPUT_MESSAGE_PATTERNS_H
#define IU_INPUT_MESSAGE_PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer message is refused as a target; of a message given otherwise the rest is not read. */
#define IU_MESSAGE_MAX (1024 * 1024)

enum iu_pattern_kind {
	IU_PATTERN_PORT,    /* behind these words stands a port */
	IU_PATTERN_DISPLAY, /* … the number of an X display: /tmp/.X11-unix/X0 */
	IU_PATTERN_UDP,     /* with these words in a line its endpoints are UDP */
	IU_PATTERN_DEFAULT, /* the program does not say its port, and always has this one */
};

struct iu_message_pattern {
	const char *program;
	const char *words; /* lower case */
	enum iu_pattern_kind kind;
	uint16_t port; /* IU_PATTERN_DEFAULT */
};

/** iu_message_patterns() - all rows. Static. */
const struct iu_message_pattern *iu_message_patterns(size_t *ret_count);

/** iu_message_suspect() - whether a line speaks of a failed bind ("address already in use" …) */
bool iu_message_suspect(const char *line, size_t len);

#endif

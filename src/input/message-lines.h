/* input/message-lines.h - the lines of a message */
#ifndef IU_INPUT_MESSAGE_LINES_H
#define IU_INPUT_MESSAGE_LINES_H

#include "base/span.h"

/** iu_message_lines_from() - the line that begins at or after @at and is not empty; len == 0: none */
struct iu_span iu_message_lines_from(struct iu_span text, size_t at);

/** iu_message_lines_next(), iu_message_lines_previous() - its neighbour in @text; len == 0: none */
struct iu_span iu_message_lines_next(struct iu_span text, struct iu_span line);
struct iu_span iu_message_lines_previous(struct iu_span text, struct iu_span line);

#endif

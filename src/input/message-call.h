/* input/message-call.h - which call it was that a line of a message says has failed */
#ifndef IU_INPUT_MESSAGE_CALL_H
#define IU_INPUT_MESSAGE_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "model/question.h"

/** iu_message_call_read() - by the words of one line */
enum iu_call iu_message_call_read(struct iu_span line);

/** iu_message_call_before() - whether the words of a call end where an endpoint begins at @at */
bool iu_message_call_before(struct iu_span line, size_t at);

/** iu_message_call_well() - whether the line says that something works, or speaks of something else */
bool iu_message_call_well(struct iu_span line);

#endif

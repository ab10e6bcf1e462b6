/* input/message-call.h - which call it was that a line of a message says has failed */
#ifndef IU_INPUT_MESSAGE_CALL_H
#define IU_INPUT_MESSAGE_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum iu_message_call {
	IU_MESSAGE_NONE,	 /* it speaks of no failed call */
	IU_MESSAGE_BIND,	 /* bind() or listen() */
	IU_MESSAGE_CONNECT,
	IU_MESSAGE_ACCEPT,
	IU_MESSAGE_SEND,
	IU_MESSAGE_CALLS
};

/** iu_message_call_read() - by the words of one line */
enum iu_message_call iu_message_call_read(struct iu_span line);

/** iu_message_call_before() - whether the words of a call end where an endpoint begins at @at */
bool iu_message_call_before(struct iu_span line, size_t at);

/** iu_message_call_well() - whether the line says that something works, or speaks of something else */
bool iu_message_call_well(struct iu_span line);

/** iu_message_call_name() - "connect"; NULL for none. Static. */
const char *iu_message_call_name(enum iu_message_call call);

#endif

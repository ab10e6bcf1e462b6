/* input/message-pid.h - which process wrote a line of a log */
#ifndef IU_INPUT_MESSAGE_PID_H
#define IU_INPUT_MESSAGE_PID_H

#include <stdint.h>

#include "base/span.h"

/**
 * iu_message_pid() - the number of the process that a line says it is from; 0: none
 * "[emerg] 34#34: …" of nginx, "named[812]: …" of syslog, "[…] [812] [ERROR] …" of gunicorn,
 * "[pid 812:tid 9] …" of Apache. What a sentence says of some process is none.
 */
int32_t iu_message_pid(struct iu_span line);

#endif

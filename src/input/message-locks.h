/* input/message-locks.h - files with a process id that a message says are in the way */
#ifndef IU_INPUT_MESSAGE_LOCKS_H
#define IU_INPUT_MESSAGE_LOCKS_H

#include <stdbool.h>

#include "base/span.h"

/** iu_message_locks_said() - whether a line says that such a file is there */
bool iu_message_locks_said(struct iu_span line);

/**
 * iu_message_locks_next() - the next path of one on a line that says so
 * @at: where to look from
 * Returns: len 0: none.
 */
struct iu_span iu_message_locks_next(struct iu_span line, size_t at);

/** iu_message_locks_folder() - PostgreSQL's data directory, whose lock has one name; len 0: none. */
struct iu_span iu_message_locks_folder(struct iu_span line);

#endif

/* input/message-system.h - the system that a message is from, by what stands around the error */
#ifndef IU_INPUT_MESSAGE_SYSTEM_H
#define IU_INPUT_MESSAGE_SYSTEM_H

#include "base/span.h"
#include "knowledge/errors.h"

/** iu_message_system_read() - by paths, triples and names of one system only; IU_ERROR_ANY: not told */
enum iu_error_system iu_message_system_read(struct iu_span text);

/**
 * iu_message_system_likely() - whether only Windows says that of a port above the privileged ones
 * Node.js prints EACCES on every system; Linux has it for low ports.
 */
bool iu_message_system_likely(struct iu_span text);

#endif

/* input/message-clean.h - a pasted message without what programs and pages wrapped around it */
#ifndef IU_INPUT_MESSAGE_CLEAN_H
#define IU_INPUT_MESSAGE_CLEAN_H

#include "base/span.h"

/* So many times as long the cleaned text can get, and a byte: UTF-16 is decoded behind it. */
#define IU_MESSAGE_CLEAN_GROWS 4

/**
 * iu_message_clean() - without colours, NUL bytes, marks of quotations; UTF-16 as UTF-8
 * @ret: has room for IU_MESSAGE_CLEAN_GROWS times @text, and one byte more
 *
 * Escapes of JSON and of Markdown are what they stand for, tabs are spaces.
 * Returns: how many bytes.
 */
size_t iu_message_clean(struct iu_span text, char *ret);

/**
 * iu_message_clean_joined() - the same on one line, blanks once: phrases that were wrapped
 * Returns: how many bytes.
 */
size_t iu_message_clean_joined(struct iu_span text, char *ret);

#endif

/* input/message-book.h - whose list of ports or addresses a message speaks of */
#ifndef IU_INPUT_MESSAGE_BOOK_H
#define IU_INPUT_MESSAGE_BOOK_H

#include <stddef.h>

#include "knowledge/books.h"

/** iu_message_book_read() - the row whose words stand in a message; NULL: none's. Static. */
const struct iu_book_row *iu_message_book_read(const char *text, size_t len);

#endif

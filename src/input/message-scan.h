/* input/message-scan.h - the endpoints of one line of a message, by their shapes */
#ifndef IU_INPUT_MESSAGE_SCAN_H
#define IU_INPUT_MESSAGE_SCAN_H

#include "input/message-found.h"

/** iu_message_scan_line() - keeps the endpoints that @line names */
void iu_message_scan_line(struct iu_message_scan *scan, struct iu_span line);

#endif

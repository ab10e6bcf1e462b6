/* input/message-shapes.h - the shapes in which endpoints stand on a line, a file each */
#ifndef IU_INPUT_MESSAGE_SHAPES_H
#define IU_INPUT_MESSAGE_SHAPES_H

#include "input/message-found.h"

/** iu_message_pairs_scan() - HOST:PORT in all its writings, iu_message_tuples_scan() - (HOST, PORT) */
void iu_message_pairs_scan(struct iu_message_scan *scan, struct iu_span line);
void iu_message_tuples_scan(struct iu_message_scan *scan, struct iu_span line);

/** iu_message_ports_scan() - "port N", ranges of ports; iu_message_paths_scan() - socket paths */
void iu_message_ports_scan(struct iu_message_scan *scan, struct iu_span line);
void iu_message_paths_scan(struct iu_message_scan *scan, struct iu_span line);

#endif

/* cli/system.h - what the command line asks of the system it runs on */
#ifndef IU_CLI_SYSTEM_H
#define IU_CLI_SYSTEM_H

#include <stdbool.h>

#include "base/text.h"

/**
 * iu_system_prepare() - broken pipes become errors of write, closed descriptors are taken
 *
 * With descriptor 1 closed the next socket or file would get its number, and the answer would be
 * written into it.
 */
void iu_system_prepare(void);

/** iu_system_is_terminal() - whether results go to a terminal. */
bool iu_system_is_terminal(void);

/** iu_system_wants_color() - whether that terminal shows colours and NO_COLOR is not set. */
bool iu_system_wants_color(void);

/** iu_system_columns() - the width of the terminal, or COLUMNS; 0: no limit. */
unsigned int iu_system_columns(void);

/** iu_system_interfaces() - adds the names of the network interfaces: "lo, eth0". */
void iu_system_interfaces(struct iu_text *out);

#endif

/* knowledge/inherited-options.h - variables that hand a port down to every program that is started with them */
#ifndef IU_KNOWLEDGE_INHERITED_OPTIONS_H
#define IU_KNOWLEDGE_INHERITED_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * iu_inherited_option() - whether "NAME=VALUE" has an option that opens @port, a debugger's or JMX's
 * Only variables of options ("JAVA_OPTS", "NODE_OPTIONS"): PORT=80 is meant for one program.
 */
bool iu_inherited_option(const char *variable, uint16_t port);

#endif

/* knowledge/interpreters.h - programs that run other programs: their own file says nothing */
#ifndef IU_KNOWLEDGE_INTERPRETERS_H
#define IU_KNOWLEDGE_INTERPRETERS_H

#include <stdbool.h>

/** iu_is_interpreter() - whether an executable's path ends in "python3.11", "node", "java" … */
bool iu_is_interpreter(const char *exe);

#endif

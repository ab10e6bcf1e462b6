/* knowledge/interpreters.h - programs that run other programs: their own file says nothing */
#ifndef IU_KNOWLEDGE_INTERPRETERS_H
#define IU_KNOWLEDGE_INTERPRETERS_H

#include <stdbool.h>

/** iu_is_interpreter() - whether an executable's path ends in "python3.11", "node", "sh", "java" … */
bool iu_is_interpreter(const char *exe);

/**
 * iu_interpreter() - whether what matters is not the process of that name but the script it runs
 * Shells are not among them: what runs in one was mostly typed.
 */
bool iu_interpreter(const char *name);

/** iu_interpreter_is_shell() - whether a process of that name is a shell ("bash", "sh"). */
bool iu_interpreter_is_shell(const char *name);

/** iu_interpreter_closes() - whether sockets it makes are closed on exec() unless a script objects. */
bool iu_interpreter_closes(const char *exe);

#endif

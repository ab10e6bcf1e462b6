/* knowledge/protected.h - programs and units that `free` never ends */
#ifndef IU_KNOWLEDGE_PROTECTED_H
#define IU_KNOWLEDGE_PROTECTED_H

#include "model/process.h"

/** iu_protected_process() - why ending this process would hurt the whole system; NULL: it would not. */
const char *iu_protected_process(const struct iu_process *process);

/**
 * iu_protected_is_guarded() - whether nobody reads the memory or the handles of this program of Windows
 * It keeps secrets of all users or guards the machine: who opens it so is taken for a thief.
 */
bool iu_protected_is_guarded(const char *name);

/** iu_protected_windows() - the same for a program of Windows by the name of its file; NULL: not. */
const char *iu_protected_windows(const char *name);

/** iu_protected_service() - the same for a service of Windows; NULL: it may be stopped. */
const char *iu_protected_service(const char *name);

/** iu_protected_unit() - the same for stopping a unit by name ("dbus.service"). */
const char *iu_protected_unit(const char *unit);

#endif

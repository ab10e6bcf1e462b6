/* engine/machine.h - a virtual machine in words */
#ifndef IU_ENGINE_MACHINE_H
#define IU_ENGINE_MACHINE_H

#include "base/arena.h"
#include "knowledge/machines.h"

/** iu_machine_phrase() - "the virtual machine web"; NULL: the process runs none. */
const char *iu_machine_phrase(struct iu_arena *arena, const struct iu_process *process);

/** iu_machine_shut_down() - how its guest is shut down; iu_machine_close() - how a forward ends; may be NULL. */
const char *iu_machine_shut_down(struct iu_arena *arena, const struct iu_process *process);
const char *iu_machine_close(struct iu_arena *arena, const struct iu_process *process);

#endif

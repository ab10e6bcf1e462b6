/* run/linux/exit-note.h - what was not seen of a command that has ended */
#ifndef IU_RUN_LINUX_EXIT_NOTE_H
#define IU_RUN_LINUX_EXIT_NOTE_H

#include "run/linux/case.h"

/** iu_run_exit_note() - the command has ended: what was not seen of it, where that matters. */
void iu_run_exit_note(struct iu_run_supervisor *s);

#endif

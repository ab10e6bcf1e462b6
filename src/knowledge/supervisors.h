/* knowledge/supervisors.h - programs that start another one again when it ends */
#ifndef IU_KNOWLEDGE_SUPERVISORS_H
#define IU_KNOWLEDGE_SUPERVISORS_H

#include <stdbool.h>

#include "model/process.h"

struct iu_supervisor_row {
	const char *program; /* the name of its process, or how that begins */
	const char *stop;    /* how to stop what it keeps: a sentence without a final point */
	bool keeps_many;     /* it keeps other programs, too, which would all end with it */
	bool ends;           /* it is stopped by ending it */
	unsigned int slow_ms; /* it may take so long until it does it; 0: a moment */
	bool on_change;       /* when a file is saved, not when it ends */
	const char *argument; /* only with this argument, or one that begins so ("--watch"); NULL: always */
};

/** iu_supervisor_mode() - the argument of a row of that parent that @word is, or begins with; NULL. Static. */
const char *iu_supervisor_mode(const struct iu_parent *parent, const char *word);

/** iu_supervisor_has_mode() - there is a row for a process of that name with an argument. */
bool iu_supervisor_has_mode(const char *name);

/** iu_supervisor() - the row for a process of that name, or NULL. Static. */
const struct iu_supervisor_row *iu_supervisor(const char *name);

/** iu_supervisor_parent() - the same for a parent, by its name or by the script that it runs. */
const struct iu_supervisor_row *iu_supervisor_parent(const struct iu_parent *parent);

/** iu_supervisor_is_manager() - a systemd, or whatever is pid 1: it keeps a whole session or system. */
bool iu_supervisor_is_manager(const struct iu_process *process);

#endif

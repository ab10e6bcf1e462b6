/* knowledge/workers.h - processes that a main program starts to work for it, by what they show */
#ifndef IU_KNOWLEDGE_WORKERS_H
#define IU_KNOWLEDGE_WORKERS_H

#include "model/process.h"

/** iu_worker_of() - "a worker of Python's multiprocessing"; NULL: it shows nothing of the kind. Static. */
const char *iu_worker_of(const struct iu_process *process);

/** iu_worker_hides() - its arguments do not tell which program it is of. */
bool iu_worker_hides(const struct iu_process *process);

#endif

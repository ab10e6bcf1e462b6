/* knowledge/services.h - services of a system that let go of a port without being ended */
#ifndef IU_KNOWLEDGE_SERVICES_H
#define IU_KNOWLEDGE_SERVICES_H

#include "model/process.h"

struct iu_service_row {
	const char *program;    /* base name of the executable, or the name of the process */
	const char *argument;   /* contained in one of its arguments; NULL: any */
	uint16_t fixed;         /* its own port, which it has after a restart, too; 0: none */
	const char *how;        /* a sentence without a final point */
	const char *command[5]; /* as root; [0] NULL: nothing to run */
};

/** iu_service_of() - the row of a process, or NULL. Static. */
const struct iu_service_row *iu_service_of(const struct iu_process *process);

#endif

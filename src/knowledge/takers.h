/* knowledge/takers.h - programs that take ports on behalf of others */
#ifndef IU_KNOWLEDGE_TAKERS_H
#define IU_KNOWLEDGE_TAKERS_H

#include "model/process.h"

enum iu_taker_kind {
	IU_TAKER_ACTIVATION, /* listens for a service that starts on the first connection */
	IU_TAKER_CONTAINER,  /* publishes a port of a container */
	IU_TAKER_FORWARD,    /* forwards to somewhere else */
};

struct iu_taker_row {
	const char *program;   /* name or base name of the executable */
	const char *argument;  /* one of the arguments must be this, or start with it; NULL: any */
	enum iu_taker_kind kind;
	const char *sentence;  /* what it does with the port */
};

/** iu_taker() - the row that fits a process, or NULL. Static. */
const struct iu_taker_row *iu_taker(const struct iu_process *process);

/** iu_taker_program() - whether a row is about programs of that name. */
bool iu_taker_program(const char *name);

/**
 * iu_taker_word() - the part of an argument that the rows look for, or NULL
 * @ret_start: whether it has to be the start of the argument
 */
const char *iu_taker_word(const char *argument, bool *ret_start);

#endif

/* knowledge/proxies.h - programs that take ports on behalf of others */
#ifndef IU_KNOWLEDGE_PROXIES_H
#define IU_KNOWLEDGE_PROXIES_H

#include <stdbool.h>

#include "model/process.h"

enum iu_proxy_kind {
	IU_PROXY_ACTIVATION, /* listens for a service that starts on the first connection */
	IU_PROXY_CONTAINER,  /* publishes a port of a container */
	IU_PROXY_FORWARD,    /* forwards to somewhere else */
};

struct iu_proxy_row {
	const char *program;   /* name or base name of the executable */
	const char *argument;  /* one of the arguments must be this, or start with it; NULL: any */
	enum iu_proxy_kind kind;
	const char *sentence;  /* what it does with the port */
	const char *engine;    /* whose containers it is for, as knowledge/engines.h has it; NULL: Docker's */
	/*
	 * What its arguments have to show besides: a name is no proof. NULL: the name is enough, as
	 * nobody else has that one. Where the arguments are not known it is not asked.
	 */
	bool (*shows)(const struct iu_process *process);
	/* Others hang on it: what would be lost with it, and what stops this port alone. NULL: nobody does. */
	const char *shared, *alone;
	bool of_engine; /* a child of its engine, as long as there is one */
	bool of_child;	/* the container's first process is its child, as long as there is one */
};

/** iu_proxy_of() - the row that fits a process, or NULL. Static. */
const struct iu_proxy_row *iu_proxy_of(const struct iu_process *process);

/** iu_proxy_is_own_port() - an engine serves its own API there, and no container. */
bool iu_proxy_is_own_port(const struct iu_process *process, uint16_t port);

/** iu_proxy_program() - whether a row is about programs of that name. */
bool iu_proxy_program(const char *name);

/**
 * iu_proxy_word() - the part of an argument that the rows look for, or NULL
 * @ret_start: whether it has to be the start of the argument
 */
const char *iu_proxy_word(const char *argument, bool *ret_start);

#endif

/* model/name-tables.h - what the system calls ports, hosts, interfaces and users */
#ifndef IU_MODEL_NAME_TABLES_H
#define IU_MODEL_NAME_TABLES_H

#include "model/address.h"

/*
 * The system's name tables; a seam of plain functions, so that reading a target stays pure.
 * Each returns >= 0 when found, IU_E_NOENT when not. Never over the network.
 */
struct iu_names {
	void *context;
	bool recorded; /* tables of a capture: complaints do not speak of this system's */
	/* service: the port of a name in the services database */
	int (*service)(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret);
	/* host: the addresses of a name in the hosts file; returns how many were written */
	int (*host)(void *context, const char *name, struct iu_address *ret, size_t max);
	/* interface: the addresses of an interface; returns how many were written */
	int (*interface)(void *context, const char *name, struct iu_address *ret, size_t max);
	/* ifindex: the index of an interface */
	int (*ifindex)(void *context, const char *name, uint32_t *ret);
	/* user: the uid of a user name */
	int (*user)(void *context, const char *name, uint32_t *ret);
};

#endif

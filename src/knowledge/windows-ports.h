/* knowledge/windows-ports.h - who usually has a port on Windows */
#ifndef IU_KNOWLEDGE_WINDOWS_PORTS_H
#define IU_KNOWLEDGE_WINDOWS_PORTS_H

#include "model/address.h"

enum iu_windows_taker {
	IU_WINDOWS_KERNEL,  /* a driver of PID 4 that is not HTTP.sys */
	IU_WINDOWS_HTTP,    /* HTTP.sys (PID 4), for this service */
	IU_WINDOWS_SERVICE, /* a service in a process of its own or in svchost */
	IU_WINDOWS_PROGRAM, /* a program with a window or in the notification area */
};

struct iu_windows_port {
	uint16_t first, last;
	enum iu_protocol protocol;
	enum iu_windows_taker taker;
	const char *name; /* of the service as `net stop` takes it, of the program's file, or NULL */
	const char *what; /* "Remote Desktop" */
	const char *help; /* how it lets go, where stopping is not the best way; else NULL */
};

/** iu_windows_ports() - all rows, by port. Static. */
const struct iu_windows_port *iu_windows_ports(unsigned long *ret_count);

/** iu_windows_port_of() - the row of a port for a service (name not case sensitive) or NULL. */
const struct iu_windows_port *iu_windows_port_of(
	uint16_t port, enum iu_protocol protocol, enum iu_windows_taker taker, const char *name);

#endif

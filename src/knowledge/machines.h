/* knowledge/machines.h - programs that run virtual machines, and what their arguments tell of ports */
#ifndef IU_KNOWLEDGE_MACHINES_H
#define IU_KNOWLEDGE_MACHINES_H

#include "base/span.h"
#include "model/process.h"

struct iu_machine_row {
	const char *program;  /* of the executable, or the process; "qemu-system-": what it begins with */
	const char *argument; /* one of its arguments; NULL: any */
	const char *title;    /* "QEMU" */
	const char *name[2];  /* the options behind which the machine's name stands; NULL: none */
	const char *forwards; /* where its arguments do not say it: what a port of it may be; NULL */
	const char *shut_down; /* how its guest is shut down; %s: the machine's name */
	const char *close;     /* how the forward alone is taken away; %s: as before; NULL: not known */
};

/* What a port is to a machine. */
enum iu_machine_port {
	IU_MACHINE_PORT_UNSAID,
	IU_MACHINE_PORT_FORWARD, /* leads to a port of the guest */
	IU_MACHINE_PORT_SCREEN,  /* VNC or SPICE */
	IU_MACHINE_PORT_OTHER,   /* a monitor, a console, a debugger */
};

struct iu_machine_use {
	enum iu_machine_port kind;
	struct iu_span argument; /* that says so: "hostfwd=tcp::2222-:22" */
	struct iu_span guest;    /* FORWARD: the guest's port */
};

/** iu_machine_of() - the row of the machine that a process runs, or NULL. Static. */
const struct iu_machine_row *iu_machine_of(const struct iu_process *process);

/** iu_machine_program() - whether a file of that name runs machines: two of them are two machines. */
bool iu_machine_program(const char *path);

/** iu_machine_name() - what its arguments call it; text NULL: nothing. */
struct iu_span iu_machine_name(const struct iu_machine_row *row, const struct iu_process *process);

/** iu_machine_port() - what its arguments say of a port. */
struct iu_machine_use iu_machine_port(
	const struct iu_process *process, enum iu_protocol protocol, uint16_t port);

#endif

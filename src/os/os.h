/* os/os.h - the seam: everything that looks at a system, and nothing that thinks about it */
#ifndef IU_OS_OS_H
#define IU_OS_OS_H

#include "model/snapshot.h"
#include "model/target.h"
#include "model/wants.h"

/**
 * iu_os_collect() - looks at this machine and fills in what is wanted
 * @wants: which facts; borrowed
 * @snapshot: receives them. Called a second time it adds to what is there (holders, options).
 *
 * What may not be read becomes a gap in the snapshot, a process that vanishes meanwhile is no
 * error, and a fact's bit in snapshot->seen is set only when everything of it could be looked at.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_os_collect(const struct iu_wants *wants, struct iu_snapshot *snapshot);

/**
 * iu_os_probe() - asks the kernel with a bind() of our own: no listen(), closed at once
 * @probe: what to bind; receives done and result. A socket that cannot be made leaves done false.
 *
 * Never called for UNIX paths. Whether asking can change anything is the engine's question
 * (iu_probes_wanted()), not this function's.
 */
void iu_os_probe(struct iu_probe *probe);

/** iu_os_names() - the system's name tables: services, hosts file, interfaces, users. Static. */
const struct iu_names *iu_os_names(void);

/**
 * iu_os_find_program() - the file that --for PROGRAM means: a path, or looked up in PATH
 * Returns: 0, IU_E_NOENT.
 */
int iu_os_find_program(const char *program, struct iu_file_id *ret_file);

/** iu_os_error_name() - "EADDRINUSE" for an errno of this system; "E…" numbers too. Static. */
const char *iu_os_error_name(int error);

#endif

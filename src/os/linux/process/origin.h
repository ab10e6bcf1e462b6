/* os/linux/process/origin.h - from where a process was started: the first of its ancestors with a name */
#ifndef IU_OS_LINUX_PROCESS_ORIGIN_H
#define IU_OS_LINUX_PROCESS_ORIGIN_H

#include "os/linux/scan.h"

/**
 * iu_process_origin() - fills in process->origin: beyond its session, unlike its parents
 * Parents have to be there. Returns: 0, IU_E_NOMEM.
 */
int iu_process_origin(struct iu_scan *scan, struct iu_process *process);

/**
 * iu_origin_variable() - the value of a variable in the bytes of /proc/PID/environ
 * @ret_len: receives its length; it is not NUL-terminated where the bytes end
 * Returns: a pointer into @bytes, or NULL.
 */
const char *iu_origin_variable(const char *bytes, size_t len, const char *name, size_t *ret_len);

/** iu_origin_session() - "session $2" of TMUX=/tmp/tmux-1000/default,1234,2, as tmux itself takes it; NULL: none. */
const char *iu_origin_session(struct iu_arena *arena, const char *tmux);

#endif

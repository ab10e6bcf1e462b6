/* run/linux/attempt.h - what comes of a call: made, tried with a socket alike, looked at beforehand */
#ifndef IU_RUN_LINUX_ATTEMPT_H
#define IU_RUN_LINUX_ATTEMPT_H

#include "run/linux/case.h"

/** iu_run_attempt_perform() - bind() or listen() on the duplicate. Returns: 0 or an errno. */
int iu_run_attempt_perform(const struct iu_run_case *c);

/** iu_run_attempt_try() - the same with a socket alike, closed at once. Returns: 0, an errno, -1: not tried. */
int iu_run_attempt_try(const struct iu_run_case *c);

/** iu_run_attempt_look() - what a path, or a UNIX socket itself, shows before the call. Returns: 0 or an errno. */
int iu_run_attempt_look(const struct iu_run_case *c);

/**
 * iu_run_attempt_can_break_off() - whether a signal that waits can end the call with EINTR
 * Of a path on FUSE, whose server is told of it (request_wait_answer() of the kernel); others wait on.
 */
bool iu_run_attempt_can_break_off(const struct iu_run_case *c);

/** iu_run_attempt_tell_port() - writes the port a socket was bound to where the user wants it. */
void iu_run_attempt_tell_port(const struct iu_run *run, int socket, uint16_t port);

#endif

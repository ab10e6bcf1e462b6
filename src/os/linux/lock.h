/* os/linux/lock.h - what threads that ask at the same time do one after the other */
#ifndef IU_OS_LINUX_LOCK_H
#define IU_OS_LINUX_LOCK_H

/**
 * iu_lock_fds(), iu_lock_fds_end() - around a duplicate of another process's descriptor, and
 * around the look at our own
 *
 * For some microseconds a duplicate (pidfd_getfd()) makes us a holder of that socket: whoever asked
 * at that moment whether its own process is in the way would be told so.
 */
void iu_lock_fds(void);
void iu_lock_fds_end(void);

/**
 * iu_lock_scan(), iu_lock_probe(), iu_lock_end() - many may look at a time, but none while a probe
 * of ours has the port for a moment
 */
void iu_lock_scan(void);
void iu_lock_probe(void);
void iu_lock_end(void);

#endif

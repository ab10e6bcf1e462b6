/* os/linux/lock.h - what threads that ask at the same time do one after the other */
#ifndef IU_OS_LINUX_LOCK_H
#define IU_OS_LINUX_LOCK_H

/**
 * iu_turn_table(), iu_turn_table_end() - around a duplicate of another process's descriptor, and
 * around the look at our own
 *
 * For some microseconds a duplicate (pidfd_getfd()) makes us a holder of that socket: whoever asked
 * at that moment whether its own process is in the way would be told so.
 */
void iu_turn_table(void);
void iu_turn_table_end(void);

/** iu_turn_print(), iu_turn_print_end() - while libbpf's one message function is replaced. */
void iu_turn_print(void);
void iu_turn_print_end(void);

/**
 * iu_turn_look(), iu_turn_probe(), iu_turn_end() - many may look at a time, but none while a probe
 * of ours has the port for a moment
 */
void iu_turn_look(void);
void iu_turn_probe(void);
void iu_turn_end(void);

#endif

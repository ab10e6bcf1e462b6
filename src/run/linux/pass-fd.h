/* run/linux/pass-fd.h - how the command's process gives the listener to its supervisor */
#ifndef IU_RUN_LINUX_PASS_FD_H
#define IU_RUN_LINUX_PASS_FD_H

#include <sys/types.h>

/* What is given: where the kernel asks, or where preloaded libraries do. */
enum iu_run_source { IU_RUN_KERNEL = 'k', IU_RUN_PRELOADED = 'p' };

/** iu_run_pass_fd_send() - gives @fd away. Returns: 0 or an errno. */
int iu_run_pass_fd_send(int control, int fd, enum iu_run_source source);

/** iu_run_pass_fd_receive() - takes it. Returns: the descriptor, or -1: nobody gave one. */
int iu_run_pass_fd_receive(int control, enum iu_run_source *ret_source);

/**
 * iu_run_pass_fd_read() - one message of @connection, and the descriptor that came with it
 * @ret_n: receives its length, or what recvmsg() returned
 * Returns: the descriptor, or -1: none came.
 */
int iu_run_pass_fd_read(int connection, void *data, size_t size, ssize_t *ret_n);

#endif
